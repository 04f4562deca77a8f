"""The promises of the screen and the tests that name each: `python -m tests.promises`.

A test names a promise by its number in its docstring, or in its module's if all of them are about it.
"""

import re
import sys

from tests.support.cited import TESTS, cited, print_table, sentences

_NUMBER = re.compile(r"\bU\d\d\b")


def promises() -> dict[str, str]:
    """The promises by number."""
    return sentences(TESTS / "promises.txt")


def named() -> dict[str, list[str]]:
    """The tests that name each promise, by their pytest ids."""
    return cited(_NUMBER.findall)


if __name__ == "__main__":
    sys.exit(print_table(promises(), named()))
