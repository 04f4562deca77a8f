"""Connections to the two files, and what is done with a connection as a whole.

Three kinds: one per file that writes (`connect`), one that reads both at one moment (`open_reader`), and one
that leaves no trace where nothing may be written (`connect_to_look`).
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
"""The business of a file none of whose chats is looked at."""
_WITHOUT_LOCKS = "mode=ro&vfs=unix-none"


class Connection(sqlite3.Connection):
    """What every function of this room takes first; others pass it on and never look inside.

    The files hold the Market's own numbers of chats. Whoever reads or writes one there goes through `chat`
    or `own`.
    """

    business = _NOBODYS
    """Whose files these are."""

    def chat(self, number: int) -> ChatRef:
        """The chat that has this number in the files."""
        return ChatRef(self.business, number)

    def chats(self, sql: str, given: Sequence[object] = ()) -> tuple[ChatRef, ...]:
        """The chats whose numbers a query gives, in its order."""
        return tuple(self.chat(number) for (number, *_rest) in self.execute(sql, given))

    def own(self, chat: ChatRef) -> int:
        """The number of a chat in the files; ForeignChat for one of another business."""
        return number_in(self.business, chat)


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """What one of the two files is."""

    path: Path
    kind: str
    """The folder of its migrations: cache or state."""
    synchronous: str
    """NORMAL may lose the last commits in a power cut, FULL does not."""
    cache_kib: int
    business: BusinessId

    @property
    def is_durable(self) -> bool:
        """Whether its content cannot be read again from the Market."""
        return self.kind == "state"

    @property
    def steps(self) -> Path:
        """The folder of its migrations."""
        return MIGRATIONS / self.kind

    @property
    def damage_mark(self) -> Path:
        """An empty file that says: damage was met, look before the next use."""
        return Path(f"{self.path}.damaged")


def connect_to(address: Path | str, business: BusinessId = _NOBODYS) -> Connection:
    """A connection to a file, by its path or an address that may say how it is read, or to `:memory:`."""
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
    """Close a connection if it cannot be set up as the block does it."""
    try:
        yield
    except BaseException:
        conn.close()
        raise


def connect(file: DatabaseFile) -> Connection:
    """A connection with our settings, to a file that exists."""
    conn = connect_to(file.path, file.business)
    with closed_on_error(conn):
        # With a log of changes nobody who reads waits for the one who writes.
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute(f"PRAGMA synchronous = {file.synchronous}")
        conn.execute(f"PRAGMA cache_size = -{file.cache_kib}")
        conn.execute("PRAGMA temp_store = MEMORY")
        conn.execute("PRAGMA foreign_keys = ON")
        # What is deleted goes with the file, which nobody but the owner can read; overwriting costs writes.
        conn.execute("PRAGMA secure_delete = OFF")
        conn.execute("PRAGMA journal_size_limit = 67108864")
    return conn


def transaction(conn: C, fn: Callable[[C], T]) -> T:
    """Run `fn` and commit; whatever it or the commit raises undoes all of it."""
    conn.execute("BEGIN IMMEDIATE")
    try:
        result = fn(conn)
        conn.execute("COMMIT")
    except BaseException:
        # SQLite itself has rolled back after some errors, a full disk among them.
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise
    return result


def snapshot(conn: C, fn: Callable[[C], T]) -> T:
    """Run `fn` so that all its queries see the same moment of a file."""
    conn.execute("BEGIN")
    try:
        return fn(conn)
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")


def open_reader(cache: DatabaseFile, state: DatabaseFile) -> Connection:
    """A connection that sees both files and writes neither; the writers must have opened them already."""
    conn = connect_to(cache.path, cache.business)
    with closed_on_error(conn):
        # As bytes: the name of a directory need not be text.
        conn.execute("ATTACH ? AS state", (os.fsencode(state.path),))
        let_read(conn, cache, state)
    return conn


def let_read(conn: Connection, cache: DatabaseFile, state: DatabaseFile) -> None:
    """Set up a connection that has both files open: it keeps some pages of each, and writes nothing."""
    conn.execute(f"PRAGMA main.cache_size = -{cache.cache_kib}")
    conn.execute(f"PRAGMA state.cache_size = -{state.cache_kib}")
    conn.execute("PRAGMA temp_store = MEMORY")
    conn.execute("PRAGMA query_only = ON")


def restore(conn: Connection, path: Path) -> None:
    """Write what a removed file held back to its path, unless something is there already."""
    if path.exists():
        return
    # Only a whole copy gets the name: whoever opens it meanwhile finds nothing, and waits for the write lock.
    whole = path.with_name(f".{path.name}.restored")
    whole.unlink(missing_ok=True)
    touch_private(whole)
    conn.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(whole),))
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    whole.rename(path)


def connect_to_look(path: Path) -> Connection:
    """A connection to one database by which nothing is written, not even beside it."""
    conn = connect_to(looking_at(path))
    choose_locks(conn, path)
    return conn


def looking_at(path: Path) -> str:
    """The address by which SQLite reads a database where nothing can be written, not even beside it.

    What a log of changes holds is read too, also where the file is missing in which those who use it are
    noted: then nobody does.
    """
    how = "mode=ro"
    if not os.access(path.parent, os.W_OK | os.X_OK):
        if not os.path.exists(f"{path}-wal"):
            how = "immutable=1"
        elif not os.path.exists(f"{path}-shm"):
            how = _WITHOUT_LOCKS
    return f"{path.absolute().as_uri()}?{how}"


def choose_locks(conn: Connection, path: Path, name: str = "") -> None:
    """Let SQLite note in memory who uses a file where it cannot be noted beside it.

    An empty name stands for every file of the connection, and those to be attached later.
    """
    mode = "EXCLUSIVE" if looking_at(path).endswith(_WITHOUT_LOCKS) else "NORMAL"
    conn.execute(f"PRAGMA {name}locking_mode = {mode}")
