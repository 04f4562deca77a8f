"""A look at the files from outside: what of them cannot be read. Nothing is changed."""

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from chat_tui.store import shape
from chat_tui.store.errors import BROKEN, is_damage
from chat_tui.store.sqlite.connections import connect_to_look

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
            if path.stat().st_size <= _LARGEST_CHECKED:
                verdict = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
                if verdict != "ok":
                    return Looked(path, kind, {}, is_damaged=True)
            if any(shape.missing(conn, kind)):
                return Looked(path, kind, {}, is_damaged=True)
            return Looked(path, kind, shape.rotten(conn, kind))
    except BROKEN as error:
        if is_damage(error):
            return Looked(path, kind, {}, is_damaged=True)
        return Looked(path, kind, {}, error=str(error))
