"""The same conditions for every test: UTC, no settings of the person who runs it, compiled catalogues."""

import gc
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from unittest.mock import patch

import hypothesis
import pytest

import hatch_build
from chat_tui import locale
from tests.support import compiled, properties
from tests.support.read_only import read_only
from tests.support.waiting import cores

__all__ = ["read_only"]

_FOREIGN = (
    "NO_COLOR",
    "FORCE_COLOR",
    "COLORTERM",
    "CREDENTIALS_DIRECTORY",
    # Every client that is created would read the certificates of a whole bundle.
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    # The terminal in which the tests are started, and the editor.
    "TMUX",
    "TMUX_PANE",
    "TERM_PROGRAM",
    "SSH_CONNECTION",
    "ESCDELAY",
    "EDITOR",
    "VISUAL",
    "LANGUAGE",
    "LC_ALL",
    "LC_MESSAGES",
)
_XDG = ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR")
_homes = count()
LONG_S = 900.0
"""Seconds after which a long proof counts as hanging."""
_ROOM = 1 << 30
"""Bytes of memory that must be free; the files of one run need far less."""


def _forget_the_surroundings() -> None:
    # Before any test module is imported: Textual reads its variables at import.
    # Without byte code every worker and every program that a test starts would compile all modules itself.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    for name in list(os.environ):
        # TEXTUAL_SNAPSHOT_… is no setting of the user: it names the place of the snapshots of all workers.
        is_foreign = name in _FOREIGN or name.startswith(("CHAT_TUI_", "TEXTUAL"))
        is_foreign |= name.lower().endswith("_proxy")
        if is_foreign and not name.startswith("TEXTUAL_SNAPSHOT_"):
            del os.environ[name]
    os.environ.update(TERM="xterm-256color", TZ="UTC", LANG="C.UTF-8")
    os.environ.update(TEXTUAL_ANIMATIONS="none", TEXTUAL_SMOOTH_SCROLL="0")
    time.tzset()


_forget_the_surroundings()


def _hear_ctrl_c() -> None:
    # Under nohup or in the background SIGINT is ignored, and every program that a test starts inherits that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_hear_ctrl_c()


def _keep_files_in_memory() -> None:
    # The program waits for the disk at every commit, and the tests make tens of thousands of commits.
    memory = Path("/dev/shm")
    if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free >= _ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(memory))


_keep_files_in_memory()

# The time of an example depends on the load of the machine.
hypothesis.settings.register_profile("any machine", deadline=None)
hypothesis.settings.load_profile("any machine")


def pytest_configure(config: pytest.Config) -> None:
    """Runs before the first test module is imported."""
    properties.choose(config)
    if not hasattr(config, "workerinput"):
        hatch_build.compile_catalogues()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Runs before pytest decides which tests to run."""
    properties.enrol(config, items)
    for item in items:
        if item.get_closest_marker("thorough"):
            item.add_marker(pytest.mark.timeout(LONG_S))


def pytest_collection_finish() -> None:
    """Freeze all objects so far: garbage collection need not look at them again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    """Runs before the workers start."""
    compiled.compile_all(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """More workers than cores for `-n auto`: most tests spend most of their time waiting."""
    return cores() + min(2 * cores(), 8)


CHANGED_BY_IMPORTS = pytest.StashKey[list[str]]()
"""The variables that had changed after all test modules were imported."""


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Restore variables that modules change as they are imported: plugins use them, too."""
    before = dict(os.environ)
    yield
    session.config.stash[CHANGED_BY_IMPORTS] = sorted(
        {name for name, _ in before.items() ^ os.environ.items()}
    )
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def _same_surroundings() -> Iterator[None]:
    """Restore variables that the program removes: in the process of the tests, plugins use them, too."""
    with patch.dict(os.environ):
        yield


@pytest.fixture(autouse=True)
def _own_directories(
    _same_surroundings: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Give each test its own directories, which children inherit; it never uses the files of its user."""
    # Not `mktemp`: it looks through all directories made so far, for every one of thousands of tests.
    home = tmp_path_factory.getbasetemp() / "homes" / str(next(_homes))
    home.mkdir(mode=0o700, parents=True)
    monkeypatch.setenv("HOME", str(home))
    for name in _XDG:
        monkeypatch.setenv(name, str(home / name.lower()))
    # Set in workers; a child process would trust them more than its own terminal.
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    return home


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Start every test in English, also after one in Russian."""
    yield
    locale.use("en")
