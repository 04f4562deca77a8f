"""Open one database file: make it private, refuse what is not ours, mend what can be mended."""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from chat_tui.locale import _
from chat_tui.store import schema, shape
from chat_tui.store.errors import BROKEN, cannot_open, explain, is_damage
from chat_tui.store.files import latest_aside, private_database, remove_database, set_aside
from chat_tui.store.notices import Notices
from chat_tui.store.salvage import salvage

_CHECKED_BYTES: Final = 1_000_000
"""A durable file up to this size is checked whole at every start, which takes 4 ms per million bytes.

Damage in a larger one leaves a mark when it is met, and the next start checks it."""


@dataclass(frozen=True, slots=True)
class DatabaseFile:
    """What one of the two files is."""

    path: Path
    kind: str
    """The folder of its migrations: cache or state."""
    synchronous: str
    """NORMAL may lose the last commits in a power cut, FULL does not."""
    cache_kib: int

    @property
    def is_durable(self) -> bool:
        """Whether its content cannot be read again from the Market."""
        return self.kind == "state"

    @property
    def steps(self) -> Path:
        """The folder of its migrations."""
        return schema.MIGRATIONS / self.kind

    @property
    def damage_mark(self) -> Path:
        """An empty file that says: damage was met, look before the next use."""
        return Path(f"{self.path}.damaged")


def connect(file: DatabaseFile) -> sqlite3.Connection:
    """A connection with our settings, to a file that exists."""
    conn = sqlite3.connect(file.path, isolation_level=None, check_same_thread=False, timeout=5.0)
    shape.read_tolerantly(conn)
    try:
        conn.execute("PRAGMA journal_mode = WAL")
        conn.execute(f"PRAGMA synchronous = {file.synchronous}")
        conn.execute(f"PRAGMA cache_size = -{file.cache_kib}")
        conn.execute("PRAGMA temp_store = MEMORY")
        conn.execute("PRAGMA foreign_keys = ON")
        conn.execute("PRAGMA secure_delete = OFF")
        conn.execute("PRAGMA journal_size_limit = 67108864")
    except BaseException:
        conn.close()
        raise
    return conn


def open_database(file: DatabaseFile, notices: Notices) -> sqlite3.Connection:
    """Open, create or migrate a database; the caller holds its write lock.

    A cache that is damaged, or is none of this version, begins anew. Such a durable file is set aside under
    a new name, and what is readable of it saved into a new one. `notices` says so.
    StoreProblem if the file is not ours to use or was written by a newer version.
    """
    try:
        if file.is_durable and file.damage_mark.exists() and not file.path.exists():
            # A start that was saving what it could was killed.
            return _save_from(latest_aside(file.path), file, notices)
        is_emptied = file.is_durable and file.path.exists() and file.path.stat().st_size == 0
        if private_database(file.path):
            notices.say(_("{place} was readable by others; that is mended.").format(place=file.path))
        if is_emptied:
            # SQLite would take it for a new one, and throw away a log of changes beside it.
            return begin_anew(file, notices)
        try:
            conn = _open(file, notices)
        except BROKEN as error:
            if not is_damage(error):
                raise
            conn = begin_anew(file, notices)
    except BROKEN as error:
        raise explain(error, file.path) from error
    except OSError as error:
        raise cannot_open(file.path, error) from error
    return conn


def is_whole(file: DatabaseFile) -> bool:
    """Whether a file reads as it should, by a connection of its own; BROKEN if that cannot be told."""
    try:
        with closing(connect(file)) as conn:
            _check(conn)
            return not any(shape.missing(conn, file.kind))
    except BROKEN as error:
        if is_damage(error):
            return False
        raise


def _open(file: DatabaseFile, notices: Notices) -> sqlite3.Connection:
    if file.path.stat().st_size:
        _refuse_foreign(file)
    conn = connect(file)
    try:
        if file.damage_mark.exists() or (file.is_durable and file.path.stat().st_size <= _CHECKED_BYTES):
            _check(conn)
        backup = file.path.with_name(f"{file.path.name}.before-migration") if file.is_durable else None
        schema.migrate(conn, file.steps, backup)
        # Reading the schema meets damage in the first pages now, and not in the first query.
        _amend(conn, file, notices)
        if file.is_durable and (count := shape.unreadable_outbox(conn)):
            words = _(
                "Rows of the outbox that cannot be read: {n}. They are not sent; chat-tui doctor tells more."
            )
            notices.say(words.format(n=count))
    except BaseException:
        conn.close()
        raise
    file.damage_mark.unlink(missing_ok=True)
    return conn


def _refuse_foreign(file: DatabaseFile) -> None:
    """StoreProblem if a newer version wrote it; DatabaseError if it is the other of the two files."""
    # Read-only: closing an ordinary connection may write its log of changes back into the file.
    conn = sqlite3.connect(f"{file.path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        found = {str(row[0]) for row in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if found & shape.TABLES["cache" if file.is_durable else "state"].keys():
            raise _damage(f"{file.path.name} is the other file")
        schema.refuse_newer(schema.user_version(conn), file.steps)
    finally:
        conn.close()


def _amend(conn: sqlite3.Connection, file: DatabaseFile, notices: Notices) -> None:
    """Make again what is missing in a durable file; DatabaseError where that would not do."""
    tables, indexes = shape.missing(conn, file.kind)
    if not tables | indexes:
        return
    if not file.is_durable:
        raise _damage(f"{file.path.name} is not of this version")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as pattern:
        schema.migrate(pattern, file.steps)
        conn.execute("BEGIN IMMEDIATE")
        try:
            # Tables first: the name of an index begins with that of its table.
            for name in sorted(tables | indexes):
                [sql] = pattern.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()
                conn.execute(sql)
            conn.execute("COMMIT")
        except BaseException:
            conn.execute("ROLLBACK")
            raise
    words = _("{place} lacked {names}, which is made again; what else it holds is as it was.")
    notices.say(words.format(place=file.path, names=", ".join(sorted(tables | indexes))))


def _check(conn: sqlite3.Connection) -> None:
    """DatabaseError with the code of damage if the whole file does not read as it should."""
    verdict = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _damage(verdict)


def _damage(what: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def begin_anew(file: DatabaseFile, notices: Notices) -> sqlite3.Connection:
    """Put a new file in the place of one that cannot be used, and say what became of that."""
    if file.is_durable:
        mark_damage(file)
        return _save_from(set_aside(file.path), file, notices)
    if _holds_what_lasts(file.path):
        notices.say(
            _("{place} held drafts and outbox, not the copy of the chats: it is kept as {aside}.").format(
                place=file.path, aside=set_aside(file.path)
            )
        )
    remove_database(file.path)
    notices.say(_("The local copy of the chats was damaged; it is being read anew from the Market."))
    file.damage_mark.unlink(missing_ok=True)
    private_database(file.path)
    return _open(file, notices)


def _holds_what_lasts(path: Path) -> bool:
    """Whether a file has the tables of a durable one, as when the two were exchanged by hand."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as conn:
            query = "SELECT count(*) FROM sqlite_master WHERE name IN ('outbox', 'draft')"
            return bool(conn.execute(query).fetchone()[0])
    except BROKEN:
        return False


def _save_from(aside: Path, file: DatabaseFile, notices: Notices) -> sqlite3.Connection:
    """Make a new durable file of what can be read of an old one; it gets its name when it is complete."""
    whole = replace(file, path=file.path.with_name(f".{file.path.name}.salvaged"))
    remove_database(whole.path)
    private_database(whole.path)
    with closing(_open(whole, notices)) as conn:
        saved = salvage(aside, conn)
    remove_database(file.path)
    whole.path.rename(file.path)
    notices.say(
        _(
            "Drafts and outbox were damaged. The old file is kept as {place}. "
            "Saved from it: drafts {drafts}, outbox {items}, marks and notes {others}."
        ).format(
            place=aside,
            drafts=saved["draft"],
            items=saved["outbox"],
            others=saved["mark"] + saved["note"] + saved["label"],
        )
    )
    return _open(file, notices)


def mark_damage(file: DatabaseFile) -> None:
    """Leave a mark, so that the next start looks at the whole file."""
    os.close(os.open(file.damage_mark, os.O_CREAT | os.O_WRONLY, 0o600))
