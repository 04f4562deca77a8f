"""Ids, each kind a type of its own for the type checker, and moments.

All ids of the Market are positive int64 numbers; an `OutboxId` is a UUID made by this program.
"""

from typing import Final, NamedTuple, NewType

BusinessId = NewType("BusinessId", int)
CampaignId = NewType("CampaignId", int)
MessageId = NewType("MessageId", int)
OrderId = NewType("OrderId", int)
ReturnId = NewType("ReturnId", int)
OutboxId = NewType("OutboxId", str)


class ChatRef(NamedTuple):
    """A chat of one of the open businesses. Only the store and the Market's client make one.

    The Market numbers the chats of each business and does not promise that the ids of two businesses differ.
    Each store and each client accepts only chats of its own business, so that no text can reach a buyer of
    another one.
    """

    business: BusinessId
    number: int
    """The Market's id of the chat (API chatId)."""

    def __str__(self) -> str:
        """A name for files and logs."""
        return f"{self.business}-{self.number}"


class ForeignChat(Exception):  # noqa: N818 - a fault of the program, named as the other failures are
    """A chat was passed to the store or the client of another business, which did nothing with it."""

    def __init__(self, chat: ChatRef, business: BusinessId) -> None:
        super().__init__(f"chat {chat} is not one of business {business}")


def number_in(business: BusinessId, chat: ChatRef) -> int:
    """The Market's id of a chat of this business. Raises ForeignChat for a chat of another business."""
    if chat.business != business:
        raise ForeignChat(chat, business)
    return chat.number


Millis = int
"""A moment: milliseconds since 1970-01-01 UTC, or `UNKNOWN_TIME`."""

UNKNOWN_TIME: Final[Millis] = 0
"""Stands for a moment whose date the Market sent in no form we can read."""
