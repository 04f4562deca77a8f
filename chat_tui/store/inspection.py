"""Checks for `doctor`: of the files from outside, and of the SQLite that reads them. Nothing is changed."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from chat_tui.store.errors import BROKEN, is_damage
from chat_tui.store.sqlite import shape
from chat_tui.store.sqlite.connections import connect_to_look

_LOG_RACE_MENDED: Final = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""Since these versions, each in its series, two processes cannot reset the write-ahead log at one moment."""
_LARGEST_CHECKED: Final = 50_000_000
"""Bytes of the largest file that is checked page by page, which takes a fifth of a second."""


@dataclass(frozen=True, slots=True)
class Looked:
    """The result of `look` at one file."""

    path: Path
    kind: Literal["cache", "state"]
    rotten: dict[str, int]
    """How many rows of each table cannot be read; tables without such rows are left out."""
    is_damaged: bool = False
    """Whether the file itself is damaged; the next start repairs it."""
    error: str = ""
    """Why it could not be checked, in the words of SQLite; empty if it was."""


def look(path: Path, kind: Literal["cache", "state"]) -> Looked:
    """Count the rows of a database that cannot be read; the program may be running at the same time."""
    try:
        with closing(connect_to_look(path)) as conn:
            is_small = path.stat().st_size <= _LARGEST_CHECKED
            is_whole = not is_small or conn.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            if is_whole and not any(shape.missing(conn, kind)):
                return Looked(path, kind, shape.rotten(conn, kind))
    except BROKEN as error:
        if not is_damage(error):
            return Looked(path, kind, {}, error=str(error))
    return Looked(path, kind, {}, is_damaged=True)


def sqlite_version() -> str:
    """The version of the SQLite that Python uses, such as "3.46.1"."""
    return sqlite3.sqlite_version


def has_log_race(number: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether this SQLite may damage a file that several processes write, and so needs our write lock."""
    return number < _LOG_RACE_MENDED[0] and not any(
        number[:2] == mend[:2] and number >= mend for mend in _LOG_RACE_MENDED[1:]
    )


def has_search() -> bool:
    """Whether this SQLite was built with full-text search (FTS5), without which no store can be opened."""
    with closing(sqlite3.connect(":memory:")) as conn:
        return ("ENABLE_FTS5",) in conn.execute("PRAGMA compile_options").fetchall()
