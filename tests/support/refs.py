"""Chats and businesses under short names for tests."""

from typing import Final

from chat_tui.model.ids import BusinessId, ChatRef
from chat_tui.sandbox.access import BUSINESS_ID

BUSINESS: Final = BusinessId(BUSINESS_ID)
"""The business of the pretend Market, and of every store that a test opens without naming another."""
OTHER_BUSINESS: Final = BusinessId(BUSINESS_ID + 1)
"""The other business that the pretend Market knows; see `sandbox.access.FOREIGN_KEY`."""


def ref(number: int | ChatRef, business: BusinessId = BUSINESS) -> ChatRef:
    """The chat with this number at the Market; a chat is returned unchanged."""
    return number if isinstance(number, ChatRef) else ChatRef(business, number)
