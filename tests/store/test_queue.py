"""The tabs: which chats, in which order, page by page."""

import itertools
from dataclasses import replace

import pytest

from chat_tui.model.chat import ChatKind, ChatStatus, ContextKind, Sender
from chat_tui.model.ids import BusinessId, ForeignChat, MessageId
from chat_tui.model.mark import Hold, Pin
from chat_tui.model.outbox import OutboxState
from chat_tui.model.queue import QueueItem, Tab
from chat_tui.model.timeline import Draft
from chat_tui.store import chats, drafts, marks, outbox
from chat_tui.store.database import Connection, Store
from chat_tui.store.sqlite.shape import LARGEST_ID
from tests.store.world import (
    CHAT,
    Explaining,
    a_chat,
    bring,
    buyer,
    by,
    list_chats,
    own,
    queue_text,
    read_history,
    with_file,
)
from tests.support.refs import BUSINESS, OTHER_BUSINESS, ref

S = ChatStatus
ARB = ChatKind.ARBITRAGE


@pytest.fixture
def queue(store: Store) -> Store:
    list_chats(
        store,
        a_chat(1, 5_000, S.WAITING_FOR_PARTNER),
        a_chat(2, 4_000, S.WAITING_FOR_PARTNER, about=ContextKind.DIRECT),
        a_chat(3, 9_000, S.WAITING_FOR_CUSTOMER, about=ContextKind.DIRECT),
        a_chat(4, 7_000, S.WAITING_FOR_ARBITER, kind=ARB),
        a_chat(5, 8_000, S.FINISHED, kind=ARB, about=ContextKind.RETURN),
        a_chat(6, 6_000, S.WAITING_FOR_PARTNER, kind=ARB, about=ContextKind.RETURN),
        a_chat(7, 3_000, S.WAITING_FOR_PARTNER, about=ContextKind.RETURN),
        a_chat(8, 2_000, S.FINISHED, about=ContextKind.RETURN),
        a_chat(9, 1_000, S.WAITING_FOR_CUSTOMER, about=ContextKind.RETURN),
        a_chat(10, 1_500, S.FINISHED, kind=ARB),
        a_chat(11, 9_500, S.FINISHED, about=ContextKind.DIRECT),
    )
    return store


EXPECTED = {
    Tab.WAITING: [6, 4, 7, 2, 1],
    Tab.DISPUTES: [6, 4, 5, 10],
    Tab.RETURNS: [7, 6, 9, 5, 8],
    Tab.QUESTIONS: [2, 3, 11],
    Tab.SNOOZED: [],
    Tab.ALL: [11, 3, 5, 4, 6, 1, 2, 7, 8, 10, 9],
}
FINISHED = {Tab.DISPUTES: [5, 10], Tab.RETURNS: [5, 8], Tab.QUESTIONS: [11]}
"""The chats below the line of a tab."""
NEED_US = {
    Tab.WAITING: 5,
    Tab.DISPUTES: 2,
    Tab.RETURNS: 2,
    Tab.QUESTIONS: 1,
    Tab.SNOOZED: 0,
    Tab.ALL: len(EXPECTED[Tab.ALL]),
}


@pytest.mark.parametrize("tab", Tab)
def test_order_of_a_tab(queue: Store, tab: Tab) -> None:
    found = queue.read(chats.page, tab, now=0).result()
    assert [item.chat.chat_ref.number for item in found.items] == EXPECTED[tab]
    keys = [item.key for item in found.items]
    assert keys == sorted(keys)
    assert not found.has_before
    assert not found.has_after


@pytest.mark.parametrize("tab", Tab)
def test_finished_chats_stand_below_the_line(queue: Store, tab: Tab) -> None:
    items = queue.read(chats.page, tab, now=0).result().items
    below = [item.chat.chat_ref.number for item in items if item.is_below_line]
    assert below == FINISHED.get(tab, [])
    queue.write_state(marks.put, ref(5), Pin(True), 1).result()
    items = queue.read(chats.page, tab, now=0).result().items
    assert [item.is_below_line for item in items if item.is_pinned] == [False] * (5 in EXPECTED[tab])


def test_counts(queue: Store) -> None:
    """Promised: U65."""
    assert queue.read(chats.counts, 0).result() == NEED_US


def test_a_chat_that_is_done_or_snoozed_or_answered_needs_us_in_no_tab(queue: Store) -> None:
    for number, hold in ((7, Hold(done=MessageId(0))), (2, Hold(snoozed=MessageId(0)))):
        queue.write_state(marks.put, ref(number), hold, 1).result()
    queue_text(queue, "o1", chat_ref=4)
    counts = queue.read(chats.counts, 0).result()
    assert counts == {
        Tab.WAITING: 2,
        Tab.DISPUTES: 1,
        Tab.RETURNS: 1,
        Tab.QUESTIONS: 0,
        Tab.SNOOZED: 1,
        Tab.ALL: len(EXPECTED[Tab.ALL]),
    }


def test_chats_that_cannot_be_read_are_not_counted(queue: Store) -> None:
    queue.write_state(marks.put, ref(1), Hold(snoozed=MessageId(0)), 1).result()
    assert min(queue.read(chats.counts, 0).result().values()) > 0
    queue.write_cache(lambda conn: conn.execute("UPDATE chat SET snippet = x'00'").rowcount).result()
    assert {tab for tab, count in queue.read(chats.counts, 0).result().items() if count} == {Tab.ALL}


@pytest.mark.parametrize(("tab", "limit"), itertools.product(Tab, (1, 2, 3)))
def test_pages_both_ways_cover_a_tab_without_gap_or_repetition(queue: Store, tab: Tab, limit: int) -> None:
    forwards: list[QueueItem] = []
    page = queue.read(chats.page, tab, limit=limit, now=0).result()
    while page.items:
        assert page.has_before is bool(forwards)
        forwards += page.items
        assert page.has_after is (len(forwards) < len(EXPECTED[tab]))
        page = queue.read(chats.page, tab, after=page.items[-1].key, limit=limit, now=0).result()
        assert page.has_before
    backwards: list[QueueItem] = []
    page = queue.read(chats.page, tab, from_end=True, limit=limit, now=0).result()
    while page.items:
        assert page.has_after is bool(backwards)
        backwards[:0] = page.items
        assert page.has_before is (len(backwards) < len(EXPECTED[tab]))
        page = queue.read(chats.page, tab, before=page.items[0].key, limit=limit, now=0).result()
        assert page.has_after
    assert [item.chat.chat_ref.number for item in forwards] == EXPECTED[tab]
    assert backwards == forwards


@pytest.mark.parametrize("tab", Tab)
def test_an_item_has_the_key_of_its_tab(queue: Store, tab: Tab) -> None:
    for item in queue.read(chats.page, tab, now=0).result().items:
        assert queue.read(chats.item, item.chat.chat_ref, tab, now=0).result() == item
    outside = set(EXPECTED[Tab.ALL]) - set(EXPECTED[tab]) | {99}
    assert [queue.read(chats.item, ref(n), tab, now=0).result() for n in outside] == [None] * len(outside)


def test_next_waiting_walks_the_waiting_tab(queue: Store) -> None:
    def ask(beyond: int | None, *, backwards: bool = False) -> int | None:
        given = None if beyond is None else ref(beyond)
        found = queue.read(chats.next_waiting, given, backwards=backwards, now=0).result()
        return found and found.number

    assert [ask(None), ask(6), ask(2), ask(1)] == [6, 4, 1, 6], "behind the last one the first comes again"
    assert [ask(None, backwards=True), ask(4, backwards=True), ask(6, backwards=True)] == [1, 6, 1]
    assert ask(3) == 6, "a chat that does not wait has no place: the longest waiting comes"


def test_an_answered_dispute_waits_no_more_until_somebody_but_the_market_writes(store: Store) -> None:
    """U17: ux.md: a chat leaves the queue when we answer; disputes are only before all others."""
    list_chats(store, a_chat(updated_at=5_000, status=S.WAITING_FOR_ARBITER, kind=ARB))

    def waits() -> bool:
        tab = {item.chat.chat_ref for item in store.read(chats.page, Tab.WAITING, now=0).result().items}
        assert store.read(chats.counts, 0).result()[Tab.WAITING] == len(tab)
        assert store.read(chats.counts, 0).result()[Tab.DISPUTES] == len(tab)
        assert (store.read(chats.next_waiting, None, now=0).result() == CHAT) is (CHAT in tab)
        return CHAT in tab

    assert waits()
    history = (
        buyer(1, 1_000),
        own(2, 2_000),
        by(Sender.MARKET, 3, 3_000),
        by(Sender.SUPPORT, 4, 4_000),
        own(5, 5_000),
    )
    told = [waits() for message in history if read_history(store, message)]
    assert told == [True, False, False, True, False]


PINNED = {
    Tab.WAITING: [6, 4, 1, 7, 2],
    Tab.DISPUTES: [6, 4, 5, 10],
    Tab.RETURNS: [6, 8, 7, 9, 5],
    Tab.QUESTIONS: [2, 3, 11],
    Tab.ALL: [6, 1, 8, 11, 3, 5, 4, 2, 7, 10, 9],
}


@pytest.mark.parametrize(("tab", "limit"), itertools.product(PINNED, (1, 2, 5)))
def test_pinned_chats_stand_on_top_below_disputes_that_wait(queue: Store, tab: Tab, limit: int) -> None:
    """A pinned chat stays at the top of its tab, after the disputes; a pin puts it into no other tab."""
    for chat_id in (1, 6, 8):
        queue.write_state(marks.put, ref(chat_id), Pin(True), 1).result()
    for way in ("after", "before"):
        seen: list[int] = []
        page = queue.read(chats.page, tab, limit=limit, from_end=way == "before", now=0).result()
        while page.items:
            ids = [item.chat.chat_ref.number for item in page.items]
            assert [queue.read(chats.item, ref(n), tab, now=0).result() for n in ids] == list(page.items)
            seen = seen + ids if way == "after" else ids + seen
            is_more = page.has_after if way == "after" else page.has_before
            assert is_more is (len(seen) < len(PINNED[tab]))
            after = page.items[-1].key if way == "after" else None
            before = page.items[0].key if way == "before" else None
            page = queue.read(chats.page, tab, limit=limit, after=after, before=before, now=0).result()
        assert seen == PINNED[tab]
    if tab is Tab.WAITING:
        walked = [queue.read(chats.next_waiting, ref(n), now=0).result() for n in (4, 1, 7)]
        assert walked == [ref(1), ref(7), ref(2)]


def test_a_chat_to_which_an_answer_is_on_its_way_is_passed_over(queue: Store) -> None:
    queue_text(queue, "o1", chat_ref=4)
    assert queue.read(chats.next_waiting, ref(4), now=0).result() == ref(6), "from it on to the longest wait"
    assert queue.read(chats.next_waiting, ref(6), now=0).result() == ref(7)
    bring(queue, "o1", OutboxState.SENDING, OutboxState.FAILED)
    assert queue.read(chats.next_waiting, ref(6), now=0).result() == ref(4), "it was not answered"


def the_item(store: Store) -> QueueItem:
    found = store.read(chats.item, CHAT, now=0).result()
    assert found is not None
    return found


def test_what_the_history_tells_about_a_chat(store: Store) -> None:
    """Promised: U14."""
    list_chats(store, a_chat(updated_at=2_000))
    assert the_item(store).waiting_since == 2_000
    assert (the_item(store).snippet, the_item(store).is_unseen) == ("", False)
    read_history(store, own(1, 1_000), buyer(2, 1_500), with_file(buyer(3, 2_000, None), "фото.jpg"))
    item = the_item(store)
    assert (item.waiting_since, item.newest_sender, item.snippet) == (1_500, "CUSTOMER", "фото.jpg")
    assert item.newest_has_file
    assert item.is_unseen


def test_unseen_ends_with_the_mark_or_our_own_answer(store: Store) -> None:
    list_chats(store, a_chat())
    read_history(store, buyer(1, 900))
    store.write_state(marks.see, CHAT, MessageId(1), 1).result()
    assert not the_item(store).is_unseen
    read_history(store, buyer(2, 950))
    assert the_item(store).is_unseen
    read_history(store, own(3, 1_000))
    assert not the_item(store).is_unseen


def test_draft_is_shown(store: Store) -> None:
    list_chats(store, a_chat())
    assert not the_item(store).has_draft
    store.write_state(drafts.save, Draft(CHAT, "Сей", 3), 1).result()
    assert the_item(store).has_draft


def test_the_worst_open_outbox_state_is_shown(store: Store) -> None:
    list_chats(store, a_chat())
    for n in range(6):
        queue_text(store, f"o{n}")
    bring(store, "o0", OutboxState.SENDING, OutboxState.SENT)
    seen = [the_item(store).trouble]
    bring(store, "o1", OutboxState.SENDING)
    seen.append(the_item(store).trouble)
    bring(store, "o2", OutboxState.SENDING, OutboxState.WAITING)
    seen.append(the_item(store).trouble)
    bring(store, "o3", OutboxState.FAILED)
    seen.append(the_item(store).trouble)
    bring(store, "o4", OutboxState.SENDING, OutboxState.UNCONFIRMED)
    seen.append(the_item(store).trouble)
    assert seen == [
        OutboxState.QUEUED,
        OutboxState.SENDING,
        OutboxState.WAITING,
        OutboxState.FAILED,
        OutboxState.UNCONFIRMED,
    ]


def test_sent_and_confirmed_are_no_trouble(store: Store) -> None:
    list_chats(store, a_chat())
    queue_text(store, "a")
    queue_text(store, "b")
    bring(store, "a", OutboxState.SENDING, OutboxState.SENT)
    bring(store, "b", OutboxState.SENDING, OutboxState.CONFIRMED, message_id=5)
    assert the_item(store).trouble is None


@pytest.mark.parametrize("tab", [Tab.ALL, Tab.WAITING, Tab.DISPUTES])
@pytest.mark.parametrize("business", [BusinessId(BUSINESS - 1), OTHER_BUSINESS])
def test_a_key_of_another_business_has_its_place_in_the_tab(
    queue: Store, tab: Tab, business: BusinessId
) -> None:
    """Several businesses get the same key: each answers from the same place of the common list."""
    whole = [item.key for item in queue.read(chats.page, tab, limit=100, now=0).result().items]
    for key in whole:
        for number in (1, key.chat.number, LARGEST_ID):
            asked = replace(key, chat=ref(number, business))
            page = queue.read(chats.page, tab, after=asked, limit=100, now=0).result()
            assert [item.key for item in page.items] == [one for one in whole if one > asked]
            assert page.has_before == any(one <= asked for one in whole)
            page = queue.read(chats.page, tab, before=asked, limit=100, now=0).result()
            assert [item.key for item in page.items] == [one for one in whole if one < asked]
            assert page.has_after == any(one >= asked for one in whole)


def test_a_chat_of_another_business_is_refused(queue: Store) -> None:
    foreign = ref(4, OTHER_BUSINESS)
    with pytest.raises(ForeignChat):
        queue.read(chats.item, foreign, now=0).result()
    with pytest.raises(ForeignChat):
        queue_text(queue, "o1", chat_ref=foreign)
    assert queue.read(outbox.open_items).result() == ()


@pytest.mark.parametrize("tab", [tab for tab in Tab if tab is not Tab.SNOOZED])
def test_pages_and_counts_use_an_index_and_sort_nothing(queue: Store, tab: Tab) -> None:
    def plans(conn: Connection) -> list[str]:
        asked = Explaining(conn)
        given: Connection = asked  # type: ignore[assignment]
        first = chats.page(given, tab, limit=1, now=0)
        chats.page(given, tab, after=first.items[0].key, now=0)
        chats.page(given, tab, before=first.items[0].key, now=0)
        chats.page(given, tab, from_end=True, now=0)
        chats.next_waiting(given, None, now=0)
        chats.behind(given, 5)
        return asked.plans

    for plan in queue.read(plans).result():
        assert "TEMP B-TREE" not in plan
        assert not (plan.startswith("SCAN") and "INDEX" not in plan and plan != "SCAN CONSTANT ROW"), plan
        if plan.startswith(("SCAN c", "SEARCH c")):
            assert "INDEX chat_" in plan
