"""Migrations: bring a database to the schema of this version by numbered SQL files, one transaction each.

A file may be migrated while a copy of an older version has it open. That copy checks the schema's number in
every transaction and stops for good if it does not know the number, unless the step itself says that older
copies can go on. Such a step begins with the comment

    -- open copies since: N

which means: programs that know the steps up to N may continue to read and write (the step adds a column with
a default, an index, or a separate table). The number of the step and N are stored together in the file's
`application_id`. Without the comment, or if `user_version` was raised in any other way, no older copy may
continue. A *start* of an older version is refused in every case.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from chat_tui.files import touch_private
from chat_tui.locale import _
from chat_tui.store.errors import StoreOutdated, StoreProblem
from chat_tui.store.sqlite.connections import transaction

_SINCE = re.compile(r"--\s*open copies since:\s*(\d+)\s*$", re.MULTILINE)
_BITS = 15
"""How many of the 31 bits of `application_id` hold N; the number of the step is in the bits above."""


def migrate(conn: sqlite3.Connection, steps: Path, backup: Path | None = None) -> None:
    """Run the steps of a folder that this database has not been through.

    `backup` = where to copy the database first, unless it is new. StoreProblem if it was written by a newer
    version.
    """
    scripts = _scripts(steps)
    version = user_version(conn)
    refuse_newer(version, steps)
    if backup is not None and 0 < version < max(scripts):
        backup.unlink(missing_ok=True)
        touch_private(backup)
        conn.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(backup),))
    for number in sorted(scripts):
        if number > version:
            _run(conn, number, scripts[number].read_text(encoding="utf-8"))


def refuse_newer(version: int, steps: Path) -> None:
    """StoreProblem if a version is later than the last step of a folder."""
    if version > (latest := newest(steps)):
        raise StoreProblem(
            _(
                "The {name} database was written by a newer version of chat-tui "
                "(schema {found}, this one knows {known}): update the program."
            ).format(name=steps.name, found=version, known=latest)
        )


def newest(steps: Path) -> int:
    """The number of the last step of a folder."""
    return max(_scripts(steps))


def _scripts(steps: Path) -> dict[int, Path]:
    return {int(path.name.split("_")[0]): path for path in steps.glob("*.sql")}


def refuse_successor(conn: sqlite3.Connection, known: int, schema: str = "main") -> None:
    """StoreOutdated if an open file was migrated to a schema that a program of version `known` cannot use.

    This reads only the file's first page, which is in memory.
    """
    version = user_version(conn, schema)
    if version > known and known < _lives_since(conn, version, schema):
        raise StoreOutdated(_("chat-tui was updated: press Ctrl+Q and restart it."))


def touch(conn: sqlite3.Connection) -> None:
    """Write the first page of a file unchanged, to find out whether it can be written."""
    conn.execute(f"PRAGMA user_version = {user_version(conn)}")


def _lives_since(conn: sqlite3.Connection, version: int, schema: str) -> int:
    """The last step that a program must know to continue with a file of this version."""
    told: int = conn.execute(f"PRAGMA {schema}.application_id").fetchone()[0]
    number, since = divmod(told, 1 << _BITS)
    return since if number == version and since else version


def user_version(conn: sqlite3.Connection, schema: str = "main") -> int:
    """The number of the last step that a database has been through; 0 = none."""
    version: int = conn.execute(f"PRAGMA {schema}.user_version").fetchone()[0]
    return version


def _run(conn: sqlite3.Connection, number: int, script: str) -> None:
    def step(conn: sqlite3.Connection) -> None:
        # Another copy may have run the step before this transaction began.
        if user_version(conn) < number:
            for statement in statements(script):
                conn.execute(statement)
            since = _kept_since(conn, number, script)
            conn.execute(f"PRAGMA application_id = {number << _BITS | since}")
            conn.execute(f"PRAGMA user_version = {number}")

    transaction(conn, step)


def _kept_since(conn: sqlite3.Connection, number: int, script: str) -> int:
    """The N of a step: what its script says, but not less than what the steps after that N have said."""
    told = _SINCE.search(script)
    if told is None:
        return number
    since = int(told[1])
    return max(since, _lives_since(conn, number - 1, "main")) if since < number - 1 else since


def statements(script: str) -> Iterator[str]:
    """The single statements of a script, because `executescript` would commit the open transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
