"""Open one database file: make it private, refuse what is not ours, mend what can be mended."""

import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chat_tui.locale import _
from chat_tui.store import schema
from chat_tui.store.errors import DAMAGED, cannot_open, explain, primary_code
from chat_tui.store.files import private_database, remove_database, set_aside

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


def open_database(file: DatabaseFile, notices: list[str]) -> sqlite3.Connection:
    """Open, create or migrate a database; the caller holds its write lock.

    A damaged cache begins anew, a damaged durable file is set aside under a new name; `notices` says so.
    StoreProblem if the file is not ours to use or was written by a newer version.
    """
    try:
        is_emptied = file.is_durable and file.path.exists() and file.path.stat().st_size == 0
        if private_database(file.path):
            notices.append(_("{place} was readable by others; that is mended.").format(place=file.path))
        if is_emptied:
            # SQLite would take it for a new one, and throw away a log of changes beside it.
            return _begin_anew(file, notices)
        try:
            return _open(file)
        except sqlite3.DatabaseError as error:
            if primary_code(error) not in DAMAGED:
                raise
        return _begin_anew(file, notices)
    except sqlite3.Error as error:
        raise explain(error, file.path) from error
    except OSError as error:
        raise cannot_open(file.path, error) from error


def _open(file: DatabaseFile) -> sqlite3.Connection:
    if file.path.stat().st_size:
        _refuse_newer(file)
    conn = connect(file)
    try:
        if file.damage_mark.exists() or (file.is_durable and file.path.stat().st_size <= _CHECKED_BYTES):
            _check(conn)
        backup = file.path.with_name(f"{file.path.name}.before-migration") if file.is_durable else None
        schema.migrate(conn, file.steps, backup)
        # Reading the schema meets damage in the first pages now, and not in the first query.
        conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        conn.close()
        raise
    file.damage_mark.unlink(missing_ok=True)
    return conn


def _refuse_newer(file: DatabaseFile) -> None:
    # Read-only: closing an ordinary connection may write its log of changes back into the file.
    conn = sqlite3.connect(f"{file.path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        schema.refuse_newer(schema.user_version(conn), file.steps)
    finally:
        conn.close()


def _check(conn: sqlite3.Connection) -> None:
    """DatabaseError with the code of damage if the whole file does not read as it should."""
    verdict = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        error = sqlite3.DatabaseError(verdict)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _begin_anew(file: DatabaseFile, notices: list[str]) -> sqlite3.Connection:
    if file.is_durable:
        aside = set_aside(file.path)
        notices.append(
            _("Drafts and outbox were damaged. The old file is kept as {place}; a new one was begun.").format(
                place=aside
            )
        )
    else:
        remove_database(file.path)
        notices.append(_("The local copy of the chats was damaged; it is being read anew from the Market."))
    file.damage_mark.unlink(missing_ok=True)
    private_database(file.path)
    return _open(file)
