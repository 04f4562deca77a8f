"""A message of a chat. Mirrors the items of getChatHistory and the result of getChatMessage."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chat_tui.model.ids import ChatRef, MessageId, Millis

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

    chat_id: ChatRef
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
