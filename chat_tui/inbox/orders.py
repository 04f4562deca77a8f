"""Orders, returns and other chats of a buyer, as a user interface asks for them."""

from typing import Final, TypeVar

from chat_tui.inbox.asking import Asking
from chat_tui.inbox.reading.orders import ORDERS, RETURNS
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.order import ChatOrder, Reading
from chat_tui.model.problem import Problem
from chat_tui.store import chats, orders
from chat_tui.store.database import Connection

T = TypeVar("T")

OTHERS: Final = 5
"""Other chats of a buyer that are shown at most."""


class Orders:
    """See `api.OrdersApi`. May be used from any thread."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def of_chat(self, chat_id: ChatRef) -> ChatOrder | None:
        now = self._asking.wall_ms()
        found = self._asking.store.read(_of_chat, chat_id, now)
        known = await self._asking.reads.guarded(found, None, ("order", chat_id))
        if known is None:
            return None
        return ChatOrder(
            known.item,
            known.order,
            known.returned,
            self._problem(ORDERS, known.order, now),
            self._problem(RETURNS, known.returned, now),
            known.others,
            known.are_others_of_buyer,
        )

    def want(self, chat_id: ChatRef) -> None:
        self._asking.call(self._asking.engine.want_order, chat_id)

    def _problem(self, operation: str, reading: Reading[T] | None, now: Millis) -> Problem | None:
        """Why the Market did not tell it anew; no trouble with others matters to what is fresh."""
        is_needed = reading is None or reading.is_old(now)
        return self._asking.engine.order_problem(operation) if is_needed else None


def _of_chat(conn: Connection, chat_id: ChatRef, now: Millis) -> ChatOrder | None:
    item = chats.item(conn, chat_id, now=now)
    if item is None:
        return None
    context = item.chat.context
    others: tuple[ChatRef, ...] = ()
    if context.customer_public_id:
        others = orders.chats_of_buyer(conn, context.customer_public_id, chat_id, OTHERS)
    elif context.order_id is not None:
        others = orders.chats_of_order(conn, context.order_id, chat_id, OTHERS)
    found = chats.items(conn, others)
    return ChatOrder(
        item,
        None if context.order_id is None else orders.order(conn, context.order_id),
        None if context.return_id is None else orders.returned(conn, context.return_id),
        others=tuple(found[other] for other in others if other in found),
        are_others_of_buyer=bool(context.customer_public_id),
    )
