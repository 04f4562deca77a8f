"""Chats, messages and their pages. Mirrors getChats, getChat and getChatHistory, see `market.client`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Generic, TypeVar

from chat_tui.model.ids import CampaignId, ChatRef, MessageId, Millis, OrderId, ReturnId

TEXT_LIMIT: Final = 4096
"""Most characters in a message; the Market does not publish whether these are code points or UTF-16 units."""


class Sender(StrEnum):
    """Who wrote a message (API ChatMessageSenderType). An open list: other words may come."""

    PARTNER = "PARTNER"
    CUSTOMER = "CUSTOMER"
    MARKET = "MARKET"
    SUPPORT = "SUPPORT"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message (API payload). The Market may leave any field out or send a wrong value."""

    name: str | None
    url: str | None
    size: int | None
    """Bytes, according to the Market; None if it sent no usable number."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the Market stores it."""

    chat_ref: ChatRef
    message_id: MessageId
    created_at: Millis
    sender: str
    """A `Sender`, or a word this version does not know."""
    text: str | None
    attachments: tuple[Attachment, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it has neither text nor files: a sticker, as far as we know."""
        return not self.text and not self.attachments


def text_length(text: str) -> int:
    """The length of a message in UTF-16 units, the stricter way to count: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# -- chats and pages -------------------------------------------------------------------------------------


class ContextKind(StrEnum):
    """What a chat is about (API ChatContextType). An open list."""

    ORDER = "ORDER"
    RETURN = "RETURN"
    DIRECT = "DIRECT"


class ChatKind(StrEnum):
    """Conversation or dispute (API ChatType). An open list."""

    CHAT = "CHAT"
    ARBITRAGE = "ARBITRAGE"


class ChatStatus(StrEnum):
    """Who is expected to act (API ChatStatusType). An open list."""

    NEW = "NEW"
    WAITING_FOR_PARTNER = "WAITING_FOR_PARTNER"
    WAITING_FOR_CUSTOMER = "WAITING_FOR_CUSTOMER"
    WAITING_FOR_ARBITER = "WAITING_FOR_ARBITER"
    WAITING_FOR_MARKET = "WAITING_FOR_MARKET"
    FINISHED = "FINISHED"


@dataclass(frozen=True, slots=True)
class ChatContext:
    """What a chat is about and with whom."""

    kind: str
    """A `ContextKind`, or a word this version does not know."""
    order_id: OrderId | None = None
    return_id: ReturnId | None = None
    campaign_id: CampaignId | None = None
    customer_name: str | None = None
    """The public name of the buyer's account; not unique, may change, None if missing."""
    customer_public_id: str | None = None

    def may_be(self, about: "NewChat") -> bool:
        """Whether it can be about this order or return; a missing id contradicts nothing."""
        number = self.return_id if about.kind == ContextKind.RETURN else self.order_id
        return number is None or number == about.number


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat as the Market lists it."""

    chat_ref: ChatRef
    context: ChatContext
    kind: str
    """A `ChatKind`, or a word this version does not know (API `type`)."""
    status: str
    """A `ChatStatus`, or a word this version does not know."""
    created_at: Millis
    updated_at: Millis
    """Time of the latest message; a change of status alone may leave it as it was."""

    @property
    def is_dispute(self) -> bool:
        """Whether an arbiter of the Market takes part."""
        return self.kind == ChatKind.ARBITRAGE

    @property
    def is_finished(self) -> bool:
        """Whether nothing is expected of anybody any more."""
        return self.status == ChatStatus.FINISHED


@dataclass(frozen=True, slots=True)
class NewChat:
    """The order or return about which to open a chat (createChat)."""

    kind: ContextKind
    """ORDER or RETURN."""
    number: int
    """Id of the order or the return."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item of a page that breaks the API's contract. Only it is lost, and it is kept for a bug report."""

    why: str
    """The decoder's words, which quote nothing from the item."""
    raw: bytes
    """The item as JSON, with lone surrogates replaced; empty if there was no list, or if it holds the key."""


Item = TypeVar("Item", Chat, Message)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of getChats or of getChatHistory, in the order the Market sent."""

    items: tuple[Item, ...]
    next_token: str | None
    """The token that asks for the next page; None = this was the last page."""
    unreadable: tuple[Unreadable, ...] = ()
    server_time: Millis | None = None
    """The `Date` header of the answer, the Market's own clock; None if it had no readable one."""


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop of a business (API campaign), from getCampaigns."""

    campaign_id: CampaignId
    name: str
    business_id: int
    business_name: str
    placement: str
    """FBS, FBY, DBS, LAAS or a word this version does not know."""
    availability: str
    """AVAILABLE, or the reason why the API is switched off for the shop."""


_SEES_RETURNS = frozenset(
    {
        "INVENTORY_AND_ORDER_PROCESSING",
        "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY",
        "ALL_METHODS",
        "ALL_METHODS_READ_ONLY",
    }
)


@dataclass(frozen=True, slots=True)
class KeyRights:
    """Name and scopes of the Api-Key, from getAuthTokenInfo."""

    name: str
    scopes: tuple[str, ...]

    @property
    def may_read(self) -> bool:
        """Whether chats may be read."""
        return bool({"COMMUNICATION", "ALL_METHODS", "ALL_METHODS_READ_ONLY"} & set(self.scopes))

    @property
    def may_write(self) -> bool:
        """Whether messages may be sent and chats created."""
        return bool({"COMMUNICATION", "ALL_METHODS"} & set(self.scopes))

    @property
    def may_see_orders(self) -> bool:
        """Whether getBusinessOrders is open."""
        return self.may_see_returns or "FINANCE_AND_ACCOUNTING" in self.scopes

    @property
    def may_see_returns(self) -> bool:
        """Whether getReturn is open."""
        return bool(_SEES_RETURNS & set(self.scopes))
