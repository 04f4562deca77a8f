"""The faults that can happen, and the tests of each: `python -m tests.faults.catalogue`.

A test names a fault in its name (`test_f_088_f_089_…`), or in its docstring or
its module's (`F-088`, `F-067 to F-074`).
"""

import re
import sys
from collections.abc import Iterator

from tests.support.cited import TESTS, cited, print_table, sentences

_IN_A_NAME = re.compile(r"_f_(\d{3})(?!\d)(?:_to_f_(\d{3})(?!\d))?")
_IN_WORDS = re.compile(r"\bF-(\d{3})\b(?: (?:to|…) F-(\d{3})\b)?")


def faults() -> dict[str, str]:
    """The faults by number."""
    return sentences(TESTS / "faults" / "catalogue.txt")


def named() -> dict[str, list[str]]:
    """The tests that name each fault, by their pytest ids."""
    return cited(numbers)


def numbers(text: str) -> Iterator[str]:
    """The faults that a name or a docstring mentions."""
    for pattern in (_IN_A_NAME, _IN_WORDS):
        for found in pattern.finditer(text):
            first, last = int(found[1]), int(found[2] or found[1])
            yield from (f"F-{number:03}" for number in range(first, last + 1))


if __name__ == "__main__":
    sys.exit(print_table(faults(), named()))
