"""The SQLite that Python brought along."""

import sqlite3
from typing import Final

_MENDED: Final = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""From these on, each within its own series, two processes cannot reset the log at the same moment."""


def version() -> str:
    """Its version, as SQLite writes it."""
    return sqlite3.sqlite_version


def has_log_race(number: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Whether it needs our lock, because it may damage a file that several processes write."""
    return number < _MENDED[0] and not any(number[:2] == mend[:2] and number >= mend for mend in _MENDED[1:])


def has_search() -> bool:
    """Whether it was built with full-text search (FTS5), without which no file can be opened."""
    with sqlite3.connect(":memory:") as conn:
        options = {str(row[0]) for row in conn.execute("PRAGMA compile_options")}
    conn.close()
    return "ENABLE_FTS5" in options
