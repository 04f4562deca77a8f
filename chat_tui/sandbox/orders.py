"""The other operations of the API: shops, the key, orders and returns, and these as JSON.

Each operation returns the body of a 200 answer. Besides the errors named there it raises Refusal (400 or 415)
for bad parameters and bodies.
"""

from collections.abc import Sequence
from typing import Any, Final

from chat_tui.sandbox import request
from chat_tui.sandbox.access import BUSINESS_ID, SHOPS, Refusal
from chat_tui.sandbox.content import Content
from chat_tui.sandbox.generator import DAY, Order
from chat_tui.sandbox.request import Call, ok
from chat_tui.sandbox.times import clock_date, day, iso

_STATES: Final = (
    ("PROCESSING", "STARTED"),
    ("DELIVERY", "DELIVERY_SERVICE_RECEIVED"),
    ("PICKUP", "PICKUP_SERVICE_RECEIVED"),
    ("DELIVERED", "DELIVERY_SERVICE_DELIVERED"),
)


def get_campaigns(call: Call) -> Any:
    """A page of the key's shops."""
    size = request.limit(call.query, default=100, most=100)
    behaviour = call.market.behaviour
    own = SHOPS if call.key.business_id == BUSINESS_ID else ()
    asked = [name for name in ("page", "pageSize") if call.query.get(name)]
    if asked and behaviour.campaigns_pager:
        page = request.whole("page", call.query.get("page") or "1", most=10_000, bits=32)
        size = request.whole("pageSize", call.query.get("pageSize") or "100", least=1, most=100, bits=32)
        first = (max(page, 1) - 1) * size
        found = own[first : first + size]
        more: dict[str, Any] = {"pager": _pager(len(own), page, size)}
    else:
        listed, paging = call.page((), size, lambda first, count: own[first : first + count])
        found, more = tuple(listed), {"paging": paging}
    told = call.market.world.shop
    business = {"id": BUSINESS_ID, "name": told.business}
    names = dict(zip(SHOPS, told.shops, strict=True))
    shown = [
        {
            "id": shop.campaign_id,
            "domain": names[shop],
            "business": business,
            "placementType": shop.placement,
            "apiAvailability": "AVAILABLE",
        }
        for shop in found
    ]
    return {"campaigns": shown, **more}


def _pager(total: int, page: int, size: int) -> dict[str, int]:
    """The position of a page among all, which paging used before there were tokens."""
    first = min((max(page, 1) - 1) * size, total)
    return {
        "total": total,
        "from": first + 1,
        "to": min(first + size, total),
        "currentPage": max(page, 1),
        "pagesCount": -(-total // size),
        "pageSize": size,
    }


def get_token_info(call: Call) -> Any:
    """Name and scopes of the key; Refusal (403) for a person's token, which has none."""
    if call.key.scopes is None:
        raise Refusal(403, "Access denied")
    return ok({"apiKey": {"name": call.key.name, "authScopes": sorted(call.key.scopes)}})


def get_business_orders(call: Call) -> Any:
    """A page of the orders of 30 days, or of those in `orderIds`; test orders only with `fake`."""
    world = call.market.world
    size = request.limit(call.query, default=50, most=50, cut=True)
    body = call.json()
    order_ids = request.items(body, "orderIds", request.number, most=50)
    campaign_ids = request.items(body, "campaignIds", request.positive, most=50)
    statuses = request.items(body, "statuses", request.string)
    fake = body.get("fake")
    if fake is not None and not isinstance(fake, bool):
        raise Refusal(400, "JSON: 'fake' must be a boolean")
    # Documented filters that are checked, but not applied: the program does not use them.
    for name in ("externalOrderIds", "programTypes", "substatuses", "sourcePlatforms"):
        request.items(body, name, request.string)
    numbers: Sequence[int] = range(world.orders.end - 1, -1, -1)
    if order_ids is not None:
        known = [world.orders.by_order(order_id) for order_id in order_ids]
        numbers = [order.number for order in known if order]
    oldest = world.now_ms() - 30 * DAY

    def passes(order: Order) -> bool:
        recent = order.created >= oldest or (order_ids is not None and call.market.behaviour.old_orders)
        wanted = campaign_ids is None or order.campaign_id in campaign_ids
        state = statuses is None or _STATES[order.state][0] in statuses
        return recent and wanted and state and order.fake == bool(fake)

    def read(first: int, count: int) -> Sequence[Order]:
        passing = (order for number in numbers if (order := world.orders.of_number(number)) and passes(order))
        return [order for place, order in zip(range(first + count), passing, strict=False) if place >= first]

    found, paging = call.page(body, size, read)
    return {"orders": [_business_order(order, world.shop) for order in found], "paging": paging}


def _own_order(call: Call, words: str) -> Order:
    """The order of the path; Refusal (404) with these words if its shop has none with this id."""
    order = call.market.world.orders.by_order(call.ids["orderId"])
    if order is None or order.campaign_id != call.ids["campaignId"]:
        raise Refusal(404, words)
    return order


def get_order(call: Call) -> Any:
    """One order; Refusal (404) if the shop has none with this id, (403) if `order_retired` is set."""
    if call.market.behaviour.order_retired:
        raise Refusal(403, "The method is deprecated and is occasionally forbidden. Please stop using it")
    shop, order_id = call.ids["campaignId"], call.ids["orderId"]
    words = f"Order not found: partnerId = '{shop}', orderId = '{order_id}'"
    return {"order": _retiring_order(_own_order(call, words), call.market.world.shop)}


def get_return(call: Call) -> Any:
    """One return; Refusal (404) if the shop has no such order, or the order no such return."""
    order = _own_order(call, f"Order not found: '{call.ids['orderId']}'")
    if order.return_id != call.ids["returnId"]:
        words = f"Return '{call.ids['returnId']}' for order '{order.order_id}' is not found"
        raise Refusal(404, words)
    # A dispute that ended while the world runs has decided about the return.
    is_over = any(chat.status == "FINISHED" for chat in call.market.world.about("RETURN", order.return_id))
    return ok(_order_return(order, is_over=is_over))


# ---- as JSON


def _money(value: int) -> dict[str, Any]:
    return {"value": value, "currencyId": "RUR"}


def _delivery(order: Order, shop: Content) -> dict[str, Any]:
    dates = {"fromDate": day(order.due), "toDate": day(order.due)}
    if order.state == 3:
        dates["realDeliveryDate"] = day(order.due)
    return {
        "type": "PICKUP",
        "serviceName": shop.courier,
        "deliveryServiceId": 106,
        "deliveryPartnerType": "SHOP" if SHOPS[order.shop].placement == "DBS" else "YANDEX_MARKET",
        "dates": dates,
        "estimated": order.number % 4 == 0,
    }


def _business_order(order: Order, shop: Content) -> dict[str, Any]:
    """The order in getBusinessOrders."""
    status, substatus = _STATES[order.state]
    address = {"city": shop.city, "street": shop.outlets[order.number % len(shop.outlets)]}
    pickup = {"address": address, "outletStorageLimitDate": day(order.due + 7 * DAY)}
    return {
        "orderId": order.order_id,
        "campaignId": order.campaign_id,
        "programType": SHOPS[order.shop].placement,
        "status": status,
        "substatus": substatus,
        "creationDate": iso(order.created, milliseconds=False),
        "updateDate": iso(order.updated, milliseconds=False),
        "paymentType": "PREPAID",
        "paymentMethod": "YANDEX",
        "fake": order.fake,
        "items": [
            {
                "id": 771_000_000 + order.number * 2 + place,
                "offerId": goods.sku,
                "offerName": goods.title,
                "count": 1,
                "prices": {"payment": _money(goods.price)},
            }
            for place, goods in enumerate(order.goods)
        ],
        "prices": {"payment": _money(order.total)},
        "delivery": {**_delivery(order, shop), "pickup": pickup},
        "buyerType": "PERSON",
    }


def _retiring_order(order: Order, shop: Content) -> dict[str, Any]:
    """The order in getOrder, which writes dates as DD-MM-YYYY."""
    status, substatus = _STATES[order.state]
    delivery = _delivery(order, shop)
    delivery["dates"] = {
        name: "-".join(reversed(date.split("-"))) for name, date in delivery["dates"].items()
    }
    return {
        "id": order.order_id,
        "status": status,
        "substatus": substatus,
        "creationDate": clock_date(order.created),
        "updatedAt": clock_date(order.updated),
        "currency": "RUR",
        "itemsTotal": order.total,
        "deliveryTotal": 0,
        "buyerItemsTotalBeforeDiscount": order.total,
        "paymentType": "PREPAID",
        "paymentMethod": "YANDEX",
        "fake": order.fake,
        "items": [
            {
                "id": 771_000_000 + order.number * 2 + place,
                "offerId": goods.sku,
                "offerName": goods.title,
                "price": goods.price,
                "buyerPrice": goods.price,
                "buyerPriceBeforeDiscount": goods.price,
                "count": 1,
            }
            for place, goods in enumerate(order.goods)
        ],
        "delivery": delivery,
        "buyer": {"type": "PERSON"},
        "taxSystem": "USN",
    }


def _order_return(order: Order, *, is_over: bool) -> dict[str, Any]:
    """The order's return in getReturn."""
    goods = order.goods[0]
    refund = "REFUND_IN_PROGRESS" if is_over and order.refund != "REFUNDED" else order.refund
    return {
        "id": order.return_id,
        "orderId": order.order_id,
        "creationDate": iso(order.returned, milliseconds=False),
        "updateDate": iso(order.returned, milliseconds=False),
        "refundStatus": refund,
        "amount": _money(goods.price),
        "items": [{"shopSku": goods.sku, "count": 1}],
        "returnType": "RETURN",
        "fastReturn": order.number % 9 == 0 and order.refund == "REFUNDED",
    }
