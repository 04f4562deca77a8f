"""Numbers and strings that name things, kept apart by the type checker.

All Market ids are int64 and positive; `OutboxId` is a UUID of ours.
"""

from typing import Final, NamedTuple, NewType

BusinessId = NewType("BusinessId", int)
CampaignId = NewType("CampaignId", int)
MessageId = NewType("MessageId", int)
OrderId = NewType("OrderId", int)
ReturnId = NewType("ReturnId", int)
OutboxId = NewType("OutboxId", str)


class ChatRef(NamedTuple):
    """Which chat, of all open businesses: made by the store and the Market's client, passed on by all others.

    The Market numbers chats for each business and promises nowhere that two businesses never hold the same
    number. Each store and each client takes only chats of its own business, so that no text can go to a buyer
    of another one.
    """

    business: BusinessId
    number: int
    """The Market's own id of the chat (API chatId)."""

    def __str__(self) -> str:
        """A name for files and logs."""
        return f"{self.business}-{self.number}"


class ForeignChat(Exception):  # noqa: N818 - a fault of the program, named as the other failures are
    """A chat was given to the store or the client of another business; nothing was done with it."""

    def __init__(self, chat: ChatRef, business: BusinessId) -> None:
        super().__init__(f"chat {chat} is not one of business {business}")


def number_in(business: BusinessId, chat: ChatRef) -> int:
    """The Market's number of a chat of this business; ForeignChat for one of any other."""
    if chat.business != business:
        raise ForeignChat(chat, business)
    return chat.number


Millis = int
"""A moment: milliseconds since 1970-01-01 UTC, or `UNKNOWN_TIME`."""

UNKNOWN_TIME: Final[Millis] = 0
"""The moment of a thing whose date the Market gave in no form we can read."""
