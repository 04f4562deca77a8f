"""The catalogue fits the program and its tests; the long proof tries out every broken build."""

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.mutants.__main__ import ROOT, TOO_LONG, Tree, is_caught, last_line
from tests.mutants.broken import Mutant
from tests.mutants.catalogue import MUTANTS

FEW = ("-m", "tests.inbox.simulation", "--seed", "0", "--intents", "20")
CAUGHT_SOON = next(mutant for mutant in MUTANTS if mutant.name == "commit after the send")


_NAMED = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@pytest.fixture(scope="module")
def tree() -> Iterator[Tree]:
    with Tree.copied() as tree:
        yield tree


def test_every_patch_still_fits() -> None:
    for mutant in MUTANTS:
        for patch in mutant.patches:
            text = (ROOT / patch.path).read_text(encoding="utf-8")
            assert text.count(patch.search) == 1, f"{mutant.name}: {patch.search}"


def test_every_named_test_is_one_of_those_that_shall_catch_the_mutant() -> None:
    """README's tests notice each broken build, unless its mutant says that a long proof does."""
    for mutant in MUTANTS:
        if mutant.test is not None:
            assert is_thorough(mutant.test) == mutant.is_for_thorough, f"{mutant.name}: {mutant.test}"


@pytest.mark.parametrize("test", ["tests/mutants/none.py::test_x", "tests/mutants/test_mutants.py::test_x"])
def test_a_test_that_is_not_there_is_noticed(test: str) -> None:
    with pytest.raises((OSError, LookupError)):
        is_thorough(test)


def test_a_long_proof_is_known_by_its_mark() -> None:
    here = "tests/mutants/test_mutants.py"
    assert is_thorough(f"{here}::{test_a_broken_build_is_noticed.__name__}[two presses are one]")
    assert not is_thorough(f"{here}::{test_every_patch_still_fits.__name__}")


def test_a_broken_build_fails_and_the_same_copy_mended_passes(tree: Tree) -> None:
    for mutant in (CAUGHT_SOON, None):
        done = tree.try_out(mutant, FEW)
        assert is_caught(done) == (mutant is not None), last_line(done)
        assert done.returncode in (0, 1), last_line(done)
        assert "seed" in last_line(done) or mutant is None


def test_tests_that_take_too_long_notice_nothing(tree: Tree) -> None:
    done = tree.try_out(None, ("-c", "import time; time.sleep(60)"), patience_s=0.2)
    assert (done.returncode, is_caught(done)) == (TOO_LONG, False)
    assert last_line(done) == "still running after 0.2 s"


@pytest.mark.thorough
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_build_is_noticed(tree: Tree, mutant: Mutant) -> None:
    done = tree.hunt(mutant)
    assert is_caught(done), last_line(done)


def is_thorough(test: str) -> bool:
    """Whether a test or its whole module is a long proof; LookupError when there is no such test."""
    path, *names = test.partition("[")[0].split("::")
    is_long, body = False, module(path).body
    for name in names:
        is_long |= any("thorough" in ast.unparse(node) for node in body if is_pytestmark(node))
        named = [node for node in body if isinstance(node, _NAMED) and node.name == name]
        if not named:
            raise LookupError(test)
        found = named[-1]
        is_long |= any(ast.unparse(mark) == "pytest.mark.thorough" for mark in found.decorator_list)
        body = found.body
    return is_long


@cache
def module(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark"
