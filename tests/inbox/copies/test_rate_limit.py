"""Every request has its urgency, its quota and its place: with a real store and without a Market."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chat_tui.inbox.copies.rate_limit import PLACES, READ_PLACES, ConcurrencyLimit, Quotas, RateLimitedClient
from chat_tui.inbox.events import EventBus, LinkMonitor
from chat_tui.inbox.market import MarketApi
from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.model.chat import Page
from chat_tui.model.ids import BusinessId, ChatRef
from chat_tui.model.link import Budget
from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store.database import Store
from chat_tui.store.locks import ByteLock
from tests.support.clock import FrozenClock
from tests.support.raw_market import RawMarket, Script, raw_market, reply
from tests.support.refs import ref
from tests.support.shop import open_store

CHAT = ref(1)
KEY = "ACMA:key:1"
NOW = 1_790_000_000_000


class Scripted:
    """A Market that gives scripted answers, once each, and then succeeds."""

    def __init__(self) -> None:
        self.budgets: dict[str, Budget] = {}
        self.answers: list[Problem] = []
        self.headers: Budget | None = None
        """The quota in the headers of the next answers."""
        self.asked = 0
        self.is_endless = False

    async def send_message(self, chat_ref: ChatRef, text: str) -> Accepted | Problem:
        self.asked += 1
        while self.is_endless:
            await asyncio.sleep(3600)
        if self.headers is not None:
            self.budgets[self.headers.operation] = replace(self.headers)
        return self.answers.pop(0) if self.answers else Accepted()

    get_chat_history = send_message

    async def get_chat(self, chat_ref: ChatRef) -> Accepted | Problem:
        return await self.send_message(chat_ref, "")


class Bench:
    """One store, one clock, and copies of the program on them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.store: Store = open_store(root)
        self.clock = FrozenClock("this start")
        self.market: Any = Scripted()
        self.bus = EventBus()
        self.link = LinkMonitor(self.bus, lambda: NOW)

    def copy(self) -> RateLimitedClient:
        budgets = Quotas(self.store, self.clock, lambda: NOW)
        locks = ByteLock(self.store.paths.data_dir / "slots.lock")
        return RateLimitedClient(self.market, ConcurrencyLimit(locks), budgets, self.link)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    await asyncio.to_thread(bench.store.close)


async def send(copy: RateLimitedClient) -> object:
    return await copy.ask(Urgency.SEND, MarketApi.send_message, CHAT, "hello")


def limit(wait_s: float | None) -> Problem:
    return Problem(
        ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, "sendMessageToChat", 420, retry_after_s=wait_s
    )


async def test_what_one_copy_was_told_holds_every_copy_back(bench: Bench) -> None:
    ours, theirs = bench.copy(), bench.copy()
    bench.market.answers = [limit(40.0)]
    await send(ours)
    held = await send(theirs)
    assert isinstance(held, Problem)
    assert (held.kind, held.certainty) == (ProblemKind.HOURLY_LIMIT, Certainty.NOT_SENT)
    assert held.retry_after_s == 40.0
    assert bench.market.asked == 1
    bench.clock.moment += 40_000
    assert isinstance(await send(theirs), Accepted)


async def test_a_refusal_without_a_sensible_moment_holds_back_longer_each_time(bench: Bench) -> None:
    copy = bench.copy()
    holds = []
    for _ in range(8):
        bench.market.answers = [limit(None)]
        await send(copy)
        held = await send(copy)
        assert isinstance(held, Problem)
        holds.append(held.retry_after_s)
        bench.clock.moment += int((held.retry_after_s or 0) * 1000)
    assert holds == [5, 10, 20, 40, 80, 160, 300, 300]


async def test_a_far_moment_is_checked_within_the_hour(bench: Bench) -> None:
    copy = bench.copy()
    bench.market.answers = [limit(10 * 86_400.0)]
    await send(copy)
    held = await send(copy)
    assert isinstance(held, Problem)
    assert held.retry_after_s == 3600.0


async def test_another_operation_is_not_held_back(bench: Bench) -> None:
    copy = bench.copy()
    bench.market.answers = [limit(40.0)]
    await send(copy)
    assert isinstance(await copy.ask(Urgency.OPEN, MarketApi.get_chat, CHAT), Accepted)


async def test_headers_correct_the_count_of_all_copies(bench: Bench) -> None:
    ours, theirs = bench.copy(), bench.copy()
    bench.market.headers = Budget("getChat", 1000, 40, NOW + 600_000)
    await ours.ask(Urgency.OPEN, MarketApi.get_chat, CHAT)
    refused = await theirs.ask(Urgency.NEWS, MarketApi.get_chat, CHAT)
    assert isinstance(refused, Problem), "the rest is for more urgent requests and other programs"
    assert refused.retry_after_s == 600.0
    assert isinstance(await theirs.ask(Urgency.OPEN, MarketApi.get_chat, CHAT), Accepted)
    assert theirs.budgets["getChat"].remaining == 39


async def test_too_many_at_once_leaves_one_read_under_way_for_a_minute(bench: Bench) -> None:
    ours, theirs = bench.copy(), bench.copy()
    bench.market.answers = [Problem(ProblemKind.PARALLEL_LIMIT, Certainty.REFUSED, "getChat", 420)]
    await ours.ask(Urgency.OPEN, MarketApi.get_chat, CHAT)
    bench.market.is_endless = True
    reads = [
        asyncio.create_task(theirs.ask(Urgency.OPEN, MarketApi.get_chat, CHAT)) for _ in range(READ_PLACES)
    ]
    await _settle(bench, 2)
    assert bench.market.asked == 2
    bench.clock.moment += 60_001
    reads.append(asyncio.create_task(theirs.ask(Urgency.OPEN, MarketApi.get_chat, CHAT)))
    await _settle(bench, 3)
    for read in reads:
        read.cancel()
    await asyncio.gather(*reads, return_exceptions=True)


async def _settle(bench: Bench, asked: int) -> None:
    async with asyncio.timeout(60):
        while bench.market.asked < asked:
            await asyncio.sleep(0.005)
    # A request that found no place has tried several times by now.
    await asyncio.sleep(0.1)


async def test_a_request_that_is_broken_off_gives_its_place_back(bench: Bench) -> None:
    copy = bench.copy()
    bench.market.is_endless = True
    reads = [
        asyncio.create_task(copy.ask(Urgency.OPEN, MarketApi.get_chat, CHAT)) for _ in range(READ_PLACES)
    ]
    await _settle(bench, READ_PLACES)
    for read in reads:
        read.cancel()
    await asyncio.gather(*reads, return_exceptions=True)
    bench.market.is_endless = False
    assert isinstance(await copy.ask(Urgency.OPEN, MarketApi.get_chat, CHAT), Accepted)


async def test_without_the_lock_file_nothing_is_asked(bench: Bench) -> None:
    copy = bench.copy()
    (bench.store.paths.data_dir / "slots.lock").unlink()
    answer = await copy.ask(Urgency.OPEN, MarketApi.get_chat, CHAT)
    assert isinstance(answer, Problem)
    assert answer.kind == ProblemKind.STORAGE
    assert not bench.market.asked


async def test_what_was_counted_before_the_machine_was_started_again_means_nothing(bench: Bench) -> None:
    bench.market.answers = [limit(3000.0)]
    await send(bench.copy())
    bench.clock = FrozenClock("another start")
    assert isinstance(await send(bench.copy()), Accepted)


@pytest.mark.parametrize(
    "urgency", [Urgency.SEND, Urgency.OPEN, Urgency.NEWS, Urgency.FIRST, Urgency.BACKFILL]
)
async def test_a_key_refused_while_a_request_waits_for_its_place_is_not_shown_again(
    bench: Bench, urgency: Urgency
) -> None:
    copy = bench.copy()
    locks = ByteLock(bench.store.paths.data_dir / "slots.lock")
    assert all(locks.try_hold(number) for number in range(PLACES))
    waiting = asyncio.create_task(copy.ask(urgency, MarketApi.get_chat, CHAT))
    refused = Problem(ProblemKind.UNAUTHORIZED, Certainty.REFUSED, "getChats", 401)
    bench.link.refuse(refused)
    for number in range(PLACES):
        locks.release(number)
    assert await waiting is refused
    assert not bench.market.asked


async def test_three_reads_leave_a_place_for_a_send(bench: Bench) -> None:
    answer = reply('{"status":"OK","result":{"chats":[]}}')
    async with raw_market(Script((answer,), waits=True)) as market:
        access = Access(base_url=market.url, api_key=KEY, business_id=BusinessId(1185230))
        bench.market = client = MarketClient(access)
        ours, theirs = bench.copy(), bench.copy()
        reads = [
            asyncio.create_task(copy.ask(Urgency.OPEN, MarketApi.get_chats))
            for copy in (ours, theirs, ours, theirs, ours, theirs)
        ]
        await until_in_flight(market, READ_PLACES)
        sends = [asyncio.create_task(send(copy)) for copy in (ours, theirs, ours)]
        await until_in_flight(market, PLACES)
        market.go_on.set()
        assert all(page == Page((), None) for page in await asyncio.gather(*reads))
        assert all(isinstance(sent, Accepted) for sent in await asyncio.gather(*sends))
        assert market.most_in_flight == PLACES
        # A fourth read waits although a place is free, because that one is reserved for a send.
        asked = [asked.target.split("?")[0].rsplit("/", 1)[1] for asked in market.asked[:PLACES]]
        assert asked == ["chats", "chats", "chats", "message"]
        await client.aclose()


async def until_in_flight(market: RawMarket, count: int) -> None:
    async with asyncio.timeout(60):
        while market.in_flight < count:
            await asyncio.sleep(0.005)
