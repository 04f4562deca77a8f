"""Damage to the files: values of any kind in any column, random bytes over pages."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from chat_tui.store.sqlite import shape
from tests.faults.rot.master import FILES
from tests.support.damage import PAGE

Make = Callable[[random.Random], object]
NO_TEXT = "CAST(? AS TEXT)"
VALUES: tuple[tuple[str, Make], ...] = (
    (NO_TEXT, lambda chance: b"A\xff" + chance.randbytes(6)),
    ("?", lambda chance: chance.randbytes(9)),
    ("?", lambda _: "scheduled"),
    ("?", lambda _: "\x1b[2J\x1b]0;x\x07 \u202e \U0001f600"),
    ("?", lambda _: -1),
    ("?", lambda _: 2**63 - 1),
    ("?", lambda chance: chance.randint(2**43, 2**60)),
    ("?", lambda _: 1.5),
    ("?", lambda _: None),
    ("?", lambda chance: "ё" * chance.randint(10_000, 60_000)),
)


@dataclass(frozen=True)
class Column:
    """A column of one of the files."""

    kind: str
    table: str
    name: str
    is_text: bool


@dataclass
class Spoilt:
    """The damage that a trial has done."""

    did: list[str]
    items: set[str]
    """Ids of the damaged outbox rows."""
    pages: str = ""
    """The kind of the file whose pages were overwritten."""


def columns() -> list[Column]:
    """Every column that the program reads, text columns first."""
    found = [
        Column(kind, table, name, what.rstrip("?") not in {"id", "at", "base", "count", "some", "number"})
        for kind, tables in shape.TABLES.items()
        for table, told in tables.items()
        for name, what in (column.split(":") for column in told.split())
    ]
    return sorted(found, key=lambda column: not column.is_text)


def rounds_of_text() -> Iterator[list[Column]]:
    """All text columns, in as few rounds as the largest table has."""
    by_table: dict[str, list[Column]] = {}
    for column in columns():
        if column.is_text:
            by_table.setdefault(column.table, []).append(column)
    for n in range(max(map(len, by_table.values()))):
        yield [found[n] for found in by_table.values() if n < len(found)]


def spoil_column(
    root: Path, column: Column, chance: random.Random, spoilt: Spoilt, value: int | None = None
) -> None:
    """Write an invalid value into a column of one row."""
    with closing(sqlite3.connect(root / FILES[column.kind], isolation_level=None)) as conn:
        conn.text_factory = bytes
        keys = [row[1].decode() for row in conn.execute(f"PRAGMA table_info({column.table})") if row[5]]
        rows = conn.execute(f"SELECT {', '.join(keys)} FROM {column.table}").fetchall()
        if column.table == "outbox":
            rows = [row for row in rows if row[0].startswith(b"q")]
        if not rows:
            return
        row = chance.choice(rows)
        where = " AND ".join(f"CAST({key} AS BLOB) = CAST(? AS BLOB)" for key in keys)
        choices = [VALUES[value]] if value is not None else chance.sample(VALUES, len(VALUES))
        for slot, make in choices:
            given = make(chance)
            try:
                done = conn.execute(
                    f"UPDATE {column.table} SET {column.name} = {slot} WHERE {where}", (given, *row)
                )
            except sqlite3.Error:  # a constraint of the table forbids this value
                continue
            if done.rowcount:
                told = repr(given)[:24]
                spoilt.did.append(f"{column.table}.{column.name} = {slot} {told}")
                if column.table == "outbox":
                    spoilt.items.add(row[0].decode())
                break
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def spoil_pages(root: Path, kind: str, chance: random.Random, spoilt: Spoilt) -> None:
    """Write random bytes over one to three pages."""
    path = root / FILES[kind]
    with path.open("r+b") as file:
        count = max(path.stat().st_size // PAGE, 1)
        for _ in range(chance.randint(1, 3)):
            page, begin = chance.randrange(count), chance.choice((0, 0, chance.randrange(PAGE - 64)))
            file.seek(page * PAGE + begin)
            length = chance.choice((PAGE - begin, 64))
            file.write(chance.randbytes(length))
            spoilt.did.append(f"{kind}: {length} bytes at {begin} of page {page}")
    spoilt.pages = kind
