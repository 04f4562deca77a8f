"""Why the store cannot do what was asked.

StoreError            any of these; every call of the store, and every future it returns, may raise one
  StoreBusy           another copy of the program is writing; trying again may help
  StoreProblem        something is wrong with the files: one sentence, and what helps
    StoreUnwritable   nothing can be written; reading may still work
    StoreOutdated     a newer version has upgraded the files; only a restart helps
"""

import errno
import logging
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, LiteralString

from chat_tui.locale import _
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.paths import UNWRITABLE


class StoreError(Exception):
    """The local files did not do what was asked; the text is a sentence for the operator."""


class StoreProblem(StoreError):  # noqa: N818 - house word: a refusal that was expected
    """The files cannot be used as asked."""


class StoreUnwritable(StoreProblem):
    """The disk or the permissions allow no writing."""


class StoreOutdated(StoreProblem):
    """A newer version has changed a file under this copy, which can neither read nor write it any more."""


class StoreBusy(StoreError):  # noqa: N818 - not a fault: another copy is writing
    """Another copy has held the write lock for longer than we wait; nothing was written."""


def store_refusal(error: StoreError) -> Problem:
    """The error as the `Problem` that an interface gets."""
    if isinstance(error, StoreBusy):
        return Problem(ProblemKind.BUSY)
    return Problem(ProblemKind.STORAGE, message=str(error))


@contextmanager
def tolerated(log: logging.Logger, loss: LiteralString) -> Iterator[None]:
    """Continue after a StoreError in the block; `log` gets a warning that says what was lost.

    For writes that are convenient and not essential: a mark, a count, a sign of life.
    """
    try:
        yield
    except StoreError as error:
        log.warning("%s: %s", loss, type(error).__name__)


BROKEN: Final = (sqlite3.Error, UnicodeDecodeError)
"""What a call of SQLite may raise; UnicodeDecodeError if its message quotes a broken schema."""
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_OUTSIDE = _BUSY | {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_NOLFS,
    sqlite3.SQLITE_PROTOCOL,
}
"""Errors that come from the disk, the system or another copy; the content of the file is not to blame."""
_UNWRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN})


def cannot_open(place: Path | str, error: OSError) -> StoreProblem:
    """The error for a file that the system does not let us create or open; the advice fits the reason."""
    if error.errno == errno.EROFS:
        return read_only_disk(place)
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StoreProblem(_("No space left on the disk for {place}: free some space.").format(place=place))
    kind = StoreUnwritable if error.errno in UNWRITABLE else StoreProblem
    return kind(
        _("{place} cannot be created or read ({reason}): check the path and its permissions.").format(
            place=place, reason=os.strerror(error.errno or 0)
        )
    )


def read_only_disk(place: Path | str) -> StoreUnwritable:
    """The error for a file on a file system that is mounted read-only."""
    return StoreUnwritable(
        _("{place} is on a read-only disk: mount it as writable again.").format(place=place)
    )


def busy() -> StoreBusy:
    """The error for a write lock that another copy does not release."""
    return StoreBusy(_("Another copy of the program is writing; try again."))


def is_on_read_only_disk(place: Path) -> bool:
    """Whether the file system of a file or directory, which need not exist yet, is mounted read-only."""
    try:
        there = next(each for each in (place, *place.parents) if os.path.exists(each))
        return bool(os.statvfs(there).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def _primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code, or 0 for an error of the Python module itself."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def is_damage(error: BaseException) -> bool:
    """Whether the content of the file is to blame: broken pages, a missing table, rows against their rules.

    Every error that is not known to come from outside counts as damage. So do Python's errors about a value
    that does not have the type of its column; a mistake in our SQL looks the same.
    """
    if not isinstance(error, sqlite3.Error):
        return True
    return _primary_code(error) not in {0, *_OUTSIDE}


def explain(error: BaseException, place: Path) -> StoreError:
    """The StoreError for an error of SQLite or Python, with a sentence; always a new object."""
    code = _primary_code(error) if isinstance(error, sqlite3.Error) else 0
    if code in _BUSY:
        return busy()
    if code in _UNWRITABLE | {sqlite3.SQLITE_IOERR} and is_on_read_only_disk(place):
        return read_only_disk(place)
    sentence = {
        sqlite3.SQLITE_FULL: _("No space left on the disk for {place}: free some space."),
        sqlite3.SQLITE_READONLY: _("{place} cannot be written: check its owner and permissions."),
        sqlite3.SQLITE_PERM: _("{place} cannot be written: check its owner and permissions."),
        sqlite3.SQLITE_IOERR: _("The disk failed while using {place}: check its free space and health."),
        sqlite3.SQLITE_CANTOPEN: _("{place} cannot be opened: check its owner and permissions."),
        sqlite3.SQLITE_CORRUPT: _("{place} is damaged: restart the program to repair it."),
        sqlite3.SQLITE_NOTADB: _("{place} is damaged: restart the program to repair it."),
    }.get(code)
    if sentence is None:
        sentence = _(
            "{place} contains something that this version cannot read: restart the program; if "
            "that does not help, chat-tui doctor shows which rows."
        )
    return (StoreUnwritable if code in _UNWRITABLE else StoreProblem)(sentence.format(place=place))


@contextmanager
def explained(place: Path, *met: type[Exception]) -> Iterator[None]:
    """Turn errors of SQLite and the system about a file into a StoreError; `met` = further kinds to turn."""
    kinds: tuple[type[Exception], ...] = (*BROKEN, *met)
    try:
        yield
    except OSError as error:
        raise cannot_open(place, error) from error
    except kinds as error:
        raise explain(error, place) from error
