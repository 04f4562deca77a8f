"""Orders (getBusinessOrders) and returns (getReturn) in the cache: the last answers, and which are due.

A number that the Market does not know has a row too (`is_found` = 0), so that it is not soon requested again.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple
from typing import Final

from chat_tui.model.ids import CampaignId, ChatRef, Millis, OrderId, ReturnId
from chat_tui.model.order import ChatOrder, Money, Order, OrderDelivery, OrderLine, Reading, Return
from chat_tui.store import chats
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import clean, kept, moment, sound

_ORDER: Final = (
    "campaign_id, status, substatus, created_at, total, currency,"
    " delivery_kind, service, from_day, to_day, real_day, kept_to_day, address, is_estimated"
)
_SAVE_ORDER: Final = f"""
    INSERT OR REPLACE INTO order_reading (order_id, read_at, asked_at, is_found, {_ORDER})
    VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_SAVE_RETURN: Final = """
    INSERT OR REPLACE INTO return_reading
    (return_id, read_at, asked_at, is_found, order_id, created_at, refund_status, is_fast, amount, currency)
    VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?)
"""
# An answer that was found before stays: only the time of the last request changes.
_IN_VAIN: Final = """
    INSERT INTO {kind}_reading ({kind}_id, read_at, asked_at, is_found) VALUES (:key, :at, :at, 0)
    ON CONFLICT DO UPDATE SET asked_at = :at, read_at = iif(is_found, read_at, :at)
"""
# A time later than now comes from a clock that was set back, and is due too.
_DUE: Final = """
    (SELECT coalesce(max(asked_at), -1) FROM {kind}_reading r WHERE r.{kind}_id = c.{kind}_id)
    NOT BETWEEN :not_before AND :now
"""
_DUE_ORDERS: Final = f"""
    SELECT DISTINCT c.order_id FROM chat c
    WHERE c.chat_id IN (SELECT value FROM json_each(:chats)) AND {sound("chat", "c")}
        AND c.order_id IS NOT NULL
        AND {_DUE.format(kind="order")}
"""
_DUE_RETURNS: Final = f"""
    SELECT c.return_id, c.order_id,
        coalesce(c.campaign_id, (SELECT campaign_id FROM order_reading o WHERE o.order_id = c.order_id))
    FROM chat c
    WHERE c.chat_id IN (SELECT value FROM json_each(:chats)) AND {sound("chat", "c")}
        AND c.return_id IS NOT NULL
        AND c.order_id IS NOT NULL AND {_DUE.format(kind="return")}
"""
_UNREAD: Final = f"""
    SELECT DISTINCT c.order_id FROM chat c
    WHERE c.waiting_bucket IS NOT NULL AND {sound("chat", "c")} AND c.order_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM order_reading o WHERE o.order_id = c.order_id)
        AND c.order_id NOT IN (SELECT value FROM json_each(?))
    ORDER BY c.waiting_bucket, c.waiting_order, c.chat_id LIMIT ?
"""
OTHERS: Final = 5
"""How many other chats of a buyer or an order are shown at most."""
_OTHERS: Final = """
    SELECT chat_id FROM chat WHERE {column} = ? AND chat_id <> ? ORDER BY newest_order, chat_id LIMIT ?
"""


def save_orders(conn: Connection, asked: Iterable[OrderId], found: Sequence[Order], at: Millis) -> None:
    """Save an answer of getBusinessOrders; the orders of `asked` that are not in it were not found."""
    for order_id in set(asked) - {order.order_id for order in found}:
        conn.execute(_IN_VAIN.format(kind="order"), {"key": order_id, "at": at})
    for order in found:
        conn.execute("DELETE FROM order_line WHERE order_id = ?", (order.order_id,))
        conn.execute(_SAVE_ORDER, (order.order_id, at, at, *_order_columns(order)))
        conn.executemany(
            "INSERT INTO order_line VALUES (?, ?, ?, ?, ?, ?)",
            [(order.order_id, n, *_line_columns(line)) for n, line in enumerate(order.lines)],
        )


def save_return(conn: Connection, return_id: ReturnId, found: Return | None, at: Millis) -> None:
    """Save an answer of getReturn at `at`; None = the Market knows no return with this number."""
    if found is None:
        conn.execute(_IN_VAIN.format(kind="return"), {"key": return_id, "at": at})
        return
    columns = (found.order_id, moment(found.created_at), *kept(found.refund_status), found.fast)
    conn.execute("DELETE FROM return_line WHERE return_id = ?", (return_id,))
    conn.execute(_SAVE_RETURN, (return_id, at, at, *columns, *_money_columns(found.amount)))
    conn.executemany(
        "INSERT INTO return_line VALUES (?, ?, ?, ?)",
        [(return_id, n, *_line_columns(line)[:2]) for n, line in enumerate(found.lines)],
    )


def order(conn: Connection, order_id: OrderId) -> Reading[Order] | None:
    """The last answer about an order; None if there was none yet."""
    row = conn.execute(
        f"SELECT read_at, is_found, {_ORDER} FROM order_reading"
        f" WHERE order_id = ? AND {sound('order_reading')}",
        (order_id,),
    ).fetchone()
    if row is None or not row[1]:
        return None if row is None else Reading(None, row[0])
    campaign_id, status, substatus, created_at, total, currency, *delivery = row[2:]
    delivery[-1] = bool(delivery[-1])
    lines = conn.execute(
        f"SELECT name, count, price, currency FROM order_line WHERE order_id = ? AND {sound('order_line')}"
        " ORDER BY n",
        (order_id,),
    )
    goods = tuple(OrderLine(name, count, _money(*price)) for name, count, *price in lines)
    paid = _money(total, currency)
    known = (campaign_id, status, substatus, created_at, goods, paid, OrderDelivery(*delivery))
    return Reading(Order(order_id, *known), row[0])


def returned(conn: Connection, return_id: ReturnId) -> Reading[Return] | None:
    """The last answer about a return; None if there was none yet."""
    row = conn.execute(
        "SELECT read_at, is_found, order_id, created_at, refund_status, is_fast, amount, currency"
        f" FROM return_reading WHERE return_id = ? AND {sound('return_reading')}",
        (return_id,),
    ).fetchone()
    if row is None or not row[1]:
        return None if row is None else Reading(None, row[0])
    order_id, created_at, status, is_fast, *amount = row[2:]
    lines = conn.execute(
        f"SELECT name, count FROM return_line WHERE return_id = ? AND {sound('return_line')} ORDER BY n",
        (return_id,),
    )
    goods = tuple(OrderLine(*line) for line in lines)
    found = Return(return_id, order_id, created_at, status, bool(is_fast), goods, _money(*amount))
    return Reading(found, row[0])


def _due(
    conn: Connection, chat_refs: Iterable[ChatRef], not_before: Millis, now: Millis
) -> dict[str, object]:
    """The parameters of `_DUE_ORDERS` and `_DUE_RETURNS`."""
    return {"chats": json.dumps(sorted(map(conn.own, chat_refs))), "not_before": not_before, "now": now}


def due_orders(
    conn: Connection, chat_refs: Iterable[ChatRef], not_before: Millis, now: Millis
) -> tuple[OrderId, ...]:
    """The orders of these chats that were not requested between `not_before` and now."""
    rows = conn.execute(_DUE_ORDERS, _due(conn, chat_refs, not_before, now))
    return tuple(OrderId(row[0]) for row in rows)


def due_returns(
    conn: Connection, chat_refs: Iterable[ChatRef], not_before: Millis, now: Millis
) -> tuple[tuple[ReturnId, OrderId, CampaignId | None], ...]:
    """As `due_orders`, for returns: each with its order, and its shop or None if that is unknown."""
    rows = conn.execute(_DUE_RETURNS, _due(conn, chat_refs, not_before, now))
    return tuple((ReturnId(row[0]), OrderId(row[1]), row[2] and CampaignId(row[2])) for row in rows)


def unread_waiting(conn: Connection, limit: int, *, besides: Iterable[OrderId] = ()) -> tuple[OrderId, ...]:
    """Orders of waiting chats that were never requested: those of disputes first, then by length of wait."""
    rows = conn.execute(_UNREAD, (json.dumps(sorted(besides)), limit))
    return tuple(OrderId(row[0]) for row in rows)


def of_chat(conn: Connection, chat_ref: ChatRef, now: Millis) -> ChatOrder | None:
    """The order, the return and the other chats of a chat at a moment; None if it is not in the cache.

    The other chats are those of the buyer's account or, if that is unknown, of the order; the newest first.
    """
    item = chats.item(conn, chat_ref, now=now)
    if item is None:
        return None
    context = item.chat.context
    others: tuple[ChatRef, ...] = ()
    if public_id := context.customer_public_id:
        sql = _OTHERS.format(column="customer_public_id")
        others = conn.chats(sql, (clean(public_id), conn.own(chat_ref), OTHERS))
    elif context.order_id is not None:
        sql = _OTHERS.format(column="order_id")
        others = conn.chats(sql, (context.order_id, conn.own(chat_ref), OTHERS))
    found = chats.items(conn, others)
    return ChatOrder(
        item,
        None if context.order_id is None else order(conn, context.order_id),
        None if context.return_id is None else returned(conn, context.return_id),
        others=tuple(found[other] for other in others if other in found),
        are_others_of_buyer=bool(public_id),
    )


def _order_columns(order: Order) -> tuple[int | str | None, ...]:
    """The values of an order for the columns of _ORDER."""
    told = kept(order.campaign_id, order.status, order.substatus)
    return (*told, moment(order.created_at), *_money_columns(order.total), *kept(*astuple(order.delivery)))


def _line_columns(line: OrderLine) -> tuple[int | str | None, ...]:
    return (*kept(line.name, line.count), *_money_columns(line.price))


def _money_columns(money: Money | None) -> tuple[str | None, ...]:
    return (None, None) if money is None else kept(*astuple(money))


def _money(value: str | None, currency: str | None) -> Money | None:
    return None if value is None else Money(value, currency or "")
