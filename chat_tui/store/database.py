"""The store of one business: two files, a thread that reads and one that writes for each file."""

import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, Self, TypeVar

from chat_tui.locale import _
from chat_tui.store.connections import note_damage, open_reader, restore, snapshot, transaction
from chat_tui.store.errors import StoreBusy, StoreProblem, explain
from chat_tui.store.files import identity, private_directory
from chat_tui.store.locks import WriteLock, lost_chat_lock
from chat_tui.store.notices import Notices
from chat_tui.store.opening import DatabaseFile, open_database
from chat_tui.store.quarantine import Quarantine

P = ParamSpec("P")
T = TypeVar("T")

Connection = sqlite3.Connection
"""What every function of this room takes first; others pass it on and never look inside."""

_CLOSING_PATIENCE_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class StorePaths:
    """Where the files of one business lie."""

    cache_dir: Path
    data_dir: Path

    @property
    def cache(self) -> DatabaseFile:
        """What may be dropped and read again."""
        return DatabaseFile(self.cache_dir / "cache.db", "cache", "NORMAL", 4_000)

    @property
    def state(self) -> DatabaseFile:
        """What is never wiped."""
        return DatabaseFile(self.data_dir / "state.db", "state", "FULL", 1_000)

    def lock(self, kind: str) -> Path:
        """The lock file of a database; not beside the cache, which may be wiped under a running copy."""
        return self.data_dir / f"{kind}.lock"


class _Writer:
    """The only connection of this process that writes to one file, and its thread."""

    def __init__(self, file: DatabaseFile, lock: WriteLock, notices: Notices) -> None:
        self._file = file
        self._lock = lock
        self._notices = notices
        with lock.held():
            self._conn = open_database(file, notices)
        self.identity = identity(file.path)
        """Device and inode of the file that is open; another one after it was removed and begun anew."""
        self.opened_version: int = self._conn.execute("PRAGMA data_version").fetchone()[0]
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"store-{file.kind}")

    def submit(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Run `fn` in one transaction; the result comes after the commit."""
        return self._thread.submit(self._write, fn)

    def data_version(self) -> Future[int]:
        """A number that changes when another process has committed."""
        return self._thread.submit(self._look)

    def close(self) -> None:
        """Finish what was queued, then close."""
        self._thread.shutdown(wait=True)
        try:
            with self._lock.held(_CLOSING_PATIENCE_S):
                self._conn.close()
        except StoreBusy:
            # Whoever holds the lock has the file open too, so closing ours writes nothing back.
            self._conn.close()

    def _look(self) -> int:
        try:
            if identity(self._file.path) != self.identity:
                with self._lock.held():
                    self._keep_current()
            version: int = self._conn.execute("PRAGMA data_version").fetchone()[0]
        except sqlite3.Error as error:
            raise explain(error, self._file.path) from error
        return version

    def _write(self, fn: Callable[[Connection], T]) -> T:
        try:
            with self._lock.held():
                self._keep_current()
                return transaction(self._conn, fn)
        except sqlite3.Error as error:
            note_damage(error, self._file)
            raise explain(error, self._file.path) from error

    def _keep_current(self) -> None:
        """Begin the file anew if it was removed: what goes into a file without a name is lost at the end."""
        if identity(self._file.path) == self.identity:
            return
        private_directory(self._file.path.parent)
        if self._file.is_durable:
            restore(self._conn, self._file.path)
        # SQLite sees that the file has moved and leaves alone a log that another copy may have begun there.
        self._conn.close()
        self._conn = open_database(self._file, self._notices)
        self.identity = identity(self._file.path)
        self._notices.say(
            _("{place} was removed while the program ran; it was made again.").format(place=self._file.path)
        )
        if lost := lost_chat_lock(self._file.path.parent):
            self._notices.say(lost)


class Store:
    """Chats and messages (cache), and what the operator made (state). Any thread may call it."""

    def __init__(self, paths: StorePaths) -> None:
        self.paths = paths
        self.quarantine = Quarantine(paths.data_dir)
        self._notices = Notices()
        for directory in {paths.cache_dir, paths.data_dir}:
            if private_directory(directory):
                self._notices.say(
                    _("{place} was readable by others; that is mended.").format(place=directory)
                )
        self._cache = _Writer(paths.cache, WriteLock(paths.lock("cache")), self._notices)
        try:
            self._state = _Writer(paths.state, WriteLock(paths.lock("state")), self._notices)
        except BaseException:
            self._cache.close()
            raise
        try:
            self._reader = open_reader(paths.cache, paths.state)
        except sqlite3.Error as error:
            self._cache.close()
            self._state.close()
            raise explain(error, paths.cache.path) from error
        self._reader_sees = self._identities
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="store-read")

    @classmethod
    def open(cls, paths: StorePaths) -> Self:
        """Open, create or migrate both files; StoreProblem or StoreBusy says why not."""
        return cls(paths)

    @property
    def notices(self) -> tuple[str, ...]:
        """What had to be mended so far: sentences for the operator."""
        return self._notices.said

    def tell_notices(self, hear: Callable[[str], None] | None) -> None:
        """Call `hear` with what must be mended from now on, on a thread of the store; None = nobody hears."""
        self._notices.tell(hear)

    def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Ask with a connection that sees both files, at one moment, and can write neither."""
        return self._reading.submit(self._read, lambda conn: fn(conn, *args, **kwargs))

    def write_cache(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """One transaction on the cache; a power cut may lose the last ones."""
        return self._cache.submit(lambda conn: fn(conn, *args, **kwargs))

    def write_state(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """One transaction on the state; when the result is there, it outlives a power cut."""
        return self._state.submit(lambda conn: fn(conn, *args, **kwargs))

    def data_version(self) -> Future[tuple[int, int]]:
        """A number per file (cache, state) that changes when another process has committed to it."""
        return _both(self._cache.data_version(), self._state.data_version())

    @property
    def opened_versions(self) -> tuple[int, int]:
        """`data_version` as it was when the files were opened."""
        return self._cache.opened_version, self._state.opened_version

    def close(self) -> None:
        """Finish what was queued, then close the files."""
        self._reading.shutdown(wait=True)
        self._reader.close()
        self._cache.close()
        self._state.close()

    @property
    def _identities(self) -> tuple[tuple[int, int] | None, ...]:
        return self._cache.identity, self._state.identity

    def _read(self, fn: Callable[[Connection], T]) -> T:
        try:
            if self._reader_sees != (now := self._identities):
                # Only a reader that could be opened takes the place: the next read tries again.
                reader = open_reader(self.paths.cache, self.paths.state)
                self._reader.close()
                self._reader, self._reader_sees = reader, now
            return snapshot(self._reader, fn)
        except sqlite3.Error as error:
            # Which of the two files it was is not told.
            note_damage(error, self.paths.cache)
            note_damage(error, self.paths.state)
            raise explain(error, self.paths.cache.path) from error


def _both(one: Future[int], other: Future[int]) -> Future[tuple[int, int]]:
    """The results of two futures as one."""
    both: Future[tuple[int, int]] = Future()
    left = [one, other]
    guard = threading.Lock()

    def ended(done: Future[int]) -> None:
        with guard:
            left.remove(done)
            if left:
                return
        if not both.set_running_or_notify_cancel():
            return  # nobody waits any more
        try:
            both.set_result((one.result(), other.result()))
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits
            both.set_exception(error)

    one.add_done_callback(ended)
    other.add_done_callback(ended)
    return both


__all__ = ["Connection", "Store", "StoreBusy", "StorePaths", "StoreProblem"]
