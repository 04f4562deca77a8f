"""Lists of numbered sentences, and the tests that name each number.

A test names a number in its name, its docstring, or its module's docstring if all of them are about it.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

TESTS = Path(__file__).parents[1]
Numbers = Callable[[str], Iterable[str]]
"""Finds the numbers in a name or in a docstring."""


def sentences(path: Path) -> dict[str, str]:
    """The sentences of a list by number; blank lines and lines that begin with # are skipped."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            number, _, words = line.partition(" ")
            if number in found:
                raise ValueError(f"{path.name} has {number} twice")
            found[number] = words
    return found


def cited(numbers: Numbers, root: Path = TESTS) -> dict[str, list[str]]:
    """The tests that name each number, by their pytest ids; a module stands for all of its tests."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(root.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        tests = list(_tests(tree))
        place = path.relative_to(root.parent).as_posix()
        if tests:
            _add(found, numbers(ast.get_docstring(tree) or ""), place)
        for test in tests:
            _add(found, numbers(f"{test.name}\n{ast.get_docstring(test) or ''}"), f"{place}::{test.name}")
    return found


def _add(found: dict[str, list[str]], numbers: Iterable[str], test: str) -> None:
    for number in dict.fromkeys(numbers):
        found[number].append(test)


def _tests(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node


def print_table(told: Mapping[str, str], tests: Mapping[str, Sequence[str]]) -> int:
    """Print every sentence with its tests; exit code 1 if one has none."""
    for number, words in told.items():
        sys.stdout.write(f"{number} {words}\n")
        sys.stdout.writelines(f"      {test}\n" for test in tests.get(number, ["NO TEST"]))
    return int(any(number not in tests for number in told))
