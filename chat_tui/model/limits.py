"""What the Market accepts, as far as it is published."""

from typing import Final

TEXT_LIMIT: Final = 4096
"""Characters of a message; whether code points or UTF-16 units is not published."""

ORDERS_AT_ONCE: Final = 50
"""Numbers in one getBusinessOrders."""

HOURLY: Final = {
    "getChats": 5_000,
    "getChat": 1_000,
    "getChatHistory": 10_000,
    "getChatMessage": 1_000,
    "createChat": 1_000,
    "sendMessageToChat": 1_000,
    "sendFileToChat": 1_000,
    "getCampaigns": 1_000,
    "getAuthTokenInfo": 100,
    "getBusinessOrders": 10_000,
    "getReturn": 7_000,
}
"""Published quotas per hour and business, by operationId; what the answers tell goes before them."""


def text_length(text: str) -> int:
    """The length of a message by the stricter count: UTF-16 units, in which an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
