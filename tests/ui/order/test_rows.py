"""The lines of the order panel: the Market's words, money, days, the 48 hours, and what is missing."""

import json
from dataclasses import replace
from datetime import UTC, date, timedelta, timezone
from pathlib import Path

import pytest

from chat_tui import locale
from chat_tui.model.chat import ChatKind, ChatStatus, ContextKind
from chat_tui.model.ids import CampaignId, OrderId, ReturnId
from chat_tui.model.order import (
    DECISION_MS,
    ChatOrder,
    Money,
    Order,
    OrderDelivery,
    OrderLine,
    Reading,
    Return,
)
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.ui.order.panel import Sight, order_rows
from chat_tui.words import orders
from chat_tui.words.line import text_of, width_of
from tests.ui.pane_samples import DAY, HOSTILE, HOUR, MINUTE, NOW, is_harmless, queue_item

SCHEMAS = Path(__file__).parents[2] / "support" / "openapi.json"
WAITING = "PREMODERATION_DECISION_WAITING"
SIGHT = Sight(NOW, UTC, 34)
ORDER = Order(
    OrderId(51230870001),
    CampaignId(1),
    "DELIVERY",
    "DELIVERY_SERVICE_RECEIVED",
    NOW - 2 * DAY,
    (
        OrderLine("Чайник электрический 1,7 л, чёрный", 2, Money("4980.10", "RUR")),
        OrderLine("SKU-5", None),
    ),
    Money("4980.10", "RUR"),
    OrderDelivery(
        "PICKUP", "Яндекс Маркет", "2025-11-23", "2025-11-24", "", "2025-11-30", "Москва, Лесная, 12", True
    ),
)
RETURN = Return(
    ReturnId(8812045),
    ORDER.order_id,
    NOW - 17 * HOUR,
    WAITING,
    False,
    (OrderLine("SKU-5", 1),),
    Money("2490", "RUR"),
)
ITEM = queue_item(1, campaign_id=CampaignId(1))
RETURN_ITEM = queue_item(
    1, context_kind=ContextKind.RETURN, return_id=RETURN.return_id, campaign_id=CampaignId(1)
)
HOMELESS = queue_item(1, context_kind=ContextKind.RETURN, return_id=RETURN.return_id)
NO_RIGHT = Problem(
    ProblemKind.FORBIDDEN,
    Certainty.REFUSED,
    "getBusinessOrders",
    403,
    "Token does not have any of the scopes",
    scopes=("inventory-and-order-processing:read-only", "all-methods"),
)
OFFLINE = Problem(ProblemKind.OFFLINE)


def said(found: ChatOrder, sight: Sight = SIGHT) -> str:
    return "\n".join(text_of(line) for line in order_rows(found, sight))


def words(found: ChatOrder, sight: Sight = SIGHT) -> str:
    """The text of the lines, without their breaks."""
    return " ".join(said(found, sight).replace("\u00a0", " ").split())


def test_an_order_in_words() -> None:
    lines = said(ChatOrder(ITEM, Reading(ORDER, NOW - 5 * MINUTE))).replace("\u00a0", " ").split("\n")
    assert [line if line.startswith("  ×") else line.strip() for line in lines] == [
        "Order 51230870001",
        "Уютная кухня",
        "in delivery",
        "with the delivery service",
        "ordered 19 November, 18:30",
        "─── Goods ───",
        "Чайник электрический 1,7 л, чёрный",
        "  × 2 · 4 980.10 ₽",
        "SKU-5",
        "  × ?",
        "Total: 4 980.10 ₽",
        "─── Delivery ───",
        "pick-up point · Яндекс Маркет",
        "about 23 November – 24 November",
        "kept until 30 November",
        "Москва, Лесная, 12",
        "updated 18:25",
    ]


def test_times_are_those_of_the_operators_zone() -> None:
    vladivostok = replace(SIGHT, zone=timezone(timedelta(hours=10)))
    assert "ordered 20 November, 04:30" in words(ChatOrder(ITEM, Reading(ORDER, NOW)), vladivostok)


@pytest.mark.parametrize(
    ("passed", "clock"),
    [
        (0, "Decision: 2 d left until 23 November, 18:30"),
        (17 * HOUR, "Decision: 31 h left until 23 November, 01:30"),
        (DECISION_MS - 20 * MINUTE, "Decision: 20 min left until 18:50"),
        (DECISION_MS - 1, "Decision: <1 min left until 18:30"),
        (DECISION_MS, "Decision: overdue by <1 min"),
        (
            DECISION_MS + 2 * HOUR,
            "Decision: overdue by 2 h Without a decision the return counts as approved.",
        ),
    ],
)
def test_the_48_hours_are_counted_from_the_return_s_creation(passed: int, clock: str) -> None:
    """Promised: U19."""
    found = ChatOrder(RETURN_ITEM, None, Reading(replace(RETURN, created_at=NOW - passed), NOW))
    assert clock in words(found)


def test_the_clock_in_russian() -> None:
    locale.use("ru")
    assert "Решение: осталось 31 ч" in words(ChatOrder(RETURN_ITEM, None, Reading(RETURN, NOW)))
    late = replace(RETURN, created_at=NOW - DECISION_MS - 2 * HOUR)
    assert "Решение: просрочено на 2 ч" in words(ChatOrder(RETURN_ITEM, None, Reading(late, NOW)))


@pytest.mark.parametrize(
    ("status", "created_at", "has_clock"),
    [
        (WAITING, NOW, True),
        ("WAITING_FOR_DECISION", NOW, True),
        ("STARTED_BY_USER", NOW, True),
        ("A_NEW_WORD", NOW, True),
        ("", NOW, True),
        (WAITING, 0, False),
        ("REFUNDED", NOW, False),
        ("PREMODERATION_DISPUTE", NOW, False),
        ("DECISION_MADE", NOW, False),
    ],
)
def test_only_what_is_not_decided_has_a_clock(status: str, created_at: int, has_clock: bool) -> None:
    returned = replace(RETURN, refund_status=status, created_at=created_at)
    assert ("Decision:" in words(ChatOrder(RETURN_ITEM, None, Reading(returned, NOW)))) is has_clock


def test_a_return_stands_before_its_order() -> None:
    text = words(ChatOrder(RETURN_ITEM, Reading(ORDER, NOW), Reading(replace(RETURN, fast=True), NOW)))
    assert text.startswith("Return 8812045 waiting for your decision")
    assert "Refunded at once; the buyer keeps the goods." in text
    assert "Refund: 2 490 ₽" in text
    assert text.index("Return 8812045") < text.index("Order 51230870001")


def test_a_missing_right_is_said_with_its_names_and_what_to_do() -> None:
    text = said(ChatOrder(RETURN_ITEM, None, None, NO_RIGHT, NO_RIGHT))
    assert "This key has no right to read orders." in text.replace("\n", " ")
    assert "This key has no right to read returns." in text.replace("\n", " ")
    assert "inventory-and-order-processing" in text
    assert ":read-only" in text
    assert "Settings → API and modules" in " ".join(text.split())
    assert "Then press r." in " ".join(text.split())
    assert "Loading" not in text


@pytest.mark.parametrize(
    ("found", "sentence"),
    [
        (ChatOrder(ITEM), "Loading the order…"),
        (ChatOrder(RETURN_ITEM), "Loading the return…"),
        (ChatOrder(ITEM, order_problem=OFFLINE), "No network."),
        (ChatOrder(ITEM, Reading(ORDER, NOW - 3 * HOUR), None, OFFLINE), "No network."),
        (ChatOrder(ITEM, Reading(ORDER, NOW - 3 * HOUR), None, OFFLINE), "updated 15:30"),
        (ChatOrder(ITEM, Reading(None, NOW)), "Order not found."),
        (ChatOrder(RETURN_ITEM, None, Reading(None, NOW)), "Return not found."),
        (
            ChatOrder(queue_item(1, context_kind=ContextKind.DIRECT, order_id=None)),
            "A question: the Market gives no order and no goods for it.",
        ),
        (ChatOrder(queue_item(1, order_id=None)), "The Market does not say which order this is about."),
        (
            ChatOrder(HOMELESS, Reading(replace(ORDER, campaign_id=None), NOW)),
            "The Market does not say which shop this return belongs to.",
        ),
    ],
)
def test_every_state_has_its_sentence(found: ChatOrder, sentence: str) -> None:
    assert sentence in words(found)


def test_the_other_chats() -> None:
    others = (
        queue_item(2, waiting_since=NOW - 3 * HOUR),
        queue_item(3, context_kind=ContextKind.DIRECT, waiting_since=None, updated_at=NOW - 2 * DAY),
    )
    rows = said(ChatOrder(ITEM, others=others, are_others_of_buyer=True)).split("\n")
    assert rows[-3].strip() == "─── The buyer's other chats ───"
    assert rows[-2].split() == ["order", "…0002", "waiting", "3", "h"]
    assert rows[-1].split() == ["question", "answered", "2", "d"]
    assert "Also about this order" in said(ChatOrder(ITEM, others=others))


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_number_of_another_chat_is_not_cut_for_its_age(language: str) -> None:
    locale.use(language)
    other = queue_item(
        2,
        context_kind=ContextKind.RETURN,
        return_id=8812045,
        chat_kind=ChatKind.ARBITRAGE,
        status=ChatStatus.FINISHED,
        waiting_since=None,
        updated_at=NOW - 29 * DAY,
    )
    found = ChatOrder(ITEM, others=(other,), are_others_of_buyer=True)
    narrow, wide = (text_of(order_rows(found, Sight(NOW, UTC, width))[-1]) for width in (31, 48))
    assert " 8812045 " in narrow
    assert "29" not in narrow
    assert "29" in wide


@pytest.mark.parametrize("width", [8, 20, 34, 76])
def test_hostile_texts_stay_in_their_lines(width: int) -> None:
    for text in HOSTILE:
        line = OrderLine(text, 1, Money("1", text))
        delivery = OrderDelivery(text, text, text[:10], text[:10], text[:10], text[:10], text)
        order = Order(ORDER.order_id, None, text, text, NOW, (line,), Money("1", text), delivery)
        returned = replace(RETURN, refund_status=text, lines=(line,))
        problem = Problem(ProblemKind.FORBIDDEN, message=text, scopes=(text,))
        item = queue_item(1, context_kind=ContextKind.RETURN, return_id=ReturnId(1), shop_name=text)
        found = ChatOrder(
            item, Reading(order, NOW), Reading(returned, NOW), problem, replace(problem, scopes=()), (item,)
        )
        for row in order_rows(found, replace(SIGHT, width=width)):
            assert width_of(row) <= width
            assert "\n" not in text_of(row)
            assert is_harmless(text_of(row))


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("5", "RUR", "5 ₽"),
        ("999", "RUR", "999 ₽"),
        ("1000", "RUR", "1 000 ₽"),
        ("1234567.5", "RUR", "1 234 567.5 ₽"),
        ("-2490.10", "UZS", "-2 490.10 UZS"),
        ("0.1", "", "0.1"),
    ],
)
def test_an_amount_has_the_digits_of_the_market(value: str, currency: str, shown: str) -> None:
    assert orders.amount(Money(value, currency)).replace("\u00a0", " ") == shown


@pytest.mark.parametrize(
    ("delivery", "days"),
    [
        (OrderDelivery(), ""),
        (OrderDelivery(from_day="2025-11-21", to_day="2025-11-21"), "today, 21 November"),
        (OrderDelivery(from_day="2025-11-23", to_day="2026-01-02"), "23 November – 2 January 2026"),
        (OrderDelivery(from_day="2025-13-45", to_day="2025-13-45"), "2025-13-45"),
    ],
)
def test_days_of_a_delivery(delivery: OrderDelivery, days: str) -> None:
    assert orders.delivery_days(delivery, date(2025, 11, 21)) == days


def test_words_nobody_knows_stand_as_the_market_says_them() -> None:
    assert orders.order_status("WAITING_FOR_ROBOT") == "WAITING_FOR_ROBOT"
    assert orders.refund_status("\x1b[2JROBOT") == orders.outside("\x1b[2JROBOT")
    assert is_harmless(orders.order_substatus("\x1b[2JROBOT"))
    assert orders.delivery_kind(OrderDelivery("UNKNOWN", "Почта")) == "Почта"
    assert len(orders.outside("x" * 5000)) == 120


def test_every_documented_word_is_told_in_the_operators_language() -> None:
    locale.use("ru")
    schemas = json.loads(SCHEMAS.read_text(encoding="utf-8"))["components"]["schemas"]
    for name, say in (
        ("OrderStatusType", orders.order_status),
        ("RefundStatusType", orders.refund_status),
    ):
        for word in schemas[name]["enum"]:
            assert say(word) != word
            assert not say(word).isascii(), word


def test_an_amount_in_russian_has_a_comma() -> None:
    locale.use("ru")
    assert orders.amount(Money("2380.50", "RUR")).replace("\u00a0", " ") == "2 380,50 ₽"
    assert orders.amount(Money("2380", "RUR")).replace("\u00a0", " ") == "2 380 ₽"
