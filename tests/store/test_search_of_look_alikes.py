"""A search finds words that look the same, also in a cache that was indexed before (case 035)."""

import sqlite3

import pytest

from chat_tui.model.search import SearchQuery
from chat_tui.store import indexing, search
from chat_tui.store.database import Connection, Store
from chat_tui.store.sqlite.connections import MIGRATIONS
from chat_tui.store.sqlite.schema import statements
from tests.store.world import CHAT, a_chat, buyer, list_chats, read_history


@pytest.fixture(autouse=True)
def _listed(store: Store) -> None:
    list_chats(store, a_chat(updated_at=10_000, name="Ольга К."))


def found(store: Store, typed: str, *, is_last_whole: bool = True) -> list[int | None]:
    query = SearchQuery((typed,), is_last_whole=is_last_whole)
    return [hit.message_id for hit in store.read(search.search, query).result().hits]


WRITTEN = [
    "чай\u00adник",
    "ча\u200bйни\u200dк",
    "\ufeffчайник",
    "чайник\ufe0f",
    "ч\u0336а\u0336й\u0336н\u0336и\u0336к",
    "ч\u2060айник\u202e",
    "чaйник",
    "чaйниk",
    "ЧAЙHИK",
    "чаи\u0306ник",
]


@pytest.mark.parametrize("written", WRITTEN, ids=ascii)
def test_a_word_is_found_however_it_was_written(store: Store, written: str) -> None:
    read_history(store, buyer(1, 1_000, f"Где {written}?"), buyer(2, 2_000, "чай"))
    assert found(store, "чайник") == found(store, "чайники") == [1]
    assert found(store, "чайн", is_last_whole=False) == [1]
    assert found(store, written) == [1]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("iРhоne", "iphone"),
        ("Ｃａｎｏｎ", "canon"),
        ("оﬃce", "office"),
        ("МАХ", "max"),
        ("MAX", "мах"),
        ("хоре", "xope"),
        ("₂₀ⅹ", "20x"),
    ],
)
def test_latin_words_too_and_words_of_look_alikes_alone(store: Store, written: str, typed: str) -> None:
    read_history(store, buyer(1, 1_000, f"{written} есть?"))
    assert found(store, typed) == found(store, written) == [1]


@pytest.mark.parametrize("typed", ["exact", "exac", "mac", "ека"])
def test_the_beginning_of_an_unmixed_word_is_still_enough(store: Store, typed: str) -> None:
    read_history(store, buyer(1, 1_000, "exactly macbook екатеринбург"))
    assert found(store, typed, is_last_whole=False) == [1]


def test_a_buyer_whose_name_is_disguised_is_found(store: Store) -> None:
    list_chats(store, a_chat(updated_at=20_000, name="Oльгa\u200b К."))
    assert found(store, "ольга") == [None]


def test_a_cache_that_was_indexed_in_another_way_is_indexed_again(store: Store) -> None:
    read_history(store, buyer(1, 1_000, "чaйник"), buyer(2, 2_000, "ложка"))

    def as_before(conn: Connection) -> None:
        for table in ("message_search", "chat_search"):
            conn.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
        rows = conn.execute("SELECT id, text FROM message").fetchall()
        conn.executemany("INSERT INTO message_search (rowid, stem) VALUES (?, ?)", rows)
        conn.execute("INSERT INTO chat_search (rowid, stem) VALUES (?, 'мария')", (CHAT.number,))

    def step(conn: Connection) -> None:
        script = (MIGRATIONS / "cache" / "006_search_again.sql").read_text(encoding="utf-8")
        for statement in statements(script):
            conn.execute(statement)

    store.write_cache(as_before).result()
    assert found(store, "чайник") == []
    store.write_cache(step).result()
    # A message that changes meanwhile is neither removed from the index nor added twice.
    read_history(store, buyer(2, 2_000, "вилка"), newest=False)
    while store.write_cache(indexing.index_more, 1).result():
        pass
    read_history(store, buyer(1, 1_000, "чaшка"), newest=False)
    assert found(store, "чайник") == found(store, "ложка") == found(store, "мария") == []
    assert (found(store, "чашка"), found(store, "вилка"), found(store, "ольга")) == ([1], [2], [None])
    store.write_cache(_check).result()


def _check(conn: sqlite3.Connection) -> None:
    for table in ("message_search", "chat_search"):
        conn.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
