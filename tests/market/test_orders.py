"""Orders and returns in the Market's answers: exact money, open lists, gaps, missing scopes."""

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.market import orders
from chat_tui.market.errors import SCOPES
from chat_tui.market.transport import Response
from chat_tui.model.ids import UNKNOWN_TIME, CampaignId, OrderId, ReturnId
from chat_tui.model.order import Money, Order, OrderDelivery, OrderLine, Return
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.sandbox.server import OPERATIONS
from tests.market.conftest import Connect
from tests.market.examples import Json, answering

ORDER: Json = {
    "orderId": 51230874561,
    "campaignId": 21098765,
    "status": "DELIVERY",
    "substatus": "DELIVERY_SERVICE_RECEIVED",
    "creationDate": "2026-11-19T20:41:07+03:00",
    "items": [
        {
            "offerName": "Чайник",
            "offerId": "KETTLE",
            "count": 2,
            "prices": {"payment": {"value": 4980, "currencyId": "RUR"}},
        },
        {"offerId": "SKU", "count": "2", "prices": None},
        5,
    ],
    "prices": {"payment": {"value": 4980, "currencyId": "RUR"}},
    "delivery": {
        "type": "PICKUP",
        "serviceName": "Яндекс Маркет",
        "dates": {"fromDate": "2026-11-23", "toDate": "2026-11-24"},
        "pickup": {
            "address": {"city": "Москва", "street": "Лесная", "house": "12"},
            "outletStorageLimitDate": "2026-11-30",
        },
        "estimated": True,
    },
}
RETURN: Json = {
    "id": 8812045,
    "orderId": 51230874561,
    "creationDate": "2026-11-21T12:00:00+03:00",
    "refundStatus": "PREMODERATION_DECISION_WAITING",
    "items": [{"shopSku": "KETTLE-17-BLK", "count": 1}],
    "amount": {"value": 2490, "currencyId": "RUR"},
    "returnType": "RETURN",
    "fastReturn": False,
}
WANTED = [OrderId(51230874561)]
RETURN_OF = (CampaignId(21098765), OrderId(51230874561), ReturnId(8812045))


def costing(amount: str) -> Order:
    """An order whose price is written so in the answer."""
    body = '{"orders":[{"orderId":1,"prices":{"payment":{"value":' + amount + ',"currencyId":"RUR"}}}]}'
    [order] = orders.orders(Response(200, {}, body.encode()), [OrderId(1)])
    return order


async def test_an_order_with_all_the_panel_shows(connect: Connect) -> None:
    assert await connect(answering({"orders": [ORDER], "paging": {}})).get_orders(WANTED) == (
        Order(
            order_id=OrderId(51230874561),
            campaign_id=CampaignId(21098765),
            status="DELIVERY",
            substatus="DELIVERY_SERVICE_RECEIVED",
            created_at=1795110067000,
            lines=(OrderLine("Чайник", 2, Money("4980", "RUR")), OrderLine("SKU", None)),
            total=Money("4980", "RUR"),
            delivery=OrderDelivery(
                "PICKUP",
                "Яндекс Маркет",
                "2026-11-23",
                "2026-11-24",
                kept_to_day="2026-11-30",
                address="Москва, Лесная, 12",
                estimated=True,
            ),
        ),
    )


async def test_what_is_absent_null_or_unknown_costs_only_itself(connect: Connect) -> None:
    told: list[Any] = [
        {"orderId": 0, "status": "x"},
        7,
        {"orderId": 2, "status": "WAITING_FOR_ROBOT", "items": None, "delivery": {"dates": "soon"}},
        {"orderId": 3, "status": None, "items": {}, "prices": 5, "delivery": None},
        {
            "orderId": 4,
            "delivery": {"dates": {"fromDate": "2026-11-23"}, "courier": {"address": {"city": "Ош"}}},
        },
    ]
    found = await connect(answering({"orders": told})).get_orders([OrderId(n) for n in (2, 3, 4)])
    assert found == (
        Order(OrderId(2), None, "WAITING_FOR_ROBOT", "", UNKNOWN_TIME, ()),
        Order(OrderId(3), None, "", "", UNKNOWN_TIME, ()),
        Order(
            OrderId(4),
            None,
            "",
            "",
            UNKNOWN_TIME,
            (),
            delivery=OrderDelivery(from_day="2026-11-23", to_day="2026-11-23", address="Ош"),
        ),
    )


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("2490", "2490"),
        ("2490.10", "2490.10"),
        ("0.1", "0.1"),
        ("1234567890123456.78", "1234567890123456.78"),
        ("2.5e3", "2500"),
        ('"1990.50"', "1990.50"),
        ("1e999999999999999999999", None),
        ('"many"', None),
        ("true", None),
        ("null", None),
    ],
)
def test_money_keeps_its_digits(written: str, shown: str | None) -> None:
    assert costing(written).total == (None if shown is None else Money(shown, "RUR"))


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_no_amount_is_rounded(amount: Any) -> None:
    assert costing(str(amount)).total == Money(str(amount), "RUR")


async def test_a_return(connect: Connect) -> None:
    client = connect(answering({"status": "OK", "result": RETURN}))
    assert await client.get_return(*RETURN_OF) == Return(
        ReturnId(8812045),
        OrderId(51230874561),
        1795251600000,
        "PREMODERATION_DECISION_WAITING",
        False,
        (OrderLine("KETTLE-17-BLK", 1),),
        Money("2490", "RUR"),
    )


async def test_a_return_with_little_in_it(connect: Connect) -> None:
    client = connect(answering({"status": "OK", "result": {"id": 5, "orderId": 6, "refundStatus": None}}))
    found = await client.get_return(CampaignId(21098765), OrderId(6), ReturnId(5))
    assert found == Return(ReturnId(5), OrderId(6), UNKNOWN_TIME, "", False, ())
    bad = await connect(answering({"status": "OK", "result": {"id": 0, "orderId": 6}})).get_return(*RETURN_OF)
    assert isinstance(bad, Problem)
    assert bad.kind is ProblemKind.UNEXPECTED_ANSWER


NO_SCOPE = "Token does not have any of the scopes to access the API method: x"


@pytest.mark.parametrize(
    ("message", "is_scope"),
    [(NO_SCOPE, True), ("API for campaign '1' manually disabled", False), ("", False)],
)
async def test_a_missing_right_is_named(connect: Connect, message: str, is_scope: bool) -> None:
    body = {"status": "ERROR", "errors": [{"code": "FORBIDDEN", "message": message}]}
    client = connect(lambda _request: httpx.Response(403, json=body))
    order, one_return = await client.get_orders(WANTED), await client.get_return(*RETURN_OF)
    assert isinstance(order, Problem)
    assert isinstance(one_return, Problem)
    assert (order.kind, order.certainty) == (ProblemKind.FORBIDDEN, Certainty.REFUSED)
    assert order.scopes == (SCOPES["getBusinessOrders"] if is_scope else ())
    assert one_return.scopes == (SCOPES["getReturn"] if is_scope else ())


async def test_a_missing_right_of_another_kind_of_refusal_is_not_named(connect: Connect) -> None:
    body = {"status": "ERROR", "errors": [{"code": "BAD_REQUEST", "message": NO_SCOPE}]}
    outcome = await connect(lambda _request: httpx.Response(400, json=body)).get_orders(WANTED)
    assert isinstance(outcome, Problem)
    assert outcome.scopes == ()


def test_the_pretend_market_asks_for_the_same_rights() -> None:
    asked = {operation.name: operation.scopes for operation in OPERATIONS}
    for operation, scopes in SCOPES.items():
        spelled = frozenset(scope.upper().replace(":", "_").replace("-", "_") for scope in scopes)
        assert spelled == asked[operation], operation


@pytest.mark.parametrize(
    "other", [{"id": 8812046}, {"orderId": 51230874562}, {"id": 51230874561, "orderId": 8812045}]
)
async def test_another_return_than_the_one_asked_for_is_no_answer(
    connect: Connect, other: dict[str, int]
) -> None:
    """Case 032: the panel would show one buyer's return beside another buyer's chat."""
    found = await connect(answering({"status": "OK", "result": RETURN | other})).get_return(*RETURN_OF)
    assert isinstance(found, Problem)
    assert found.kind is ProblemKind.UNEXPECTED_ANSWER


async def test_orders_nobody_asked_for_are_left_out(connect: Connect) -> None:
    told = [{"orderId": 1}, ORDER, {"orderId": 51230874562}, {"orderId": 2**62}]
    found = await connect(answering({"orders": told})).get_orders(WANTED)
    assert not isinstance(found, Problem)
    assert [order.order_id for order in found] == WANTED
