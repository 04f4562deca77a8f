"""Compiles modules once, before the workers start; otherwise every worker would compile all of them."""

import compileall
import multiprocessing
import re
from pathlib import Path

import pytest
from _pytest.assertion import rewrite

from tests.support.waiting import cores

_OF_TESTS = re.compile(r"/(test_[^/]*|conftest)\.py$")
"""Modules that pytest compiles itself, to rewrite their `assert` statements."""


def compile_all(config: pytest.Config) -> None:
    """Write the byte code of the program and its tests where it is missing."""
    tests = config.rootpath / "tests"
    compileall.compile_dir(config.rootpath / "chat_tui", quiet=2)
    compileall.compile_dir(tests, quiet=2, rx=_OF_TESTS)
    old = [path for path in tests.rglob("*.py") if _OF_TESTS.search(str(path)) and _is_old(path)]
    shares = [old[place :: cores()] for place in range(cores())]
    # Forked, because pytest's configuration cannot be pickled; no thread runs yet.
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=_rewrite, args=(share, config)) for share in shares if share]
    for child in children:
        child.start()
    for child in children:
        child.join()


def _is_old(path: Path) -> bool:
    compiled = _compiled(path)
    return not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime


def _compiled(path: Path) -> Path:
    return rewrite.get_cache_dir(path) / f"{path.stem}{rewrite.PYC_TAIL}"


def _rewrite(paths: list[Path], config: pytest.Config) -> None:
    state = config.stash[rewrite.assertstate_key]
    for path in paths:
        compiled = _compiled(path)
        if rewrite.try_makedirs(compiled.parent):
            stat, code = rewrite._rewrite_test(path, config)
            rewrite._write_pyc(state, code, stat, compiled)
