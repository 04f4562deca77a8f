"""A read-only disk or directory: what is there is read, and every write is refused."""

import errno
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chat_tui.model.timeline import Draft
from chat_tui.store import cursors, drafts
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreProblem, StoreUnwritable, explain
from chat_tui.store.inspection import look
from chat_tui.store.sqlite import connections, schema
from chat_tui.store.sqlite.connections import Connection
from tests.support.read_only import Protect, tell_read_only
from tests.support.refs import ref
from tests.support.shop import open_store

CHAT = ref(7)


def write(store: Store, text: str = "kept") -> None:
    store.write_state(drafts.save, Draft(CHAT, text, 4), 1).result()
    store.write_cache(cursors.set_, "told", text).result()


def read(store: Store) -> tuple[list[str], str | None]:
    """The texts that were written to the state and to the cache."""
    found = store.read(drafts.kept, CHAT).result()
    return [row.text for row in found], store.read(cursors.get, "told").result()


def files(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A place with both files, which no store has open."""
    place = tmp_path / "home"
    store = open_store(place)
    write(store)
    store.close()
    return place


@pytest.mark.parametrize("parts", [("data",), ("cache",), ("data", "cache"), (".",)])
def test_what_is_there_is_read_and_nothing_is_written(
    root: Path, read_only: Protect, parts: tuple[str, ...]
) -> None:
    before = files(root)
    read_only(*(root / part for part in parts))
    store = open_store(root)
    assert read(store) == (["kept"], "kept")
    assert store.unwritable.endswith("is on a read-only disk: mount it as writable again.")
    assert str(root / parts[0]) in store.unwritable
    with pytest.raises(StoreUnwritable, match="read-only disk"):
        write(store)
    with pytest.raises(StoreUnwritable, match="read-only disk"):
        store.write_cache(cursors.set_, "a", "b").result()
    assert store.data_version().result() == store.opened_versions
    assert read(store) == (["kept"], "kept")
    store.try_again()
    store.close()
    assert {name: files(root).get(name) for name in before} == before


@pytest.mark.parametrize("gone", [(), ("*-shm",), ("cache.db-*",), ("cache.db-*", "*-shm")])
def test_what_stands_in_a_log_that_a_killed_copy_left_is_read_too(
    root: Path, tmp_path: Path, read_only: Protect, gone: tuple[str, ...]
) -> None:
    store = open_store(root)
    write(store, "typed last")
    copied = tmp_path / "copied"
    shutil.copytree(root, copied)
    store.close()
    for part in [part for pattern in gone for part in copied.rglob(pattern)]:
        part.unlink(missing_ok=True)
    assert (copied / "data" / "state.db-wal").stat().st_size
    read_only(copied)
    again = open_store(copied)
    assert read(again) == (["typed last"], "kept" if "cache.db-*" in gone else "typed last")
    again.close()
    assert look(copied / "data" / "state.db", "state").error == ""


@pytest.mark.parametrize(("gone", "found"), [("data", ([], "kept")), ("cache", (["kept"], None))])
def test_a_directory_that_is_gone_is_an_empty_one(
    root: Path, read_only: Protect, gone: str, found: tuple[list[str], str | None]
) -> None:
    shutil.rmtree(root / gone)
    read_only(root)
    store = open_store(root)
    assert read(store) == found
    with pytest.raises(StoreUnwritable, match=f"home/{gone}|read-only disk"):
        write(store)
    store.close()


def test_where_nothing_is_yet_it_is_refused(tmp_path: Path, read_only: Protect) -> None:
    (tmp_path / "home").mkdir(mode=0o700)
    read_only(tmp_path / "home")
    with pytest.raises(StoreUnwritable, match="is on a read-only disk: mount it as writable again"):
        open_store(tmp_path / "home")


@pytest.mark.parametrize("error", [errno.EACCES, errno.EPERM])
def test_a_permission_that_lacks_is_told_as_one(
    root: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    tell_read_only(root / "data", monkeypatch, error, disk=False)
    store = open_store(root)
    assert store.unwritable == f"{root / 'data'} cannot be written: check its owner and permissions."
    assert read(store) == (["kept"], "kept")
    store.close()


def test_a_file_that_lets_nobody_write_is_read(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = sqlite3.connect

    class Refusing(Connection):
        def execute(self, sql: str, *given: Any) -> sqlite3.Cursor:
            if "journal_mode" in sql:
                error = sqlite3.OperationalError("attempt to write a readonly database")
                error.sqlite_errorcode = sqlite3.SQLITE_READONLY
                raise error
            return super().execute(sql, *given)

    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: opened(*a, **{**k, "factory": Refusing}))
    store = open_store(root)
    assert "cannot be written: check its owner and permissions" in store.unwritable
    assert read(store) == (["kept"], "kept")
    store.close()


@pytest.mark.parametrize("kind", ["state", "cache"])
def test_a_file_of_an_older_version_is_brought_forward_in_memory(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read_only: Protect, kind: str
) -> None:
    steps = tmp_path / "migrations"
    shutil.copytree(connections.MIGRATIONS, steps)
    number = schema.newest(steps / kind) + 1
    (steps / kind / f"{number:03}_next.sql").write_text("CREATE TABLE added (x);")
    monkeypatch.setattr(connections, "MIGRATIONS", steps)
    before = files(root)
    read_only(root)
    store = open_store(root)
    assert read(store) == (["kept"], "kept")
    name = "main" if kind == "cache" else "state"
    assert store.read(lambda conn: schema.user_version(conn, name)).result() == number
    store.close()
    assert files(root) == before


@pytest.mark.parametrize("kind", ["state", "cache"])
def test_a_file_of_a_newer_version_is_refused(root: Path, read_only: Protect, kind: str) -> None:
    path = root / ("data" if kind == "state" else "cache") / f"{kind}.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute("PRAGMA user_version = 999")
    read_only(root)
    with pytest.raises(StoreProblem, match="written by a newer version"):
        open_store(root)


def test_a_link_in_the_place_of_a_file_is_refused(root: Path, tmp_path: Path, read_only: Protect) -> None:
    (root / "data" / "state.db").rename(tmp_path / "elsewhere")
    (root / "data" / "state.db").symlink_to(tmp_path / "elsewhere")
    read_only(root)
    with pytest.raises(StoreProblem, match="link"):
        open_store(root)


@pytest.mark.parametrize("kind", ["state", "cache"])
def test_a_file_that_lacks_a_table_is_told_as_damage(root: Path, read_only: Protect, kind: str) -> None:
    path = root / ("data" if kind == "state" else "cache") / f"{kind}.db"
    with closing(sqlite3.connect(path)) as conn:
        conn.execute(f"ALTER TABLE {'mark' if kind == 'state' else 'cursor'} RENAME TO other")
    read_only(root)
    with pytest.raises(StoreProblem, match="damaged"):
        open_store(root)


def test_others_may_not_have_written_to_either_directory(root: Path, read_only: Protect) -> None:
    (root / "cache").chmod(0o777)
    read_only(root / "data")
    with pytest.raises(StoreProblem, match="chmod 700"):
        open_store(root)


@pytest.mark.parametrize(
    "code", [sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_PERM]
)
def test_a_disk_that_becomes_read_only_under_a_copy_is_named(
    root: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    assert "read-only disk" not in str(explain(error, root / "data" / "state.db"))
    tell_read_only(root, monkeypatch)
    told = str(explain(error, root / "data" / "state.db"))
    assert told == f"{root}/data/state.db is on a read-only disk: mount it as writable again."
