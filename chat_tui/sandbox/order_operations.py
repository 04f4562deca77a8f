"""What the operations around the chats do: shops, the key, orders and returns."""

from collections.abc import Sequence
from typing import Any

from chat_tui.sandbox import orders, params
from chat_tui.sandbox.calls import Call, ok
from chat_tui.sandbox.goods import BUSINESS_ID, BUSINESS_NAME, SHOPS
from chat_tui.sandbox.heads import DAY
from chat_tui.sandbox.refusal import Refusal


def get_campaigns(call: Call) -> Any:
    """The shops the key sees."""
    size = params.limit(call.query, default=100, most=100)
    behaviour = call.market.behaviour
    own = SHOPS if call.key.business_id == BUSINESS_ID else ()
    asked = [name for name in ("page", "pageSize") if call.query.get(name)]
    if asked and behaviour.campaigns_pager:
        page = params.whole("page", call.query.get("page") or "1", most=10_000, bits=32)
        size = params.whole("pageSize", call.query.get("pageSize") or "100", least=1, most=100, bits=32)
        first = (max(page, 1) - 1) * size
        found = own[first : first + size]
        more: dict[str, Any] = {"pager": _pager(len(own), page, size)}
    else:
        listed, paging = call.page((), size, lambda first, count: own[first : first + count])
        found, more = tuple(listed), {"paging": paging}
    business = {"id": BUSINESS_ID, "name": BUSINESS_NAME}
    shown = [
        {
            "id": shop.campaign_id,
            "domain": shop.name,
            "business": business,
            "placementType": shop.placement,
            "apiAvailability": "AVAILABLE",
            **({"clientId": shop.campaign_id + 1} if behaviour.legacy_client_id else {}),
        }
        for shop in found
    ]
    return {"campaigns": shown, **more}


def _pager(total: int, page: int, size: int) -> dict[str, int]:
    """Where a page stands among all, as paging was before there were tokens."""
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
    """Name and scopes of the key."""
    return ok({"apiKey": {"name": call.key.name, "authScopes": sorted(call.key.scopes or ())}})


def get_business_orders(call: Call) -> Any:
    """A page of orders."""
    world = call.market.world
    size = params.limit(call.query, default=50, most=50, cut=True)
    body = call.json()
    order_ids = params.items(body, "orderIds", params.number, most=50)
    campaign_ids = params.items(body, "campaignIds", params.positive, most=50)
    statuses = params.items(body, "statuses", params.string)
    fake = body.get("fake")
    if fake is not None and not isinstance(fake, bool):
        raise Refusal(400, "JSON: 'fake' must be a boolean")
    for name in ("externalOrderIds", "programTypes", "substatuses", "sourcePlatforms"):
        params.items(body, name, params.string)
    numbers: Sequence[int] = range(world.orders.end - 1, -1, -1)
    if order_ids is not None:
        known = [world.orders.by_order(order_id) for order_id in order_ids]
        numbers = [order.number for order in known if order]
    oldest = world.now_ms() - 30 * DAY

    def passes(order: orders.Order) -> bool:
        recent = order.created >= oldest or (order_ids is not None and call.market.behaviour.old_orders)
        wanted = campaign_ids is None or order.campaign_id in campaign_ids
        state = statuses is None or orders.business_order(order)["status"] in statuses
        return recent and wanted and state and order.fake == bool(fake)

    def read(first: int, count: int) -> Sequence[orders.Order]:
        passing = (order for number in numbers if (order := world.orders.of_number(number)) and passes(order))
        return [order for place, order in zip(range(first + count), passing, strict=False) if place >= first]

    found, paging = call.page(body, size, read)
    return {"orders": [orders.business_order(order) for order in found], "paging": paging}


def _own_order(call: Call, words: str) -> orders.Order:
    order = call.market.world.orders.by_order(call.ids["orderId"])
    if order is None or order.campaign_id != call.ids["campaignId"]:
        raise Refusal(404, words)
    return order


def get_order(call: Call) -> Any:
    """One order, the retiring way."""
    if call.market.behaviour.order_retired:
        raise Refusal(403, "The method is deprecated and is occasionally forbidden. Please stop using it")
    shop, order_id = call.ids["campaignId"], call.ids["orderId"]
    words = f"Order not found: partnerId = '{shop}', orderId = '{order_id}'"
    return {"order": orders.retiring_order(_own_order(call, words))}


def get_return(call: Call) -> Any:
    """One return."""
    order = _own_order(call, f"Order not found: '{call.ids['orderId']}'")
    if order.return_id != call.ids["returnId"]:
        words = f"Return '{call.ids['returnId']}' for order '{order.order_id}' is not found"
        raise Refusal(404, words)
    return ok(orders.order_return(order))
