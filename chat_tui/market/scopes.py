"""Which rights of a key open which operation, for the day one is missing."""

import re
from collections.abc import Mapping
from typing import Final

_ORDERS: Final = (
    "inventory-and-order-processing:read-only",
    "inventory-and-order-processing",
    "all-methods:read-only",
    "all-methods",
)
_READ: Final = ("communication", "all-methods:read-only", "all-methods")
_WRITE: Final = ("communication", "all-methods")

SCOPES: Final[Mapping[str, tuple[str, ...]]] = {
    "getChats": _READ,
    "getChat": _READ,
    "getChatHistory": _READ,
    "getChatMessage": _READ,
    "createChat": _WRITE,
    "sendMessageToChat": _WRITE,
    "sendFileToChat": _WRITE,
    "getBusinessOrders": (*_ORDERS, "finance-and-accounting"),
    "getReturn": _ORDERS,
}
"""By operationId, as documented: any one of these opens it, the smallest right first."""

_NO_SCOPE: Final = re.compile(r"does not have any of the scopes", re.IGNORECASE)


def missing(operation: str, message: str) -> tuple[str, ...]:
    """The rights of which the key needs one, when `message` (of a 403) says that it has none; else empty."""
    return SCOPES.get(operation, ()) if _NO_SCOPE.search(message) else ()
