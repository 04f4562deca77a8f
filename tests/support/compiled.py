"""Modules compiled once, before the workers start, where each of them would compile all for itself."""

import compileall
import multiprocessing
import re
from pathlib import Path

import pytest
from _pytest.assertion import rewrite

from tests.support.waiting import cores

_OF_TESTS = re.compile(r"/(test_[^/]*|conftest)\.py$")
"""What pytest compiles itself: in it an `assert` tells what it compared."""


def compile_all(config: pytest.Config) -> None:
    """Leave behind the byte code of the program and its tests, as far as there is none yet."""
    tests = config.rootpath / "tests"
    compileall.compile_dir(config.rootpath / "chat_tui", quiet=2)
    compileall.compile_dir(tests, quiet=2, rx=_OF_TESTS)
    old = [path for path in tests.rglob("*.py") if _OF_TESTS.search(str(path)) and _is_old(path)]
    shares = [old[place :: cores()] for place in range(cores())]
    # Forked, for the configuration of pytest cannot be handed over; no thread runs yet.
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
