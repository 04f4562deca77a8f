"""A look at the files from outside, and at the SQLite that reads them. Nothing is changed."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from chat_tui.store.errors import BROKEN, is_damage
from chat_tui.store.sqlite import shape
from chat_tui.store.sqlite.connections import connect_to_look

_LOG_RACE_MENDED: Final = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""From these on, each within its own series, two processes cannot reset the log at the same moment."""
_LARGEST_CHECKED: Final = 50_000_000
"""Bytes of a file that is looked at page by page, which takes a fifth of a second."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in one file."""

    path: Path
    kind: Literal["cache", "state"]
    rotten: dict[str, int]
    """By table how many rows cannot be read; those of other tables can."""
    is_damaged: bool = False
    """Whether the file itself does not read as it should: the next start mends it."""
    error: str = ""
    """Why it could not be looked at, in the words of SQLite; empty if it was."""


def look(path: Path, kind: Literal["cache", "state"]) -> Looked:
    """Count the rows of a database that cannot be read; the program may run meanwhile."""
    try:
        with closing(connect_to_look(path)) as conn:
            is_checked = path.stat().st_size <= _LARGEST_CHECKED
            if is_checked and conn.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                return Looked(path, kind, {}, is_damaged=True)
            if any(shape.missing(conn, kind)):
                return Looked(path, kind, {}, is_damaged=True)
            return Looked(path, kind, shape.rotten(conn, kind))
    except BROKEN as error:
        if is_damage(error):
            return Looked(path, kind, {}, is_damaged=True)
        return Looked(path, kind, {}, error=str(error))


def sqlite_version() -> str:
    """The version of the SQLite that Python brought along, as it writes it."""
    return sqlite3.sqlite_version


def has_log_race(number: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether that SQLite needs our lock, because it may damage a file that several processes write."""
    return number < _LOG_RACE_MENDED[0] and not any(
        number[:2] == mend[:2] and number >= mend for mend in _LOG_RACE_MENDED[1:]
    )


def has_search() -> bool:
    """Whether it was built with full-text search (FTS5), without which no file can be opened."""
    with sqlite3.connect(":memory:") as conn:
        options = {str(row[0]) for row in conn.execute("PRAGMA compile_options")}
    conn.close()
    return "ENABLE_FTS5" in options
