"""A newer version of the program raises the schema of a file while this copy has it open (case 020)."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.model.timeline import Draft
from chat_tui.store import chats, cursors, drafts
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreOutdated
from chat_tui.store.sqlite import connections, schema
from chat_tui.store.sqlite.notices import Hindrance
from tests.support.refs import ref
from tests.support.shop import open_store
from tests.support.stored import draft_of

BY_HAND = "BEGIN IMMEDIATE; ALTER TABLE {table} RENAME TO other; PRAGMA user_version = {version}; COMMIT;"
RENAMED = {"state": "mark", "cache": "cursor"}


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the folder of migrations, to which a test can add one as a newer version does."""
    folder = tmp_path / "migrations"
    shutil.copytree(connections.MIGRATIONS, folder)
    monkeypatch.setattr(connections, "MIGRATIONS", folder)
    return folder


@pytest.fixture
def store(tmp_path: Path, steps: Path) -> Iterator[Store]:
    """A store that is open while the schema changes; `steps` is requested so that it knows the old ones."""
    assert steps.is_dir()
    opened = open_store(tmp_path)
    yield opened
    opened.close()


def database(root: Path, kind: str) -> Path:
    return root / ("data" if kind == "state" else "cache") / f"{kind}.db"


def by_hand(root: Path, kind: str) -> None:
    with closing(sqlite3.connect(database(root, kind), isolation_level=None)) as conn:
        version = schema.user_version(conn) + 1
        conn.executescript(BY_HAND.format(table=RENAMED[kind], version=version))


def type_a_letter(store: Store) -> None:
    store.write_state(drafts.save, Draft(ref(1), "x", 1), 1).result()


def add_step(steps: Path, kind: str, script: str) -> int:
    """Add a migration, as the next version would; returns its number."""
    number = schema.newest(steps / kind) + 1
    (steps / kind / f"{number:03}_next.sql").write_text(script)
    return number


@pytest.mark.parametrize("raised", [("state",), ("cache",), ("state", "cache")])
def test_a_copy_under_which_the_schema_was_raised_stops_for_good(
    tmp_path: Path, store: Store, raised: tuple[str, ...]
) -> None:
    type_a_letter(store)
    told: list[Hindrance] = []
    store.tell_hindrance(told.append)
    for kind in raised:
        by_hand(tmp_path, kind)
    with pytest.raises(StoreOutdated, match=r"updated: press Ctrl\+Q"):
        store.read(chats.counts, 0).result()
    with pytest.raises(StoreOutdated):
        type_a_letter(store)
    with pytest.raises(StoreOutdated):
        store.write_cache(cursors.set_, "a", "b").result()
    assert [one.is_final for one in told] == [True], "said once, and for good"


@pytest.mark.parametrize("write", ["state", "cache"])
def test_a_write_meets_it_too_and_changes_nothing(tmp_path: Path, store: Store, write: str) -> None:
    by_hand(tmp_path, write)
    with pytest.raises(StoreOutdated):
        type_a_letter(store) if write == "state" else store.write_cache(cursors.set_, "a", "b").result()
    assert store.hindrance.is_final
    with closing(sqlite3.connect(database(tmp_path, write))) as conn:
        table = "draft" if write == "state" else "other"
        assert conn.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.parametrize(
    "script",
    [
        "ALTER TABLE draft ADD COLUMN later TEXT;",
        "UPDATE mark SET seen = -seen;",
        "CREATE TABLE later (x);",
        "-- open copies since: 99\nCREATE TABLE later (x);",
    ],
)
def test_a_step_that_does_not_allow_it_stops_open_copies(
    tmp_path: Path, store: Store, steps: Path, script: str
) -> None:
    add_step(steps, "state", script)
    open_store(tmp_path).close()
    with pytest.raises(StoreOutdated):
        type_a_letter(store)


@pytest.mark.parametrize("kind", ["state", "cache"])
@pytest.mark.parametrize("count", [1, 3])
def test_steps_that_allow_it_do_not(tmp_path: Path, store: Store, steps: Path, kind: str, count: int) -> None:
    known = schema.newest(steps / kind)
    for _ in range(count):
        name = f"later_{schema.newest(steps / kind)}"
        add_step(steps, kind, f"-- open copies since: {known}\nCREATE TABLE {name} (x);\n")
    open_store(tmp_path).close()
    type_a_letter(store)
    assert store.read(draft_of, ref(1)).result().text == "x"
    assert store.hindrance == Hindrance()


def test_one_step_among_several_that_does_not_is_enough(tmp_path: Path, store: Store, steps: Path) -> None:
    known = schema.newest(steps / "state")
    add_step(steps, "state", "CREATE TABLE now (x);")
    add_step(steps, "state", f"-- open copies since: {known}\nCREATE TABLE later (x);")
    open_store(tmp_path).close()
    with pytest.raises(StoreOutdated):
        type_a_letter(store)


def test_leave_of_one_step_is_none_of_what_is_done_by_hand_after_it(
    tmp_path: Path, store: Store, steps: Path
) -> None:
    known = schema.newest(steps / "state")
    add_step(steps, "state", f"-- open copies since: {known}\nCREATE TABLE later (x);")
    open_store(tmp_path).close()
    type_a_letter(store)
    by_hand(tmp_path, "state")
    with pytest.raises(StoreOutdated):
        type_a_letter(store)
