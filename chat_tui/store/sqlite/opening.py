"""Open one of the two files for writing: make it private, refuse foreign files, repair damaged ones.

The readable rows of a damaged durable file are saved one by one: each table is read from both ends up to the
damage, so that a broken page costs only the rows on it.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from chat_tui.files import open_private, touch_private
from chat_tui.locale import _
from chat_tui.model.outbox import OutboxKind, OutboxState
from chat_tui.store.errors import BROKEN, explained, is_damage
from chat_tui.store.files import (
    latest_aside,
    own_parts,
    private_database,
    remove_database,
    set_aside,
)
from chat_tui.store.sqlite import schema, shape
from chat_tui.store.sqlite.connections import (
    Connection,
    DatabaseFile,
    choose_locks,
    closed_on_error,
    connect,
    connect_to,
    connect_to_look,
    let_read,
    looking_at,
    transaction,
)
from chat_tui.store.sqlite.notices import Notices

_CHECKED_BYTES: Final = 1_000_000
"""A durable file up to this size is checked completely at every start, which takes 4 ms per million bytes.

In a larger one, damage leaves a mark when it is found, and the next start checks the file."""
_ORDERS: Final = {
    "draft": "chat_id {way}, copy {way}",
    "outbox": "rowid {way}",
    "mark": "rowid {way}",
    "note": "rowid {way}",
    "label": "chat_id {way}, name {way}",
}
"""The tables that exist nowhere else, and the order in which their rows are stored."""

_WORDS: Final = {"kind": frozenset(OutboxKind), "state": frozenset(OutboxState)}
_UNCERTAIN: Final = """
    UPDATE outbox SET state = 'unconfirmed', attempt_at = iif(attempt, attempt_at, created_at)
    WHERE state IN ('queued', 'waiting')
"""
"""A saved text may be corrupt and the last commits lost: nothing is sent before the operator has looked."""
_LEAST_BYTES: Final = 4096
"""One page."""


def open_database(file: DatabaseFile, notices: Notices) -> Connection:
    """Open, create or migrate a database; the caller holds its write lock.

    A cache that is damaged or does not fit this version is replaced by an empty one. A durable file is set
    aside under a new name, and its readable rows are saved into a new one. `notices` reports it.
    StoreProblem if the file belongs to another user, is not a regular file or was written by a newer version.
    """
    with explained(file.path):
        if file.is_durable and file.damage_mark.exists() and not file.path.exists():
            # An earlier start was killed while it saved the readable rows.
            return _save_from(latest_aside(file.path), file, notices)
        is_emptied = file.is_durable and file.path.exists() and file.path.stat().st_size == 0
        if private_database(file.path):
            notices.say(_("{place} was readable by others. This has been fixed.").format(place=file.path))
        if is_emptied:
            # SQLite would take it for a new database and delete a write-ahead log beside it.
            return begin_anew(file, notices)
        try:
            return _open(file, notices)
        except BROKEN as error:
            if not is_damage(error):
                raise
            return begin_anew(file, notices)


def open_unwritable(cache: DatabaseFile, state: DatabaseFile) -> Connection:
    """A connection that reads both files where they cannot be written; it needs no lock.

    A missing file is replaced by an empty one in memory, and one of an older version by a migrated copy in
    memory. StoreProblem if a file is not ours to read, damaged, or was written by a newer version.
    """
    stand_ins = {"main": _stand_in(cache), "state": _stand_in(state)}
    conn = connect_to(":memory:" if stand_ins["main"] else looking_at(cache.path), cache.business)
    with closed_on_error(conn):
        # ATTACH already reads the file, so its locking mode must be set before.
        choose_locks(conn, state.path)
        choose_locks(conn, cache.path, "main.")
        conn.execute("ATTACH ? AS state", (":memory:" if stand_ins["state"] else looking_at(state.path),))
        for name, stand_in in stand_ins.items():
            if stand_in:
                conn.deserialize(stand_in, name=name)
        let_read(conn, cache, state)
    return conn


def _stand_in(file: DatabaseFile) -> bytes:
    """The content that replaces a file that is missing or of an older version; empty if the file is fine."""
    with explained(file.path), closing(connect_to(":memory:")) as made:
        if file.path in own_parts(file.path):
            with closing(connect_to_look(file.path)) as conn:
                version = schema.user_version(conn)
                schema.refuse_newer(version, file.steps)
                if version == schema.newest(file.steps):
                    if shape.missing(conn, file.kind)[0]:
                        raise _damage(f"{file.path.name} is not of this version")
                    return b""
                conn.backup(made)
        schema.migrate(made, file.steps)
        content = made.serialize()
        # The copy of a file in WAL mode says so in bytes 18 and 19, but a database in memory has no log.
        return content[:18] + b"\x01\x01" + content[20:]


def is_whole(file: DatabaseFile) -> bool:
    """Whether a file is undamaged and complete; an error of BROKEN if it cannot be checked."""
    try:
        with closing(connect(file)) as conn:
            _check(conn)
            return not any(shape.missing(conn, file.kind))
    except BROKEN as error:
        if is_damage(error):
            return False
        raise


def _open(file: DatabaseFile, notices: Notices) -> Connection:
    if file.path.stat().st_size:
        _refuse_foreign(file)
    conn = connect(file)
    with closed_on_error(conn):
        if file.damage_mark.exists() or (file.is_durable and file.path.stat().st_size <= _CHECKED_BYTES):
            _check(conn)
        backup = file.path.with_name(f"{file.path.name}.before-migration") if file.is_durable else None
        # The operator's data gets a backup before it is migrated; the cache can be read again.
        schema.migrate(conn, file.steps, backup)
        # This reads the schema, so that damage in the first pages is found now and not by the first query.
        _amend(conn, file, notices)
        if file.is_durable and (count := shape.unreadable_outbox(conn)):
            words = _(
                "Outbox rows that cannot be read: {n}. They are not sent; for details run chat-tui doctor."
            )
            notices.say(words.format(n=count))
    file.damage_mark.unlink(missing_ok=True)
    return conn


def _refuse_foreign(file: DatabaseFile) -> None:
    """StoreProblem if a newer version wrote the file; DatabaseError if it is the other one of the two."""
    tables, version = _seen(file.path)
    if tables & shape.TABLES["cache" if file.is_durable else "state"].keys():
        raise _damage(f"{file.path.name} is the other file")
    schema.refuse_newer(version, file.steps)


def _seen(path: Path) -> tuple[set[str], int]:
    """The names of a file's tables, and its version; an error of BROKEN if it is not a database."""
    # Read-only: closing an ordinary connection may move the write-ahead log into the file.
    with closing(connect_to(f"{path.absolute().as_uri()}?mode=ro")) as conn:
        rows = conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {str(row[0]) for row in rows}, schema.user_version(conn)


def _amend(conn: Connection, file: DatabaseFile, notices: Notices) -> None:
    """Create the missing tables and indexes of a durable file; DatabaseError if the cache lacks any."""
    tables, indexes = shape.missing(conn, file.kind)
    if not tables | indexes:
        return
    if not file.is_durable:
        raise _damage(f"{file.path.name} is not of this version")
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as pattern:
        schema.migrate(pattern, file.steps)
        # Sorting puts tables first: the name of an index begins with that of its table.
        found = [
            pattern.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
            for name in sorted(tables | indexes)
        ]
    transaction(conn, lambda conn: [conn.execute(sql) for sql in found])
    words = _("{place} lacked {names}, which was created again; everything else is unchanged.")
    notices.say(words.format(place=file.path, names=", ".join(sorted(tables | indexes))))


def _check(conn: sqlite3.Connection) -> None:
    """DatabaseError with the code of damage if any page of the file is damaged."""
    verdict = conn.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _damage(verdict)


def _damage(what: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def begin_anew(file: DatabaseFile, notices: Notices) -> Connection:
    """Replace a file that cannot be used by a new one, and report what happened to it.

    A durable file is set aside, and its readable rows are saved into the new one.
    """
    if file.is_durable:
        mark_damage(file)
        return _save_from(set_aside(file.path), file, notices)
    if _holds_what_lasts(file.path):
        notices.say(
            _(
                "{place} contained drafts and outbox, not the copy of the chats. It was saved as {aside}."
            ).format(place=file.path, aside=set_aside(file.path))
        )
    remove_database(file.path)
    notices.say(_("The local copy of the chats was damaged. It is being loaded again from the Market."))
    file.damage_mark.unlink(missing_ok=True)
    private_database(file.path)
    return _open(file, notices)


def _holds_what_lasts(path: Path) -> bool:
    """Whether a file has tables of the durable one, for example because somebody swapped the two."""
    try:
        return not _seen(path)[0].isdisjoint({"outbox", "draft"})
    except BROKEN:
        return False


def _save_from(aside: Path, file: DatabaseFile, notices: Notices) -> Connection:
    """Create a new durable file from the readable rows of an old one; it gets its name when complete."""
    whole = replace(file, path=file.path.with_name(f".{file.path.name}.salvaged"))
    # A start that was killed may have left an incomplete one.
    remove_database(whole.path)
    private_database(whole.path)
    with closing(_open(whole, notices)) as conn:
        saved = _salvage(aside, conn)
    remove_database(file.path)
    whole.path.rename(file.path)
    notices.say(
        _(
            "Drafts and outbox were damaged. The old file was saved as {place}. Recovered from "
            "it: drafts {drafts}, outbox {items}, marks and notes {others}."
        ).format(
            place=aside,
            drafts=saved["draft"],
            items=saved["outbox"],
            others=saved["mark"] + saved["note"] + saved["label"],
        )
    )
    return _open(file, notices)


def mark_damage(file: DatabaseFile) -> None:
    """Leave a mark, so that the next start checks the whole file; OSError if that fails."""
    os.close(open_private(file.damage_mark, os.O_WRONLY))


def _salvage(damaged: Path, into: Connection) -> dict[str, int]:
    """Copy the readable rows of a damaged database into a new one; returns how many of each table.

    `damaged` and its write-ahead log are not modified: a copy of them is read.
    """
    copy = damaged.with_name(f".{damaged.name}.copy")
    remove_database(copy)
    try:
        for suffix in ("", "-wal"):
            if (part := Path(f"{damaged}{suffix}")).exists():
                touch_private(f"{copy}{suffix}")
                shutil.copyfile(part, f"{copy}{suffix}")
        if copy.stat().st_size == 0:
            # SQLite deletes the write-ahead log of an empty file, but reads it beside a page of zeros.
            copy.write_bytes(bytes(_LEAST_BYTES))
        with closing(sqlite3.connect(copy, isolation_level=None)) as old:
            # This setting also makes SQLite tolerate a file that is shorter than its header says.
            old.execute("PRAGMA writable_schema = ON")
            old.text_factory = lambda raw: raw.decode(errors="replace")

            def save(into: sqlite3.Connection) -> dict[str, int]:
                saved = {table: _save_table(old, into, table) for table in _ORDERS}
                into.execute(_UNCERTAIN)
                return saved

            return transaction(into, save)
    finally:
        remove_database(copy)


def _save_table(old: sqlite3.Connection, into: sqlite3.Connection, table: str) -> int:
    known = _columns(old, table)
    columns = {name: told for name, told in _columns(into, table).items() if name in known}
    if not columns:
        return 0
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    saved = 0
    # The second pass reads from the other end and skips the rows that the first has saved. Neither trusts an
    # index, which may be damaged on its own.
    for way in ("ASC", "DESC"):
        order = _ORDERS[table].format(way=way)
        for row in _until_damage(old, f"SELECT {names} FROM {table} NOT INDEXED ORDER BY {order}"):
            if all(_fits(value, name, columns[name]) for value, name in zip(row, columns, strict=True)):
                saved += into.execute(
                    f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})",
                    row,
                ).rowcount
    return saved


def _columns(conn: sqlite3.Connection, table: str) -> dict[str, tuple[str, bool]]:
    """The columns of a table with their type and whether they may be NULL; empty if that cannot be read."""
    rows = _until_damage(conn, f"PRAGMA table_info({table})")
    return {str(row[1]): (str(row[2]), not row[3]) for row in rows}


def _until_damage(conn: sqlite3.Connection, query: str) -> Iterator[shape.Row]:
    """The rows of a query up to the first one that cannot be read."""
    try:
        yield from conn.execute(query)
    except BROKEN:
        return


def _fits(value: Any, name: str, told: tuple[str, bool]) -> bool:
    """Whether the program may have written this value to the column `name`, `told` being its type."""
    kind, may_be_empty = told
    if value is None:
        return may_be_empty
    return isinstance(value, int if kind == "INTEGER" else str) and value in _WORDS.get(name, (value,))
