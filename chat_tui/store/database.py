"""The store of one business: what the Market told (cache) and what the operator made (state).

**Two files.** `cache.db` mirrors the Market: chats, messages, orders, the search index, cursors of long
reads. It may be dropped; all of it is read again. `state.db` holds what exists nowhere else: the outbox,
drafts, marks, and the few rows by which copies of the program share quotas and choose a leader. It is never
wiped. Beside them lie private files: copies of files to send (`spool`), texts no database took
(`drafts.keep_aside`), what nobody could read (`quarantine`), and lock files.

**Who writes.** Each file has one writer per process, with a thread of its own (`sqlite.writer`); all copies
on a machine take turns by a kernel lock per file (`locks.WriteLock`), because SQLite of some versions may
damage a log that several processes reset, and because a lock dies with its process. A third thread reads both
files at one moment. Functions of the noun modules (`chats`, `messages`, `outbox` …) take a connection first
and are run by `read`, `write_cache` or `write_state`, each in one transaction. Nothing spans both files: a
transaction on one cannot wait for the other.

**The order of writes.** So what must not be lost goes to the state first. A typed text becomes an outbox row
and its draft goes in the same transaction, before the box clears. An attempt is committed before its request
leaves; its outcome after the answer came. The cache follows, and may be behind: it is read again from where
it is.

**What a crash leaves.** Whole transactions. The state is synchronous = FULL: what a future has answered
outlives a power cut. The cache is NORMAL: a power cut may take its last commits, never its order. An attempt
that was committed and has no outcome is one that may have arrived; `inbox` looks for it before anything is
sent again.

**Damage.** A value no version writes costs its row: every query asks for `sound` rows (`sqlite.shape`). A
page that cannot be read, a missing table, a file that is none: of the cache, a new one is begun; of the
state, the old file is set aside and every row that can still be read is saved into a new one
(`sqlite.opening`). This happens at the start and while running, at most three times a file; where damage was
met and could not be mended at once, a mark beside the file has the next start check all of it. A file that
was removed while it is open is written back (state) or begun anew (cache). What was done is said in
`notices`. On a disk that is read-only both files are read as they are, and every write is refused
(`sqlite.writer.Sealed`).

**An update under an open copy.** Migrations are numbered; every transaction first looks whether the number
has grown. A copy that does not know the new one, and is not told that it may go on, stops for good with
StoreOutdated and touches nothing any more (`sqlite.schema`).

Every failure is a `StoreError`. Not here: HTTP, the decision what to send or show, and any clock, which
callers pass.
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
"""What a query meets that takes a row for sound which is not."""


@dataclass(frozen=True, slots=True)
class StorePaths:
    """Where the files of one business lie."""

    cache_dir: Path
    data_dir: Path
    business: BusinessId
    """Whose files they are: it stands in every chat that comes from there."""

    @property
    def cache(self) -> DatabaseFile:
        """What may be dropped and read again."""
        return DatabaseFile(self.cache_dir / "cache.db", "cache", "NORMAL", 4_000, self.business)

    @property
    def state(self) -> DatabaseFile:
        """What is never wiped."""
        return DatabaseFile(self.data_dir / "state.db", "state", "FULL", 1_000, self.business)

    def lock(self, kind: str) -> Path:
        """The lock file of a database; not beside the cache, which may be wiped under a running copy."""
        return self.data_dir / f"{kind}.lock"


class Pending(Generic[T]):
    """The result of work on another thread, which has begun whether or not somebody waits for it.

    `await` it in any event loop, or block for its `result` on any thread; both raise what the work raised.
    """

    def __init__(self, future: Future[T]) -> None:
        self._future = future

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.wrap_future(self._future).__await__()

    def result(self, timeout: float | None = None) -> T:
        """Block until it is there, for `timeout` seconds at most (then TimeoutError); None = without end."""
        return self._future.result(timeout)

    def add_done_callback(self, call: Callable[[Future[T]], object]) -> None:
        """Call `call` on the thread that did the work, as soon as it is done, failed or cancelled."""
        self._future.add_done_callback(call)

    def cancel(self) -> None:
        """Break it off if that is still possible."""
        self._future.cancel()


class Store:
    """Chats and messages (cache), and what the operator made (state). Any thread may call it.

    Where one of the files cannot be written, both are open for reading only, and every write is refused.
    """

    def __init__(self, paths: StorePaths) -> None:
        """Open, create or migrate both files; a StoreError says why not."""
        self.paths = paths
        self.quarantine = Quarantine(paths.data_dir)
        self.unwritable = ""
        """Why nothing can be written in this run, a sentence with the fix; empty = everything can be."""
        self._notices = Notices()
        self._cache: Writer | Sealed
        self._state: Writer | Sealed
        try:
            _prepare(paths, self._notices)
            self._open()
        except StoreUnwritable as problem:
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
                writer.submit(schema.touch)

    def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[T]:
        """Ask with a connection that sees both files, at one moment, and can write neither."""
        return Pending(self._reading.submit(self._read, lambda conn: fn(conn, *args, **kwargs)))

    def write_cache(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[T]:
        """One transaction on the cache; a power cut may lose the last ones."""
        return Pending(self._cache.submit(lambda conn: fn(conn, *args, **kwargs)))

    def write_state(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Pending[T]:
        """One transaction on the state; when the result is there, it outlives a power cut."""
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
            # Only a reader that could be opened takes the place: the next read tries again.
            reader = open_reader(self.paths.cache, self.paths.state)
            self._reader.close()
            self._reader, self._reader_sees = reader, now
        return snapshot(self._reader, if_known)

    def _is_mended(self, error: BaseException) -> bool:
        """Which of the two files it was is not told: what cannot be read again is looked at first."""
        note_damage(error, self.paths.cache)
        return self._state.mend().result() or self._cache.mend().result()


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
