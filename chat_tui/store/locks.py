"""Kernel locks between the copies of the program: they end with their process and are never stale.

Lock files are never deleted, because a new inode would be another lock. Each has one descriptor per process,
because closing any descriptor of a file drops all `lockf` locks of the process on it. It is closed when no
lock object uses it any more and no lock is held through it.
"""

import fcntl
import os
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from chat_tui.files import open_private
from chat_tui.locale import _
from chat_tui.store.errors import StoreProblem, busy, cannot_open
from chat_tui.store.files import identity, private_directory

PATIENCE_S: Final = 5.0
"""How long a writer waits for another copy before it raises StoreBusy."""
_PAUSE_S: Final = 0.002
COPIES: Final = "copies.lock"
"""The file of one lock per running copy, which it holds from the first chat it opens until it ends."""
CHATS: Final = "chats.lock"
"""The file of one lock per chat, which is held from before an attempt begins until its outcome is known."""


class _LockFile:
    """A lock file's only descriptor in this process, and the numbers held through it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        private_directory(path.parent)
        try:
            self.fd = open_private(path, os.O_RDWR)
        except OSError as error:
            raise cannot_open(path, error) from error
        found = os.fstat(self.fd)
        self.identity = found.st_dev, found.st_ino
        self.held: set[int] = set()
        self.guard = threading.Lock()
        """Excludes the other threads of this process: kernel locks do not."""
        weakref.finalize(self, os.close, self.fd)


_opened: weakref.WeakValueDictionary[tuple[int, int], _LockFile] = weakref.WeakValueDictionary()
_in_use: set[_LockFile] = set()
"""Files through which a `ByteLock` holds a number; they stay open even if the lock object is gone."""
_opening = threading.Lock()


def _lock_file(path: Path) -> _LockFile:
    with _opening:
        # (0, 0) stands for a file that does not exist yet; no file has this identity.
        known = _opened.get(identity(path) or (0, 0))
        if known is None:
            known = _LockFile(path)
            _opened[known.identity] = known
        return known


class WriteLock:
    """Allows one writer of a database at a time, over all copies of the program (`flock`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: _LockFile | None = None
        """A reference, so that the file stays open between two writes."""

    @contextmanager
    def held(self, patience_s: float = PATIENCE_S) -> Iterator[None]:
        """Hold the lock in the block.

        StoreBusy if another copy or thread keeps it for longer than `patience_s`; StoreProblem if the lock
        file cannot be opened or its file system has no locks.
        """
        until = time.monotonic() + patience_s
        file = self._file = _lock_file(self._path)
        if not file.guard.acquire(timeout=patience_s):
            raise busy()
        try:
            # Polled, because `flock` knows no time limit.
            while not _try_flock(file):
                if time.monotonic() >= until:
                    raise busy()
                time.sleep(_PAUSE_S)
            try:
                yield
            finally:
                fcntl.flock(file.fd, fcntl.LOCK_UN)
        finally:
            file.guard.release()


def _try_flock(file: _LockFile) -> bool:
    try:
        fcntl.flock(file.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise _no_locks(file.path.parent, error) from error
    return True


def _no_locks(directory: Path, error: OSError) -> StoreProblem:
    """The error for a directory on a file system without locks."""
    return StoreProblem(
        _(
            "{place} is on a file system without locks ({reason}): set XDG_DATA_HOME and "
            "XDG_CACHE_HOME to a local disk."
        ).format(place=directory, reason=os.strerror(error.errno or 0))
    )


def try_locks(directory: Path) -> None:
    """StoreProblem if a file system does not support both kinds of locks, tried on a new temporary file.

    No other process can hold a lock on that file, so any refusal, even "held by another", means that locks
    do not work here. If no file can be created, nothing is raised: another check reports that.
    """
    import tempfile  # noqa: PLC0415 - nothing else needs it before the first paint

    try:
        file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 - closed below
    except OSError:
        return
    with file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.lockf(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, 2**63 - 1)
        except OSError as error:
            raise _no_locks(directory, error) from error


class ByteLock:
    """Many locks in one file: one for each number from 0 to 2^63 − 1 (`lockf` on the byte at that offset)."""

    def __init__(self, path: Path) -> None:
        self._file = _lock_file(path)

    def try_hold(self, number: int) -> bool:
        """Lock a number; False if any copy, including this one, holds it.

        StoreProblem if the lock file was removed or replaced, because the lock would exclude no other copy,
        or if its file system has no locks.
        """
        file = self._file
        if identity(file.path) != file.identity:
            raise StoreProblem(_gone(file.path))
        with file.guard:
            if number in file.held:
                return False
            try:
                fcntl.lockf(file.fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
            except (BlockingIOError, PermissionError):
                # Systems differ in which of the two says that another process holds the lock.
                return False
            except OSError as error:
                raise _no_locks(file.path.parent, error) from error
            file.held.add(number)
            _in_use.add(file)
            return True

    def release(self, number: int) -> None:
        """Unlock a number; nothing happens if this process does not hold it."""
        file = self._file
        with file.guard:
            if number in file.held:
                fcntl.lockf(file.fd, fcntl.LOCK_UN, 1, number)
                file.held.discard(number)
                if not file.held:
                    _in_use.discard(file)


def _gone(path: Path) -> str:
    return _("{place} was removed while the program was running: restart all its copies.").format(place=path)


class NoLocks:
    """Replaces a `ByteLock` where nothing can be written: no requests are made and nothing is sent there."""

    def __init__(self, _path: Path) -> None:
        """Open nothing."""

    def try_hold(self, _number: int) -> bool:
        """Always True: there is no other copy to exclude."""
        return True

    def release(self, _number: int) -> None:
        """Do nothing: there is no lock."""


def lost_chat_lock(data_dir: Path) -> str:
    """A sentence if this process uses a chat lock whose file was removed or replaced; else empty."""
    path = data_dir / CHATS
    with _opening:
        lost = any(file.path == path and identity(path) != file.identity for file in _opened.values())
    return _gone(path) if lost else ""
