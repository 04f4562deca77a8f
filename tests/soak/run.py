"""A day with several copies of the program: the requests to the Market, and the results."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from chat_tui.inbox.copies import change_feed
from chat_tui.inbox.reading.scan import ACTIVE
from chat_tui.model.ids import ChatRef, MessageId, Millis, OutboxId
from chat_tui.model.outbox import Accepted, OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.quota import Urgency
from chat_tui.store import cursors
from tests.inbox.simulation.kernel import Kernel, new_database
from tests.inbox.simulation.market import BEGINNING
from tests.inbox.simulation.virtual import now, run
from tests.inbox.simulation.world import virtual_loop
from tests.soak.copies import Reader
from tests.soak.people import Day
from tests.soak.requests import FrontDoor
from tests.soak.shop import Order, QuickMarket
from tests.support.refs import ref

FROZEN_S = 600.0
EIGHTHS = 8
WEIGHED = 20
"""Number of weighings in an eighth of the day."""
NIGHT_MS: Millis = 24 * 3_600_000


@dataclass(frozen=True, slots=True)
class Plan:
    """The kind of day."""

    hours: float = 8.0
    conversations: int = 5_000
    copies: int = 1
    old_chats: int = 20_000
    order: Order = Order.NEWEST
    seed: int = 1
    between_s: float = 240.0
    """Average seconds between two messages of a conversation."""
    quiet_s: float = 1_500.0
    """Seconds after the last message: two scans of the active chats, and the reads that they cause."""
    others_per_hour: int = 0
    """Requests for the list from other programs of the shop."""
    is_unlucky: bool = True
    """Whether the leader is frozen after a quarter of the day, and killed after half of it."""
    has_night: bool = False
    """Whether the wall clock then changes to the next day, and all chats are scanned again."""


@dataclass(slots=True)
class Outcome:
    """The measurements."""

    plan: Plan
    asked: Counter[tuple[int, str]] = field(default_factory=Counter)
    by_urgency: Counter[tuple[int, str, Urgency]] = field(default_factory=Counter)
    pollers: dict[int, Counter[int]] = field(default_factory=dict)
    first_read_s: float = 0.0
    """Seconds until every chat was in the cache."""
    delays_s: list[float] = field(default_factory=list)
    """Seconds from each message to its commit."""
    told: int = 0
    """Changes that the list showed after the first reading."""
    news_reads: int = 0
    """Histories read for changes after the first reading."""
    peak: int = 0
    refusals: int = 0
    least_left: dict[tuple[str, Urgency], float] = field(default_factory=dict)
    """By quota and urgency: the least share of the quota that a request left."""
    held: list[int] = field(default_factory=list)
    """Least bytes that a copy's rooms held in each eighth of the day after the first reading."""
    list_per_hour: float = 0.0
    """Requests for the list per hour, from the first reading to the end of the quiet time."""
    backfilled: int = 0
    takeovers_s: list[float] = field(default_factory=list)
    """Seconds without a poll of the list after the leader was frozen, and after it was killed."""
    missing: list[str] = field(default_factory=list)
    """Differences between the cache and the Market at the end."""

    def p95_s(self) -> float:
        """The 95th percentile of the delays, in seconds."""
        return sorted(self.delays_s)[int(len(self.delays_s) * 0.95)]

    def peak_of(self, operation: str) -> int:
        """The most requests of an operation in an hour."""
        return max((n for (_, name), n in self.asked.items() if name == operation), default=0)


class Soak:
    """One day."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.outcome = Outcome(plan)
        self.shop = QuickMarket(plan.old_chats, plan.order, now_ms(), plan.seed)
        self.door = FrontDoor(self.shop, now_ms, plan.seed)
        self.kernel = Kernel(new_database(0), Nobody())
        self.kernel.conn.create_function("arrived", 2, self._arrived)
        self.kernel.conn.execute(
            "CREATE TEMP TRIGGER on_message AFTER INSERT ON message"
            " BEGIN SELECT arrived(new.chat_id, new.message_id); END"
        )
        seconds = plan.hours * 3600.0
        self.day = Day(self.shop, now_ms, plan.conversations, seconds, plan.between_s, plan.seed)
        self.copies: list[Reader] = []
        self._started = 0
        self._is_working = True
        self._wall_jump: Millis = 0

    def _arrived(self, chat_id: int, message_id: int) -> None:
        written = self.day.written_at.get((ref(chat_id), MessageId(message_id)))
        if written is not None:
            self.outcome.delays_s.append((now_ms() - written) / 1000)

    def _start(self) -> Reader:
        self._started += 1
        seed = self.plan.seed * 1_000 + self._started
        # A function of its own, so that the objects a room holds do not lead to the whole simulation.
        copy = Reader(self._started, self.kernel, self.door, lambda: self._wall_ms(), seed)  # noqa: PLW0108
        copy.start(is_somebody_here=lambda: self._is_working)
        return copy

    def _wall_ms(self) -> Millis:
        return now_ms() + self._wall_jump

    async def live(self) -> Outcome:
        """Run the first reading of all chats, the day, and perhaps the night."""
        self.copies = [self._start() for _ in range(self.plan.copies)]
        around = [asyncio.create_task(work) for work in (self._watch(), self._spend())]
        await self._until(lambda: self._cursor("sweep.done_at"), "the first reading")
        self.outcome.first_read_s = now()
        await self._until(lambda: not self._behind(), "the first histories")
        self.shop.told = 0
        begun, read_before, listed_before = now(), self._reads_for_news(), self._list_requests()
        if self.plan.is_unlucky and self.plan.copies > 1:
            around.append(asyncio.create_task(self._be_unlucky(now())))
        await self.day.live()
        await asyncio.sleep(self.plan.quiet_s)
        self.outcome.told = self.shop.told
        self.outcome.news_reads = self._reads_for_news() - read_before
        self.outcome.list_per_hour = (self._list_requests() - listed_before) / (now() - begun) * 3600.0
        if self.plan.has_night:
            self._is_working = False
            self._wall_jump = NIGHT_MS
            evening = self._wall_ms()
            await self._until(lambda: int(self._cursor("sweep.done_at") or 0) >= evening, "the walk at night")
        await self._until(lambda: not self._behind() and not self._unread(), "the last histories")
        for task in around:
            task.cancel()
        for end in await asyncio.gather(*around, return_exceptions=True):
            # Whatever failed measured nothing, and would pass for a promise kept.
            if isinstance(end, Exception):
                raise end
        self._judge()
        for copy in self.copies:
            copy.kill()
        await asyncio.sleep(0)
        return self.outcome

    async def _until(self, condition: Callable[[], Any], what: str) -> None:
        end = now() + 10 * 3600.0
        while not condition():
            assert now() < end, f"{what} did not end"
            await asyncio.sleep(1.0)

    def _cursor(self, key: str) -> str | None:
        return cursors.get(self.kernel.conn, key)

    def _behind(self) -> int:
        sql = "SELECT count(*) FROM chat WHERE behind_bucket IS NOT NULL"
        count: int = self.kernel.conn.execute(sql).fetchone()[0]
        return count

    def _unread(self) -> bool:
        """Whether a changed chat was never read; one where only the web cabinet wrote is left to backfill."""
        rows = self.kernel.conn.execute("SELECT chat_id FROM chat WHERE hist_hi IS NULL")
        return any(ref(row[0]) in self.shop.changed for row in rows)

    def _list_requests(self) -> int:
        return sum(n for (_, operation), n in self.door.asked.items() if operation == "getChats")

    def _reads_for_news(self) -> int:
        return sum(
            n
            for (_, operation, urgency), n in self.door.by_urgency.items()
            if (operation, urgency) == ("getChatHistory", Urgency.NEWS)
        )

    # -- during the day --------------------------------------------------------------------------

    async def _spend(self) -> None:
        """Use the quota evenly, as other programs of the shop do."""
        while True:
            await asyncio.sleep(60.0)
            self.door.spend("getChats", self.plan.others_per_hour // 60)

    async def _watch(self) -> None:
        """Weigh the objects that the copies hold; those of requests in flight at that moment do not count."""
        while True:
            weighed = []
            for _ in range(WEIGHED):
                await asyncio.sleep(max(5.0, self.plan.hours * 3600.0 / EIGHTHS / WEIGHED))
                weighed.append(sum(copy.held_bytes() for copy in self.copies) // len(self.copies))
            if self.outcome.first_read_s:
                self.outcome.held.append(min(weighed))

    async def _be_unlucky(self, begun: float) -> None:
        span = self.plan.hours * 3600.0
        await asyncio.sleep(span / 4)
        leader = self._leader()
        leader.freeze(min(FROZEN_S, span / 8))
        await self._taken_over(leader)
        await asyncio.sleep(span / 4)
        leader = self._leader()
        leader.kill()
        self.copies.remove(leader)
        await self._taken_over(leader)
        self.copies.append(self._start())

    def _leader(self) -> Reader:
        sql = "SELECT term FROM leader"
        holder = self.kernel.locks["leader"][self.kernel.conn.execute(sql).fetchone()[0]]
        return next(copy for copy in self.copies if copy.number == holder)

    async def _taken_over(self, leader: Reader) -> None:
        """Measure the time until another copy polls the list."""
        begun, before = now(), self._looks(leader)
        await self._until(lambda: self._looks(leader) > before, "the next reign")
        self.outcome.takeovers_s.append(now() - begun)

    def _looks(self, leader: Reader) -> int:
        return sum(
            n for hour in self.door.pollers.values() for who, n in hour.items() if who != leader.number
        )

    # -- results ----------------------------------------------------------------------------------

    def _judge(self) -> None:
        outcome, door = self.outcome, self.door
        outcome.asked, outcome.by_urgency, outcome.pollers = door.asked, door.by_urgency, door.pollers
        outcome.peak, outcome.refusals = door.quotas.peak, door.refusals
        outcome.least_left = door.least_left
        conn = self.kernel.conn
        outcome.backfilled = conn.execute("SELECT count(*) FROM chat WHERE hist_full = 1").fetchone()[0]
        known = {ref(row[0]): row[1:] for row in conn.execute("SELECT chat_id, updated_at, status FROM chat")}
        for chat_ref in self.shop.chats:
            if chat_ref not in known:
                outcome.missing.append(f"chat {chat_ref}")
            elif chat_ref in self.shop.changed:
                self._compare(chat_ref, known[chat_ref])

    def _compare(self, chat_ref: ChatRef, known: tuple[Millis, str]) -> None:
        chat, outcome = self.shop.chat(chat_ref), self.outcome
        # Only the daily scan of all chats shows a status in which no one waits.
        may_be_old = not self.plan.has_night and not {known[1], chat.status} & {*ACTIVE}
        if known[0] != chat.updated_at or (known[1] != chat.status and not may_be_old):
            outcome.missing.append(f"chat {chat_ref}: {known} and not {(chat.updated_at, chat.status)}")
        rows = self.kernel.conn.execute(
            "SELECT message_id FROM message WHERE chat_id = ? ORDER BY message_id", (chat_ref.number,)
        )
        found = [row[0] for row in rows]
        there = [message.message_id for message in self.shop.messages(chat_ref)]
        if not found or found != there[len(there) - len(found) :]:
            outcome.missing.append(f"messages of chat {chat_ref}: {len(found)} of {len(there)}")


class Nobody:
    """A watcher that does nothing: no messages are sent here, and the outbox is empty."""

    def changed(self, owner: int, before: OutboxItem | None, after: OutboxItem | None) -> None:
        """See `Watcher`."""

    def posts(self, owner: int, item: OutboxItem) -> None:
        """See `Watcher`."""

    def answered(self, owner: int, item: OutboxItem, answer: Accepted | Problem) -> None:
        """See `Watcher`."""

    def has_read(self, chat_ref: ChatRef) -> None:
        """See `Watcher`."""

    def takes_back(self, outbox_id: OutboxId) -> None:
        """See `Watcher`."""

    def died(self, owner: int) -> None:
        """See `Watcher`."""


def now_ms() -> Millis:
    """The time of the Market's clock."""
    return BEGINNING + int(now() * 1000)


def simulate(plan: Plan) -> Outcome:
    """Run one day from start to end."""

    async def whole() -> Outcome:
        failures: list[BaseException] = []
        main = asyncio.current_task()
        assert main is not None

        def failed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            failures.append(context.get("exception") or AssertionError(context["message"]))
            main.cancel()

        asyncio.get_running_loop().set_exception_handler(failed)
        try:
            return await Soak(plan).live()
        except asyncio.CancelledError:
            raise failures[0] from None

    logging.disable(logging.CRITICAL)
    try:
        # There are no files whose times could be checked here, so that each look queries the database.
        with patch.object(change_feed, "LOOK_S", change_feed.SURE_S):
            return run(whole(), virtual_loop)
    finally:
        logging.disable(logging.NOTSET)
