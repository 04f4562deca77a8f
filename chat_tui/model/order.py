"""Orders and returns, as getBusinessOrders and getReturn describe them, and what the store knows of them."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from chat_tui.model.ids import UNKNOWN_TIME, CampaignId, Millis, OrderId, ReturnId
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem

T = TypeVar("T")

ORDERS_AT_ONCE: Final = 50
"""Most order ids in one request of getBusinessOrders."""
FRESH_MS: Final[Millis] = 10 * 60_000
"""For how long an order or a return on the screen counts as up to date."""
DECISION_MS: Final[Millis] = 48 * 3_600_000
"""The time in which the shop must decide about a return; after it the Market counts it as approved."""

_DECIDED: Final = frozenset(
    {
        "REFUND_IN_PROGRESS",
        "REFUNDED",
        "FAILED",
        "DECISION_MADE",
        "REFUNDED_WITH_BONUSES",
        "REFUNDED_BY_SHOP",
        "CANCELLED",
        "REJECTED",
        "COMPLETE_WITHOUT_REFUND",
        "PREMODERATION_DISPUTE",
        "PREMODERATION_DECISION_MADE",
        "PREMODERATION_SELECT_DELIVERY",
    }
)
"""Values of refundStatus in which the shop does not, or no longer, have to decide."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as the Market wrote it; the program never calculates with it."""

    value: str
    """Decimal digits, perhaps with a point: "2490", "2490.50"."""
    currency: str
    """A code, usually RUR; empty if the Market sent none."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One item of an order or a return, in some quantity."""

    name: str
    """The name of the offer, or its SKU where the Market sends no name."""
    count: int | None
    """None = the Market did not say how many."""
    price: Money | None = None
    """For the whole line; None if not known."""


@dataclass(frozen=True, slots=True)
class OrderDelivery:
    """How and when an order reaches its buyer. Days are ISO dates; a field that is not known is empty."""

    kind: str = ""
    """DELIVERY, PICKUP, POST, DIGITAL, or a word this version does not know."""
    service: str = ""
    from_day: str = ""
    to_day: str = ""
    real_day: str = ""
    """When it arrived."""
    kept_to_day: str = ""
    """The last day on which the pick-up point keeps it."""
    address: str = ""
    estimated: bool = False
    """Whether the days are an estimate."""


@dataclass(frozen=True, slots=True)
class Order:
    """An order, from getBusinessOrders."""

    order_id: OrderId
    campaign_id: CampaignId | None
    status: str
    substatus: str
    created_at: Millis
    lines: tuple[OrderLine, ...]
    total: Money | None = None
    """What the buyer paid."""
    delivery: OrderDelivery = OrderDelivery()


@dataclass(frozen=True, slots=True)
class Return:
    """A return, from getReturn."""

    return_id: ReturnId
    order_id: OrderId
    created_at: Millis
    """When it was created: the time to decide starts here."""
    refund_status: str
    fast: bool
    """Whether the buyer got the money at once and keeps the goods."""
    lines: tuple[OrderLine, ...]
    amount: Money | None = None

    @property
    def decide_by(self) -> Millis | None:
        """The moment by which the shop must decide; None if it need not, or the start is not known."""
        if self.created_at == UNKNOWN_TIME or self.refund_status in _DECIDED:
            return None
        return self.created_at + DECISION_MS


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """The Market's answer about one order or return."""

    what: T | None
    """None = the Market found nothing with this id."""
    at: Millis
    """When it answered."""

    def is_old(self, now: Millis) -> bool:
        """Whether to ask again; an answer from the future is old, because the clock was set back since."""
        return not now - FRESH_MS < self.at <= now


@dataclass(frozen=True, slots=True)
class ChatOrder:
    """What the store knows about the order, the return and the buyer of a chat."""

    item: QueueItem
    order: Reading[Order] | None = None
    """None = it was never fetched."""
    returned: Reading[Return] | None = None
    """None = it was never fetched."""
    order_problem: Problem | None = None
    """Why the order is missing or may be out of date; None = nothing went wrong."""
    return_problem: Problem | None = None
    """The same about the return."""
    others: tuple[QueueItem, ...] = ()
    """Other chats of the buyer or about the order, the newest first."""
    are_others_of_buyer: bool = False
    """Whether `others` are chats of the same buyer; otherwise they are about the same order."""
