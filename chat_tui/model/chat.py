"""Chats, messages, and the pages they come in. Mirrors getChats, getChat and getChatHistory."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chat_tui.model.ids import CampaignId, ChatRef, MessageId, Millis, OrderId, ReturnId

TEXT_LIMIT: Final = 4096
"""Characters of a message that the Market accepts; whether code points or UTF-16 units is not published."""


class Sender(StrEnum):
    """Who wrote a message (API ChatMessageSenderType). An open list."""

    PARTNER = "PARTNER"
    CUSTOMER = "CUSTOMER"
    MARKET = "MARKET"
    SUPPORT = "SUPPORT"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message (API payload). Every field comes from outside and may be missing or wrong."""

    name: str | None
    url: str | None
    size: int | None
    """Bytes, as the Market says; None when it says nothing usable."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the Market keeps it."""

    chat_ref: ChatRef
    message_id: MessageId
    created_at: Millis
    sender: str
    """A `Sender`, or a word this version does not know."""
    text: str | None
    attachments: tuple[Attachment, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Neither text nor files: a sticker, as far as is known."""
        return not self.text and not self.attachments


def text_length(text: str) -> int:
    """The length of a message by the stricter count: UTF-16 units, in which an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


# -- chats and pages -------------------------------------------------------------------------------------


class ContextKind(StrEnum):
    """What a chat is about (API ChatContextType). An open list: other words may come."""

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
    """The public name of the buyer's account: may repeat, change or be missing."""
    customer_public_id: str | None = None

    def may_be(self, about: "NewChat") -> bool:
        """Whether nothing it tells speaks against it being about that order or return."""
        told = self.return_id if about.kind == ContextKind.RETURN else self.order_id
        return told is None or told == about.number


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
    """Time of the latest message; a status change alone need not move it."""

    @property
    def is_dispute(self) -> bool:
        """Whether an arbiter of the Market takes part."""
        return self.kind == ChatKind.ARBITRAGE


@dataclass(frozen=True, slots=True)
class NewChat:
    """What a chat is to be opened about (createChat): an order or a return."""

    kind: ContextKind
    number: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item of a page that is not what was agreed; it costs only itself and is kept for a bug report."""

    why: str
    """In the decoder's words, without anything of the item."""
    raw: bytes
    """The item as JSON, but for lone surrogates; empty when there was no list at all."""


@dataclass(frozen=True, slots=True)
class ChatsPage:
    """One page of getChats."""

    chats: tuple[Chat, ...]
    next_token: str | None
    """Ask for the next page with it; None = this was the last page."""
    unreadable: tuple[Unreadable, ...] = ()
    server_time: Millis | None = None
    """The `Date` header of the answer: the Market's own clock."""

    @property
    def skipped(self) -> int:
        """How many items could not be read."""
        return len(self.unreadable)


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """One page of getChatHistory, in the order the Market gave."""

    messages: tuple[Message, ...]
    next_token: str | None
    unreadable: tuple[Unreadable, ...] = ()
    server_time: Millis | None = None
    """The `Date` header of the answer: the Market's own clock."""

    @property
    def skipped(self) -> int:
        """How many items could not be read."""
        return len(self.unreadable)


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
    """AVAILABLE, or why the API is switched off for the shop."""


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
