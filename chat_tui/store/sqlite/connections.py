"""Connections to the two files, and transactions on them.

There are three kinds: one for each file that writes (`connect`), one that reads both files at one moment
(`open_reader`), and one that only looks and leaves no trace (`connect_to_look`).
"""

import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from chat_tui.files import touch_private
from chat_tui.model.ids import BusinessId, ChatRef, number_in
from chat_tui.store.sqlite import shape

T = TypeVar("T")
C = TypeVar("C", bound=sqlite3.Connection)

MIGRATIONS = Path(__file__).parents[1] / "migrations"
_NOBODYS = BusinessId(0)
"""Stands for the business of a file from which no chats are read."""
_WITHOUT_LOCKS = "mode=ro&vfs=unix-none"


class Connection(sqlite3.Connection):
    """The first parameter of every function of the store; other packages pass it on and never use it.

    The files contain the Market's own numbers of chats, and `chat` and `own` convert them.
    """

    business = _NOBODYS
    """The business whose files these are."""

    def chat(self, number: int) -> ChatRef:
        """The chat that has this number in the files."""
        return ChatRef(self.business, number)

    def chats(self, sql: str, given: Sequence[object] = ()) -> tuple[ChatRef, ...]:
        """The chats whose numbers are in the first column of a query, in its order."""
        return tuple(self.chat(number) for (number, *_rest) in self.execute(sql, given))

    def own(self, chat: ChatRef) -> int:
        """The number of a chat in the files; ForeignChat for a chat of another business."""
        return number_in(self.business, chat)


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """One of the two files, and how it is opened."""

    path: Path
    kind: str
    """"cache" or "state"; also the folder of its migrations."""
    synchronous: str
    """SQLite's setting: NORMAL may lose the last commits in a power cut, FULL does not."""
    cache_kib: int
    """KiB of pages that a connection caches in memory."""
    business: BusinessId

    @property
    def is_durable(self) -> bool:
        """Whether its content cannot be read from the Market again."""
        return self.kind == "state"

    @property
    def steps(self) -> Path:
        """The folder of its migrations."""
        return MIGRATIONS / self.kind

    @property
    def damage_mark(self) -> Path:
        """An empty file that exists if damage was found: the next start checks the whole database."""
        return Path(f"{self.path}.damaged")


def connect_to(address: Path | str, business: BusinessId = _NOBODYS) -> Connection:
    """A connection to a file by its path or by a URI with options for reading, or to `:memory:`."""
    # `transaction` begins them, not Python; and a writer's thread uses a connection that another one opened.
    conn = sqlite3.connect(
        address,
        uri=isinstance(address, str),
        isolation_level=None,
        check_same_thread=False,
        timeout=5.0,
        factory=Connection,
    )
    conn.business = business
    shape.read_tolerantly(conn)
    return conn


@contextmanager
def closed_on_error(conn: Connection) -> Iterator[None]:
    """Close a connection if the block, which sets it up, raises."""
    try:
        yield
    except BaseException:
        conn.close()
        raise


def connect(file: DatabaseFile) -> Connection:
    """A connection with our settings to an existing file."""
    conn = connect_to(file.path, file.business)
    with closed_on_error(conn):
        # With a write-ahead log, readers never wait for the writer.
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute(f"PRAGMA synchronous = {file.synchronous}")
        conn.execute(f"PRAGMA cache_size = -{file.cache_kib}")
        conn.execute("PRAGMA temp_store = MEMORY")
        conn.execute("PRAGMA foreign_keys = ON")
        # Deleted rows may stay in the file, which only the owner can read; overwriting them costs writes.
        conn.execute("PRAGMA secure_delete = OFF")
        # A long read makes the log grow; this cuts it to 64 MiB afterwards.
        conn.execute("PRAGMA journal_size_limit = 67108864")
    return conn


def transaction(conn: C, fn: Callable[[C], T]) -> T:
    """Run `fn` and commit; if it or the commit raises, all of it is undone."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        result = fn(conn)
        conn.execute("COMMIT")
    except BaseException:
        # After some errors, such as a full disk, SQLite has already rolled back itself.
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
    return result


def snapshot(conn: C, fn: Callable[[C], T]) -> T:
    """Run `fn` so that all its queries see the files at the same moment."""
    conn.execute("BEGIN")
    try:
        return fn(conn)
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")


def open_reader(cache: DatabaseFile, state: DatabaseFile) -> Connection:
    """A connection that reads both files and writes neither; the writers must have opened them before."""
    conn = connect_to(cache.path, cache.business)
    with closed_on_error(conn):
        # As bytes, because the name of a directory need not be valid text.
        conn.execute("ATTACH ? AS state", (os.fsencode(state.path),))
        let_read(conn, cache, state)
    return conn


def let_read(conn: Connection, cache: DatabaseFile, state: DatabaseFile) -> None:
    """Set the cache sizes of a connection that has both files open, and forbid it to write."""
    conn.execute(f"PRAGMA main.cache_size = -{cache.cache_kib}")
    conn.execute(f"PRAGMA state.cache_size = -{state.cache_kib}")
    conn.execute("PRAGMA temp_store = MEMORY")
    conn.execute("PRAGMA query_only = ON")


def restore(conn: Connection, path: Path) -> None:
    """Write a removed file, which `conn` still has open, to its path again; nothing happens if one exists."""
    if path.exists():
        return
    # Only a complete copy gets the name: until then, other copies find no file and wait for the write lock.
    whole = path.with_name(f".{path.name}.restored")
    whole.unlink(missing_ok=True)
    touch_private(whole)
    conn.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(whole),))
    # A log that was left behind does not belong to the new file.
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    whole.rename(path)


def connect_to_look(path: Path) -> Connection:
    """A connection to one database that writes nothing, not even a file beside it."""
    conn = connect_to(looking_at(path))
    choose_locks(conn, path)
    return conn


def looking_at(path: Path) -> str:
    """The URI with which SQLite reads a database and writes nothing, even where nothing can be written.

    Its write-ahead log (-wal) is read too. If the log's index (-shm) is missing and cannot be created, no
    other process uses the database, and it is read without locks.
    """
    how = "mode=ro"
    if not os.access(path.parent, os.W_OK | os.X_OK):
        if not os.path.exists(f"{path}-wal"):
            how = "immutable=1"
        elif not os.path.exists(f"{path}-shm"):
            how = _WITHOUT_LOCKS
    return f"{path.absolute().as_uri()}?{how}"


def choose_locks(conn: Connection, path: Path, name: str = "") -> None:
    """Let SQLite keep the log's index in memory if it cannot be created beside the database at `path`.

    `name` is the name of the database in the connection with a dot; empty = all, and those attached later.
    """
    mode = "EXCLUSIVE" if looking_at(path).endswith(_WITHOUT_LOCKS) else "NORMAL"
    conn.execute(f"PRAGMA {name}locking_mode = {mode}")
