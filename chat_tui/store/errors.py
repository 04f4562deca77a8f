"""Why the store cannot do what was asked.

StoreProblem    something is wrong with the files: one sentence, and what helps
StoreBusy       another copy of the program is writing; trying again may help
"""

import os
import sqlite3
from pathlib import Path

from chat_tui.locale import _


class StoreProblem(Exception):  # noqa: N818 - house word: a refusal that was expected
    """The files cannot be used as asked; the text is a sentence for the operator."""


class StoreBusy(Exception):  # noqa: N818 - not a fault: another copy is at it
    """Another copy holds the write lock for longer than we wait; nothing was written."""


DAMAGED = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def cannot_open(place: Path, error: OSError) -> StoreProblem:
    """A file the system does not let us make or open."""
    return StoreProblem(
        _("{place} cannot be made or read ({reason}): check the path and its permissions.").format(
            place=place, reason=os.strerror(error.errno or 0)
        )
    )


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code, or 0 for an error of the Python module itself."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def explain(error: sqlite3.Error, place: Path) -> Exception:
    """What an error of SQLite means to the caller; a mistake in our own SQL stays what it is."""
    code = primary_code(error)
    if code in _BUSY:
        return StoreBusy(_("Another copy of the program is writing; try again."))
    sentence = {
        sqlite3.SQLITE_FULL: _("No space left on the disk for {place}: free some space."),
        sqlite3.SQLITE_READONLY: _("{place} cannot be written: check its owner and permissions."),
        sqlite3.SQLITE_PERM: _("{place} cannot be written: check its owner and permissions."),
        sqlite3.SQLITE_IOERR: _("The disk failed while using {place}: check its free space and health."),
        sqlite3.SQLITE_CANTOPEN: _("{place} cannot be opened: check its owner and permissions."),
        sqlite3.SQLITE_CORRUPT: _("{place} is damaged: start the program again to repair it."),
        sqlite3.SQLITE_NOTADB: _("{place} is damaged: start the program again to repair it."),
    }.get(code)
    return StoreProblem(sentence.format(place=place)) if sentence else error
