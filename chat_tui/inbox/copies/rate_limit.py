"""The Market as the engine asks it: every request has its urgency, its quota and its place."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from chat_tui.inbox.copies.leader import Locks
from chat_tui.inbox.copies.quotas import Quotas
from chat_tui.inbox.market import MarketApi
from chat_tui.model.chat import Chat, KeyRights, NewChat, Shop
from chat_tui.model.ids import CampaignId, ChatId, MessageId, OrderId, ReturnId
from chat_tui.model.link import Budget
from chat_tui.model.message import Message
from chat_tui.model.order import Order, Return
from chat_tui.model.outbox import Accepted
from chat_tui.model.paging import ChatsPage, MessagesPage
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store.errors import StoreProblem

PLACES: Final = 4
"""What the Market allows per business, whoever asks."""
READ_PLACES: Final = PLACES - 1
NARROW_PLACES: Final = 2
"""For a while after the Market complained."""
_BY_URGENCY: Final = {
    Urgency.SEND: READ_PLACES,
    Urgency.OPEN: READ_PLACES,
    Urgency.NEWS: READ_PLACES - 1,
    # The list is walked between two looks at its top: they must not wait for histories of the past.
    Urgency.FIRST: READ_PLACES - 1,
    Urgency.SWEEP: READ_PLACES - 1,
}
"""How many places a read may choose from: whoever is more urgent always finds one that others leave alone."""
_IN_BACKGROUND: Final = 1
PATIENCE_S: Final = 10.0
"""A place that is not free for so long may belong to a frozen copy: one more may be used instead."""
_PAUSE_S: Final = (0.005, 0.02)
"""Between two tries for a place: short beside a request, with jitter so that copies take turns."""


class ConcurrencyLimit:
    """The places of one business on this machine."""

    def __init__(self, locks: Locks) -> None:
        """`locks` are those all copies on this machine share."""
        self._lock = locks
        self._refused_since: dict[int, float] = {}
        """By how many places there are to choose from: since when all of them have been taken."""
        self._jitter = random.Random()  # noqa: S311 - spreads tries, guards nothing

    @asynccontextmanager
    async def place(self, *, writing: bool, urgency: Urgency, is_narrow: bool = False) -> AsyncIterator[None]:
        """Hold a place for one request; StoreProblem if the lock file was taken away."""
        count = places(writing=writing, urgency=urgency, is_narrow=is_narrow)
        number = await self._take(count, READ_PLACES if urgency.is_background else PLACES)
        try:
            yield
        finally:
            self._lock.release(number)

    async def _take(self, count: int, most: int) -> int:
        loop = asyncio.get_running_loop()
        while True:
            since = self._refused_since.get(count, loop.time())
            wider = min(count + int((loop.time() - since) / PATIENCE_S), most)
            numbers: list[int] = [*self._jitter.sample(range(count), count), *range(count, wider)]
            for number in numbers:
                if self._lock.try_hold(number):
                    if number < count:
                        self._refused_since.pop(count, None)
                    return number
            self._refused_since.setdefault(count, since)
            await asyncio.sleep(self._jitter.uniform(*_PAUSE_S))


def places(*, writing: bool, urgency: Urgency, is_narrow: bool) -> int:
    """How many places, counted from the first, a request may choose from."""
    if writing:
        return NARROW_PLACES if is_narrow else PLACES
    if is_narrow:
        return NARROW_PLACES - 1
    return _BY_URGENCY.get(urgency, _IN_BACKGROUND)


T = TypeVar("T")


class RateLimitedClient:
    """Gives the Market out by urgency; no more is asked than all copies together may ask."""

    def __init__(
        self,
        market: MarketApi,
        slots: ConcurrencyLimit,
        budgets: Quotas,
        refused_key: Callable[[], Problem | None],
        refuse_key: Callable[[Problem], None],
    ) -> None:
        """`refused_key` tells the refusal after which nothing is asked until the operator asks anew.

        `refuse_key` is told of the refusal, whichever operation it was that heard it.
        """
        self._market = market
        self._slots = slots
        self._budgets = budgets
        self._refused_key = refused_key
        self._refuse_key = refuse_key
        self._lanes = {urgency: Lane(self, market, urgency) for urgency in Urgency}

    def at(self, urgency: Urgency) -> MarketApi:
        """The Market for requests of one urgency."""
        return self._lanes[urgency]

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """What is left of the quotas, by operationId."""
        return self._budgets.known

    async def aclose(self) -> None:
        """Close connections."""
        await self._market.aclose()

    async def ask(
        self,
        operation: str,
        urgency: Urgency,
        request: Callable[[], Awaitable[T | Problem]],
        *,
        writing: bool = False,
    ) -> T | Problem:
        """Make one request when its turn has come.

        Unsent: HOURLY_LIMIT if that is not now; the refusal of the key if it was heard meanwhile.
        """
        grant = await self._budgets.take(operation, urgency)
        if grant.wait_s > 0:
            return Problem(ProblemKind.HOURLY_LIMIT, operation=operation, retry_after_s=grant.wait_s)
        try:
            async with self._slots.place(writing=writing, urgency=urgency, is_narrow=grant.is_narrow):
                # Whoever chose to ask may not have known of it yet: waiting and writing take their time.
                if (refused := self._refused_key()) is not None:
                    return refused
                before = self._market.budgets.get(operation)
                answer = await request()
        except StoreProblem as problem:
            # Without the lock nobody could say how many are under way: nothing is asked.
            return Problem(ProblemKind.STORAGE, operation=operation, message=str(problem))
        if isinstance(answer, Problem) and answer.kind is ProblemKind.UNAUTHORIZED:
            self._refuse_key(answer)
        await self._note(operation, before, answer)
        return answer

    async def _note(self, operation: str, before: Budget | None, answer: object) -> None:
        told = self._market.budgets.get(operation)
        if told is not None and told is not before:
            await self._budgets.told(told)
        if not isinstance(answer, Problem) or answer.certainty is not Certainty.REFUSED:
            return
        if answer.kind is ProblemKind.HOURLY_LIMIT:
            await self._budgets.refused(operation, answer.retry_after_s)
        elif answer.kind is ProblemKind.PARALLEL_LIMIT:
            await self._budgets.narrow()


class Lane:
    """The Market as one urgency sees it: each method one request, named after its operation."""

    def __init__(self, paced: RateLimitedClient, market: MarketApi, urgency: Urgency) -> None:
        self._paced = paced
        self._market = market
        self._urgency = urgency

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """What is left of the quotas, by operationId."""
        return self._paced.budgets

    @property
    def proxy(self) -> str:
        """The host of the proxy; empty if there is none."""
        return self._market.proxy

    async def get_chats(
        self, *, statuses: Sequence[str] = (), page_token: str | None = None, limit: int = 20
    ) -> ChatsPage | Problem:
        """One page of getChats."""
        return await self._paced.ask(
            "getChats",
            self._urgency,
            lambda: self._market.get_chats(statuses=statuses, page_token=page_token, limit=limit),
        )

    async def get_chat(self, chat_id: ChatId) -> Chat | Problem:
        """One chat (getChat)."""
        return await self._paced.ask("getChat", self._urgency, lambda: self._market.get_chat(chat_id))

    async def get_chat_history(
        self,
        chat_id: ChatId,
        *,
        from_message_id: MessageId | None = None,
        page_token: str | None = None,
        limit: int = 100,
    ) -> MessagesPage | Problem:
        """One page of getChatHistory."""
        return await self._paced.ask(
            "getChatHistory",
            self._urgency,
            lambda: self._market.get_chat_history(
                chat_id, from_message_id=from_message_id, page_token=page_token, limit=limit
            ),
        )

    async def get_chat_message(self, chat_id: ChatId, message_id: MessageId) -> Message | Problem:
        """One message (getChatMessage)."""
        return await self._paced.ask(
            "getChatMessage", self._urgency, lambda: self._market.get_chat_message(chat_id, message_id)
        )

    async def fetch_file(
        self, url: str, write: Callable[[bytes], Awaitable[None]], *, limit: int
    ) -> int | Problem:
        """A received file from its host; no quota of the Market's counts it."""
        return await self._market.fetch_file(url, write, limit=limit)

    async def get_key_rights(self) -> KeyRights | Problem:
        """What the key may do (getAuthTokenInfo)."""
        return await self._paced.ask("getAuthTokenInfo", self._urgency, self._market.get_key_rights)

    async def get_shops(self) -> tuple[Shop, ...] | Problem:
        """All shops of the key (getCampaigns), page after page in one place."""
        return await self._paced.ask("getCampaigns", self._urgency, self._market.get_shops)

    async def get_orders(self, order_ids: Sequence[OrderId]) -> tuple[Order, ...] | Problem:
        """At most `limits.ORDERS_AT_ONCE` orders (getBusinessOrders)."""
        return await self._paced.ask(
            "getBusinessOrders", self._urgency, lambda: self._market.get_orders(order_ids)
        )

    async def get_return(
        self, campaign_id: CampaignId, order_id: OrderId, return_id: ReturnId
    ) -> Return | Problem:
        """One return (getReturn)."""
        return await self._paced.ask(
            "getReturn", self._urgency, lambda: self._market.get_return(campaign_id, order_id, return_id)
        )

    async def create_chat(self, about: NewChat) -> ChatId | Problem:
        """Open or find a chat (createChat)."""
        return await self._write("createChat", lambda: self._market.create_chat(about))

    async def send_message(self, chat_id: ChatId, text: str) -> Accepted | Problem:
        """One attempt of sendMessageToChat."""
        return await self._write("sendMessageToChat", lambda: self._market.send_message(chat_id, text))

    async def send_file(
        self,
        chat_id: ChatId,
        *,
        path: Path,
        name: str,
        size: int,
        media_type: str,
        progress: Callable[[int], None] | None = None,
    ) -> Accepted | Problem:
        """One attempt of sendFileToChat."""
        return await self._write(
            "sendFileToChat",
            lambda: self._market.send_file(
                chat_id, path=path, name=name, size=size, media_type=media_type, progress=progress
            ),
        )

    async def aclose(self) -> None:
        """The connections belong to all lanes: nothing is closed here."""

    async def _write(self, operation: str, request: Callable[[], Awaitable[T | Problem]]) -> T | Problem:
        return await self._paced.ask(operation, self._urgency, request, writing=True)
