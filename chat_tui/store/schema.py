"""Bring a database to the schema of this version: numbered SQL files, one transaction each."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from chat_tui.locale import _
from chat_tui.store.errors import StoreProblem
from chat_tui.store.files import create_private

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(conn: sqlite3.Connection, steps: Path, backup: Path | None = None) -> None:
    """Run the steps of a folder that this database has not seen.

    `backup` = copy a database that already holds something there first. StoreProblem if it was
    written by a newer version.
    """
    scripts = {int(path.name.split("_")[0]): path for path in steps.glob("*.sql")}
    version = user_version(conn)
    refuse_newer(version, steps)
    if backup is not None and 0 < version < max(scripts):
        backup.unlink(missing_ok=True)
        create_private(backup)
        conn.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(backup),))
    for number in sorted(scripts):
        if number > version:
            _run(conn, number, scripts[number].read_text(encoding="utf-8"))


def refuse_newer(version: int, steps: Path) -> None:
    """StoreProblem if a version is later than the last step of a folder."""
    newest = max(int(path.name.split("_")[0]) for path in steps.glob("*.sql"))
    if version > newest:
        raise StoreProblem(
            _(
                "The {name} database was written by a newer version of chat-tui "
                "(schema {found}, this one knows {known}): update the program."
            ).format(name=steps.name, found=version, known=newest)
        )


def user_version(conn: sqlite3.Connection) -> int:
    """The number of the last step a database has seen; 0 = none."""
    version: int = conn.execute("PRAGMA user_version").fetchone()[0]
    return version


def _run(conn: sqlite3.Connection, number: int, script: str) -> None:
    conn.execute("BEGIN IMMEDIATE")
    try:
        # Another copy may have been faster.
        if user_version(conn) < number:
            for statement in statements(script):
                conn.execute(statement)
            conn.execute(f"PRAGMA user_version = {number}")
        conn.execute("COMMIT")
    except BaseException:
        if conn.in_transaction:
            conn.execute("ROLLBACK")
        raise


def statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit the open transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
