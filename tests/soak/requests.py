"""The Market in front of the shop: it takes time to answer, counts requests, and refuses too many."""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Concatenate, Final

from chat_tui.inbox.copies.rate_limit import P, RateLimitedClient, T
from chat_tui.inbox.market import MarketApi
from chat_tui.market.answers import quota_wait, read_budget
from chat_tui.model import chat as model
from chat_tui.model.chat import Chat, Message, Page
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.link import Budget
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import HOUR, Urgency
from chat_tui.sandbox.access import Refusal
from chat_tui.sandbox.ledger import Quotas
from chat_tui.sandbox.server import PER_HOUR
from chat_tui.sandbox.times import http_date
from tests.inbox.simulation.process import OWNER, VirtualProcess
from tests.inbox.simulation.wire import CopyClient
from tests.soak.shop import QuickMarket

TAKES_S: Final = (0.1, 0.4)
"""The least and the most seconds that a request takes."""
MOST_AT_ONCE: Final = 4
BUSINESS: Final = 1

URGENCY: ContextVar[Urgency] = ContextVar("urgency")
"""The urgency of the current request."""


class FrontDoor:
    """Every request of every copy passes through here."""

    def __init__(self, shop: QuickMarket, now_ms: Callable[[], Millis], seed: int) -> None:
        self.shop = shop
        self.now_ms = now_ms
        self.begun_ms = now_ms()
        self.quotas = Quotas(now_ms, PER_HOUR)
        self.asked: Counter[tuple[int, str]] = Counter()
        """The number of requests by hour and operation."""
        self.by_urgency: Counter[tuple[int, str, Urgency]] = Counter()
        self.pollers: dict[int, Counter[int]] = {}
        """By hour: how often each copy polled the top of the list."""
        self.refusals = 0
        self.least_left: dict[tuple[str, Urgency], float] = {}
        """By quota and urgency: the least share of the quota that a request left."""
        self.script: defaultdict[str, list[Any]] = defaultdict(list)
        """By operation: answers to the next requests, instead of those of the shop."""
        self.log: list[tuple[str, Any]] | None = None
        """The operation and subject of every request, if a test needs them."""
        self._dice = random.Random(f"door {seed}")

    @property
    def hour(self) -> int:
        """The number of the current hour; the first is 0."""
        return (self.now_ms() - self.begun_ms) // HOUR

    def note(self, operation: str, owner: int, urgency: Urgency, about: Any, *, is_poll: bool) -> None:
        """Count a request that leaves a copy."""
        if self.log is not None:
            self.log.append((operation, about))
        self.asked[self.hour, operation] += 1
        self.by_urgency[self.hour, operation, urgency] += 1
        if is_poll:
            self.pollers.setdefault(self.hour, Counter())[owner] += 1

    async def answer(
        self, operation: str, urgency: Urgency, work: Callable[[], Any]
    ) -> tuple[Any, Mapping[str, str]]:
        """The answer and its headers."""
        wait = self._dice.uniform(*TAKES_S)
        at_once = self.quotas.enter(BUSINESS)
        try:
            await asyncio.sleep(wait / 2)
            outcome: Any
            if at_once > MOST_AT_ONCE:
                self.quotas.take_if_any(operation, BUSINESS)
                outcome = Problem(ProblemKind.PARALLEL_LIMIT, Certainty.REFUSED, operation, 420)
            else:
                outcome = self._counted(operation, work)
            headers = {
                "date": http_date(self.now_ms()),
                **self.quotas.headers(operation, BUSINESS),
            }
            await asyncio.sleep(wait / 2)
        finally:
            self.quotas.leave_flight(BUSINESS)
        if isinstance(outcome, Problem):
            self.refusals += 1
        else:
            left = self.quotas.remaining(operation, BUSINESS) / PER_HOUR[operation]
            known = self.least_left.get((operation, urgency), 1.0)
            self.least_left[operation, urgency] = min(known, left)
        return outcome, headers

    def _counted(self, operation: str, work: Callable[[], Any]) -> Any:
        try:
            self.quotas.take(operation, BUSINESS, operation)
        except Refusal:
            wait = quota_wait({"date": http_date(self.now_ms()), **self.quotas.headers(operation, BUSINESS)})
            return Problem(ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, operation, 420, retry_after_s=wait)
        return self.script[operation].pop(0) if self.script[operation] else work()

    def spend(self, operation: str, count: int) -> None:
        """Use the quota as other programs of the shop do."""
        for _ in range(count):
            self.quotas.take_if_any(operation, BUSINESS)


class Client(CopyClient):
    """The client of one copy, which counts requests and reads the headers as the real one does."""

    def __init__(self, process: VirtualProcess, door: FrontDoor, wall_ms: Callable[[], Millis]) -> None:
        super().__init__(process, None)  # type: ignore[arg-type]
        self._door = door
        self._wall_ms = wall_ms
        self._budgets: dict[str, Budget] = {}

    @property
    def budgets(self) -> Mapping[str, Budget]:
        return self._budgets

    async def _request(
        self, operation: str, about: Any, work: Callable[[], Any], *, is_poll: bool = False
    ) -> Any:
        await self._process.touch()
        urgency = URGENCY.get()
        self._door.note(operation, self._process.number, urgency, about, is_poll=is_poll)
        answer = await self._ask(self._door.answer(operation, urgency, work))
        if isinstance(answer, Problem):
            return answer
        outcome, headers = answer
        if (told := read_budget(operation, headers, self._wall_ms())) is not None:
            self._budgets[operation] = told
        return outcome

    async def get_chats(
        self, *, statuses: Sequence[str] = (), page_token: str | None = None, limit: int = 20
    ) -> Page[Chat] | Problem:
        is_poll = page_token is None and not statuses and URGENCY.get() is Urgency.NEWS
        page: Page[Chat] | Problem = await self._request(
            "getChats",
            (tuple(statuses), page_token),
            lambda: self._door.shop.page(statuses, page_token, limit),
            is_poll=is_poll,
        )
        return page

    async def get_chat(self, chat_ref: ChatRef) -> model.Chat | Problem:
        chat: model.Chat | Problem = await self._request(
            "getChat", chat_ref, lambda: self._door.shop.chat(chat_ref)
        )
        return chat

    async def get_chat_history(
        self,
        chat_ref: ChatRef,
        *,
        from_message_id: MessageId | None = None,
        page_token: str | None = None,
        limit: int = 100,
    ) -> Page[Message] | Problem:
        page: Page[Message] | Problem = await self._request(
            "getChatHistory",
            chat_ref,
            lambda: self._door.shop.history(
                chat_ref, from_message_id, page_token, limit, self._door.now_ms()
            ),
        )
        return page

    async def get_shops(self) -> tuple[model.Shop, ...] | Problem:
        shops: tuple[model.Shop, ...] | Problem = await self._request("getCampaigns", None, tuple)
        return shops


class LabelledMarket(RateLimitedClient):
    """The real market, which also records the urgency of each request for the tables."""

    async def ask(
        self,
        urgency: Urgency,
        call: Callable[Concatenate[MarketApi, P], Awaitable[T | Problem]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | Problem:
        told = URGENCY.set(urgency)
        try:
            return await super().ask(urgency, call, *args, **kwargs)
        finally:
            URGENCY.reset(told)


__all__ = ["BUSINESS", "MOST_AT_ONCE", "OWNER", "TAKES_S", "Client", "FrontDoor", "LabelledMarket"]
