"""Save what can still be read of a damaged durable file, row by row.

A table is read from both its ends up to the damage, so that one broken page costs the rows on it and no more.
"""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from chat_tui.model.outbox import OutboxKind, OutboxState
from chat_tui.store.errors import BROKEN
from chat_tui.store.files import create_private, remove_database

ORDERS: Final = {
    "draft": "chat_id {way}, copy {way}",
    "outbox": "rowid {way}",
    "mark": "rowid {way}",
    "note": "rowid {way}",
    "label": "chat_id {way}, name {way}",
}
"""The tables that cannot be read again from anywhere, and the order their rows lie in."""

_WORDS: Final = {"kind": frozenset(OutboxKind), "state": frozenset(OutboxState)}
_UNCERTAIN: Final = """
    UPDATE outbox SET state = 'unconfirmed', attempt_at = iif(attempt, attempt_at, created_at)
    WHERE state IN ('queued', 'waiting')
"""
"""Letters may be spoilt and the last commits lost: nothing goes to a buyer before the operator has looked."""
_LEAST_BYTES: Final = 4096
_Row = tuple[int | str | None, ...]


def salvage(damaged: Path, into: sqlite3.Connection) -> dict[str, int]:
    """Copy the readable rows of a damaged database into a new one; how many of each table.

    `damaged` and its log of changes stay as they are: a copy of them is read.
    """
    copy = damaged.with_name(f".{damaged.name}.copy")
    remove_database(copy)
    try:
        for suffix in ("", "-wal"):
            if (part := Path(f"{damaged}{suffix}")).exists():
                create_private(Path(f"{copy}{suffix}"))
                shutil.copyfile(part, f"{copy}{suffix}")
        if copy.stat().st_size == 0:
            # SQLite throws away the log of an empty file; with a page of zeros it reads the log instead.
            copy.write_bytes(bytes(_LEAST_BYTES))
        with closing(sqlite3.connect(copy, isolation_level=None)) as old:
            # Also tolerates a file that is shorter than it says.
            old.execute("PRAGMA writable_schema = ON")
            old.text_factory = lambda raw: raw.decode(errors="replace")
            return _save(old, into)
    finally:
        remove_database(copy)


def _save(old: sqlite3.Connection, into: sqlite3.Connection) -> dict[str, int]:
    into.execute("BEGIN IMMEDIATE")
    saved = {table: _save_table(old, into, table) for table in ORDERS}
    into.execute(_UNCERTAIN)
    into.execute("COMMIT")
    return saved


def _save_table(old: sqlite3.Connection, into: sqlite3.Connection, table: str) -> int:
    known = _columns(old, table)
    columns = {name: told for name, told in _columns(into, table).items() if name in known}
    if not columns:
        return 0
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    saved = 0
    for way in ("ASC", "DESC"):
        order = ORDERS[table].format(way=way)
        for row in _readable(old, f"SELECT {names} FROM {table} NOT INDEXED ORDER BY {order}"):  # noqa: S608
            if all(_fits(value, name, columns[name]) for value, name in zip(row, columns, strict=True)):
                saved += into.execute(
                    f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
                    row,
                ).rowcount
    return saved


def _columns(conn: sqlite3.Connection, table: str) -> dict[str, tuple[str, bool]]:
    """The columns of a table: their type, and whether they may be empty; none if it cannot be told."""
    rows = _readable(conn, f"PRAGMA table_info({table})")
    return {str(row[1]): (str(row[2]), not row[3]) for row in rows}


def _readable(conn: sqlite3.Connection, query: str) -> Iterator[_Row]:
    """The rows of a query up to the first that cannot be read."""
    try:
        yield from conn.execute(query)
    except BROKEN:
        return


def _fits(value: Any, name: str, told: tuple[str, bool]) -> bool:
    """Whether a value is one that the program may have written there."""
    kind, may_be_empty = told
    if value is None:
        return may_be_empty
    return isinstance(value, int if kind == "INTEGER" else str) and value in _WORDS.get(name, (value,))
