"""Chats that are done or put off: which tab holds them, and when they come back."""

import pytest

from chat_tui.model.ids import ChatId, MessageId
from chat_tui.model.message import Message, Sender
from chat_tui.model.queue import Tab
from chat_tui.store import chats, marks, notes
from chat_tui.store.database import Store, StorePaths
from tests.store.world import CHAT, a_chat, buyer, list_chats, own, read_history

OTHER = ChatId(8)


@pytest.fixture
def waiting(store: Store) -> Store:
    """Two chats in which a buyer waits, CHAT the longer."""
    list_chats(store, a_chat(CHAT, 2_000), a_chat(OTHER, 3_000))
    read_history(store, buyer(20, 2_000))
    read_history(store, buyer(30, 3_000, chat_id=OTHER), chat_id=OTHER)
    return store


def held(store: Store, tab: Tab = Tab.WAITING, now: int = 0) -> list[int]:
    found = store.read(chats.page, tab, now=now).result()
    assert store.read(chats.counts, now).result()[tab] == len(found.items), "the tab counts what it shows"
    return [item.chat.chat_id for item in found.items]


def finish(store: Store) -> None:
    newest = store.read(marks.newest, CHAT).result()
    store.write_state(marks.finish, CHAT, newest, 1).result()


def test_a_chat_that_is_done_leaves_the_queue_and_nothing_else(waiting: Store) -> None:
    assert held(waiting) == [CHAT, OTHER]
    finish(waiting)
    assert held(waiting) == [OTHER]
    assert held(waiting, Tab.SNOOZED) == []
    assert held(waiting, Tab.ALL) == [OTHER, CHAT]
    assert waiting.read(chats.next_waiting, None).result() == OTHER
    assert waiting.read(chats.item, CHAT, Tab.WAITING).result() is None


@pytest.mark.parametrize(
    ("message", "comes_back"),
    [
        (buyer(21, 2_500), True),
        (buyer(19, 1_900), False),
        (Message(CHAT, MessageId(21), 2_500, Sender.MARKET, "Чат открыт"), False),
    ],
)
def test_only_a_newer_message_of_the_buyer_brings_it_back(
    waiting: Store, message: Message, comes_back: bool
) -> None:
    """Promised: U33."""
    finish(waiting)
    read_history(waiting, message)
    assert (CHAT in held(waiting)) is comes_back


def test_a_chat_answered_and_asked_again_is_not_done(waiting: Store) -> None:
    finish(waiting)
    read_history(waiting, own(21, 2_500), buyer(22, 2_600))
    assert held(waiting) == [CHAT, OTHER]


def test_a_chat_is_put_off_until_the_buyer_writes(waiting: Store) -> None:
    waiting.write_state(marks.snooze_silent, CHAT, MessageId(20), 1).result()
    assert held(waiting, now=10**12) == [OTHER]
    assert held(waiting, Tab.SNOOZED, now=10**12) == [CHAT]
    read_history(waiting, buyer(21, 2_500))
    assert held(waiting) == [CHAT, OTHER]
    assert held(waiting, Tab.SNOOZED) == []


def test_a_chat_is_put_off_until_its_moment_and_no_longer(waiting: Store) -> None:
    waiting.write_state(marks.snooze_until, CHAT, 5_000, 1).result()
    read_history(waiting, buyer(21, 2_500))
    assert held(waiting, now=4_999) == [OTHER]
    assert held(waiting, Tab.SNOOZED, now=4_999) == [CHAT]
    assert held(waiting, now=5_000) == [CHAT, OTHER]
    assert held(waiting, Tab.SNOOZED, now=5_000) == []


def test_the_last_mark_counts_and_can_be_taken_back(waiting: Store) -> None:
    waiting.write_state(marks.see, CHAT, MessageId(20), 1).result()
    waiting.write_state(marks.snooze_until, CHAT, 5_000, 1).result()
    finish(waiting)
    assert held(waiting, Tab.SNOOZED) == []
    waiting.write_state(marks.unmark, CHAT).result()
    assert held(waiting) == [CHAT, OTHER]
    assert waiting.read(marks.get, CHAT).result() == 20, "what was seen stays seen"


def test_pages_pass_over_what_is_put_off(waiting: Store) -> None:
    finish(waiting)
    first = waiting.read(chats.page, Tab.WAITING, limit=1).result()
    assert [item.chat.chat_id for item in first.items] == [OTHER]
    assert not first.has_after
    before = waiting.read(chats.page, Tab.WAITING, before=first.items[0].key).result()
    assert before.items == ()


def test_a_mark_outlives_the_program(waiting: Store, paths: StorePaths) -> None:
    finish(waiting)
    waiting.close()
    again = Store.open(paths)
    assert held(again) == [OTHER]
    again.close()


def test_other_copies_can_tell_that_a_mark_came_or_went(waiting: Store) -> None:
    seen = [waiting.read(notes.of_the_operator).result()]
    finish(waiting)
    seen.append(waiting.read(notes.of_the_operator).result())
    waiting.write_state(marks.snooze_until, CHAT, 5_000, 1).result()
    seen.append(waiting.read(notes.of_the_operator).result())
    assert seen[0] == {}
    assert seen[1].keys() == seen[2].keys() == {CHAT}
    assert seen[1] != seen[2]


def test_the_few_marked_are_found_by_their_index(waiting: Store) -> None:
    plan = waiting.read(lambda conn: conn.execute(f"EXPLAIN QUERY PLAN {marks.DONE}").fetchall()).result()
    assert any("mark_held" in row[3] for row in plan)
