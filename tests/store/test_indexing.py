"""The index has exactly the stems of what is in the cache, after merges in any order."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat_tui.files import touch_private
from chat_tui.model.chat import Attachment, Message
from chat_tui.model.ids import MessageId
from chat_tui.model.search import SearchQuery
from chat_tui.stems import patterns, stems
from chat_tui.store import indexing, search
from chat_tui.store.database import Connection, Store, StorePaths
from chat_tui.store.files import private_directory
from chat_tui.store.sqlite import connections, schema
from tests.store.world import a_chat, buyer, list_chats, read_history
from tests.support.properties import examples
from tests.support.refs import BUSINESS, ref

WORDS = [
    "чайник",
    "чайники",
    "Чайником",
    "ёлка",
    "елки",
    "img_20.jpg",
    "51230874561",
    "4561",
    "José",
    "й",
    "👍",
]
phrases = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
texts = st.one_of(st.none(), phrases, st.text(max_size=6))
found_messages = st.builds(
    lambda chat, number, at, text, names: Message(
        ref(chat), MessageId(number), at, "CUSTOMER", text, tuple(Attachment(n, None, None) for n in names)
    ),
    st.integers(1, 3),
    st.sampled_from([1, 2, 3, 1 + (1 << 20), 2**63 - 1]),
    st.integers(0, 3),
    texts,
    st.lists(texts, max_size=2),
)
chats_told = st.builds(
    lambda chat, at, name, order: a_chat(chat, at, name=name, order_id=order),
    st.integers(1, 3),
    st.integers(1_000, 1_003),
    texts,
    st.sampled_from([None, 51_230_874_561, 4_561, 7]),
)
steps = st.lists(st.one_of(st.lists(found_messages, max_size=4), chats_told, st.just("index")), max_size=12)


def vocabulary(conn: Connection, table: str) -> set[tuple[int, str]]:
    """The content of an index: rows and their words."""
    conn.execute(f"CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, {table}, instance)")
    try:
        return set(conn.execute("SELECT doc, term FROM temp.words"))
    finally:
        conn.execute("DROP TABLE temp.words")


def expected_messages(conn: Connection, above: int) -> set[tuple[int, str]]:
    names: dict[tuple[int, int], str] = {}
    for chat_id, message_id, name in conn.execute("SELECT chat_id, message_id, name FROM attachment"):
        names[chat_id, message_id] = f"{names.get((chat_id, message_id), '')} {name or ''}"
    return {
        (row_id, stem)
        for row_id, chat_id, message_id, text in conn.execute(
            "SELECT id, chat_id, message_id, text FROM message"
        )
        if row_id > above
        for stem in stems(f"{text or ''} {names.get((chat_id, message_id), '')}")
    }


def expected_chats(conn: Connection, above: int) -> set[tuple[int, str]]:
    rows = conn.execute("SELECT chat_id, customer_name, order_id, return_id FROM chat").fetchall()
    return {
        (chat_id, stem)
        for chat_id, *facts in rows
        if chat_id > above
        for stem in indexing.chat_stems(*facts).split()
    }


def check(conn: Connection) -> None:
    """Check that both indexes are undamaged and have exactly the expected content."""
    for table in ("message_search", "chat_search"):
        conn.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")
    assert conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    above = indexing.unindexed_messages(conn)
    assert vocabulary(conn, "message_search") == expected_messages(conn, above)
    assert vocabulary(conn, "chat_search") == expected_chats(conn, indexing.unindexed_chats(conn))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One store for all examples, emptied before each."""
    root = tmp_path_factory.mktemp("shared")
    store = Store(StorePaths(root / "cache", root / "data", BUSINESS))
    yield store
    store.close()


def wipe(conn: Connection) -> None:
    for table in ("chat", "message", "attachment", "cursor"):
        conn.execute(f"DELETE FROM {table}")
    for table in ("message_search", "chat_search"):
        conn.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")


def begin_unindexed(conn: Connection) -> None:
    """Put the cache into the state in which the migration leaves one with content."""
    for table in ("message_search", "chat_search"):
        conn.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
    for statement in schema.statements((connections.MIGRATIONS / "cache" / "002_search.sql").read_text()):
        if "INSERT INTO cursor" in statement:
            conn.execute(statement)


def do(store: Store, step: object) -> None:
    if step == "index":
        store.write_cache(indexing.index_more, 2).result()
    elif isinstance(step, list):
        for chat_id in {message.chat_ref for message in step}:
            read_history(store, *(m for m in step if m.chat_ref == chat_id), chat_ref=chat_id, newest=False)
    else:
        list_chats(store, step)  # type: ignore[arg-type]


@settings(max_examples=examples(10))
@given(before=steps, after=steps, is_old=st.booleans())
def test_any_sequence_of_merges_leaves_an_index_of_what_is_there(
    shared: Store, before: list[object], after: list[object], is_old: bool
) -> None:
    shared.write_cache(wipe).result()
    list_chats(shared, *(a_chat(number, 1) for number in (1, 2, 3)))
    for step in before:
        do(shared, step)
    if is_old:
        shared.write_cache(begin_unindexed).result()
    for step in after:
        do(shared, step)
    shared.write_cache(check).result()
    while shared.write_cache(indexing.index_more, 3).result():
        pass
    shared.write_cache(check).result()
    assert shared.read(indexing.unindexed_messages).result() == indexing.NOTHING_LEFT


def scan(conn: Connection, query: SearchQuery) -> list[tuple[int, int]]:
    """The messages that contain all words, found by examining each one."""
    wanted = patterns(query.words, is_last_whole=query.is_last_whole)
    held: dict[int, list[str]] = {}
    for row_id, stem in expected_messages(conn, -1):
        held.setdefault(row_id, []).append(stem)
    rows = conn.execute("SELECT id, chat_id, message_id FROM message ORDER BY id DESC").fetchall()
    return [
        (chat_id, message_id)
        for row_id, chat_id, message_id in rows
        if wanted and all(one.is_in(held.get(row_id, ())) for one in wanted)
    ]


@settings(max_examples=examples(10))
@given(
    merges=st.lists(st.lists(found_messages, max_size=6), max_size=4),
    words=st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), max_size=3),
    is_last_whole=st.booleans(),
    limit=st.integers(1, 4),
)
def test_a_search_finds_what_a_look_at_every_message_finds(
    shared: Store, merges: list[list[Message]], words: list[str], is_last_whole: bool, limit: int
) -> None:
    shared.write_cache(wipe).result()
    list_chats(shared, *(a_chat(number, 1, name=None, order_id=None) for number in (1, 2, 3)))
    for merge in merges:
        do(shared, merge)
    query = SearchQuery(tuple(words), is_last_whole)
    got: list[tuple[int, int | None]] = []
    key: int | None = None
    while True:
        page = shared.read(search.search, query, key, limit).result()
        got += [(hit.chat_ref.number, hit.message_id) for hit in page.hits]
        if page.next_key is None:
            break
        assert isinstance(page.next_key, int)
        key = page.next_key
    assert got == shared.read(scan, query).result()


@pytest.fixture
def old(paths: StorePaths, empty: Path) -> StorePaths:
    """A cache that is older than the index, with chats and messages."""
    shutil.copytree(empty / "data", paths.data_dir)
    private_directory(paths.cache_dir)
    touch_private(paths.cache.path)
    with closing(sqlite3.connect(paths.cache.path)) as conn:
        conn.executescript((connections.MIGRATIONS / "cache" / "001_init.sql").read_text())
        conn.executemany(
            "INSERT INTO chat (chat_id, kind, status, context_kind, customer_name, created_at, updated_at,"
            " listed_at) VALUES (?, 'CHAT', 'NEW', 'ORDER', ?, 1, 1, 1)",
            [(1, "Ольга"), (2**63 - 1, "Иван")],
        )
        conn.executemany(
            "INSERT INTO message VALUES (?, 1, ?, ?, 'CUSTOMER', ?)",
            [(n << 20 | n, n, n, "чайник" if n < 6 else None) for n in (1, 2, 3, 4, 5, 9)],
        )
        conn.execute("INSERT INTO attachment VALUES (1, 9, 0, 'чек.pdf', NULL, NULL)")
        conn.execute("PRAGMA user_version = 1")
        conn.commit()
    return paths


def found(store: Store, *words: str) -> list[int | None]:
    return [hit.message_id for hit in store.read(search.search, SearchQuery(words, True)).result().hits]


def test_a_cache_from_before_is_indexed_bit_by_bit_the_newest_first(old: StorePaths) -> None:
    store = Store(old)
    assert found(store, "чайник") == found(store, "ольга") == []
    read_history(store, buyer(3, 3, "ложка", chat_ref=1), buyer(7, 2, "чайник", chat_ref=1), chat_ref=1)
    assert found(store, "ложка") == [], "its turn comes"
    read_history(store, buyer(12, 12, "ложка", chat_ref=1), chat_ref=1)
    assert found(store, "ложка") == [12], "what is new is indexed at once"
    seen = []
    while store.write_cache(indexing.index_more, 2).result():
        store.write_cache(check).result()
        seen.append(found(store, "чайник"))
    assert [5] in seen or [5, 4] in seen
    assert found(store, "чайник") == [5, 4, 7, 2, 1]
    assert (found(store, "ложка"), found(store, "чек"), found(store, "ольга")) == ([12, 3], [9], [None])
    assert found(store, "иван") == [None], "the largest number a chat may have"
    store.close()


def test_a_new_cache_has_nothing_left_to_index(store: Store) -> None:
    assert not store.write_cache(indexing.index_more, 100).result()
