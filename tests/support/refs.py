"""Chats and businesses as tests name them."""

from typing import Final

from chat_tui.model.ids import BusinessId, ChatRef
from chat_tui.sandbox.access import BUSINESS_ID

BUSINESS: Final = BusinessId(BUSINESS_ID)
"""The business of the pretend Market, and of every store that a test opens without saying whose it is."""
OTHER_BUSINESS: Final = BusinessId(BUSINESS_ID + 1)
"""The one that the pretend Market knows besides; see `sandbox.access.FOREIGN_KEY`."""


def ref(number: int | ChatRef, business: BusinessId = BUSINESS) -> ChatRef:
    """The chat that the Market calls so; a chat stays what it is."""
    return number if isinstance(number, ChatRef) else ChatRef(business, number)
