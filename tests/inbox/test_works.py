"""Long works: what is published of them, how often, and what they say about the time left."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC
from itertools import pairwise
from typing import Any

import pytest

from chat_tui.inbox.events import LinkChanged, Works
from chat_tui.inbox.reading.backfill import Backfill
from chat_tui.inbox.reading.scan import LIST_PAGE, STRETCH, FullScan, ListScan
from chat_tui.model.link import Progress, SyncReport, Work
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import HOURLY
from tests.inbox.conftest import OpenShop
from tests.inbox.simulation.world import virtual_loop
from tests.soak.copies import Reader
from tests.soak.requests import BUSINESS
from tests.soak.stage import SoakStage
from tests.support.sandbox import Sandbox
from tests.support.waiting import until

OFFLINE = Problem(ProblemKind.OFFLINE, operation="getChats")
PAGES = 2 * STRETCH + 1


@pytest.fixture
def told() -> list[tuple[float, tuple[Progress, ...]]]:
    """What was published, with its moment."""
    return []


Live = Callable[[Callable[[Works], Coroutine[Any, Any, None]]], None]


@pytest.fixture
def live(told: list[tuple[float, tuple[Progress, ...]]]) -> Iterator[Live]:
    """Run in virtual time."""
    loop = virtual_loop()

    def run(work: Callable[[Works], Coroutine[Any, Any, None]]) -> None:
        loop.run_until_complete(work(Works(lambda works: told.append((loop.time(), works)))))

    yield run
    loop.close()


def test_however_fast_a_work_is_at_most_two_updates_a_second_show_it(
    live: Live, told: list[tuple[float, tuple[Progress, ...]]]
) -> None:
    async def work(works: Works) -> None:
        for done in range(1000):
            works.step(Work.HISTORY, done, 1000)
            await asyncio.sleep(0.01)
        works.end(Work.HISTORY)
        await asyncio.sleep(60)

    live(work)
    moments = [moment for moment, _works in told]
    assert 15 < len(told) <= 21, "nothing is published once it is done"
    assert all(later - sooner >= 0.49 for sooner, later in pairwise(moments[:-1]))
    assert told[-1][1] == ()
    lefts = [works[0].left_s for _moment, works in told[:-1]]
    assert lefts[0] is None, "not measured yet"
    assert (lefts[-1], max(left for left in lefts if left is not None)) == (0, 8)


def test_a_short_work_is_never_shown(live: Live, told: list[tuple[float, tuple[Progress, ...]]]) -> None:
    async def work(works: Works) -> None:
        works.step(Work.NEWS, 0, 10)
        await asyncio.sleep(0.4)
        works.step(Work.NEWS, 9, 10)
        works.end(Work.NEWS)
        works.end(Work.NEWS)
        await asyncio.sleep(60)

    live(work)
    assert [works for _moment, works in told] == [()]


def test_works_of_one_kind_are_added_and_the_operators_own_comes_first(
    live: Live, told: list[tuple[float, tuple[Progress, ...]]]
) -> None:
    async def work(works: Works) -> None:
        works.step(Work.LISTING, 20)
        works.step(Work.UPLOAD, 10, 100, key="one")
        works.step(Work.UPLOAD, 30, 300, key="two")
        await asyncio.sleep(1)
        works.end(Work.UPLOAD, "one")
        works.step(Work.LISTING, 40)
        await asyncio.sleep(1)

    live(work)
    both, one, later = (works for _moment, works in told)
    assert both == (Progress(Work.UPLOAD, 40, 400), Progress(Work.LISTING, 20))
    assert one[0] == later[0] == Progress(Work.UPLOAD, 30, 300)
    assert later[1] == Progress(Work.LISTING, 40), "its total is not known, so no time is told"


def test_the_time_left_is_never_shorter_than_the_quota_allows(
    live: Live, told: list[tuple[float, tuple[Progress, ...]]]
) -> None:
    async def work(works: Works) -> None:
        for second in range(5):
            works.step(Work.HISTORY, second * 10, 100, least_s=0 if second < 4 else 600)
            await asyncio.sleep(1)

    live(work)
    assert [works[0].left_s for _moment, works in told][2:] == [8, 7, 600]


async def test_a_slow_count_of_replies_is_told(
    market: Sandbox, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, may_end = open_shop(background=False).inbox, threading.Event()

    def slow(_conn: object, *_about: object) -> str:
        hear = _about[-1]
        assert callable(hear)
        hear(30, 120)
        assert may_end.wait(60)
        return "counted"

    monkeypatch.setattr("chat_tui.store.chats.stats", slow)
    counting = asyncio.ensure_future(inbox.stats(UTC))

    async def is_told() -> bool:
        return inbox.link().works == (Progress(Work.STATS, 30, 120),)

    await until(is_told)
    may_end.set()
    assert str(await counting) == "counted"

    async def is_over() -> bool:
        return inbox.link().works == ()

    await until(is_over)


# -- reading ---------------------------------------------------------------------------------------------


def shown(copy: Reader) -> list[Progress]:
    """Everything that is published of works from now on."""
    seen: list[Progress] = []

    def hear(event: object) -> None:
        if isinstance(event, LinkChanged):
            seen.extend(copy.ctx.link.now.works)

    copy.ctx.bus.subscribe(hear)
    return seen


def list_all(stage: SoakStage, copy: Reader) -> SyncReport:
    """As a screen does: a stretch, and then other things for a moment."""
    scan, report = FullScan(copy.ctx, ListScan(copy.ctx)), SyncReport()

    async def stretches() -> None:
        while await scan.is_due() and await scan.stretch(report, 0.0):
            await asyncio.sleep(1)

    stage.do(stretches())
    return report


def test_the_first_listing_says_how_many_chats_there_are_and_a_later_one_of_how_many() -> None:
    with SoakStage(LIST_PAGE * PAGES) as stage:
        copy = stage.copy()
        seen = shown(copy)
        assert list_all(stage, copy).problem is None
        assert {work.what for work in seen} == {Work.LISTING}
        assert {work.total for work in seen} == {None}
        assert seen[-1].done == LIST_PAGE * 2 * STRETCH
        assert copy.ctx.link.now.works == (), "it is done"
        stage.do(FullScan(copy.ctx, ListScan(copy.ctx)).begin_anew())
        seen.clear()
        list_all(stage, copy)
        assert {work.total for work in seen} == {LIST_PAGE * PAGES}


def test_a_listing_that_was_killed_counts_on_from_where_it_was() -> None:
    with SoakStage(LIST_PAGE * PAGES) as stage:
        killed = stage.copy()
        stage.do(FullScan(killed.ctx, ListScan(killed.ctx)).stretch(SyncReport(), 0.0))
        copy = stage.copy()
        seen = shown(copy)
        list_all(stage, copy)
        assert min(work.done for work in seen) > LIST_PAGE * STRETCH
        assert len(stage.asked("getChats")) == PAGES, "no page is read twice"


def test_a_listing_that_waits_for_the_quota_says_for_how_long() -> None:
    with SoakStage(LIST_PAGE * PAGES) as stage:
        copy = stage.copy()
        list_all(stage, copy)
        scan = FullScan(copy.ctx, ListScan(copy.ctx))
        stage.do(scan.begin_anew())
        stage.do(scan.stretch(SyncReport(), 0.0))
        stage.tell(stage.door.quotas.leave, "getChats", BUSINESS, HOURLY["getChats"] // 2)
        seen = shown(copy)
        stage.let(3)
        stage.do(scan.stretch(SyncReport(), 0.0))
        stage.do(scan.stretch(SyncReport(), 0.0))
        stage.let(1)
        left = seen[-1].left_s
        assert left is not None
        assert 3000 < left < 3700, "until the quota is renewed"


def test_a_round_that_fails_shows_no_work() -> None:
    with SoakStage(LIST_PAGE * 40) as stage:
        copy = stage.copy()
        seen = shown(copy)
        stage.spawn(copy, copy.sync.run())
        while not copy.ctx.link.now.works:
            stage.let(0.1)
        stage.door.script["getChats"] = [OFFLINE] * 100
        stage.let(30)
        assert seen
        assert copy.ctx.link.now.works == ()


def test_a_copy_that_does_not_lead_says_how_far_the_other_is() -> None:
    with SoakStage(LIST_PAGE * 100) as stage:
        leads, follows = stage.copy(), stage.copy()
        stage.start(leads)
        stage.let(5)
        assert leads.leadership.is_ours
        stage.start(follows)
        seen = shown(follows)
        stage.let(600)
        assert not follows.leadership.is_ours
        assert {work.what for work in seen} == {Work.LISTING}
        counts = [work.done for work in seen]
        assert counts == sorted(counts)
        assert LIST_PAGE <= counts[-1] <= LIST_PAGE * 100
        assert follows.ctx.link.now.works == ()


def test_the_rest_of_the_history_is_counted_only_while_it_is_wanted() -> None:
    with SoakStage(300) as stage:
        copy = stage.copy()
        stage.do(copy.sync.once())
        seen = shown(copy)
        backfill = Backfill(copy.ctx, copy.history, lambda: True)
        stage.spawn(copy, backfill.run())
        stage.let(2)
        assert not seen, "in passing nothing is said"
        stage.tell(backfill.want, True)
        while not seen:
            stage.let(0.1)
        stage.tell(backfill.want, False)
        assert copy.ctx.link.now.works == ()
        stopped = seen[-1].done
        stage.tell(backfill.want, True)
        stage.let(600)
        assert {(work.what, work.total) for work in seen} == {(Work.HISTORY, 300)}
        counts = [work.done for work in seen]
        assert counts == sorted(counts)
        assert counts[-1] > stopped
        assert copy.ctx.link.now.works == ()
