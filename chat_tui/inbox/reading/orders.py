"""Reads orders and returns of the chats on the screen, in batches, each once while it is fresh."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.events import OrdersChanged
from chat_tui.inbox.market import MarketApi
from chat_tui.model.ids import CampaignId, ChatRef, Millis, OrderId, ReturnId
from chat_tui.model.order import FRESH_MS, ORDERS_AT_ONCE, Return
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import orders
from chat_tui.store.errors import tolerated

ORDERS: Final = "getBusinessOrders"
RETURNS: Final = "getReturn"
_URGENCY: Final = Urgency.NEWS
"""The operator waits for it, but messages of the open chat come first."""

log = logging.getLogger(__name__)


class OrderReader:
    """One round at a time; requests made meanwhile form the next round. A missing right is met only once."""

    def __init__(
        self, ctx: EngineContext, spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[Any]]
    ) -> None:
        """`spawn` starts a task of the engine."""
        self._ctx = ctx
        self._spawn = spawn
        self._wanted: dict[ChatRef, None] = {}
        self._round: asyncio.Task[Any] | None = None
        self._problems: dict[str, Problem] = {}
        self._not_before: Millis = 0
        """Anything read before this moment is stale, because the operator refreshed then."""

    def want(self, chat_ref: ChatRef) -> None:
        """Read the order and the return of this chat if they are due; OrdersChanged follows."""
        self._wanted[chat_ref] = None
        if self._round is None or self._round.done():
            self._round = self._spawn(self._run())

    def problem(self, operation: str) -> Problem | None:
        """Why the last request of an operation failed; None = it did not."""
        return self._problems.get(operation)

    def forget(self) -> None:
        """The operator refreshed: whatever is wanted next is requested, even if it was refused before."""
        self._problems.clear()
        self._not_before = self._ctx.wall_ms()

    async def _run(self) -> None:
        with tolerated(log, "orders not kept"):
            while self._wanted:
                chat_refs, self._wanted = tuple(self._wanted), {}
                for read in (self._read_orders, self._read_returns):
                    if await read(chat_refs):
                        self._ctx.bus.publish(OrdersChanged())

    async def _read_orders(self, chat_refs: tuple[ChatRef, ...]) -> bool:
        """Request orders that are due and fill the batch with orders of waiting chats; True if any was."""
        if self._is_refused(ORDERS):
            return False
        due = await self._ctx.store.read(orders.due_orders, chat_refs, *self._fresh())
        if spare := -len(due) % ORDERS_AT_ONCE:
            due += await self._ctx.store.read(orders.unread_waiting, spare, besides=due)
        for start in range(0, len(due), ORDERS_AT_ONCE):
            if not await self._read_batch(due[start : start + ORDERS_AT_ONCE]):
                break
        return bool(due)

    async def _read_batch(self, batch: tuple[OrderId, ...]) -> bool:
        found = await self._ctx.client.ask(_URGENCY, MarketApi.get_orders, batch)
        if isinstance(found, Problem):
            self._failed(ORDERS, found)
            return False
        self._answered(ORDERS)
        await self._ctx.store.write_cache(orders.save_orders, batch, found, self._ctx.wall_ms())
        return True

    async def _read_returns(self, chat_refs: tuple[ChatRef, ...]) -> bool:
        """Request the returns that are due, one by one; True if any was."""
        if self._is_refused(RETURNS):
            return False
        due = await self._ctx.store.read(orders.due_returns, chat_refs, *self._fresh())
        for return_id, order_id, campaign_id in due:
            if campaign_id is not None and not await self._read_return(return_id, order_id, campaign_id):
                break
        return bool(due)

    async def _read_return(self, return_id: ReturnId, order_id: OrderId, campaign_id: CampaignId) -> bool:
        found: Return | Problem | None
        found = await self._ctx.client.ask(_URGENCY, MarketApi.get_return, campaign_id, order_id, return_id)
        if isinstance(found, Problem) and found.kind is ProblemKind.NOT_FOUND:
            found = None
        if isinstance(found, Problem):
            self._failed(RETURNS, found)
            return False
        self._answered(RETURNS)
        await self._ctx.store.write_cache(orders.save_return, return_id, found, self._ctx.wall_ms())
        return True

    def _fresh(self) -> tuple[Millis, Millis]:
        now = self._ctx.wall_ms()
        # After the clock was set back, the moment of the refresh lies in the future and means nothing.
        return max(now - FRESH_MS, self._not_before if self._not_before <= now else 0), now

    def _is_refused(self, operation: str) -> bool:
        problem = self._problems.get(operation)
        return problem is not None and problem.kind is ProblemKind.FORBIDDEN

    def _failed(self, operation: str, problem: Problem) -> None:
        """Note the reason; it is no failure of the link."""
        self._problems[operation] = problem

    def _answered(self, operation: str) -> None:
        self._problems.pop(operation, None)
        self._ctx.link.count(self._ctx.client.budgets)
