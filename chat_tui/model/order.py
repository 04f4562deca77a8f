"""An order and a return, as getBusinessOrders and getReturn tell of them, and what is known of them here."""

from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from chat_tui.model.ids import UNKNOWN_TIME, CampaignId, Millis, OrderId, ReturnId
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem

T = TypeVar("T")

ORDERS_AT_ONCE: Final = 50
"""Numbers in one getBusinessOrders."""
FRESH_MS: Final[Millis] = 10 * 60_000
"""For how long an order or a return on the screen passes for what the Market would say now."""
DECISION_MS: Final[Millis] = 48 * 3_600_000
"""In which the shop must decide about a return; then it counts as approved. The Market's rule."""

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
"""Words of refundStatus that say: it is not, or not any more, the shop's turn to decide."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount as the Market wrote it; nothing is ever computed with it."""

    value: str
    """Decimal digits, perhaps with a point: "2490", "2490.50"."""
    currency: str
    """A code, mostly RUR; empty if it was not told."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One kind of goods in an order or a return."""

    name: str
    """What the offer is called, or its SKU where the Market gives no name."""
    count: int | None
    price: Money | None = None
    """For all of the line together."""


@dataclass(frozen=True, slots=True)
class OrderDelivery:
    """How and when an order reaches its buyer. Days are ISO dates; whatever is not known is empty."""

    kind: str = ""
    """DELIVERY, PICKUP, POST, DIGITAL, or a word this version does not know."""
    service: str = ""
    from_day: str = ""
    to_day: str = ""
    real_day: str = ""
    """When it arrived."""
    kept_to_day: str = ""
    """The last day in the pick-up point."""
    address: str = ""
    estimated: bool = False
    """Whether the days are a guess."""


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
    """Start of the time in which the shop must decide."""
    refund_status: str
    fast: bool
    """Whether the buyer got the money at once and keeps the goods."""
    lines: tuple[OrderLine, ...]
    amount: Money | None = None

    @property
    def decide_by(self) -> Millis | None:
        """Until when the shop must decide; None when it need not, or nobody told since when."""
        if self.created_at == UNKNOWN_TIME or self.refund_status in _DECIDED:
            return None
        return self.created_at + DECISION_MS


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What the Market said when it was asked about one number."""

    what: T | None
    """None = it gave nothing under this number."""
    at: Millis

    def is_old(self, now: Millis) -> bool:
        """Whether it should be asked again; a moment that lies ahead of our clock proves nothing."""
        return not now - FRESH_MS < self.at <= now


@dataclass(frozen=True, slots=True)
class ChatOrder:
    """What is known here about the order, the return and the buyer of a chat."""

    item: QueueItem
    order: Reading[Order] | None = None
    """None = it was never read."""
    returned: Reading[Return] | None = None
    order_problem: Problem | None = None
    """Why the order is not, or no longer, known."""
    return_problem: Problem | None = None
    others: tuple[QueueItem, ...] = ()
    """Other chats, the newest first."""
    are_others_of_buyer: bool = False
    """Whether `others` are the same buyer's; else they are about the same order."""
