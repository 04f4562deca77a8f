"""The store of one business: a cache of the Market's data, and the state made by the operator.

**Two files.** `cache.db` mirrors the Market: chats, messages, orders, the search index, cursors of long
scans. It may be deleted, and then all of it is read again. `state.db` has what exists nowhere else: the
outbox, drafts, marks, and the few rows by which copies of the program share quotas and choose a leader. It is
never deleted. Beside them are private files: copies of files to send (`spool`), texts that no database
accepted (`drafts.keep_aside`), unreadable items of answers (`quarantine`), and lock files.

**Who writes.** Each file has one writer per process, with a thread of its own (`sqlite.writer`); all copies
on a machine take turns by a kernel lock per file (`locks.WriteLock`), because some versions of SQLite may
damage a write-ahead log that several processes reset, and because a lock ends with its process. A third
thread reads both files at one moment. Functions of the noun modules (`chats`, `messages`, `outbox` …) take a
connection first and are run by `read`, `write_cache` or `write_state`, each in one transaction. No
transaction spans both files, so one never waits for the other.

**The order of writes.** Data that must not be lost is therefore written to the state first. A typed text
becomes an outbox row, and its draft is removed, in one transaction before the text box is cleared. An attempt
is committed before its request leaves; its outcome after the answer has come. The cache follows and may be
behind: reading continues from where it is.

**What a crash leaves.** Complete transactions. The state is synchronous = FULL: a finished write survives a
power cut. The cache is NORMAL: a power cut may undo its last commits, but no earlier ones. An attempt that
was committed without an outcome may have arrived; `inbox` looks for it before anything is sent again.

**Damage.** A row with a value that no version writes is left out: queries select only `sound` rows
(`sqlite.shape`). If a page cannot be read, a table is missing or a file is not a database, the cache is
replaced by a new one, and a state file is set aside and its readable rows are saved into a new one
(`sqlite.opening`). This happens at the start and while running, at most three times per file. If damage was
found but could not be repaired at once, a mark beside the file makes the next start check all of it. A file
that was removed while it is open is written again (state) or created again (cache). `notices` reports what
was done. On a read-only disk both files are read as they are, and every write is refused
(`sqlite.writer.Sealed`).

**An update under an open copy.** Migrations are numbered, and every transaction first checks whether the
number has grown. A copy that does not know the new number stops for good with StoreOutdated and no longer
touches the files, unless the migration allows it to go on (`sqlite.schema`).

Every failure is a `StoreError`. Not done here: HTTP, deciding what to send or show, and reading the clock,
whose time callers pass.
"""

import asyncio
import os
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, Final, Generic, ParamSpec, TypeVar

from chat_tui.locale import _
from chat_tui.model.ids import BusinessId
from chat_tui.store.errors import BROKEN, StoreUnwritable, explained, is_damage
from chat_tui.store.files import private_directory
from chat_tui.store.locks import WriteLock, try_locks
from chat_tui.store.quarantine import Quarantine
from chat_tui.store.sqlite import schema
from chat_tui.store.sqlite.connections import Connection, DatabaseFile, open_reader, snapshot
from chat_tui.store.sqlite.notices import Hindrance, Notices
from chat_tui.store.sqlite.opening import open_unwritable
from chat_tui.store.sqlite.writer import Sealed, Writer, both, note_damage

__all__ = ["Connection", "Hindrance", "Pending", "Store", "StorePaths"]

P = ParamSpec("P")
T = TypeVar("T")

_ROTTEN: Final = (TypeError, ValueError, ArithmeticError, LookupError)
"""Errors of a query that reads a row as sound although it is not."""


@dataclass(frozen=True, slots=True)
class StorePaths:
    """Where the files of one business are."""

    cache_dir: Path
    data_dir: Path
    business: BusinessId
    """The business; it is part of every `ChatRef` that comes from these files."""

    @property
    def cache(self) -> DatabaseFile:
        """The file that may be deleted and read again."""
        return DatabaseFile(self.cache_dir / "cache.db", "cache", "NORMAL", 4_000, self.business)

    @property
    def state(self) -> DatabaseFile:
        """The file that is never deleted."""
        return DatabaseFile(self.data_dir / "state.db", "state", "FULL", 1_000, self.business)

    def lock(self, kind: str) -> Path:
        """The lock file of a database; not beside the cache, which may be deleted under a running copy."""
        return self.data_dir / f"{kind}.lock"


class Pending(Generic[T]):
    """The result of work on another thread, which runs even if nothing waits for the result.

    `await` it in any event loop, or block for its `result` on any thread; both raise what the work raised.
    """

    def __init__(self, future: Future[T]) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.wrap_future(self._future).__await__()

    def result(self, timeout: float | None = None) -> T:
        """Block until it is there, at most `timeout` seconds (then TimeoutError); None = without a limit."""
        return self._future.result(timeout)

    def add_done_callback(self, call: Callable[[Future[T]], object]) -> None:
        """Call `call` on the thread that did the work, as soon as it is done, failed or cancelled."""
        self._future.add_done_callback(call)

    def cancel(self) -> None:
        """Cancel the work if that is still possible."""
        self._future.cancel()


class Store:
    """Both files of one business, open for reading and writing. Any thread may call it.

    If one of the files cannot be written, both are open for reading only, and every write is refused with
    StoreUnwritable. Every result may raise another StoreError instead.
    """

    def __init__(self, paths: StorePaths) -> None:
        """Open, create or migrate both files; StoreError if they cannot be used."""
        self.paths = paths
        self.quarantine = Quarantine(paths.data_dir)
        self.unwritable = ""
        """A sentence that says why nothing can be written in this run, and what helps; empty = all can be."""
        self._notices = Notices()
        self._cache: Writer | Sealed
        self._state: Writer | Sealed
        try:
            _prepare(paths, self._notices)
            self._open()
        except StoreUnwritable as problem:
            # Without files there is nothing to read either.
            if not any(os.path.lexists(file.path) for file in (paths.cache, paths.state)):
                raise
            self.unwritable = str(problem)
            self._cache = Sealed(paths.cache, self.unwritable)
            self._state = Sealed(paths.state, self.unwritable)
            with explained(paths.cache.path):
                self._reader = open_unwritable(paths.cache, paths.state)
        self._reader_sees = self._identities
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="store-read")

    def _open(self) -> None:
        paths = self.paths
        with ExitStack() as opened:
            self._cache = Writer(paths.cache, WriteLock(paths.lock("cache")), self._notices)
            opened.callback(self._cache.close)
            self._state = Writer(paths.state, WriteLock(paths.lock("state")), self._notices)
            opened.callback(self._state.close)
            with explained(paths.cache.path):
                self._reader = open_reader(paths.cache, paths.state)
            opened.pop_all()

    @property
    def notices(self) -> tuple[str, ...]:
        """Sentences for the operator about all repairs so far."""
        return self._notices.said

    def tell_notices(self, hear: Callable[[str], None] | None) -> None:
        """Call `hear` with a sentence about each later repair, on a thread of the store; None = stop."""
        self._notices.tell(hear)

    @property
    def hindrance(self) -> Hindrance:
        """Why the files cannot be written, according to the last write to each."""
        return self._notices.hindrance

    def tell_hindrance(self, hear: Callable[[Hindrance], None] | None) -> None:
        """Call `hear` with every change of `hindrance`, on a thread of the store; None = stop."""
        self._notices.tell_hindrance(hear)

    def try_again(self) -> None:
        """Write to each file whose last write failed, to find out whether it works again."""
        for writer, kind in ((self._cache, "cache"), (self._state, "state")):
            if kind in self._notices.hindered:
                writer.submit(schema.touch)

    def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[T]:
        """Run a query with a connection that sees both files at one moment and can write neither."""
        return Pending(self._reading.submit(self._read, lambda conn: fn(conn, *args, **kwargs)))

    def write_cache(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[T]:
        """Run one transaction on the cache; a power cut may undo the last ones."""
        return Pending(self._cache.submit(lambda conn: fn(conn, *args, **kwargs)))

    def write_state(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[T]:
        """Run one transaction on the state; once the result is there, it survives a power cut."""
        return Pending(self._state.submit(lambda conn: fn(conn, *args, **kwargs)))

    def data_version(self) -> Pending[tuple[int, int]]:
        """A number per file (cache, state) that changes when another process has committed to it."""
        return Pending(both(self._cache.data_version(), self._state.data_version()))

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
        with self._notices.outdated(), explained(self.paths.cache.path, *_ROTTEN):
            try:
                return self._try(fn)
            except (*BROKEN, *_ROTTEN) as error:
                if not is_damage(error) or not self._is_mended(error):
                    raise
            return self._try(fn)

    def _try(self, fn: Callable[[Connection], T]) -> T:
        def if_known(conn: Connection) -> T:
            schema.refuse_successor(conn, self._cache.schema)
            schema.refuse_successor(conn, self._state.schema, "state")
            return fn(conn)

        if self._reader_sees != (now := self._identities):
            # The old reader stays until a new one could be opened: otherwise the next read tries again.
            reader = open_reader(self.paths.cache, self.paths.state)
            self._reader.close()
            self._reader, self._reader_sees = reader, now
        return snapshot(self._reader, if_known)

    def _is_mended(self, error: BaseException) -> bool:
        """Repair a damaged file; whether one was."""
        # SQLite does not say which of the two files it was: the one that cannot be read again comes first.
        note_damage(error, self.paths.cache)
        return self._state.mend().result() or self._cache.mend().result()


def _prepare(paths: StorePaths, notices: Notices) -> None:
    """Create or check both directories; a StoreUnwritable for one is raised after the other was checked."""
    unwritable: StoreUnwritable | None = None
    # The two may be the same directory.
    for directory in dict.fromkeys((paths.data_dir, paths.cache_dir)):
        try:
            if private_directory(directory):
                notices.say(_("{place} was readable by others. This has been fixed.").format(place=directory))
            try_locks(directory)
        except StoreUnwritable as problem:
            unwritable = unwritable or problem
    if unwritable is not None:
        raise unwritable
