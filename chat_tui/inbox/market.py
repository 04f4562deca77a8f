"""What the engine needs of the Market: the shape of `market.client.MarketClient`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from chat_tui.inbox.events import LinkMonitor
from chat_tui.market.access import AccessError
from chat_tui.model.chat import Chat, KeyRights, Message, NewChat, Page, Shop
from chat_tui.model.ids import CampaignId, ChatRef, MessageId, OrderId, ReturnId
from chat_tui.model.link import Budget
from chat_tui.model.order import Order, Return
from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Problem, ProblemKind


class MarketApi(Protocol):
    """Each call is one request (get_shops: all pages); every failure is a Problem."""

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """Quotas by operationId, from the headers of the last answers."""

    @property
    def proxy(self) -> str:
        """The host of the proxy that requests go through; empty if there is none."""

    async def get_chats(
        self, *, statuses: Sequence[str] = (), page_token: str | None = None, limit: int = 20
    ) -> Page[Chat] | Problem:
        """One page of getChats."""

    async def get_chat(self, chat_ref: ChatRef) -> Chat | Problem:
        """One chat (getChat)."""

    async def get_chat_history(
        self,
        chat_ref: ChatRef,
        *,
        from_message_id: MessageId | None = None,
        page_token: str | None = None,
        limit: int = 100,
    ) -> Page[Message] | Problem:
        """One page of getChatHistory."""

    async def get_orders(self, order_ids: Sequence[OrderId]) -> tuple[Order, ...] | Problem:
        """Orders (getBusinessOrders), at most `model.order.ORDERS_AT_ONCE`; a missing one was not found."""

    async def get_return(
        self, campaign_id: CampaignId, order_id: OrderId, return_id: ReturnId
    ) -> Return | Problem:
        """One return (getReturn)."""

    async def get_chat_message(self, chat_ref: ChatRef, message_id: MessageId) -> Message | Problem:
        """One message (getChatMessage)."""

    async def fetch_file(
        self, url: str, write: Callable[[bytes], Awaitable[None]], *, limit: int
    ) -> int | Problem:
        """Download a received file from its host, which is not the Market's API; its size in bytes."""

    async def create_chat(self, about: NewChat) -> ChatRef | Problem:
        """Open or find a chat (createChat)."""

    async def send_message(self, chat_ref: ChatRef, text: str) -> Accepted | Problem:
        """One attempt of sendMessageToChat."""

    async def send_file(
        self,
        chat_ref: ChatRef,
        *,
        path: Path,
        name: str,
        size: int,
        media_type: str,
        progress: Callable[[int], None] | None = None,
    ) -> Accepted | Problem:
        """One attempt of sendFileToChat."""

    async def get_key_rights(self) -> KeyRights | Problem:
        """What the key may do (getAuthTokenInfo)."""

    async def get_shops(self) -> tuple[Shop, ...] | Problem:
        """All shops of the key (getCampaigns)."""

    async def aclose(self) -> None:
        """Close connections."""


OPERATIONS: Final = {
    "get_chats": "getChats",
    "get_chat": "getChat",
    "get_chat_history": "getChatHistory",
    "get_chat_message": "getChatMessage",
    "get_orders": "getBusinessOrders",
    "get_return": "getReturn",
    "get_key_rights": "getAuthTokenInfo",
    "get_shops": "getCampaigns",
    "create_chat": "createChat",
    "send_message": "sendMessageToChat",
    "send_file": "sendFileToChat",
}
"""By method of `MarketApi`, the API operation whose quota counts it. No quota counts `fetch_file`."""
WRITING: Final = frozenset({"createChat", "sendMessageToChat", "sendFileToChat"})
"""Operations that change something at the Market. One of the four places is always kept for them."""


class Unreachable:
    """Has the shape of a Market and answers every request with the same problem."""

    proxy = ""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """None are known."""
        return {}

    async def _refuse(self, *_asked: Any, **_more: Any) -> Problem:
        return self.problem

    get_chats = get_chat = get_chat_history = get_chat_message = get_orders = get_return = _refuse
    get_key_rights = get_shops = create_chat = send_message = send_file = fetch_file = _refuse

    async def aclose(self) -> None:
        """Nothing is open."""


def reach(connect: Callable[[], MarketApi], link: LinkMonitor) -> MarketApi:
    """The client that `connect` makes. If proxy, certificates or the local files allow none, the link says so
    and an `Unreachable` takes its place: nothing is asked or sent.
    """
    problem = link.now.view_only
    if problem is not None and problem.kind is ProblemKind.UNWRITABLE:
        link.failed(problem)
        return Unreachable(problem)
    try:
        return connect()
    except AccessError as error:
        problem = Problem(ProblemKind.SURROUNDINGS, message=str(error))
        link.failed(problem)
        return Unreachable(problem)
