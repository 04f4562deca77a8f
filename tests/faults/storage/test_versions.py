"""F-113 to F-115: files of newer and older versions, and migrations that are killed."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chat_tui.store.errors import StoreProblem
from chat_tui.store.sqlite import connections, schema
from tests.faults.support.processes import PROJECT
from tests.support.damage import raise_version
from tests.support.shop import open_store

KINDS = ("cache", "state")
RELEASED = [
    (kind, int(path.name.split("_")[0]))
    for kind in KINDS
    for path in sorted((connections.MIGRATIONS / kind).glob("*.sql"))
]
NEXT = """
ALTER TABLE {table} ADD COLUMN later TEXT NOT NULL DEFAULT 'new';
CREATE INDEX later ON {table} (later);
"""
KEPT = {"cache": ("attachment", "chat", "message"), "state": ("draft", "mark", "note", "outbox")}
"""Tables that must survive unchanged; a later version may change the others."""
TABLE = {"cache": "message", "state": "outbox"}
WORDS = {"kind": "text", "state": "queued"}
ROWS = 5
Rows = list[tuple[Any, ...]]


def database(root: Path, kind: str) -> Path:
    return root / ("data" if kind == "state" else "cache") / f"{kind}.db"


def whole(root: Path, kind: str) -> dict[str, bytes]:
    """Every file of a database except the index of its log, which is only shared memory."""
    parts = database(root, kind).parent.glob(f"{kind}.db*")
    return {path.name: path.read_bytes() for path in parts if not path.name.endswith("-shm")}


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_f_113_a_newer_schema_is_refused_and_left_byte_for_byte(
    tmp_path: Path, kind: str, *, log: bool
) -> None:
    open_store(tmp_path).close()
    raise_version(database(tmp_path, kind), keep_log=log)
    before = whole(tmp_path, kind)
    assert len(before) == 1 + log
    for _ in range(2):
        with pytest.raises(StoreProblem, match=r"schema 999, this one knows \d+.: update"):
            open_store(tmp_path)
    after = whole(tmp_path, kind)
    assert {name: after[name] for name in before} == before
    assert all(content == b"" for name, content in after.items() if name not in before)


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations of this version in a folder of their own, where a test can add and remove some."""
    folder = tmp_path / "migrations"
    shutil.copytree(connections.MIGRATIONS, folder)
    monkeypatch.setattr(connections, "MIGRATIONS", folder)
    return folder


MERGED = {("mark", "snooze_kind")}
"""Columns that a later version has merged into others; `tests/store/test_marks.py` has the cases."""


def begin_at(root: Path, kind: str, version: int) -> dict[str, Rows]:
    """Create a file as that version left it, with rows in every table; return the rows."""
    place = database(root, kind)
    place.parent.mkdir(parents=True, mode=0o700)
    with closing(sqlite3.connect(place, isolation_level=None)) as conn:
        conn.execute("PRAGMA journal_mode = WAL")
        for path in sorted((connections.MIGRATIONS / kind).glob("*.sql")):
            if int(path.name.split("_")[0]) <= version:
                for statement in schema.statements(path.read_text(encoding="utf-8")):
                    conn.execute(statement)
        conn.execute(f"PRAGMA user_version = {version}")
        for table in tables(conn):
            fill(conn, table)
        found = {table: rows(conn, table) for table in KEPT[kind]}
    place.chmod(0o600)
    return found


def tables(conn: sqlite3.Connection) -> list[str]:
    """The ordinary tables, without those of a search index."""
    listed = conn.execute("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    return sorted(name for (name,) in listed if not name.startswith("sqlite_"))


def fill(conn: sqlite3.Connection, table: str) -> None:
    columns = [(row[1], row[2]) for row in conn.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0]
    for number in range(1, 2 if columns[0][0] == "one" else ROWS + 1):
        values = [
            WORDS.get(name, number if kind == "INTEGER" else f"{name.replace('_', '-')}-{number}")
            for name, kind in columns
        ]
        names, marks = ", ".join(name for name, _ in columns), ", ".join("?" * len(columns))
        conn.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)


def rows(
    conn: sqlite3.Connection, table: str, like: list[tuple[Any, ...]] | None = None
) -> list[tuple[Any, ...]]:
    """All rows; with `like`, only as many of the first columns as its rows have."""
    names = [row[1] for row in conn.execute(f"PRAGMA table_info({table})") if (table, row[1]) not in MERGED]
    found = conn.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY 1, 2").fetchall()
    return [row[: len(like[0])] for row in found] if like else found


@pytest.mark.parametrize(("kind", "version"), RELEASED)
def test_f_114_every_released_schema_is_brought_to_the_next(
    tmp_path: Path, steps: Path, kind: str, version: int
) -> None:
    before = begin_at(tmp_path, kind, version)
    newest = max(number for other, number in RELEASED if other == kind)
    (steps / kind / f"{newest + 1:03}_next.sql").write_text(NEXT.format(table=TABLE[kind]))
    store = open_store(tmp_path)
    assert store.notices == ()
    store.close()
    with closing(sqlite3.connect(database(tmp_path, kind))) as conn:
        assert schema.user_version(conn) == newest + 1
        for table, were in before.items():
            assert rows(conn, table, were) == were, table
        assert {row[0] for row in conn.execute(f"SELECT later FROM {TABLE[kind]}")} == {"new"}
    backup = Path(f"{database(tmp_path, kind)}.before-migration")
    assert backup.exists() == (kind == "state")
    if kind == "state":
        assert backup.stat().st_mode & 0o777 == 0o600
        with closing(sqlite3.connect(backup)) as old:
            assert schema.user_version(old) == version
            assert {table: rows(old, table) for table in before} == before


KILLED = """
import os, signal, sys
from pathlib import Path
from chat_tui.store.sqlite import connections, schema
from chat_tui.store.database import StorePaths, Store
from tests.support.refs import BUSINESS

folder, root = Path(sys.argv[1]), Path(sys.argv[2])
connections.MIGRATIONS = folder
whole = schema.statements

def open_and_die(left):
    def statements(script):
        nonlocal left
        for statement in whole(script):
            yield statement
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    schema.statements = statements
    Store(StorePaths(root / str(number) / "cache", root / str(number) / "data", BUSINESS)).close()
    os._exit(7)

number = 0
while True:
    if (child := os.fork()) == 0:
        open_and_die(number)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7:
        break
    number += 1
print(number)
"""


def kill_after_every_statement(steps: Path, root: Path) -> int:
    """Open the store below `root / str(n)`, killed after n statements; return the n that was not killed."""
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(steps), str(root)],
        cwd=PROJECT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return int(ended.stdout)


def test_f_115_a_first_start_killed_after_every_statement(tmp_path: Path, steps: Path) -> None:
    count = kill_after_every_statement(steps, tmp_path)
    assert count >= 25
    for number in range(count):
        root = tmp_path / str(number)
        store = open_store(root)
        assert store.notices == ()
        store.close()
        for kind in KINDS:
            with closing(sqlite3.connect(database(root, kind))) as conn:
                assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert len(tables(conn)) >= 5


def test_f_115_an_upgrade_killed_after_every_statement(tmp_path: Path, steps: Path) -> None:
    open_store(tmp_path / "new").close()
    before = begin_at(tmp_path / "old", "state", 1)
    shutil.copytree(tmp_path / "new" / "cache", tmp_path / "old" / "cache")
    newest = max(number for kind, number in RELEASED if kind == "state")
    for ahead, column in enumerate(("one", "two"), 1):
        (steps / "state" / f"{newest + ahead:03}_next.sql").write_text(
            f"ALTER TABLE draft ADD COLUMN {column} TEXT;\nUPDATE draft SET {column} = 'x';\n"
            f"CREATE INDEX {column} ON draft ({column});\n"
        )
    scripts = [path.read_text(encoding="utf-8") for path in sorted((steps / "state").glob("*.sql"))[1:]]
    statements = sum(1 for script in scripts for _ in schema.statements(script))
    for number in range(statements + 1):
        shutil.copytree(tmp_path / "old", tmp_path / str(number))
    assert kill_after_every_statement(steps, tmp_path) == statements >= 6
    for number in range(statements):
        store = open_store(root := tmp_path / str(number))
        assert store.notices == ()
        store.close()
        with closing(sqlite3.connect(database(root, "state"))) as conn:
            assert schema.user_version(conn) == newest + 2
            for table, were in before.items():
                assert rows(conn, table, were) == were, (number, table)
            assert conn.execute("SELECT DISTINCT one, two FROM draft").fetchall() == [("x", "x")]
