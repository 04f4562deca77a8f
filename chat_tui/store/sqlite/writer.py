"""The writer of one file: the only connection of this process that writes to it, and its thread."""

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

from chat_tui.locale import _
from chat_tui.store.errors import (
    BROKEN,
    StoreBusy,
    StoreOutdated,
    StoreProblem,
    StoreUnwritable,
    explained,
    is_damage,
)
from chat_tui.store.files import has_room, identity, private_directory
from chat_tui.store.locks import WriteLock, lost_chat_lock
from chat_tui.store.sqlite import schema
from chat_tui.store.sqlite.connections import Connection, DatabaseFile, restore, transaction
from chat_tui.store.sqlite.notices import Notices
from chat_tui.store.sqlite.opening import begin_anew, is_whole, mark_damage, open_database

T = TypeVar("T")

_CLOSING_PATIENCE_S: Final = 1.0
_MOST_MENDS: Final = 3
"""Repairs of one file in one run; if it is damaged again after that, repairs do not help."""

log = logging.getLogger(__name__)


class Writer:
    """Writes to one file, one transaction after another on its own thread; repairs the file if needed."""

    def __init__(self, file: DatabaseFile, lock: WriteLock, notices: Notices) -> None:
        self._file = file
        self._lock = lock
        self._notices = notices
        self._is_open = False
        self._mends = 0
        # Two copies that start at the same time must not both migrate or repair the file.
        with lock.held():
            self._open(open_database)
        self.opened_version: int = self._version()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"store-{file.kind}")

    def submit(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Run `fn` in one transaction; the result, or a StoreError, is there after the commit."""
        return self._thread.submit(self._write_or_tell, fn)

    def data_version(self) -> Future[int]:
        """A number that changes when another process has committed to the file."""
        return self._thread.submit(self._look)

    def mend(self) -> Future[bool]:
        """Check the file after damage was found; whether it was repaired or is another file now."""
        return self._thread.submit(self._mend_found)

    def close(self) -> None:
        """Finish the queued transactions, then close the file."""
        self._thread.shutdown(wait=True)
        try:
            with self._lock.held(_CLOSING_PATIENCE_S):
                self._conn.close()
        except StoreBusy:
            # The copy that holds the lock has the file open too, so closing ours does not write to it.
            self._conn.close()

    def _open(self, opened: Callable[[DatabaseFile, Notices], Connection]) -> None:
        self._conn = opened(self._file, self._notices)
        self._is_open = True
        self.schema = schema.user_version(self._conn)
        """The number of the last migration that this program knows."""
        self.identity = identity(self._file.path)
        """Device and inode of the open file; they change if it was removed and created again."""

    def _close(self) -> None:
        self._conn.close()
        self._is_open = False

    def _version(self) -> int:
        with explained(self._file.path):
            return int(self._conn.execute("PRAGMA data_version").fetchone()[0])

    def _look(self) -> int:
        if not self._is_current:
            with self._lock.held():
                self._keep_current()
        return self._version()

    def _write_or_tell(self, fn: Callable[[Connection], T]) -> T:
        """As `_write`, and keep in `Notices` why the file cannot be written, until it can."""
        kind = self._file.kind
        with self._notices.outdated():
            try:
                result = self._write(fn)
            except StoreOutdated:
                raise
            except StoreProblem as problem:
                self._notices.hinder(kind, str(problem))
                raise
        # On a full disk, a small write may fit where a larger one does not.
        if kind in self._notices.hindered and has_room(self._file.path.parent):
            self._notices.free(kind)
        return result

    def _write(self, fn: Callable[[Connection], T]) -> T:
        with explained(self._file.path, TypeError, ArithmeticError):
            try:
                return self._try(fn)
            except (*BROKEN, TypeError, ArithmeticError) as error:
                note_damage(error, self._file)
                # The write belongs to the old content of a cache, which is read again from its beginning.
                if not is_damage(error) or not self._mend_found() or not self._file.is_durable:
                    raise
            return self._try(fn)

    def _try(self, fn: Callable[[Connection], T]) -> T:
        def if_known(conn: Connection) -> T:
            schema.refuse_successor(conn, self.schema)
            return fn(conn)

        # Checked under the lock: until it is released, no other copy can replace the file.
        with self._lock.held():
            self._keep_current()
            return transaction(self._conn, if_known)

    @property
    def _is_current(self) -> bool:
        return self._is_open and identity(self._file.path) == self.identity

    def _keep_current(self) -> bool:
        """Open the file that is at the path now, restored if it was removed; whether it is another one.

        Without this, writes would go to a file without a name and be lost when it is closed.
        """
        if self._is_current:
            return False
        was_open = self._is_open
        with explained(self._file.path):
            private_directory(self._file.path.parent)
            if self._file.is_durable and was_open:
                restore(self._conn, self._file.path)
            # SQLite notices that the file has moved and does not touch the write-ahead log of a new one.
            self._close()
            self._open(open_database)
        if was_open:
            self._notices.say(
                _("{place} was removed while the program was running. It was created again.").format(
                    place=self._file.path
                )
            )
        if lost := lost_chat_lock(self._file.path.parent):
            self._notices.say(lost)
        return True

    def _mend_found(self) -> bool:
        with self._lock.held(), explained(self._file.path):
            if self._keep_current():
                return True
            if self._mends == _MOST_MENDS or (self._file.is_durable and is_whole(self._file)):
                return False
            self._mends += 1
            self._close()
            mark_damage(self._file)
            # A cache is replaced even if only its content is wrong, because the Market has all of it.
            self._open(open_database if self._file.is_durable else begin_anew)
            return True


class Sealed:
    """Replaces the writer of a file that cannot be written."""

    identity = None
    """The file is not checked again: only the next start finds out whether it can be written."""
    opened_version = 0

    def __init__(self, file: DatabaseFile, why: str) -> None:
        self._why = why
        self.schema = schema.newest(file.steps)

    def submit(self, _write: Callable[[Connection], T]) -> Future[T]:
        """A future with StoreUnwritable."""
        refused: Future[T] = Future()
        refused.set_exception(StoreUnwritable(self._why))
        return refused

    def data_version(self) -> Future[int]:
        """Always the same number, because nothing is written."""
        return _done(self.opened_version)

    def mend(self) -> Future[bool]:
        """Always False: nothing can be repaired."""
        return _done(False)

    def close(self) -> None:
        """Do nothing: no file is open."""


def _done(value: T) -> Future[T]:
    done: Future[T] = Future()
    done.set_result(value)
    return done


def both(one: Future[int], other: Future[int]) -> Future[tuple[int, int]]:
    """The results of two futures as one."""
    found: Future[tuple[int, int]] = Future()

    def finish(_done: Future[int]) -> None:
        if not found.set_running_or_notify_cancel():
            return  # It was cancelled.
        try:
            found.set_result((one.result(), other.result()))
        except Exception as error:  # noqa: BLE001 - passed on in the future
            found.set_exception(error)

    one.add_done_callback(lambda _done: other.add_done_callback(finish))
    return found


def note_damage(error: BaseException, file: DatabaseFile) -> None:
    """If an error means damage, log its kind and leave a mark, so that the next start checks the file."""
    if is_damage(error):
        log.error("a local file cannot be read as it should: %s", type(error).__name__)
        # Without a mark, the next start repairs only the damage it meets; the error itself is raised anyway.
        with suppress(OSError):
            mark_damage(file)
