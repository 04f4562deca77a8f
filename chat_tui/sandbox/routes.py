"""The operations of the API: path, rights, quota, and what carries each of them out."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from chat_tui.sandbox import access, chats, orders
from chat_tui.sandbox.refusal import Refusal
from chat_tui.sandbox.request import Call


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    name: str
    """operationId."""
    method: str
    path: str
    run: Callable[[Call], Any]
    scopes: access.Scopes
    per_hour: int
    """Calls of one business (or shop) in an hour."""
    at_once: int | None = None
    """Requests at once, where an operation has a limit of its own; None = `Behaviour.parallel_limit`."""

    def match(self, path: str, *, unversioned: bool) -> dict[str, str] | None:
        """The ids in the path, as written, or None if it is another path."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        if unversioned:
            pattern = re.sub(r"^(/v\d)", r"(?:\1)?", pattern)
        found = re.fullmatch(pattern, path)
        return found.groupdict() if found else None


_BUSINESS: Final = "/v2/businesses/{businessId}"
_CHATS: Final = _BUSINESS + "/chats"
_ORDER: Final = "/v2/campaigns/{campaignId}/orders/{orderId}"
OPERATIONS: Final = (
    Operation("getChats", "POST", _CHATS, chats.get_chats, access.READ, 5_000),
    Operation("getChat", "GET", _BUSINESS + "/chat", chats.get_chat, access.READ, 1_000),
    Operation("getChatHistory", "POST", _CHATS + "/history", chats.get_history, access.READ, 10_000),
    Operation("getChatMessage", "GET", _CHATS + "/message", chats.get_message, access.READ, 1_000),
    Operation("createChat", "POST", _CHATS + "/new", chats.create_chat, access.WRITE, 1_000),
    Operation("sendMessageToChat", "POST", _CHATS + "/message", chats.send_message, access.WRITE, 1_000),
    Operation("sendFileToChat", "POST", _CHATS + "/file/send", chats.send_file, access.WRITE, 1_000),
    Operation("getCampaigns", "GET", "/v2/campaigns", orders.get_campaigns, None, 1_000),
    Operation("getAuthTokenInfo", "POST", "/v2/auth/token", orders.get_token_info, None, 100),
    Operation(
        "getBusinessOrders",
        "POST",
        "/v1/businesses/{businessId}/orders",
        orders.get_business_orders,
        access.ORDERS,
        10_000,
        at_once=6,
    ),
    Operation(
        "getOrder", "GET", _ORDER, orders.get_order, access.ORDERS | {"COMMUNICATION"}, 10_000, at_once=6
    ),
    Operation("getReturn", "GET", _ORDER + "/returns/{returnId}", orders.get_return, access.RETURNS, 7_000),
)
PER_HOUR: Final = {operation.name: operation.per_hour for operation in OPERATIONS}


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
        ids = operation.match(path, unversioned=unversioned)
        if ids is not None:
            if operation.method == method:
                return operation, ids
            allowed.append(operation.method)
    if allowed:
        raise WrongMethod(method, allowed)
    raise Refusal(404, "Resource not found")
