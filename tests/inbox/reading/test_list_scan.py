"""Scans of the list, in whichever order it comes."""

from dataclasses import replace

import pytest

from chat_tui.inbox.reading import scan
from chat_tui.inbox.reading.scan import EMPTY_PAGES, FIRST_PAGES, ListScan
from chat_tui.model.chat import ChatStatus, Page, Sender
from chat_tui.model.link import SyncReport
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import Urgency
from tests.inbox.simulation.market import BEGINNING
from tests.soak.shop import Order
from tests.soak.stage import SoakStage
from tests.support.refs import ref

PAGES = 8
REJECTED = Problem(ProblemKind.BAD_REQUEST, Certainty.REFUSED, "getChats", 400)
CUT = Problem(ProblemKind.CUT, Certainty.UNCLEAR, "getChats")


def look(stage: SoakStage, ours: ListScan) -> tuple[Problem | bool, int]:
    """Scan the top once; return how the scan ended and how many pages it read."""
    before = len(stage.asked("getChats"))

    async def news() -> Problem | bool:
        ended = await ours.news(SyncReport())
        if not isinstance(ended, Problem):
            await ours.keep_known()
        return ended

    ended = stage.do(news())
    return ended, len(stage.asked("getChats")) - before


def all_of_it(stage: SoakStage, ours: ListScan, report: SyncReport) -> Problem | str | None:
    return stage.do(ours.through(report, Urgency.FIRST))


def say(stage: SoakStage, *chats: int) -> None:
    """Add a message to each of these chats, one after another."""
    for chat in chats:
        stage.let(0.01)
        stage.shop.say(ref(chat), Sender.CUSTOMER, BEGINNING + round(stage.now() * 1000))


def known(stage: SoakStage, *chats: int) -> bool:
    """Whether the cache has the latest change of each of these chats."""
    there = dict(stage.rows("SELECT chat_id, updated_at FROM chat"))
    return all(there.get(chat) == stage.shop.chats[ref(chat)].updated_at for chat in chats)


def test_newest_first_news_cost_one_page() -> None:
    with SoakStage(20 * PAGES) as stage:
        ours = ListScan(stage.copy().ctx)
        assert look(stage, ours) == (False, FIRST_PAGES), "nothing is known: the scan of all chats follows"
        assert ours.is_newest_first is True
        assert look(stage, ours) == (True, 1)
        say(stage, 100, 150, 7)
        assert look(stage, ours) == (True, 1)
        assert known(stage, 100, 150, 7)


def test_newest_first_as_many_pages_as_reach_down_to_what_is_known() -> None:
    with SoakStage(20 * PAGES) as stage:
        ours = ListScan(stage.copy().ctx)
        look(stage, ours)
        news = range(60, 105)
        say(stage, *news)
        assert look(stage, ours) == (True, 3)
        assert known(stage, *news)
        assert look(stage, ours) == (True, 1)


def test_another_copy_goes_on_where_the_first_one_knew_all() -> None:
    with SoakStage(20 * PAGES) as stage:
        look(stage, ListScan(stage.copy().ctx))
        say(stage, *range(60, 85))
        assert look(stage, ListScan(stage.copy().ctx)) == (True, 2)
        assert known(stage, *range(60, 85))


def test_news_behind_a_page_that_failed_are_met_by_the_next_look() -> None:
    with SoakStage(20 * PAGES) as stage:
        ours = ListScan(stage.copy().ctx)
        look(stage, ours)
        say(stage, *range(60, 105))
        stage.door.script["getChats"] = [stage.shop.page((), None, 20), CUT]
        assert look(stage, ours) == (CUT, 2)
        assert look(stage, ours) == (True, 3)
        assert known(stage, *range(60, 105))


def test_a_chat_dated_into_the_future_hides_no_news() -> None:
    with SoakStage(20 * PAGES) as stage:
        ours = ListScan(stage.copy().ctx)
        stage.shop.say(ref(5), Sender.CUSTOMER, BEGINNING + 10**11)
        look(stage, ours)
        say(stage, *range(60, 105))
        assert look(stage, ours) == (True, 3)
        assert known(stage, *range(60, 105))


def test_whoever_was_away_for_too_long_walks_through_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan, "NEWS_PAGES", 3)
    with SoakStage(20 * PAGES) as stage:
        copy = stage.copy()
        stage.do(copy.sync.once())
        everybody = range(1, 20 * PAGES + 1)
        say(stage, *everybody)
        assert stage.do(copy.sync.round()).chats == 60
        assert not known(stage, *everybody)
        assert stage.do(copy.sync.plan()).listed_at is None, "all chats must be scanned"
        stage.do(copy.sync.once())
        assert known(stage, *everybody)
        assert stage.do(copy.sync.plan()).listed_at is not None


@pytest.mark.parametrize("order", [Order.OLDEST, Order.SHUFFLED])
def test_in_another_order_no_walk_ends_early_and_active_chats_are_walked_whole(order: Order) -> None:
    with SoakStage(20 * PAGES, order) as stage:
        copy = stage.copy()
        ours = ListScan(copy.ctx)
        look(stage, ours)
        assert ours.is_newest_first is False
        say(stage, 3, 150)
        assert look(stage, ours) == (True, PAGES), "the scan must not stop early"
        assert ours.is_newest_first is False
        say(stage, 9, 151)
        stage.do(copy.sync.round())
        before = len(stage.asked("getChats"))
        say(stage, 10, 152)
        stage.let(120.0)
        stage.do(copy.sync.round())
        assert known(stage, 10, 152)
        asked = stage.asked("getChats")[before:]
        assert {statuses for statuses, _ in asked} == {(ChatStatus.NEW, ChatStatus.WAITING_FOR_PARTNER)}


def test_one_page_in_another_order_is_remembered_for_the_whole_run() -> None:
    with SoakStage(20 * PAGES) as stage:
        ours = ListScan(stage.copy().ctx)
        look(stage, ours)
        page = stage.shop.page((), None, 20)
        stage.door.script["getChats"] = [replace(page, items=page.items[::-1])]
        assert look(stage, ours) == (True, PAGES)
        assert look(stage, ours) == (True, PAGES)
        assert ours.is_newest_first is False


def test_an_order_that_no_page_shows_is_not_believed() -> None:
    with SoakStage(20 * PAGES) as stage:
        ours = ListScan(stage.copy().ctx)
        page = stage.shop.page((), None, 20)
        same = tuple(replace(chat, updated_at=BEGINNING) for chat in page.items)
        for _ in range(2):
            stage.door.script["getChats"] = [Page(same[:10], "-1 0"), Page(same[10:], None)]
            assert look(stage, ours) == (True, 2)
            assert ours.is_newest_first is None


def test_the_same_token_again_ends_a_walk() -> None:
    with SoakStage(40) as stage:
        ours = ListScan(stage.copy().ctx)
        page = stage.shop.page((), None, 20)
        stage.door.script["getChats"] = [page, page, page]
        report = SyncReport()
        assert all_of_it(stage, ours, report) is None
        assert len(stage.asked("getChats")) == 2
        assert len(report.oddities) == 1


def test_empty_pages_without_end_end_a_walk_and_a_single_one_does_not() -> None:
    with SoakStage(40) as stage:
        ours = ListScan(stage.copy().ctx)
        first = stage.shop.page((), None, 20)
        assert first.next_token is not None
        stage.door.script["getChats"] = [first, Page((), first.next_token + "0")]
        assert all_of_it(stage, ours, SyncReport()) is None
        assert known(stage, *range(1, 41)), "the scan continues after the empty page"
        stage.door.script["getChats"] = [Page((), str(n)) for n in range(9)]
        assert all_of_it(stage, ours, SyncReport()) is None
        assert len(stage.door.script["getChats"]) == 9 - EMPTY_PAGES


def test_a_rejected_token_begins_the_walk_anew_once() -> None:
    with SoakStage(60) as stage:
        ours = ListScan(stage.copy().ctx)
        first = stage.shop.page((), None, 20)
        stage.door.script["getChats"] = [first, REJECTED]
        assert all_of_it(stage, ours, SyncReport()) is None
        assert known(stage, *range(1, 61))
        stage.door.script["getChats"] = [first, REJECTED, first, REJECTED]
        assert all_of_it(stage, ours, SyncReport()) == REJECTED
