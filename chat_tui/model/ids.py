"""Numbers and strings that name things, kept apart by the type checker.

All Market ids are int64 and positive; `OutboxId` is a UUID of ours.
"""

from typing import Final, NewType

BusinessId = NewType("BusinessId", int)
CampaignId = NewType("CampaignId", int)
ChatId = NewType("ChatId", int)
MessageId = NewType("MessageId", int)
OrderId = NewType("OrderId", int)
ReturnId = NewType("ReturnId", int)
OutboxId = NewType("OutboxId", str)

Millis = int
"""A moment: milliseconds since 1970-01-01 UTC, or `UNKNOWN_TIME`."""

UNKNOWN_TIME: Final[Millis] = 0
"""The moment of a thing whose date the Market gave in no form we can read."""
