"""Statistics of the cache: right, without snoozed chats, in memory that does not grow with the history."""

import tracemalloc
from datetime import UTC

import pytest

from chat_tui.model import record
from chat_tui.model.chat import ChatKind, ChatStatus
from chat_tui.model.ids import MessageId
from chat_tui.model.mark import Hold
from chat_tui.model.record import Replies
from chat_tui.store import chats, marks
from chat_tui.store.database import Connection, Store
from tests.store.world import a_chat, buyer, list_chats, own, read_history
from tests.support.refs import ref

MINUTE = 60_000
HOUR = 60 * MINUTE
NOON = 1_763_035_200_000 // 86_400_000 * 86_400_000 + 12 * 60 * MINUTE
MANY = 20_000


def test_answers_of_all_chats_and_who_waits(store: Store) -> None:
    list_chats(
        store,
        a_chat(1, NOON + 9 * MINUTE),
        a_chat(2, NOON + 5 * MINUTE),
        a_chat(3, NOON, ChatStatus.WAITING_FOR_ARBITER, kind=ChatKind.ARBITRAGE),
        a_chat(4, NOON),
    )
    read_history(store, buyer(1, NOON, chat_ref=1), own(2, NOON + 4 * MINUTE, chat_ref=1), chat_ref=1)
    read_history(store, buyer(3, NOON + 9 * MINUTE, chat_ref=1), chat_ref=1)
    read_history(store, buyer(4, NOON - 60 * MINUTE, chat_ref=2), own(5, NOON, chat_ref=2), chat_ref=2)
    read_history(store, buyer(6, NOON + 5 * MINUTE, chat_ref=2), chat_ref=2)
    read_history(store, buyer(7, NOON - MINUTE, chat_ref=4), chat_ref=4)
    store.write_state(marks.put, ref(4), Hold(done=MessageId(7)), NOON).result()
    found = store.read(chats.stats, UTC, None, NOON + 10 * MINUTE).result()
    assert found.total == Replies(2, 32 * MINUTE, 60 * MINUTE)
    assert (found.hours[11].answered, found.hours[12].answered) == (1, 1)
    assert (found.waiting, found.longest, found.longest_since) == (2, ref(2), NOON + 5 * MINUTE)
    lately = store.read(chats.stats, UTC, NOON + MINUTE, NOON + 10 * MINUTE).result()
    assert lately.total == Replies(1, 4 * MINUTE, 4 * MINUTE)


def test_the_count_says_how_far_it_is(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "HEARD_EVERY", 2)
    numbers = range(1, 6)
    list_chats(store, *(a_chat(number, NOON) for number in numbers), a_chat(6, NOON - HOUR))
    for number in (*numbers, 6):
        read_history(
            store, buyer(number, NOON if number < 6 else NOON - HOUR, chat_ref=number), chat_ref=number
        )
    heard: list[tuple[int, int]] = []
    store.read(
        chats.stats, UTC, NOON - MINUTE, NOON, lambda done, total: heard.append((done, total))
    ).result()
    assert heard == [(0, 5), (2, 5), (4, 5)]


def test_nothing_at_all(store: Store) -> None:
    found = store.read(chats.stats, UTC, None, NOON).result()
    assert (found.total, found.waiting, found.longest) == (Replies(0, None, None), 0, None)


def fill(conn: Connection) -> None:
    conn.execute("UPDATE chat SET newest_at = ?", (NOON,))
    conn.execute(
        "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?) INSERT INTO message"
        " SELECT n, 1, n, ? + n * 1000, CASE n % 2 WHEN 1 THEN 'CUSTOMER' ELSE 'PARTNER' END, NULL FROM n",
        (MANY, NOON),
    )


def test_a_long_history_is_never_in_memory_at_once(store: Store) -> None:
    list_chats(store, a_chat(1, NOON))
    store.write_cache(fill).result()
    tracemalloc.start()
    try:
        found = store.read(chats.stats, UTC, None, NOON).result()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.total == Replies(MANY // 2, 1000, 1000)
    assert peak < 50 * MANY, "a row alone is larger than this"


def test_nothing_is_sorted_before_it_is_read(store: Store) -> None:
    def plan(conn: Connection) -> str:
        return " ".join(str(row) for row in conn.execute(f"EXPLAIN QUERY PLAN {chats._TURNS}", (0,)))

    assert "TEMP B-TREE" not in store.read(plan).result()
