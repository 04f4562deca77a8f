"""File systems without locks, such as some NFS, FUSE and container mounts (case 014)."""

import errno
import fcntl
import os
from pathlib import Path
from typing import Any

import pytest

from chat_tui.commands.checks import State, files
from chat_tui.paths import Paths
from chat_tui.store.errors import StoreProblem
from chat_tui.store.locks import ByteLock, WriteLock
from tests.support.shop import open_store

ANSWERS = [errno.ENOLCK, errno.ENOTSUP, errno.EINVAL, errno.ENOSYS, errno.EACCES, errno.EAGAIN]


def without(monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    """Make one kind of lock fail with an error from now on."""

    def refuse(*_given: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(fcntl, call, refuse)


@pytest.mark.parametrize("number", ANSWERS)
@pytest.mark.parametrize("call", ["flock", "lockf"])
def test_a_start_names_the_directory_and_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    without(monkeypatch, call, number)
    with pytest.raises(StoreProblem, match=r"without locks .* XDG_DATA_HOME") as refused:
        open_store(tmp_path)
    assert str(tmp_path) in str(refused.value)


@pytest.mark.parametrize("call", ["flock", "lockf"])
@pytest.mark.parametrize("check", ["data", "cache"])
def test_doctor_tries_a_lock_in_each_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, check: str, call: str
) -> None:
    config, data, cache = (tmp_path / name for name in ("config", "data", "cache"))
    places = Paths(config, data, cache, tmp_path / "log" / "x.log")
    (tmp_path / check).mkdir(mode=0o700)
    without(monkeypatch, call, errno.ENOLCK)
    (found,) = [one for one in files.permissions(places, None) if one.check == check]
    assert found.state is State.BAD
    assert str(tmp_path / check) in found.found


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOTSUP, errno.EINVAL])
def test_locks_that_end_while_the_program_runs_are_refusals_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    numbered, writing = ByteLock(tmp_path / "a.lock"), WriteLock(tmp_path / "b.lock")
    for call in ("flock", "lockf"):
        without(monkeypatch, call, number)
    with pytest.raises(StoreProblem, match="without locks"):
        numbered.try_hold(1)
    with pytest.raises(StoreProblem, match="without locks"), writing.held():
        raise AssertionError


def test_where_there_are_locks_nothing_is_left_of_the_trial(tmp_path: Path) -> None:
    open_store(tmp_path).close()
    names = {path.name for path in (tmp_path / "data").iterdir()}
    assert names == {"cache.lock", "state.db", "state.lock"}
