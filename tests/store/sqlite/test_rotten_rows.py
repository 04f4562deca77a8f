"""Cases 019 and 035: a row with an impossible value in any column is lost, but only that row."""

import sqlite3
from contextlib import closing

import pytest

from chat_tui.model.ids import MessageId
from chat_tui.model.queue import Tab
from chat_tui.model.search import SearchQuery
from chat_tui.model.timeline import Draft
from chat_tui.store import chats, copies, cursors, drafts, marks, messages, outbox, search
from chat_tui.store.database import Store, StorePaths
from chat_tui.store.inspection import look
from chat_tui.store.sqlite import shape
from chat_tui.store.sqlite.shape import LARGEST_ID
from tests.store.world import CHAT, a_chat, buyer, list_chats, queue_text, read_history
from tests.support.refs import ref
from tests.support.stored import items_of

OTHER = ref(5)
BAD = "CAST(x'ff41ff' AS TEXT)"


@pytest.fixture
def full(store: Store) -> Store:
    list_chats(store, a_chat(), a_chat(OTHER, 2_000, name="Пётр"))
    read_history(store, buyer(1, 100, "чайник"), buyer(2, 200, "чайник снова"), oldest=True)
    for number, chat in enumerate((CHAT, CHAT, OTHER)):
        queue_text(store, f"q{number}", chat_ref=chat)
    store.write_state(drafts.save, Draft(CHAT, "черновик", 3), 1).result()
    return store


def change(paths: StorePaths, kind: str, statement: str) -> None:
    with closing(sqlite3.connect(getattr(paths, kind).path, isolation_level=None)) as conn:
        assert conn.execute(statement).rowcount == 1


@pytest.mark.parametrize(
    "change_",
    ["kind = x'00'", "updated_at = 'late'", "order_id = 'A-1'", "created_at = 9e99", "hist_lo = 'x'"],
)
def test_a_chat_that_cannot_be_read_is_left_out_and_comes_back_with_the_list(
    full: Store, paths: StorePaths, change_: str
) -> None:
    change(paths, "cache", f"UPDATE chat SET {change_} WHERE chat_id = {OTHER.number}")
    assert [one.chat.chat_ref for one in full.read(chats.page, Tab.ALL, now=0).result().items] == [CHAT]
    assert look(paths.cache.path, "cache").rotten == {"chat": 1}
    assert list_chats(full, a_chat(OTHER, 2_000, name="Пётр")) == {OTHER}
    assert len(full.read(chats.page, Tab.ALL, now=0).result().items) == 2
    assert look(paths.cache.path, "cache").rotten == {}


def test_a_chat_that_cannot_be_read_does_not_count_as_waiting(full: Store, paths: StorePaths) -> None:
    list_chats(full, a_chat(1, 50), a_chat(2, 60))
    change(paths, "cache", "UPDATE chat SET kind = x'00' WHERE chat_id = 1")
    # In the other two an answer is on its way.
    assert full.read(chats.counts, 0).result()[Tab.WAITING] == 1
    assert full.read(chats.next_waiting, None, now=0).result() == ref(2)


def test_letters_that_are_none_are_shown_as_such(full: Store, paths: StorePaths) -> None:
    change(paths, "cache", f"UPDATE chat SET customer_name = {BAD} WHERE chat_id = {OTHER.number}")
    item = full.read(chats.item, OTHER, now=0).result()
    assert item is not None
    assert item.chat.context.customer_name == "\ufffdA\ufffd"
    assert full.notices == ()


def test_a_page_is_not_cut_short_by_a_row_that_cannot_be_read(full: Store, paths: StorePaths) -> None:
    list_chats(full, *(a_chat(number, 3_000 + number) for number in range(100, 110)))
    change(paths, "cache", "UPDATE chat SET snippet = x'00' WHERE chat_id = 109")
    first = full.read(chats.page, Tab.ALL, now=0, limit=4).result()
    assert [one.chat.chat_ref.number for one in first.items] == [108, 107, 106, 105]
    assert first.has_after


@pytest.mark.parametrize("change_", ["text = x'00'", "sender = x'00'", "created_at = 'then'"])
def test_a_message_that_cannot_be_read_is_left_out_and_read_again(
    full: Store, paths: StorePaths, change_: str
) -> None:
    change(paths, "cache", f"UPDATE message SET {change_} WHERE message_id = 1")
    entries = full.read(messages.timeline, CHAT).result().entries
    assert [entry.message.message_id for entry in entries if entry.message] == [2]
    hits = full.read(search.search, SearchQuery(("чайник",))).result().hits
    assert [hit.message_id for hit in hits] == [2]
    assert read_history(full, buyer(1, 100, "чайник"))
    entries = full.read(messages.timeline, CHAT).result().entries
    assert [entry.message.message_id for entry in entries if entry.message] == [1, 2]


@pytest.mark.parametrize(
    "change_",
    [
        "state = 'scheduled'",
        "kind = 'sticker'",
        f"text = {BAD}",
        f"file_name = {BAD}",
        "looks = 'many'",
        "seq = 9223372036854775807",
        "chat_id = -4",
        "outbox_id = '../q0'",
        "asked_at = 1e300",
        "told_at = -1",
        "told_boot = x'ff'",
        "told_uptime = 'long'",
    ],
)
def test_a_row_of_the_outbox_that_cannot_be_read_is_not_sent_and_holds_nothing_back(
    full: Store, paths: StorePaths, change_: str
) -> None:
    change(paths, "state", f"UPDATE outbox SET {change_} WHERE outbox_id = 'q0'")
    assert [item.outbox_id for item in full.read(outbox.heads).result()] == ["q2", "q1"]
    assert [item.outbox_id for item in full.read(outbox.open_items).result()] == ["q2", "q1"]
    assert [item.outbox_id for item in full.read(items_of, CHAT).result()] == ["q1"]
    assert queue_text(full, "q9").seq == 3, "no place is given twice"
    assert full.read(copies.of_the_operator).result()
    assert look(paths.state.path, "state").rotten == {"outbox": 1}


@pytest.mark.parametrize("value", [3, 4_000_000_000, 2**53 + 1, LARGEST_ID])
@pytest.mark.parametrize("end", ["hist_hi", "hist_lo"])
def test_a_history_that_ends_where_no_message_lies_is_read_anew(
    full: Store, paths: StorePaths, end: str, value: int
) -> None:
    before = full.read(messages.cursor, CHAT).result()
    assert (before.lo, before.hi) == (1, 2)
    change(paths, "cache", f"UPDATE chat SET {end} = {value} WHERE chat_id = {CHAT.number}")
    cursor = full.read(messages.cursor, CHAT).result()
    assert (cursor.lo, cursor.hi) == ((None, 2) if end == "hist_lo" else (1, None))
    assert read_history(full, buyer(1, 100, "чайник"), buyer(2, 200, "чайник снова"), buyer(3, 300))
    cursor = full.read(messages.cursor, CHAT).result()
    assert (cursor.lo, cursor.hi) == (1, 3)


def test_an_echo_is_shown_whatever_the_end_of_the_history_says(full: Store, paths: StorePaths) -> None:
    change(paths, "cache", f"UPDATE chat SET hist_hi = {LARGEST_ID} WHERE chat_id = {CHAT.number}")
    columns = "state = 'confirmed', message_id = 7"
    change(paths, "state", f"UPDATE outbox SET {columns} WHERE outbox_id = 'q0'")
    entries = full.read(messages.timeline, CHAT).result().entries
    assert [entry.item.outbox_id for entry in entries if entry.item] == ["q0", "q1"]


def test_a_base_is_as_large_as_any_id_of_a_message(full: Store, paths: StorePaths) -> None:
    change(paths, "state", f"UPDATE outbox SET base_message_id = {LARGEST_ID} WHERE outbox_id = 'q0'")
    assert [item.outbox_id for item in full.read(outbox.heads).result()] == ["q2", "q0"]


@pytest.mark.parametrize("change_", ["done = 'yes'", "seen = x'00'", "snooze_until = -1"])
def test_a_mark_that_cannot_be_read_hides_no_chat(full: Store, paths: StorePaths, change_: str) -> None:
    full.write_state(marks.see, CHAT, MessageId(2), 1).result()
    change(paths, "state", f"UPDATE mark SET done = 5, {change_}" if "done" not in change_ else f"UPDATE mark SET {change_}")  # fmt: skip # noqa: E501
    waiting = full.read(chats.page, Tab.WAITING, now=0).result().items
    assert CHAT in {one.chat.chat_ref for one in waiting}
    assert full.read(marks.get, CHAT).result() is None


@pytest.mark.parametrize("value", ["x'ff'", "'yesterday'", "'9999999999999999999999'", "''"])
def test_a_moment_kept_that_is_none(store: Store, paths: StorePaths, value: str) -> None:
    store.write_cache(cursors.set_, "at", "5").result()
    assert store.read(cursors.moment, "at").result() == 5
    change(paths, "cache", f"UPDATE cursor SET value = {value} WHERE key = 'at'")
    assert store.read(cursors.moment, "at").result() is None


def test_every_column_is_told_of_when_it_holds_a_blob(full: Store, paths: StorePaths) -> None:
    with closing(sqlite3.connect(paths.state.path, isolation_level=None)) as conn:
        shape.read_tolerantly(conn)
        for column in ("kind", "text", "file_name", "sha256", "state", "problem", "error", "attempt"):
            conn.execute("SAVEPOINT one")
            conn.execute(f"UPDATE outbox SET {column} = x'ff' WHERE outbox_id = 'q0'")
            assert shape.rotten(conn, "state") == {"outbox": 1}, column
            conn.execute("ROLLBACK TO one")
