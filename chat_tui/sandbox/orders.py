"""Orders and returns of the pretend Market: pure functions of the world's numbers, as the API shows them."""

from typing import Any, Final, NamedTuple

from chat_tui.sandbox.draws import mix
from chat_tui.sandbox.goods import GOODS, OUTLETS, SHOPS, Goods
from chat_tui.sandbox.heads import DAY, DIRECT, RETURN, Heads
from chat_tui.sandbox.times import clock_date, day, iso

ORDER_BASE: Final = 51_230_000_000
ORDER_STEP: Final = 17
RETURN_BASE: Final = 8_800_000
RETURN_STEP: Final = 3
FREE: Final = 2_000
"""Orders nobody has written about yet."""
TEST: Final = 10
"""Test orders: nobody ever answers in their chats."""

_STATES: Final = (
    ("PROCESSING", "STARTED"),
    ("DELIVERY", "DELIVERY_SERVICE_RECEIVED"),
    ("PICKUP", "PICKUP_SERVICE_RECEIVED"),
    ("DELIVERED", "DELIVERY_SERVICE_DELIVERED"),
)


class Order(NamedTuple):
    """One order, perhaps with a return. `number` is that of its chat, or beyond the chats if it has none."""

    number: int
    order_id: int
    shop: int
    goods: tuple[Goods, ...]
    created: int
    state: int
    fake: bool
    return_id: int | None
    returned: int
    """When the return was asked for, ms; 0 = never."""
    disputed: bool

    @property
    def campaign_id(self) -> int:
        """Its shop."""
        return SHOPS[self.shop].campaign_id


class Orders:
    """Every order of a world, found by its number or by the number of its return."""

    def __init__(self, heads: Heads) -> None:
        self._heads = heads
        self.first_free = heads.chats
        self.first_test = heads.chats + FREE
        self.end = heads.chats + FREE + TEST

    def of_number(self, number: int) -> Order | None:
        """The order of chat `number` (None if it has none), or a free or a test order."""
        if not 0 <= number < self.end:
            return None
        bits = mix(self._heads.seed, number, 3)
        goods: tuple[Goods, ...] = (GOODS[bits % len(GOODS)],)
        if bits >> 40 & 3 == 0:
            goods += (GOODS[(bits >> 20) % len(GOODS)],)
        if number < self._heads.chats:
            head = self._heads.head(number)
            if head.context == DIRECT:
                return None
            shop, returned = head.shop, head.created - 600_000 if head.context == RETURN else 0
            created, disputed = head.created - DAY - bits % (4 * DAY), head.kind == 1
            fake = head.topic == "test order"
        else:
            shop, fake, disputed = bits >> 8 & 0xFF, number >= self.first_test, False
            shop %= len(SHOPS)
            created = self._heads.start - DAY - bits % (20 * DAY)
            returned = self._heads.start - bits % DAY if not fake and bits >> 12 & 3 == 0 else 0
        age = self._heads.start - created
        state = 3 if returned else min(3, age // DAY) if not fake else 0
        return_id = RETURN_BASE + number * RETURN_STEP if returned else None
        order_id = ORDER_BASE + number * ORDER_STEP
        return Order(number, order_id, shop, goods, created, state, fake, return_id, returned, disputed)

    def by_order(self, order_id: int) -> Order | None:
        """The order of this id."""
        number, rest = divmod(order_id - ORDER_BASE, ORDER_STEP)
        return None if rest else self.of_number(number)

    def by_return(self, return_id: int) -> Order | None:
        """The order with the return of this id."""
        number, rest = divmod(return_id - RETURN_BASE, RETURN_STEP)
        order = None if rest else self.of_number(number)
        return order if order and order.return_id else None


def _money(value: int) -> dict[str, Any]:
    return {"value": value, "currencyId": "RUR"}


def _delivery(order: Order) -> dict[str, Any]:
    first = order.created + 3 * DAY
    dates = {"fromDate": day(first), "toDate": day(first + DAY)}
    if order.state == 3:
        dates["realDeliveryDate"] = day(first)
    return {
        "type": "PICKUP",
        "serviceName": "Яндекс Маркет",
        "deliveryServiceId": 106,
        "deliveryPartnerType": "SHOP" if SHOPS[order.shop].placement == "DBS" else "YANDEX_MARKET",
        "dates": dates,
        "estimated": order.number % 4 == 0,
    }


def business_order(order: Order) -> dict[str, Any]:
    """As getBusinessOrders shows it."""
    status, substatus = _STATES[order.state]
    address = {"city": "Москва", "street": OUTLETS[order.number % len(OUTLETS)]}
    pickup = {"address": address, "outletStorageLimitDate": day(order.created + 10 * DAY)}
    return {
        "orderId": order.order_id,
        "campaignId": order.campaign_id,
        "programType": SHOPS[order.shop].placement,
        "status": status,
        "substatus": substatus,
        "creationDate": iso(order.created, "offset"),
        "updateDate": iso(order.created + DAY // 2, "offset"),
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
        "prices": {"payment": _money(sum(goods.price for goods in order.goods))},
        "delivery": {**_delivery(order), "pickup": pickup},
        "buyerType": "PERSON",
    }


def retiring_order(order: Order) -> dict[str, Any]:
    """As getOrder shows it, with its own dates."""
    status, substatus = _STATES[order.state]
    total = sum(goods.price for goods in order.goods)
    delivery = _delivery(order)
    delivery["dates"] = {
        name: "-".join(reversed(date.split("-"))) for name, date in delivery["dates"].items()
    }
    return {
        "id": order.order_id,
        "status": status,
        "substatus": substatus,
        "creationDate": clock_date(order.created),
        "updatedAt": clock_date(order.created + DAY // 2),
        "currency": "RUR",
        "itemsTotal": total,
        "deliveryTotal": 0,
        "buyerItemsTotalBeforeDiscount": total,
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


def order_return(order: Order) -> dict[str, Any]:
    """As getReturn shows the order's return."""
    waiting = order.number % 2 == 0
    state = "PREMODERATION_DECISION_WAITING" if waiting else "REFUND_IN_PROGRESS"
    return {
        "id": order.return_id,
        "orderId": order.order_id,
        "creationDate": iso(order.returned, "offset"),
        "updateDate": iso(order.returned, "offset"),
        "refundStatus": "PREMODERATION_DISPUTE" if order.disputed else state,
        "amount": _money(sum(goods.price for goods in order.goods)),
        "items": [{"shopSku": goods.sku, "count": 1} for goods in order.goods],
        "returnType": "RETURN",
        "fastReturn": order.number % 9 == 0,
    }
