"""Merging the history and reading the timeline."""

import pytest

from chat_tui.model.chat import Attachment, ChatStatus, Message
from chat_tui.model.ids import MessageId
from chat_tui.model.outbox import OutboxState
from chat_tui.model.timeline import Coverage, TimelinePage
from chat_tui.store import chats, marks, messages
from chat_tui.store.database import Connection, Store
from chat_tui.store.errors import StoreProblem
from tests.store.world import CHAT, a_chat, bring, buyer, list_chats, own, queue_text, read_history, with_file
from tests.support.refs import ref


@pytest.fixture(autouse=True)
def _listed(store: Store) -> None:
    list_chats(store, a_chat(updated_at=10_000))


def timeline(store: Store, **given: int) -> TimelinePage:
    return store.read(messages.timeline, CHAT, **given).result()  # type: ignore[arg-type]


def shown(page: TimelinePage) -> list[str]:
    return [entry.key for entry in page.entries]


def test_messages_come_back_whole_and_in_order_of_their_ids(store: Store) -> None:
    one, two = buyer(11, 2_000), with_file(own(12, 1_000, None), "a.jpg", "b.pdf")
    assert read_history(store, two, one)
    assert [entry.message for entry in timeline(store).entries] == [one, two]
    assert not read_history(store, one, two)


def test_a_changed_text_and_its_files_are_replaced(store: Store) -> None:
    read_history(store, with_file(buyer(11, 2_000, "было"), "a.jpg", "b.jpg"))
    edited = with_file(buyer(11, 2_000, "стало"), "c.jpg")
    assert read_history(store, edited)
    assert [entry.message for entry in timeline(store).entries] == [edited]
    item = store.read(chats.item, CHAT, now=0).result()
    assert item is not None
    assert item.snippet == "стало"


def test_an_unknown_chat_is_refused(store: Store) -> None:
    with pytest.raises(StoreProblem, match="loaded again"):
        read_history(store, buyer(1, 1, chat_ref=99), chat_ref=99)
    assert store.read(messages.timeline, ref(99)).result().entries == ()


def test_one_bad_message_does_not_sink_its_page(store: Store) -> None:
    bad = Message(CHAT, MessageId(3), 2**60, "CUS\udc00", "ok \ud83d", (Attachment("\ud800", None, 2**70),))
    read_history(store, buyer(2**63, 1), buyer(0, 1), bad, buyer(4, 2_000))
    first, second = timeline(store).entries
    assert first.message == Message(
        CHAT, MessageId(3), 2**42, "CUS\ufffd", "ok \ufffd", (Attachment("\ufffd", None, None),)
    )
    assert second.message == buyer(4, 2_000)


def test_rows_stand_newest_first_though_older_ones_come_later(store: Store) -> None:
    list_chats(store, a_chat(8))
    read_history(store, buyer(30, 3_000), buyer(31, 3_000))
    read_history(store, buyer(99, 1_000), buyer(30 + (1 << 20), 3_000), newest=False)
    read_history(store, buyer(30, 3_000, chat_ref=8), chat_ref=8)

    def by_row(conn: Connection) -> list[tuple[int, int]]:
        return conn.execute("SELECT created_at, message_id FROM message ORDER BY id").fetchall()

    found = store.read(by_row).result()
    assert found[0] == (1_000, 99)
    assert len(found) == 5, "equal times and low bits are two rows"


def test_pages_of_a_timeline(store: Store) -> None:
    read_history(store, *(buyer(n, n) for n in range(1, 8)))
    newest = timeline(store, limit=3)
    assert (shown(newest), newest.has_older, newest.has_newer) == (["m5", "m6", "m7"], True, False)
    older = timeline(store, before=5, limit=3)
    assert (shown(older), older.has_older, older.has_newer) == (["m2", "m3", "m4"], True, True)
    oldest = timeline(store, before=2, limit=3)
    assert (shown(oldest), oldest.has_older, oldest.has_newer) == (["m1"], False, True)
    after = timeline(store, after=1, limit=3)
    assert (shown(after), after.has_older, after.has_newer) == (["m2", "m3", "m4"], True, True)
    last = timeline(store, after=4, limit=3)
    assert (shown(last), last.has_older, last.has_newer) == (["m5", "m6", "m7"], True, False)
    nothing = timeline(store, after=7)
    assert (shown(nothing), nothing.has_older, nothing.has_newer) == ([], True, False)
    before_all = timeline(store, before=1)
    assert (shown(before_all), before_all.has_older, before_all.has_newer) == ([], False, True)


@pytest.mark.parametrize(
    ("around", "limit", "expected", "has_older", "has_newer"),
    [
        (5, 4, ["m3", "m4", "m5", "m6"], True, True),
        (5, 3, ["m4", "m5", "m6"], True, True),
        (5, 1, ["m5"], True, True),
        (2, 4, ["m1", "m2", "m3"], False, True),
        (8, 4, ["m4", "m5", "m6", "m8"], True, False),
        (9, 4, ["m4", "m5", "m6", "m8"], True, False),
        (6, 4, ["m4", "m5", "m6", "m8"], True, False),
        (7, 4, ["m4", "m5", "m6", "m8"], True, False),
        (4, 50, ["m1", "m2", "m3", "m4", "m5", "m6", "m8"], False, False),
    ],
)
def test_a_page_around_a_message(
    store: Store, around: int, limit: int, expected: list[str], has_older: bool, has_newer: bool
) -> None:
    read_history(store, *(buyer(n, n) for n in (1, 2, 3, 4, 5, 6, 8)))
    page = timeline(store, around=around, limit=limit)
    assert (shown(page), page.has_older, page.has_newer) == (expected, has_older, has_newer)


def test_a_page_around_a_message_ends_with_echoes_if_nothing_is_newer(store: Store) -> None:
    read_history(store, buyer(1, 1_000), own(2, 2_000))
    queue_text(store, "a")
    assert shown(timeline(store, around=2)) == ["m1", "m2", "oa"]
    assert shown(timeline(store, around=1, limit=1)) == ["m1"]


def test_echoes_stand_at_the_end_until_they_are_messages(store: Store) -> None:
    read_history(store, buyer(1, 1_000), own(2, 2_000))
    for name in ("a", "b", "c"):
        queue_text(store, name)
    bring(store, "b", OutboxState.FAILED)
    assert shown(timeline(store)) == ["m1", "m2", "oa", "ob", "oc"]
    assert shown(timeline(store, before=2)) == ["m1"]
    assert shown(timeline(store, after=1)) == ["m2", "oa", "ob", "oc"]
    linked = bring(store, "a", OutboxState.SENDING, OutboxState.CONFIRMED, message_id=2)
    page = timeline(store)
    assert shown(page) == ["m1", "m2", "ob", "oc"]
    assert [entry.item for entry in page.entries][:2] == [None, linked]


def test_the_timeline_tells_what_was_seen(store: Store) -> None:
    read_history(store, buyer(1, 1_000))
    assert timeline(store).seen is None
    store.write_state(marks.see, CHAT, MessageId(1), 1).result()
    assert timeline(store).seen == 1


def test_coverage_and_cursor(store: Store) -> None:
    def cursor() -> tuple[object, ...]:
        found = store.read(messages.cursor, CHAT).result()
        assert timeline(store).coverage == found.coverage
        return found.lo, found.hi, found.coverage

    assert cursor() == (None, None, Coverage.NOT_STARTED)
    read_history(store, buyer(5, 5_000), buyer(6, 6_000))
    assert cursor() == (5, 6, Coverage.HAVE_MORE)
    read_history(store, buyer(3, 3_000), newest=False)
    assert cursor() == (3, 6, Coverage.HAVE_MORE)
    read_history(store, buyer(9, 9_000), newest=False)
    assert cursor() == (3, 6, Coverage.HAVE_MORE), "between 6 and 9 messages may be missing"
    assert read_history(store, newest=False, oldest=True), "better coverage is news"
    assert cursor() == (3, 6, Coverage.DONE)
    assert not read_history(store, buyer(9, 9_000))
    assert cursor() == (3, 9, Coverage.DONE)


def test_an_empty_history_read_whole_is_done(store: Store) -> None:
    assert read_history(store, oldest=True)
    found = store.read(messages.cursor, CHAT).result()
    assert (found.lo, found.hi, found.coverage) == (None, None, Coverage.DONE)


def test_older_token(store: Store) -> None:
    store.write_cache(messages.save_older_token, CHAT, "т").result()
    read_history(store, buyer(5, 5_000))
    found = store.read(messages.cursor, CHAT).result()
    assert (found.older_token, found.updated_at, found.newest_at) == ("т", 10_000, 5_000)
    store.write_cache(messages.save_older_token, CHAT, None).result()
    assert store.read(messages.cursor, CHAT).result().older_token is None


def waiting_since(store: Store) -> int | None:
    item = store.read(chats.item, CHAT, now=0).result()
    assert item is not None
    return item.waiting_since


def test_an_older_page_moves_the_begin_of_the_wait_back(store: Store) -> None:
    read_history(store, buyer(5, 5_000), buyer(6, 6_000))
    assert waiting_since(store) == 5_000
    read_history(store, own(2, 2_000), buyer(3, 3_000), buyer(4, 4_000), newest=False)
    assert waiting_since(store) == 3_000


def test_the_wait_begins_after_our_last_answer_not_before(store: Store) -> None:
    read_history(store, buyer(1, 1_000), own(2, 2_000), buyer(3, 3_000), buyer(4, 4_000))
    assert waiting_since(store) == 3_000


def test_our_answer_ends_the_wait_and_a_market_message_does_not(store: Store) -> None:
    list_chats(store, a_chat(updated_at=6_000, status=ChatStatus.WAITING_FOR_PARTNER, chat_ref=8))
    market = Message(ref(8), MessageId(6), 6_000, "MARKET", "Автоответ")
    read_history(store, buyer(5, 5_000, chat_ref=8), market, chat_ref=8)
    item = store.read(chats.item, ref(8), now=0).result()
    assert item is not None
    assert (item.waiting_since, item.newest_sender) == (5_000, "MARKET")
    read_history(store, own(7, 7_000, chat_ref=8), chat_ref=8)
    item = store.read(chats.item, ref(8), now=0).result()
    assert item is not None
    assert item.waiting_since is None


def test_unclaimed_own(store: Store) -> None:
    found = [own(2, 2_000, "a"), with_file(own(4, 4_000, None), "x.png"), own(5, 5_000, "c"), buyer(6, 6_000)]
    read_history(store, own(1, 5_000), *found, own(7, 900))
    queue_text(store, "a")
    bring(store, "a", OutboxState.SENDING, OutboxState.CONFIRMED, message_id=5)
    got = store.read(messages.unclaimed_own, CHAT, MessageId(1), 1_000).result()
    assert got == tuple(found[:2])
    assert store.read(messages.unclaimed_own, CHAT, MessageId(2), 1_000).result() == (found[1],)


def test_a_page_without_news_writes_nothing(store: Store) -> None:
    def writes(conn: Connection) -> int:
        return conn.total_changes

    read_history(store, buyer(5, 10_000), oldest=True)
    before = store.write_cache(writes).result()
    read_history(store, buyer(5, 10_000))
    list_chats(store, a_chat(updated_at=10_000))
    assert store.write_cache(writes).result() == before
