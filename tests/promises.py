"""What the screen promises, sentence by sentence, and the tests that name each: `python -m tests.promises`.

A test names a promise by its number in its docstring, or in that of its module if all of them are about it.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
_NUMBER = re.compile(r"\bU\d\d\b")


def promises() -> dict[str, str]:
    """The sentences by their numbers."""
    lines = (HERE / "promises.txt").read_text(encoding="utf-8").splitlines()
    return {number: words for number, _, words in (line.partition(" ") for line in lines)}


def named() -> dict[str, list[str]]:
    """The tests that name each promise, as pytest calls them."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(HERE.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        place = path.relative_to(HERE.parent).as_posix()
        for number in _numbers(tree):
            if any(_is_test(node) for node in tree.body):
                found[number].append(place)
        for node in _tests(tree):
            for number in _numbers(node):
                found[number].append(f"{place}::{node.name}")
    return found


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_test(node):
            yield node


def _is_test(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")


def _numbers(node: ast.Module | ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return _NUMBER.findall(ast.get_docstring(node) or "")


def main() -> int:
    """Print the table; exit code 1 if a promise has no test."""
    tests = named()
    for number, words in promises().items():
        sys.stdout.write(f"{number} {words}\n")
        sys.stdout.writelines(f"      {test}\n" for test in tests.get(number, ["NO TEST"]))
    return int(any(number not in tests for number in promises()))


if __name__ == "__main__":
    sys.exit(main())
