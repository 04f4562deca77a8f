"""Which path and method is which operation."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from chat_tui.sandbox import chat_operations, order_operations
from chat_tui.sandbox.calls import Call
from chat_tui.sandbox.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    name: str
    """operationId."""
    method: str
    path: str
    run: Callable[[Call], Any]

    @property
    def version(self) -> str:
        """How its path begins, as `/v2`."""
        return self.path[: self.path.index("/", 1)]

    def match(self, path: str) -> dict[str, str] | None:
        """The ids in the path, as written, or None if it is another path."""
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path), path)
        return found.groupdict() if found else None


_BUSINESS: Final = "/v2/businesses/{businessId}"
_ORDER: Final = "/v2/campaigns/{campaignId}/orders/{orderId}"
OPERATIONS: Final = (
    Operation("getChats", "POST", _BUSINESS + "/chats", chat_operations.get_chats),
    Operation("getChat", "GET", _BUSINESS + "/chat", chat_operations.get_chat),
    Operation("getChatHistory", "POST", _BUSINESS + "/chats/history", chat_operations.get_history),
    Operation("getChatMessage", "GET", _BUSINESS + "/chats/message", chat_operations.get_message),
    Operation("createChat", "POST", _BUSINESS + "/chats/new", chat_operations.create_chat),
    Operation("sendMessageToChat", "POST", _BUSINESS + "/chats/message", chat_operations.send_message),
    Operation("sendFileToChat", "POST", _BUSINESS + "/chats/file/send", chat_operations.send_file),
    Operation("getCampaigns", "GET", "/v2/campaigns", order_operations.get_campaigns),
    Operation("getAuthTokenInfo", "POST", "/v2/auth/token", order_operations.get_token_info),
    Operation(
        "getBusinessOrders",
        "POST",
        "/v1/businesses/{businessId}/orders",
        order_operations.get_business_orders,
    ),
    Operation("getOrder", "GET", _ORDER, order_operations.get_order),
    Operation("getReturn", "GET", _ORDER + "/returns/{returnId}", order_operations.get_return),
)


class WrongMethod(Refusal):
    """405 with the methods that would do."""

    def __init__(self, method: str, allowed: list[str]) -> None:
        super().__init__(405, f"Request method '{method}' not supported")
        self.allowed = ", ".join(allowed)


def find(method: str, path: str, *, unversioned: bool) -> tuple[Operation, dict[str, str]]:
    """The operation of a request and the ids in its path; 404 or 405 if there is none.

    An address may end in `.json`. `unversioned` = one without a version is understood too.
    """
    path = path.removesuffix(".json")
    allowed = []
    for operation in OPERATIONS:
        ids = operation.match(path)
        if ids is None and unversioned:
            ids = operation.match(operation.version + path)
        if ids is not None:
            if operation.method == method:
                return operation, ids
            allowed.append(operation.method)
    if allowed:
        raise WrongMethod(method, allowed)
    raise Refusal(404, "Resource not found")
