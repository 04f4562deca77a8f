"""Orders and returns in words: statuses, days and amounts; and order numbers as operators type them."""

import re
from datetime import date
from typing import Final

from chat_tui.locale import N_, _, language
from chat_tui.model.order import Money, OrderDelivery
from chat_tui.safetext import one_line
from chat_tui.words.times import day_words

_MOST = 120
"""Characters of a word or a name from outside that are shown."""

_STATUS = {
    "PLACING": N_("being placed"),
    "RESERVED": N_("reserved"),
    "UNPAID": N_("not paid yet"),
    "PENDING": N_("awaiting confirmation"),
    "PROCESSING": N_("being processed"),
    "DELIVERY": N_("in delivery"),
    "PICKUP": N_("at the pick-up point"),
    "DELIVERED": N_("delivered"),
    "CANCELLED": N_("cancelled"),
    "PARTIALLY_RETURNED": N_("partly returned"),
    "RETURNED": N_("returned"),
    "UNKNOWN": N_("status unknown"),
}
_SUBSTATUS = {
    "STARTED": N_("can be packed now"),
    "PACKAGING": N_("being packed"),
    "READY_TO_SHIP": N_("ready to ship"),
    "SHIPPED": N_("handed over for delivery"),
    "DELIVERY_SERVICE_RECEIVED": N_("with the delivery service"),
    "PICKUP_SERVICE_RECEIVED": N_("ready for pick-up"),
    "LAST_MILE_STARTED": N_("the courier is on the way"),
    "DELIVERY_SERVICE_DELIVERED": N_("handed to the buyer"),
    "USER_RECEIVED": N_("handed to the buyer"),
    "USER_CHANGED_MIND": N_("the buyer changed their mind"),
    "USER_NOT_PAID": N_("the buyer did not pay"),
    "USER_UNREACHABLE": N_("the buyer could not be reached"),
    "USER_REFUSED_DELIVERY": N_("the buyer refused the delivery"),
    "USER_REFUSED_PRODUCT": N_("the buyer refused the goods"),
    "USER_REFUSED_QUALITY": N_("the buyer was not satisfied with the quality"),
    "SHOP_FAILED": N_("the shop could not fulfil it"),
    "PROCESSING_EXPIRED": N_("not processed in time"),
    "PICKUP_EXPIRED": N_("not collected in time"),
}
_REFUND = {
    "STARTED_BY_USER": N_("requested by the buyer"),
    "WAITING_FOR_DECISION": N_("waiting for your decision"),
    "PREMODERATION_DECISION_WAITING": N_("waiting for your decision"),
    "DECISION_MADE": N_("decision made"),
    "PREMODERATION_DECISION_MADE": N_("decision made"),
    "PREMODERATION_DISPUTE": N_("the buyer disputes the refusal"),
    "PREMODERATION_SELECT_DELIVERY": N_("the buyer chooses how to send it"),
    "REFUND_IN_PROGRESS": N_("the refund is on its way"),
    "REFUNDED": N_("refunded"),
    "REFUNDED_WITH_BONUSES": N_("refunded in points"),
    "REFUNDED_BY_SHOP": N_("refunded by the shop"),
    "COMPLETE_WITHOUT_REFUND": N_("closed without a refund"),
    "FAILED": N_("the refund failed"),
    "REJECTED": N_("return refused"),
    "CANCELLED": N_("cancelled"),
    "UNKNOWN": N_("status unknown"),
}
_DELIVERY = {
    "DELIVERY": N_("courier"),
    "PICKUP": N_("pick-up point"),
    "POST": N_("post"),
    "DIGITAL": N_("digital goods"),
    "UNKNOWN": "",
}
_CURRENCY = {"RUR": "₽", "": ""}
_BLANK = "\u00a0"
"""A no-break space keeps an amount on one line."""
_BEFORE_THOUSANDS = re.compile(r"(?<=[0-9])(?=(?:[0-9]{3})+\Z)")


def order_status(status: str) -> str:
    """The status of an order in words; an unknown value as it came, but safe."""
    return _known(_STATUS, status)


def order_substatus(substatus: str) -> str:
    """The substatus of an order in words; an unknown value as it came, but safe."""
    return _known(_SUBSTATUS, substatus)


def refund_status(status: str) -> str:
    """The status of a return in words; an unknown value as it came, but safe."""
    return _known(_REFUND, status)


def delivery_kind(delivery: OrderDelivery) -> str:
    """The way of delivery and the service: "pick-up point · Yandex Market"."""
    parts = (_known(_DELIVERY, delivery.kind), outside(delivery.service))
    return " · ".join(part for part in parts if part)


def delivery_days(delivery: OrderDelivery, today: date | None) -> str:
    """The expected days of delivery; empty if they are unknown. `today` None = with the year."""
    first, last = (iso_day_words(day, today) for day in (delivery.from_day, delivery.to_day))
    words = first if last in {"", first} else f"{first} – {last}"
    return _("about {days}").format(days=words) if words and delivery.estimated else words


def iso_day_words(day: str, today: date | None) -> str:
    """An ISO date from the Market in words; as it came, but safe, if it is not a date."""
    try:
        return day_words(date.fromisoformat(day), today) if day else ""
    except ValueError:
        return outside(day)


def amount(money: Money) -> str:
    """An amount in the Market's own digits, with separated thousands and the decimal mark of the language."""
    whole, point, rest = money.value.partition(".")
    point = "," if point and language() == "ru" else point
    written = _BEFORE_THOUSANDS.sub(_BLANK, whole) + point + rest
    currency = _CURRENCY.get(money.currency, outside(money.currency))
    return f"{written}{_BLANK}{currency}" if currency else written


def outside(text: str) -> str:
    """A name or a word from the Market, safe and on one line."""
    return one_line(text[:_MOST])


def _known(words: dict[str, str], word: str) -> str:
    known = words.get(word)
    return outside(word) if known is None else known and _(known)


# -- numbers as they are typed or pasted -----------------------------------------------------------------


_LARGEST: Final = 2**63 - 1
"""The largest integer that SQLite can store."""


def read_number(text: str) -> int | str:
    """The number in the text, or one sentence on what is wrong.

    Blanks between digits, № and words around the number are ignored.
    """
    joined = re.sub(r"(?<=[0-9])[\s\u200b]+(?=[0-9])", "", text)
    groups = re.findall(r"[№#]\s*([0-9]+)", joined) or re.findall(r"[0-9]+", joined)
    if not text.strip():
        return _("Type the number of the order or the return.")
    if not groups:
        return _("There are no digits here. The number is in the seller's cabinet.")
    if len(groups) > 1:
        return _("There are several numbers here: keep one.")
    # `int` raises ValueError for thousands of digits.
    number = int(groups[0]) if len(groups[0]) < 25 else _LARGEST + 1
    if number > _LARGEST:
        return _("This number is too long: an order has at most 19 digits.")
    return number or _("A number cannot be zero.")
