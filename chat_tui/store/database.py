"""The store of one business: two files, a thread that reads and one that writes for each file."""

import logging
import os
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, Self, TypeVar

from chat_tui.locale import _
from chat_tui.store import schema
from chat_tui.store.connections import open_reader, restore, snapshot, transaction
from chat_tui.store.errors import (
    BROKEN,
    StoreBusy,
    StoreOutdated,
    StoreProblem,
    StoreUnwritable,
    cannot_open,
    explain,
    is_damage,
)
from chat_tui.store.files import has_room, identity, private_directory
from chat_tui.store.futures import both
from chat_tui.store.locks import WriteLock, lost_chat_lock, try_locks
from chat_tui.store.notices import Hindrance, Notices
from chat_tui.store.opening import DatabaseFile, begin_anew, is_whole, mark_damage, open_database
from chat_tui.store.quarantine import Quarantine
from chat_tui.store.reading import Sealed, open_unwritable

P = ParamSpec("P")
T = TypeVar("T")

Connection = sqlite3.Connection
"""What every function of this room takes first; others pass it on and never look inside."""

_CLOSING_PATIENCE_S: Final = 1.0
_MOST_MENDS: Final = 3
"""Of one file in one run: what has to be mended again and again, mending does not help."""
_ROTTEN: Final = (TypeError, ValueError, ArithmeticError, LookupError)
"""What a query meets that takes a row for sound which is not."""

log = logging.getLogger(__name__)


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
        self._is_open = False
        self._mends = 0
        with lock.held():
            self._open(open_database)
        self.opened_version: int = self._version()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"store-{file.kind}")

    def submit(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Run `fn` in one transaction; the result comes after the commit."""
        return self._thread.submit(self._write_or_tell, fn)

    def try_again(self) -> Future[None]:
        """Write something that changes nothing: whether it can be written is told as for any other write."""
        return self.submit(schema.touch)

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

    def mend(self) -> Future[bool]:
        """Damage was met that may be in this file: whether it has been mended, or is another file now."""
        return self._thread.submit(self._mend_found)

    def _open(self, opened: Callable[[DatabaseFile, Notices], Connection]) -> None:
        self._conn = opened(self._file, self._notices)
        self._is_open = True
        self.schema = schema.user_version(self._conn)
        """The number of the last migration this program knows."""
        self.identity = identity(self._file.path)
        """Device and inode of the file that is open; another one after it was removed and begun anew."""

    def _close(self) -> None:
        self._conn.close()
        self._is_open = False

    def _version(self) -> int:
        try:
            return int(self._conn.execute("PRAGMA data_version").fetchone()[0])
        except BROKEN as error:
            raise explain(error, self._file.path) from error

    def _look(self) -> int:
        if identity(self._file.path) != self.identity or not self._is_open:
            with self._lock.held():
                self._keep_current()
        return self._version()

    def _write_or_tell(self, fn: Callable[[Connection], T]) -> T:
        """As `_write`; that the file cannot be written stands in `Notices` until it can."""
        kind = self._file.kind
        try:
            self._notices.refuse_if_ended()
            result = self._write(fn)
        except StoreOutdated as problem:
            self._notices.end(str(problem))
            raise
        except StoreProblem as problem:
            self._notices.hinder(kind, str(problem))
            raise
        # On a full disk a small write may find a place that a larger one does not.
        if kind in self._notices.hindered and has_room(self._file.path.parent):
            self._notices.free(kind)
        return result

    def _write(self, fn: Callable[[Connection], T]) -> T:
        try:
            return self._try(fn)
        except (*BROKEN, TypeError, ArithmeticError) as error:
            _note(error, self._file)
            # What was to be written to a cache belongs to what is gone: whoever reads it anew begins anew.
            if not is_damage(error) or not self._mend_found() or not self._file.is_durable:
                raise explain(error, self._file.path) from error
        try:
            return self._try(fn)
        except (*BROKEN, TypeError, ArithmeticError) as error:
            raise explain(error, self._file.path) from error

    def _try(self, fn: Callable[[Connection], T]) -> T:
        def if_known(conn: Connection) -> T:
            schema.refuse_successor(conn, self.schema)
            return fn(conn)

        with self._lock.held():
            self._keep_current()
            return transaction(self._conn, if_known)

    def _keep_current(self) -> bool:
        """Go on with the file that lies there now, begun anew if it was removed; whether it is another one.

        What goes into a file without a name is lost at the end.
        """
        try:
            if self._is_open and identity(self._file.path) == self.identity:
                return False
            private_directory(self._file.path.parent)
            was_open = self._is_open
            if self._file.is_durable and was_open:
                restore(self._conn, self._file.path)
            # SQLite sees that the file has moved and leaves a log alone that another copy may have begun.
            self._close()
            self._open(open_database)
        except BROKEN as error:
            raise explain(error, self._file.path) from error
        except OSError as error:
            raise cannot_open(self._file.path, error) from error
        if was_open:
            self._notices.say(
                _("{place} was removed while the program ran; it was made again.").format(
                    place=self._file.path
                )
            )
        if lost := lost_chat_lock(self._file.path.parent):
            self._notices.say(lost)
        return True

    def _mend_found(self) -> bool:
        with self._lock.held():
            if self._keep_current():
                return True
            if self._mends == _MOST_MENDS:
                return False
            if self._file.is_durable:
                try:
                    if is_whole(self._file):
                        return False
                except BROKEN as error:
                    raise explain(error, self._file.path) from error
            self._mends += 1
            self._close()
            try:
                mark_damage(self._file)
                # Also what is wrong only in what it holds is begun anew, if the Market has it all.
                self._open(open_database if self._file.is_durable else begin_anew)
            except OSError as error:
                raise cannot_open(self._file.path, error) from error
            except BROKEN as error:
                raise explain(error, self._file.path) from error
            return True


def _note(error: BaseException, file: DatabaseFile) -> None:
    """Leave a mark, so that the next start checks the whole file, and tell the log the kind of the error."""
    if is_damage(error):
        log.error("a local file cannot be read as it should: %s", type(error).__name__)
        # Without a mark the next start mends only what it meets; the error itself is told in any case.
        with suppress(OSError):
            mark_damage(file)


def _prepare(paths: StorePaths, notices: Notices) -> None:
    """Make the directories, or find them fit; StoreUnwritable only after both were looked at."""
    unwritable: StoreUnwritable | None = None
    for directory in dict.fromkeys((paths.data_dir, paths.cache_dir)):
        try:
            if private_directory(directory):
                notices.say(_("{place} was readable by others; that is mended.").format(place=directory))
            try_locks(directory)
        except StoreUnwritable as problem:
            unwritable = unwritable or problem
    if unwritable is not None:
        raise unwritable


class Store:
    """Chats and messages (cache), and what the operator made (state). Any thread may call it.

    Where one of the files cannot be written, both are open for reading only, and every write is refused.
    """

    def __init__(self, paths: StorePaths) -> None:
        self.paths = paths
        self.quarantine = Quarantine(paths.data_dir)
        self._notices = Notices()
        self.unwritable = ""
        """Why nothing can be written in this run, a sentence with the fix; empty = everything can be."""
        self._cache: _Writer | Sealed
        self._state: _Writer | Sealed
        try:
            _prepare(paths, self._notices)
            self._open()
        except StoreUnwritable as problem:
            if not any(os.path.lexists(file.path) for file in (paths.cache, paths.state)):
                raise
            self.unwritable = str(problem)
            self._cache = Sealed(paths.cache, self.unwritable)
            self._state = Sealed(paths.state, self.unwritable)
            try:
                self._reader = open_unwritable(paths.cache, paths.state)
            except BROKEN as error:
                raise explain(error, paths.cache.path) from error
        self._reader_sees = self._identities
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="store-read")

    def _open(self) -> None:
        paths = self.paths
        self._cache = _Writer(paths.cache, WriteLock(paths.lock("cache")), self._notices)
        try:
            self._state = _Writer(paths.state, WriteLock(paths.lock("state")), self._notices)
        except BaseException:
            self._cache.close()
            raise
        try:
            self._reader = open_reader(paths.cache, paths.state)
        except BROKEN as error:
            self._cache.close()
            self._state.close()
            raise explain(error, paths.cache.path) from error

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

    @property
    def hindrance(self) -> Hindrance:
        """What keeps the files from being written, by the last try of each."""
        return self._notices.hindrance

    def tell_hindrance(self, hear: Callable[[Hindrance], None] | None) -> None:
        """Call `hear` with every change of it, on a thread of the store; None = nobody hears."""
        self._notices.tell_hindrance(hear)

    def try_again(self) -> None:
        """Try to write what could not be written last time, to find out whether there is room again."""
        for writer, kind in ((self._cache, "cache"), (self._state, "state")):
            if kind in self._notices.hindered:
                writer.try_again()

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
        return both(self._cache.data_version(), self._state.data_version())

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
            self._notices.refuse_if_ended()
            return self._try(fn)
        except StoreOutdated as problem:
            self._notices.end(str(problem))
            raise
        except (*BROKEN, *_ROTTEN) as error:
            if not is_damage(error) or not self._is_mended(error):
                raise explain(error, self.paths.cache.path) from error
        try:
            return self._try(fn)
        except (*BROKEN, *_ROTTEN) as error:
            raise explain(error, self.paths.cache.path) from error

    def _try(self, fn: Callable[[Connection], T]) -> T:
        def if_known(conn: Connection) -> T:
            schema.refuse_successor(conn, self._cache.schema)
            schema.refuse_successor(conn, self._state.schema, "state")
            return fn(conn)

        if self._reader_sees != (now := self._identities):
            # Only a reader that could be opened takes the place: the next read tries again.
            reader = open_reader(self.paths.cache, self.paths.state)
            self._reader.close()
            self._reader, self._reader_sees = reader, now
        return snapshot(self._reader, if_known)

    def _is_mended(self, error: BaseException) -> bool:
        """Which of the two files it was is not told: what cannot be read again is looked at first."""
        _note(error, self.paths.cache)
        return self._state.mend().result() or self._cache.mend().result()
