"""The order panel as pictures, small and large, in Russian and in English."""

import pytest

from chat_tui.inbox.engine import Engine
from chat_tui.model.ids import CampaignId, OrderId, ReturnId
from chat_tui.model.order import Money, Order, OrderDelivery, OrderLine, Return
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.store import orders
from chat_tui.store.database import Store
from tests.support import pictures
from tests.support.pictures import IN_BOTH_LANGUAGES, UP_TO_THE_LARGEST, Picture
from tests.support.scenes import HOUR, NOW

compare = pictures.compare
picture = pictures.picture

TO_OLGA = ("j", "enter", "i")
TO_NADEZHDA = ("3", "j", "enter", "i")
NO_RIGHT = Problem(
    ProblemKind.FORBIDDEN,
    Certainty.REFUSED,
    http_status=403,
    scopes=(
        "inventory-and-order-processing:read-only",
        "inventory-and-order-processing",
        "all-methods:read-only",
        "all-methods",
    ),
)
KETTLE = OrderLine("Чайник электрический 1,7 л, чёрный", 1, Money("2490", "RUR"))
MUGS = OrderLine("Кружки керамические 350 мл, 2 шт.", 2, Money("2380.50", "RUR"))


def an_order(number: int, status: str, substatus: str, *, arrived: str = "") -> Order:
    return Order(
        OrderId(number),
        CampaignId(1),
        status,
        substatus,
        NOW - 50 * HOUR,
        (KETTLE, MUGS),
        Money("4870.50", "RUR"),
        OrderDelivery(
            "PICKUP",
            "Яндекс Маркет",
            "2026-11-22",
            "2026-11-23",
            arrived,
            "2026-11-30",
            "Москва, ул. Лесная, 12",
            not arrived,
        ),
    )


def some_orders(store: Store) -> None:
    """The orders of Olga and of Nadezhda, who sends hers back."""
    found = (
        an_order(51230874562, "DELIVERY", "DELIVERY_SERVICE_RECEIVED"),
        an_order(51230874565, "DELIVERED", "DELIVERY_SERVICE_DELIVERED", arrived="2026-11-21"),
    )
    returned = Return(
        ReturnId(8812045),
        found[1].order_id,
        NOW - 17 * HOUR,
        "PREMODERATION_DECISION_WAITING",
        False,
        (OrderLine("KETTLE-17-BLK", 1),),
        Money("2490", "RUR"),
    )
    store.write_cache(orders.save_orders, (), found, NOW - 300_000).result()
    store.write_cache(orders.save_return, returned.return_id, returned, NOW - 300_000).result()


@UP_TO_THE_LARGEST
def test_order(picture: Picture) -> None:
    assert picture(*TO_OLGA, prepare=some_orders)


@IN_BOTH_LANGUAGES
def test_return_with_its_clock(picture: Picture) -> None:
    assert picture(*TO_NADEZHDA, prepare=some_orders)


@IN_BOTH_LANGUAGES
def test_right_missing(picture: Picture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "order_problem", lambda self, operation: NO_RIGHT)
    assert picture(*TO_OLGA)


@IN_BOTH_LANGUAGES
def test_order_being_read(picture: Picture) -> None:
    assert picture(*TO_OLGA)
