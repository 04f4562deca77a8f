"""Turns a good answer into orders or a return; values that are absent, null or of odd types are left out."""

import re
from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final

from chat_tui.market import wire
from chat_tui.market.answers import (
    Wire,
    clean,
    decode,
    items_of,
    number,
    part,
    read_iso,
    result_of,
    the_id,
    the_one,
    words,
)
from chat_tui.market.transport import Response
from chat_tui.model.ids import CampaignId, OrderId, ReturnId
from chat_tui.model.order import Money, Order, OrderDelivery, OrderLine, Return

_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT: Final = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,10})?")


def orders(response: Response, asked: Collection[OrderId]) -> tuple[Order, ...]:
    """The readable, requested orders of getBusinessOrders, which has no envelope; or `GarbledError`."""
    page = decode(clean(response.body), wire.GetBusinessOrdersAnswer)
    found = items_of(page.orders, wire.BusinessOrder, _order)[0]
    return tuple(order for order in found if order.order_id in asked)


def returned(response: Response, order_id: OrderId, return_id: ReturnId) -> Return:
    """The result of getReturn; raises `GarbledError` (also if it is another return) or `StatusError`."""
    found = _return(result_of(response.body, wire.ReturnInfo))
    return the_one(found, (found.order_id, found.return_id) == (order_id, return_id))


def _order(info: wire.BusinessOrder) -> Order:
    campaign_id = number(info.campaign_id)
    return Order(
        order_id=OrderId(the_id(info.order_id)),
        campaign_id=CampaignId(campaign_id) if campaign_id is not None else None,
        status=words(info.status) or "",
        substatus=words(info.substatus) or "",
        created_at=read_iso(info.creation_date),
        lines=tuple(
            OrderLine(
                words(item.offer_name) or words(item.offer_id) or "", number(item.count), _paid(item.prices)
            )
            for item in _each(info.items, wire.BusinessOrderItem)
        ),
        total=_paid(info.prices),
        delivery=_delivery(part(info.delivery, wire.BusinessOrderDelivery)),
    )


def _delivery(info: wire.BusinessOrderDelivery) -> OrderDelivery:
    dates = part(info.dates, wire.BusinessOrderDeliveryDates)
    pickup, courier = part(info.pickup, wire.OrderPlace), part(info.courier, wire.OrderPlace)
    first = _day(dates.from_date)
    return OrderDelivery(
        kind=words(info.type) or "",
        service=words(info.service_name) or "",
        from_day=first,
        to_day=_day(dates.to_date) or first,  # as documented: without an end it is that day
        real_day=_day(dates.real_delivery_date),
        kept_to_day=_day(pickup.outlet_storage_limit_date),
        address=_address(pickup.address) or _address(courier.address),
        estimated=info.estimated is True,
    )


def _address(value: Any) -> str:
    place = part(value, wire.OrderAddress)
    parts = (words(part) for part in (place.city, place.street, place.house, place.block))
    return ", ".join(part for part in parts if part)


def _return(info: wire.ReturnInfo) -> Return:
    return Return(
        return_id=ReturnId(the_id(info.id)),
        order_id=OrderId(the_id(info.order_id)),
        created_at=read_iso(info.creation_date),
        refund_status=words(info.refund_status) or "",
        fast=info.fast_return is True,
        lines=tuple(
            OrderLine(words(item.shop_sku) or "", number(item.count))
            for item in _each(info.items, wire.ReturnItem)
        ),
        amount=_money(info.amount),
    )


def _paid(prices: Any) -> Money | None:
    return _money(part(prices, wire.OrderPrice).payment)


def _money(value: Any) -> Money | None:
    """The amount in the digits of the answer; None if it has none."""
    money = part(value, wire.CurrencyValue)
    written = str(money.value) if type(money.value) in {int, str, Decimal} else ""
    # Written out, but not 1e999999, which would be a million digits.
    if isinstance(money.value, Decimal) and money.value.is_finite() and abs(money.value.adjusted()) < 20:
        written = format(money.value, "f")
    return Money(written, words(money.currency_id) or "") if _AMOUNT.fullmatch(written) else None


def _day(value: Any) -> str:
    return value if isinstance(value, str) and _ISO_DAY.fullmatch(value) else ""


def _each(values: Any, shape: type[Wire]) -> list[Wire]:
    entries = values if isinstance(values, list) else []
    return [part(entry, shape) for entry in entries if isinstance(entry, dict)]
