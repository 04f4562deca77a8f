"""Locks between processes."""

import gc
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chat_tui.store.errors import StoreBusy, StoreProblem
from chat_tui.store.locks import CHATS, ByteLock, WriteLock

OTHER_COPY = """
import sys
from pathlib import Path
from chat_tui.store.locks import CHATS, ByteLock, WriteLock
chats = ByteLock(Path(sys.argv[1]) / CHATS)
assert all(chats.try_hold(int(number)) for number in sys.argv[2:])
with WriteLock(Path(sys.argv[1]) / "write.lock").held():
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_copy(data_dir: Path, *numbers: int) -> Iterator[subprocess.Popen[str]]:
    """Start a process that holds the locks of these chats and the write lock."""
    command = [sys.executable, "-c", OTHER_COPY, str(data_dir), *map(str, numbers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        try:
            yield other
        finally:
            other.kill()


def test_a_chat_is_held_once_within_a_process_too(tmp_path: Path) -> None:
    one, other = ByteLock(tmp_path / CHATS), ByteLock(tmp_path / CHATS)
    assert one.try_hold(5)
    assert not one.try_hold(5)
    assert not other.try_hold(5)
    assert other.try_hold(6)
    one.release(5)
    assert other.try_hold(5)
    other.release(7)


def test_another_copy_excludes_until_it_dies(tmp_path: Path) -> None:
    chats = ByteLock(tmp_path / CHATS)
    with another_copy(tmp_path, 5, 2**63 - 1) as other:
        assert not chats.try_hold(5)
        assert not chats.try_hold(2**63 - 1)
        assert chats.try_hold(6)
        os.kill(other.pid, signal.SIGSTOP)
        assert not chats.try_hold(5), "a frozen owner is an owner"
        other.kill()
        other.wait()
        assert chats.try_hold(5)


def test_a_second_descriptor_of_ours_drops_nothing(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from chat_tui.store.locks import CHATS, ByteLock
print(ByteLock(Path(sys.argv[1]) / CHATS).try_hold(5))
"""
    chats = ByteLock(tmp_path / CHATS)
    assert chats.try_hold(5)
    del chats
    ByteLock(tmp_path / CHATS)
    asked = subprocess.run(
        [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True
    )
    assert asked.stdout == "False\n"


def test_a_removed_lock_file_excludes_nobody_and_is_refused(tmp_path: Path) -> None:
    chats = ByteLock(tmp_path / CHATS)
    assert chats.try_hold(5)
    (tmp_path / "chats.lock").unlink()
    with pytest.raises(StoreProblem, match="removed"):
        chats.try_hold(6)


def test_a_link_in_the_place_of_a_lock_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "chats.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreProblem, match="cannot be created"):
        ByteLock(tmp_path / CHATS)
    assert not (tmp_path / "elsewhere").exists()


def test_lock_files_are_private(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        ByteLock(tmp_path / "slots.lock")
    finally:
        os.umask(old)
    assert (tmp_path / "slots.lock").stat().st_mode & 0o777 == 0o600


def test_a_writer_waits_for_another_copy_and_then_says_busy(tmp_path: Path) -> None:
    write = WriteLock(tmp_path / "write.lock")
    with another_copy(tmp_path) as other:
        with pytest.raises(StoreBusy), write.held(0.01):
            pass
        threading.Timer(0.02, other.kill).start()
        with write.held():
            pass


def test_writers_of_one_process_exclude_each_other(tmp_path: Path) -> None:
    one, other = WriteLock(tmp_path / "write.lock"), WriteLock(tmp_path / "write.lock")
    with one.held(), pytest.raises(StoreBusy), other.held(0.01):
        pass
    with other.held():
        pass


def test_a_number_left_over_in_a_lock_file_means_nothing(tmp_path: Path) -> None:
    (tmp_path / "chats.lock").write_text(str(os.getppid()))
    assert ByteLock(tmp_path / CHATS).try_hold(os.getppid())


def test_a_lock_file_is_closed_when_nothing_uses_it_any_more(tmp_path: Path) -> None:
    lock, again = ByteLock(tmp_path / "a.lock"), ByteLock(tmp_path / "a.lock")
    assert lock.try_hold(1)
    assert not again.try_hold(1)
    del again
    gc.collect()
    assert is_open(tmp_path / "a.lock")
    lock.release(1)
    del lock
    gc.collect()
    assert not is_open(tmp_path / "a.lock")


def is_open(path: Path) -> bool:
    """Whether this process has the file open."""
    found = path.stat()
    for descriptor in os.listdir("/dev/fd"):
        try:
            mine = os.fstat(int(descriptor))
        except OSError:
            continue
        if (mine.st_dev, mine.st_ino) == (found.st_dev, found.st_ino):
            return True
    return False
