"""Case 029: a file that does not fit this version, before the start and while running."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Draft
from chat_tui.store import chats, drafts, outbox
from chat_tui.store.database import Store, StorePaths
from chat_tui.store.errors import StoreProblem, explain
from chat_tui.store.sqlite import connections, schema, shape
from tests.store.world import CHAT, a_chat, buyer, list_chats, queue_text, read_history
from tests.support.stored import draft_of

ANEW = "being loaded again"


@pytest.mark.parametrize("kind", ["cache", "state"])
def test_the_description_is_what_the_migrations_make(kind: str) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        schema.migrate(conn, connections.MIGRATIONS / kind)
        assert shape.missing(conn, kind) == (set(), set())
        listed = conn.execute("SELECT name FROM pragma_table_list WHERE type IN ('table', 'virtual')")
        made = {name for (name,) in listed if not name.startswith("sqlite_")}
        assert made == shape.TABLES[kind].keys()
        for table, told in shape.TABLES[kind].items():
            named = {column.split(":")[0] for column in told.split()}
            there = {row[1] for row in conn.execute(f"PRAGMA table_info({table})")}
            assert named == there or not told
        indexes = conn.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        assert {name for (name,) in indexes} == set(shape.INDEXES[kind].split())


def fill(paths: StorePaths) -> None:
    store = Store(paths)
    list_chats(store, a_chat(), a_chat(5))
    store.write_state(drafts.save, Draft(CHAT, "черновик", 3), 1)
    queue_text(store, "q", chat_ref=5)
    store.close()


def spoil(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as conn:
        for statement in statements:
            conn.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE chat",
        "DROP TABLE cursor",
        "DROP TABLE message_search",
        "DROP TABLE message_search_data",
        "DROP INDEX chat_all",
        "ALTER TABLE chat RENAME COLUMN snippet TO words",
        "ALTER TABLE message RENAME TO letters",
        "PRAGMA user_version = 0",
        "PRAGMA user_version = 3",
    ],
)
def test_such_a_cache_is_begun_anew_and_the_state_untouched(paths: StorePaths, statement: str) -> None:
    fill(paths)
    spoil(paths.cache.path, "PRAGMA writable_schema = ON", statement)
    store = Store(paths)
    assert len(store.notices) == 1
    assert ANEW in store.notices[0]
    assert store.read(chats.counts, 0).result()[Tab.ALL] == 0
    assert list_chats(store, a_chat()) == {CHAT}
    assert [item.outbox_id for item in store.read(outbox.open_items).result()] == ["q"]
    store.close()
    store = Store(paths)
    assert store.notices == ()
    store.close()


def test_a_cache_of_another_schema_under_the_same_number(paths: StorePaths) -> None:
    fill(paths)
    paths.cache.path.unlink()
    spoil(paths.cache.path, "CREATE TABLE chat (a, b)", "PRAGMA user_version = 5")
    store = Store(paths)
    assert ANEW in store.notices[-1]
    assert list_chats(store, a_chat()) == {CHAT}
    store.close()


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("DROP INDEX outbox_claim", "outbox_claim"),
        ("DROP TABLE label", "label, label_name"),
        ("DROP TABLE budget", "budget"),
    ],
)
def test_what_a_state_lacks_is_made_again_and_the_rest_stays(
    paths: StorePaths, statement: str, name: str
) -> None:
    fill(paths)
    spoil(paths.state.path, statement)
    store = Store(paths)
    assert store.notices == (
        f"{paths.state.path} lacked {name}, which was created again; everything else is unchanged.",
    )
    [item] = store.read(outbox.open_items).result()
    assert item.state == "queued"
    assert store.read(draft_of, CHAT).result().text == "черновик"
    store.close()


@pytest.mark.parametrize(
    "statement", ["PRAGMA user_version = 0", "PRAGMA user_version = 2", "ALTER TABLE mark DROP COLUMN seen"]
)
def test_a_state_of_another_shape_is_kept_and_saved_from(paths: StorePaths, statement: str) -> None:
    fill(paths)
    spoil(paths.state.path, statement)
    store = Store(paths)
    [sentence] = store.notices
    assert f"{paths.state.path}.damaged-1. Recovered from it: drafts 1, outbox 1" in sentence
    assert store.read(draft_of, CHAT).result().text == "черновик"
    store.close()


def test_exchanged_files_are_both_kept_from_being_lost(paths: StorePaths) -> None:
    fill(paths)
    cache, state = paths.cache.path.read_bytes(), paths.state.path.read_bytes()
    paths.cache.path.write_bytes(state)
    paths.state.path.write_bytes(cache)
    store = Store(paths)
    aside = Path(f"{paths.cache.path}.damaged-1")
    assert any(str(aside) in sentence for sentence in store.notices)
    store.close()
    with closing(sqlite3.connect(aside)) as conn:
        assert conn.execute("SELECT count(*) FROM outbox").fetchone() == (1,)


@pytest.mark.parametrize(
    "statement",
    ["DROP TABLE chat", "DROP TABLE message_search", "ALTER TABLE chat RENAME COLUMN snippet TO words"],
)
def test_a_cache_that_loses_its_shape_while_it_is_open_is_begun_anew(
    store: Store, paths: StorePaths, statement: str
) -> None:
    list_chats(store, a_chat())
    queue_text(store, "q")
    spoil(paths.cache.path, statement)
    read: Callable[[], object] = store.read(chats.page, Tab.ALL, now=0).result
    if "search" in statement:
        with pytest.raises(StoreProblem):
            read_history(store, buyer(1, 100))
    assert read() is not None
    assert [ANEW in sentence for sentence in store.notices] == [True]
    assert list_chats(store, a_chat()) == {CHAT}
    assert [item.outbox_id for item in store.read(outbox.open_items).result()] == ["q"]


def test_mending_that_does_not_help_ends(store: Store) -> None:
    for _ in range(5):
        with pytest.raises(StoreProblem):
            store.read(lambda conn: conn.execute("SELECT * FROM absent")).result()
    assert len(store.notices) == 3


@pytest.mark.parametrize(
    "error",
    [
        sqlite3.OperationalError("Could not decode to UTF-8 column"),
        sqlite3.InterfaceError("odd"),
        sqlite3.IntegrityError("UNIQUE"),
        ValueError("'sticker' is not a valid OutboxKind"),
    ],
)
def test_no_error_is_its_own_cause(error: Exception) -> None:
    explained = explain(error, Path("cache.db"))
    assert explained is not error
    assert str(explained).startswith("cache.db ")
