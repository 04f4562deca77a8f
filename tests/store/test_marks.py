"""The operator's marks on a chat: which tab it is in, and how a mark ends."""

import sqlite3
from collections.abc import Callable

import pytest

from chat_tui.model.chat import Message, Sender
from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.mark import Hold, Labels, Mark, Marked, Note, Pin
from chat_tui.model.queue import Tab
from chat_tui.store import chats, copies, marks
from chat_tui.store.database import Store, StorePaths
from chat_tui.store.sqlite import connections
from tests.store.world import CHAT, a_chat, buyer, list_chats, own, read_history
from tests.support.refs import ref

OTHER = ref(8)


@pytest.fixture
def waiting(store: Store) -> Store:
    """Two chats in which a buyer waits, the one in CHAT longer."""
    list_chats(store, a_chat(CHAT, 2_000), a_chat(OTHER, 3_000))
    read_history(store, buyer(20, 2_000))
    read_history(store, buyer(30, 3_000, chat_ref=OTHER), chat_ref=OTHER)
    return store


def held(store: Store, tab: Tab = Tab.WAITING, now: int = 0) -> list[ChatRef]:
    found = store.read(chats.page, tab, now=now).result()
    assert store.read(chats.counts, now).result()[tab] == len(found.items), "the tab counts what it shows"
    return [item.chat.chat_ref for item in found.items]


def hold_of(store: Store) -> Hold | None:
    """The hold on the chat, as the list shows it."""
    item = store.read(chats.item, CHAT, now=1).result()
    assert item is not None
    return item.hold


def mark(store: Store, mark: Mark, chat_ref: ChatRef = CHAT) -> Marked:
    return store.write_state(marks.put, chat_ref, mark, 1).result()


def finish(store: Store) -> Marked:
    return mark(store, Hold(done=store.read(marks.newest, CHAT).result()))


def put_off(store: Store, until: int | None = None) -> Marked:
    return mark(store, Hold(snoozed=store.read(marks.newest, CHAT).result(), until=until))


def test_a_chat_that_is_done_leaves_the_queue_and_nothing_else(waiting: Store) -> None:
    assert held(waiting) == [CHAT, OTHER]
    finish(waiting)
    assert held(waiting) == [OTHER]
    assert held(waiting, Tab.SNOOZED) == []
    assert held(waiting, Tab.ALL) == [OTHER, CHAT]
    assert waiting.read(chats.next_waiting, None, now=0).result() == OTHER
    assert waiting.read(chats.item, CHAT, Tab.WAITING, now=0).result() is None


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


@pytest.mark.parametrize("hold", [finish, put_off], ids=["done", "put off"])
def test_a_mark_made_before_the_history_was_read_outlives_the_reading(
    store: Store, hold: Callable[[Store], Marked]
) -> None:
    """The list has a message at 2,000: reading it does not end the mark, a later one does."""
    list_chats(store, a_chat(CHAT, 2_000))
    marked = hold(store)
    read_history(store, buyer(19, 1_500), buyer(20, 2_000))
    assert held(store) == []
    assert hold_of(store) == marked.after
    read_history(store, buyer(21, 2_001))
    assert held(store) == [CHAT]
    assert hold_of(store) is None


def test_a_chat_answered_and_asked_again_is_not_done(waiting: Store) -> None:
    finish(waiting)
    read_history(waiting, own(21, 2_500), buyer(22, 2_600))
    assert held(waiting) == [CHAT, OTHER]


def test_a_chat_is_put_off_until_the_buyer_writes(waiting: Store) -> None:
    put_off(waiting)
    assert held(waiting, now=10**12) == [OTHER]
    assert held(waiting, Tab.SNOOZED, now=10**12) == [CHAT]
    read_history(waiting, buyer(21, 2_500))
    assert held(waiting) == [CHAT, OTHER]
    assert held(waiting, Tab.SNOOZED) == []


def test_a_chat_is_put_off_until_its_moment_and_no_longer(waiting: Store) -> None:
    put_off(waiting, 5_000)
    assert held(waiting, now=4_999) == [OTHER]
    assert held(waiting, Tab.SNOOZED, now=4_999) == [CHAT]
    assert held(waiting, now=5_000) == [CHAT, OTHER]
    assert held(waiting, Tab.SNOOZED, now=5_000) == []


def test_a_buyer_who_writes_ends_a_snooze_before_its_moment(waiting: Store) -> None:
    put_off(waiting, 5_000)
    read_history(waiting, buyer(21, 2_500))
    assert held(waiting, now=2_600) == [CHAT, OTHER]
    assert held(waiting, Tab.SNOOZED, now=2_600) == []


def test_the_row_tells_what_holds_the_chat(waiting: Store) -> None:
    put_off(waiting, 5_000)
    (item,) = waiting.read(chats.page, Tab.SNOOZED, now=1).result().items
    assert item.hold == Hold(snoozed=MessageId(20), until=5_000)
    read_history(waiting, buyer(21, 2_500))
    assert hold_of(waiting) is None


def test_a_mark_taken_back_leaves_what_was_before(waiting: Store) -> None:
    waiting.write_state(marks.see, CHAT, MessageId(20), 1).result()
    snoozed = put_off(waiting, 5_000)
    done = finish(waiting)
    assert (snoozed.before, done.before) == (Hold(), snoozed.after)
    assert held(waiting, Tab.SNOOZED) == []
    assert waiting.write_state(marks.take_back, done, 2).result()
    assert held(waiting, Tab.SNOOZED) == [CHAT]
    assert waiting.write_state(marks.take_back, snoozed, 2).result()
    assert held(waiting) == [CHAT, OTHER]
    assert waiting.read(marks.get, CHAT).result() == 20, "what was seen stays seen"


def test_a_mark_made_anew_since_is_not_taken_back(waiting: Store) -> None:
    mine = put_off(waiting, 5_000)
    put_off(waiting, 6_000)
    assert not waiting.write_state(marks.take_back, mine, 2).result()
    assert held(waiting, Tab.SNOOZED, now=5_500) == [CHAT]


@pytest.mark.parametrize("one", [Pin(True), Note("ждёт звонка"), Labels(("возврат", "срочно"))])
def test_pin_note_and_labels_stand_on_the_row_and_are_taken_back(waiting: Store, one: Mark) -> None:
    def shown() -> Mark:
        item = waiting.read(chats.item, CHAT, now=0).result()
        assert item is not None
        standing: dict[type[Mark], Mark] = {
            Pin: Pin(item.is_pinned),
            Note: Note(item.note),
            Labels: Labels(item.labels),
        }
        return standing[type(one)]

    before, seen = shown(), waiting.read(copies.of_the_operator).result()
    made = mark(waiting, one)
    finish(waiting)
    assert shown() == one == made.after
    told = waiting.read(copies.of_the_operator).result()
    assert told.keys() - seen.keys() == {CHAT}, "other copies hear of it"
    assert waiting.write_state(marks.take_back, made, 2).result()
    assert shown() == before
    assert waiting.read(copies.of_the_operator).result() != told


def test_every_mark_outlives_the_program_and_the_loss_of_the_cache(waiting: Store, paths: StorePaths) -> None:
    for one in (Pin(True), Note("n"), Labels(("a", "b"))):
        mark(waiting, one)
    put_off(waiting, 5_000)
    waiting.close()
    for file in paths.cache_dir.iterdir():
        file.unlink()
    again = Store(paths)
    list_chats(again, a_chat(CHAT, 2_000))
    item = again.read(chats.item, CHAT, Tab.SNOOZED, now=1).result()
    assert item is not None
    assert (item.is_pinned, item.note, item.labels) == (True, "n", ("a", "b"))
    assert item.hold == Hold(snoozed=MessageId(20), until=5_000)
    again.close()


def test_a_snooze_of_the_version_before_keeps_its_moment() -> None:
    """State files of schema 3 had a snooze until the buyer writes, and one until a moment."""
    old = sqlite3.connect(":memory:", isolation_level=None)
    steps = connections.MIGRATIONS / "state"
    for number in (1, 2, 3):
        (script,) = steps.glob(f"{number:03}_*.sql")
        old.executescript(script.read_text(encoding="utf-8"))
    old.execute("INSERT INTO mark (chat_id, snooze_kind, snooze_until, at) VALUES (7, 'buyer', 20, 1)")
    old.execute("INSERT INTO mark (chat_id, snooze_kind, snooze_until, at) VALUES (8, 'time', 5000, 1)")
    old.execute("INSERT INTO mark (chat_id, done, at) VALUES (9, 20, 1)")
    (script,) = steps.glob("004_*.sql")
    old.executescript(script.read_text(encoding="utf-8"))
    found = old.execute("SELECT chat_id, done, snoozed, snooze_until FROM mark ORDER BY chat_id").fetchall()
    old.close()
    assert found == [(7, None, 20, None), (8, None, 2**63 - 1, 5000), (9, 20, None, None)]


def test_pages_pass_over_what_is_put_off(waiting: Store) -> None:
    finish(waiting)
    first = waiting.read(chats.page, Tab.WAITING, limit=1, now=0).result()
    assert [item.chat.chat_ref for item in first.items] == [OTHER]
    assert not first.has_after
    before = waiting.read(chats.page, Tab.WAITING, before=first.items[0].key, now=0).result()
    assert before.items == ()


def test_a_mark_outlives_the_program(waiting: Store, paths: StorePaths) -> None:
    finish(waiting)
    waiting.close()
    again = Store(paths)
    assert held(again) == [OTHER]
    again.close()


def test_other_copies_can_tell_that_a_mark_came_or_went(waiting: Store) -> None:
    seen = [waiting.read(copies.of_the_operator).result()]
    finish(waiting)
    seen.append(waiting.read(copies.of_the_operator).result())
    put_off(waiting, 5_000)
    seen.append(waiting.read(copies.of_the_operator).result())
    assert seen[0] == {}
    assert seen[1].keys() == seen[2].keys() == {CHAT}
    assert seen[1] != seen[2]


def test_the_few_marked_are_found_by_their_index(waiting: Store) -> None:
    plan = waiting.read(lambda conn: conn.execute(f"EXPLAIN QUERY PLAN {marks.DONE}").fetchall()).result()
    assert any("mark_held" in row[3] for row in plan)
