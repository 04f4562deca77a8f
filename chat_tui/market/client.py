"""The Market's chat API as the program asks it: one method per operation, values and problems back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeVar

import httpx
import msgspec

from chat_tui.clock import wall_clock_ms
from chat_tui.locale import _
from chat_tui.market import errors, orders, pages, wire
from chat_tui.market.access import Access, AccessError
from chat_tui.market.answers import GarbledError, StatusError, keyless
from chat_tui.market.download import Download, Write
from chat_tui.market.exchange import Answer, Exchange, Question
from chat_tui.market.pacing import Deadlines, read_budget
from chat_tui.market.upload import FileChangedError, Upload, open_upload
from chat_tui.model.chat import Chat, KeyRights, NewChat, Shop
from chat_tui.model.ids import CampaignId, ChatId, MessageId, Millis, OrderId, ReturnId
from chat_tui.model.link import Budget
from chat_tui.model.message import Message
from chat_tui.model.order import ORDERS_AT_ONCE, Order, Return
from chat_tui.model.outbox import Accepted
from chat_tui.model.paging import ChatsPage, MessagesPage
from chat_tui.model.problem import Certainty, Problem, ProblemKind

T = TypeVar("T")
Page = TypeVar("Page", ChatsPage, MessagesPage)

__all__ = ["Access", "AccessError", "Deadlines", "MarketClient"]

_STANDARD: Final = Deadlines()
_MOST_PAGES: Final = 200


class MarketClient:
    """One key at one origin. A failure comes back as a `Problem`; only a cancellation is raised."""

    def __init__(
        self,
        access: Access,
        *,
        deadlines: Deadlines = _STANDARD,
        transport: httpx.AsyncBaseTransport | None = None,
        wall_ms: Callable[[], Millis] = wall_clock_ms,
        read_only: bool = False,
    ) -> None:
        """With `read_only` nothing leaves that could change something.

        Raises `AccessError` when the environment's proxy or certificate settings cannot be used.
        """
        self._access = access
        self._deadlines, self._transport = deadlines, transport
        self._exchange = Exchange(access, deadlines, transport, read_only=read_only)
        self._wall_ms = wall_ms
        self._budgets: dict[str, Budget] = {}

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """The quota of every operation asked so far, by operationId."""
        return MappingProxyType(self._budgets)

    @property
    def proxy(self) -> str:
        """The host of the proxy between us and the Market; empty if there is none."""
        return self._exchange.proxy

    async def aclose(self) -> None:
        """Close the connections."""
        await self._exchange.aclose()

    # -- reading ----------------------------------------------------------------------------------

    async def get_chats(
        self,
        *,
        statuses: Sequence[str] = (),
        kinds: Sequence[str] = (),
        contexts: Sequence[NewChat] = (),
        page_token: str | None = None,
        limit: int = 20,
    ) -> ChatsPage | Problem:
        """One page of getChats (at most 20); no filter = every chat."""
        body = wire.GetChatsRequest(
            contexts=tuple(wire.ChatContext(type=c.kind, id=c.number) for c in dict.fromkeys(contexts)),
            types=tuple(dict.fromkeys(kinds)),
            statuses=tuple(dict.fromkeys(statuses)),
        )
        answer = await self._ask(
            "getChats", "POST", self._business("chats"), _page(page_token, limit, 20), body
        )
        return self._keyless(self._read("getChats", answer, pages.chats_page))

    async def get_chat(self, chat_id: ChatId) -> Chat | Problem:
        """One chat, by getChat."""
        answer = await self._ask("getChat", "GET", self._business("chat"), {"chatId": chat_id})
        return self._read("getChat", answer, lambda a: pages.chat(a, chat_id))

    async def get_chat_history(
        self,
        chat_id: ChatId,
        *,
        from_message_id: MessageId | None = None,
        page_token: str | None = None,
        limit: int = 100,
    ) -> MessagesPage | Problem:
        """One page of getChatHistory (at most 100): everything, or that message and all later ones."""
        query = {"chatId": chat_id, **_page(page_token, limit, 100)}
        body = wire.GetChatHistoryRequest(message_id_from=from_message_id)
        answer = await self._ask("getChatHistory", "POST", self._business("chats/history"), query, body)
        return self._keyless(self._read("getChatHistory", answer, lambda a: pages.messages_page(a, chat_id)))

    async def get_chat_message(self, chat_id: ChatId, message_id: MessageId) -> Message | Problem:
        """One message, by getChatMessage."""
        query = {"chatId": chat_id, "messageId": message_id}
        answer = await self._ask("getChatMessage", "GET", self._business("chats/message"), query)
        return self._read("getChatMessage", answer, lambda a: pages.message(a, chat_id, message_id))

    async def fetch_file(self, url: str, write: Write, *, limit: int) -> int | Problem:
        """Hand a received file, at most `limit` bytes, to `write`; its size. Goes without the key."""
        is_local = self._access.is_local
        download = Download(self._deadlines, is_local=is_local, limit=limit, transport=self._transport)
        return await download.fetch(url, write)

    async def get_shops(self) -> tuple[Shop, ...] | Problem:
        """Every shop the key reaches, by getCampaigns, all pages."""
        shops: list[Shop] = []
        token: str | None = None
        seen: set[str] = set()
        for _page_number in range(_MOST_PAGES):
            answer = await self._ask("getCampaigns", "GET", "/v2/campaigns", _page(token, 100, 100))
            page = self._read("getCampaigns", answer, pages.shops_page)
            if isinstance(page, Problem):
                return page
            shops += page[0]
            token = page[1]
            if token is None:
                return tuple({shop.campaign_id: shop for shop in shops}.values())
            if token in seen:
                break
            seen.add(token)
        # A part of the shops must not pass for all of them.
        words = _("The Market repeats the same page.")
        return Problem(ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR, "getCampaigns", message=words)

    async def get_key_rights(self) -> KeyRights | Problem:
        """What the key may do, by getAuthTokenInfo. An OAuth token may everything and is not asked about."""
        if not self._access.api_key:
            return KeyRights(name="OAuth", scopes=("ALL_METHODS",))
        answer = await self._ask("getAuthTokenInfo", "POST", "/v2/auth/token")
        return self._read("getAuthTokenInfo", answer, pages.key_rights)

    async def get_orders(self, order_ids: Sequence[OrderId]) -> tuple[Order, ...] | Problem:
        """These orders by getBusinessOrders, 50 at a time; one that is not returned was not found."""
        wanted = tuple(dict.fromkeys(order_ids))
        found: list[Order] = []
        for start in range(0, len(wanted), ORDERS_AT_ONCE):
            asked = wanted[start : start + ORDERS_AT_ONCE]
            body = wire.GetBusinessOrdersRequest(order_ids=asked)
            path = self._business("orders", version="v1")
            answer = await self._ask("getBusinessOrders", "POST", path, {"limit": ORDERS_AT_ONCE}, body)
            batch = self._read("getBusinessOrders", answer, partial(orders.orders, asked=asked))
            if isinstance(batch, Problem):
                return batch
            found += batch
        return tuple(found)

    async def get_return(
        self, campaign_id: CampaignId, order_id: OrderId, return_id: ReturnId
    ) -> Return | Problem:
        """One return, by getReturn."""
        path = f"/v2/campaigns/{campaign_id:d}/orders/{order_id:d}/returns/{return_id:d}"
        answer = await self._ask("getReturn", "GET", path)
        return self._read("getReturn", answer, lambda a: orders.returned(a, order_id, return_id))

    # -- writing ----------------------------------------------------------------------------------

    async def create_chat(self, about: NewChat) -> ChatId | Problem:
        """Open the chat about an order or return, by createChat; an existing one is found. Safe to repeat."""
        body = wire.CreateChatRequest(context=wire.ChatContext(type=about.kind, id=about.number))
        answer = await self._ask("createChat", "POST", self._business("chats/new"), {}, body)
        return self._read("createChat", answer, pages.new_chat_id)

    async def send_message(self, chat_id: ChatId, text: str) -> Accepted | Problem:
        """Send a text, by sendMessageToChat. Never repeat it after `Certainty.UNCLEAR`."""
        operation = "sendMessageToChat"
        body = wire.SendMessageToChatRequest(message=text)
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            # Refused, not unsent: no repetition would mend it.
            return Problem(ProblemKind.BAD_REQUEST, Certainty.REFUSED, operation)
        answer = await self._ask(
            operation, "POST", self._business("chats/message"), {"chatId": chat_id}, body
        )
        return self._read(operation, answer, pages.accepted)

    async def send_file(
        self,
        chat_id: ChatId,
        *,
        path: Path,
        name: str,
        size: int,
        media_type: str,
        progress: Callable[[int], None] | None = None,
    ) -> Accepted | Problem:
        """Send a file of exactly `size` bytes, by sendFileToChat; `progress` hears how many went out."""
        operation = "sendFileToChat"
        try:
            upload = await open_upload(path, name=name, size=size, media_type=media_type, progress=progress)
        except FileChangedError as error:
            return Problem(ProblemKind.FILE_CHANGED, Certainty.NOT_SENT, operation, message=str(error))
        try:
            query = {"chatId": chat_id}
            answer = await self._ask(operation, "POST", self._business("chats/file/send"), query, upload)
        finally:
            await upload.aclose()
        return self._read(operation, answer, pages.accepted)

    # -- asking -----------------------------------------------------------------------------------

    def _business(self, rest: str, *, version: str = "v2") -> str:
        if self._access.business_id is None:
            raise AccessError(_("The business id is not set."))
        return f"/{version}/businesses/{self._access.business_id:d}/{rest}"

    async def _ask(
        self,
        operation: str,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None = None,
        body: msgspec.Struct | Upload | None = None,
    ) -> Answer | Problem:
        """Ask and keep the budget; every 2xx is an answer, everything else a problem."""
        content = msgspec.json.encode(body) if isinstance(body, msgspec.Struct) else body
        question = Question(operation, method, path, query or {}, content)
        answer = await self._exchange.ask(question)
        if isinstance(answer, Problem):
            return answer
        budget = read_budget(operation, answer.headers, self._wall_ms())
        if budget is not None:
            self._budgets[operation] = budget
        if 200 <= answer.status < 300:
            return answer
        return errors.from_status(answer.status, answer.headers, answer.body, operation)

    def _read(self, operation: str, answer: Answer | Problem, into: Callable[[Answer], T]) -> T | Problem:
        if isinstance(answer, Problem):
            return answer
        try:
            return into(answer)
        except (GarbledError, StatusError):
            return errors.unexpected(answer.status, answer.headers, answer.body, operation)

    def _keyless(self, page: Page | Problem) -> Page | Problem:
        """The page; what of it is unreadable, and kept for that, does not hold the key."""
        if isinstance(page, Problem) or not page.unreadable:
            return page
        secret = self._access.secret
        return replace(page, unreadable=tuple(keyless(item, secret) for item in page.unreadable))


def _page(token: str | None, limit: int, most: int) -> dict[str, str | int]:
    """The query of one page; a limit above the Market's is refused there with 400."""
    query: dict[str, str | int] = {"limit": max(1, min(limit, most))}
    return query if token is None else {**query, "pageToken": token}
