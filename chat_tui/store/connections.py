"""What is done with a connection as a whole: one transaction, one moment, a copy of all it holds."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from chat_tui.store import shape
from chat_tui.store.files import create_private
from chat_tui.store.opening import DatabaseFile

T = TypeVar("T")


def transaction(conn: sqlite3.Connection, fn: Callable[[sqlite3.Connection], T]) -> T:
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


def snapshot(conn: sqlite3.Connection, fn: Callable[[sqlite3.Connection], T]) -> T:
    """Run `fn` so that all its queries see the same moment of a file."""
    conn.execute("BEGIN")
    try:
        return fn(conn)
    finally:
        if conn.in_transaction:
            conn.execute("ROLLBACK")


def open_reader(cache: DatabaseFile, state: DatabaseFile) -> sqlite3.Connection:
    """A connection that sees both files and writes neither; the writers must have opened them already."""
    conn = sqlite3.connect(cache.path, isolation_level=None, check_same_thread=False, timeout=5.0)
    shape.read_tolerantly(conn)
    # As bytes: the name of a directory need not be text.
    conn.execute("ATTACH ? AS state", (os.fsencode(state.path),))
    conn.execute(f"PRAGMA main.cache_size = -{cache.cache_kib}")
    conn.execute(f"PRAGMA state.cache_size = -{state.cache_kib}")
    conn.execute("PRAGMA temp_store = MEMORY")
    conn.execute("PRAGMA query_only = ON")
    return conn


def restore(conn: sqlite3.Connection, path: Path) -> None:
    """Write what a removed file held back to its path, unless something is there already."""
    if path.exists():
        return
    whole = path.with_name(f".{path.name}.restored")
    whole.unlink(missing_ok=True)
    create_private(whole)
    conn.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(whole),))
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    whole.rename(path)
