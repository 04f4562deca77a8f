"""The Market's API for the program: one method per operation, which returns a value or a problem.

Each method is one attempt (`get_shops` and `get_orders`: one for each page). Nothing is retried here: the
`certainty` of a `Problem` says whether the engine may.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import httpx
import msgspec

from chat_tui.clock import wall_clock_ms
from chat_tui.locale import _
from chat_tui.market import chats, orders, wire
from chat_tui.market.access import Access, AccessError
from chat_tui.market.answers import GarbledError, StatusError, keyless
from chat_tui.market.errors import FileChangedError, from_status
from chat_tui.market.files import Download, Upload, Write, open_upload
from chat_tui.market.network import Deadlines
from chat_tui.market.transport import Request, Response, Transport
from chat_tui.model.chat import Chat, KeyRights, Message, NewChat, Page, Shop
from chat_tui.model.ids import (
    BusinessId,
    CampaignId,
    ChatRef,
    MessageId,
    Millis,
    OrderId,
    ReturnId,
    number_in,
)
from chat_tui.model.link import Budget
from chat_tui.model.order import ORDERS_AT_ONCE, Order, Return
from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Certainty, Problem, ProblemKind

T = TypeVar("T")
Item = TypeVar("Item", Chat, Message)

_STANDARD: Final = Deadlines()
_MOST_PAGES: Final = 200
"""Of shops: a limit, in case the Market returns new page tokens for ever."""


class MarketClient:
    """One key at one origin. An expected failure is returned as a `Problem`.

    The methods of one business raise `AccessError` while its id is not known; those of one chat raise
    `ForeignChat` for a chat of another business. Both are faults of the caller.
    """

    def __init__(
        self,
        access: Access,
        *,
        deadlines: Deadlines = _STANDARD,
        transport: httpx.AsyncBaseTransport | None = None,
        wall_ms: Callable[[], Millis] = wall_clock_ms,
        read_only: bool = False,
    ) -> None:
        """With `read_only` no request is sent that could change something.

        Raises `AccessError` when the environment's proxy or certificate settings cannot be used.
        """
        self._access = access
        self._deadlines, self._transport = deadlines, transport
        self._connections = Transport(access, deadlines, transport, wall_ms=wall_ms, read_only=read_only)

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """The quota of every operation used so far, by operationId."""
        return self._connections.budgets

    @property
    def proxy(self) -> str:
        """The host of the proxy that requests go through; empty if there is none."""
        return self._connections.proxy

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connections.aclose()

    # -- reading ----------------------------------------------------------------------------------

    async def get_chats(
        self, *, statuses: Sequence[str] = (), page_token: str | None = None, limit: int = 20
    ) -> Page[Chat] | Problem:
        """One page of at most 20 chats; no `statuses` = every chat. Their order is not documented.

        `page_token` comes from the page before; None = the first page.
        https://yandex.ru/dev/market/partner-api/doc/ru/reference/chats/getChats
        """
        # Each status once: the Market refuses a list with duplicates.
        body = wire.GetChatsRequest(statuses=tuple(dict.fromkeys(statuses)))
        query, read = _page(page_token, limit, 20), partial(chats.chats_page, business=self._own)
        page = await self._call("getChats", "POST", self._business("chats"), read, query=query, body=body)
        return self._keyless(page)

    async def get_chat(self, chat_ref: ChatRef) -> Chat | Problem:
        """One chat; a NOT_FOUND problem if the business has none with this id.

        https://yandex.ru/dev/market/partner-api/doc/ru/reference/chats/getChat
        """
        read = partial(chats.chat, asked=chat_ref)
        return await self._call(
            "getChat", "GET", self._business("chat"), read, query={"chatId": self._number(chat_ref)}
        )

    async def get_chat_history(
        self,
        chat_ref: ChatRef,
        *,
        from_message_id: MessageId | None = None,
        page_token: str | None = None,
        limit: int = 100,
    ) -> Page[Message] | Problem:
        """One page of at most 100 messages: that message and all later ones, or (None) all there are.

        Their order is not documented.
        https://yandex.ru/dev/market/partner-api/doc/ru/reference/chats/getChatHistory
        """
        query = {"chatId": self._number(chat_ref), **_page(page_token, limit, 100)}
        body = wire.GetChatHistoryRequest(message_id_from=from_message_id)
        path, read = self._business("chats/history"), partial(chats.messages_page, chat_ref=chat_ref)
        return self._keyless(await self._call("getChatHistory", "POST", path, read, query=query, body=body))

    async def get_chat_message(self, chat_ref: ChatRef, message_id: MessageId) -> Message | Problem:
        """One message; a NOT_FOUND problem if the chat has none with this id.

        https://yandex.ru/dev/market/partner-api/doc/ru/reference/chats/getChatMessage
        """
        query = {"chatId": self._number(chat_ref), "messageId": message_id}
        read = partial(chats.message, chat_ref=chat_ref, asked=message_id)
        return await self._call("getChatMessage", "GET", self._business("chats/message"), read, query=query)

    async def fetch_file(self, url: str, write: Write, *, limit: int) -> int | Problem:
        """Pass a received file of at most `limit` bytes to `write`, without sending the key; its size."""
        download = Download(self._deadlines, self._access.is_local, limit, self._transport)
        return await download.fetch(url, write)

    async def get_shops(self) -> tuple[Shop, ...] | Problem:
        """Every shop (campaign) of the key, or a problem: an incomplete list must not pass for all.

        https://yandex.ru/dev/market/partner-api/doc/ru/reference/campaigns/getCampaigns
        """
        shops: dict[CampaignId, Shop] = {}
        token: str | None = None
        seen: set[str | None] = set()
        while token not in seen and len(seen) < _MOST_PAGES:
            seen.add(token)
            query = _page(token, 100, 100)
            page = await self._call("getCampaigns", "GET", "/v2/campaigns", chats.shops_page, query=query)
            if isinstance(page, Problem):
                return page
            found, token = page
            shops.update((shop.campaign_id, shop) for shop in found)
            if token is None:
                return tuple(shops.values())
        words = _("The Market repeats the same page.")
        return Problem(ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR, "getCampaigns", message=words)

    async def get_key_rights(self) -> KeyRights | Problem:
        """What the key may do. An OAuth token may do everything; asking with one would be refused.

        https://yandex.ru/dev/market/partner-api/doc/ru/reference/auth/getAuthTokenInfo
        """
        if not self._access.api_key:
            return KeyRights(name="OAuth", scopes=("ALL_METHODS",))
        return await self._call("getAuthTokenInfo", "POST", "/v2/auth/token", chats.key_rights)

    async def get_orders(self, order_ids: Sequence[OrderId]) -> tuple[Order, ...] | Problem:
        """These orders, `ORDERS_AT_ONCE` at a time; one that is missing was not found.

        https://yandex.ru/dev/market/partner-api/doc/ru/reference/orders/getBusinessOrders
        """
        wanted = tuple(dict.fromkeys(order_ids))
        found: list[Order] = []
        for start in range(0, len(wanted), ORDERS_AT_ONCE):
            asked = wanted[start : start + ORDERS_AT_ONCE]
            body = wire.GetBusinessOrdersRequest(order_ids=asked)
            path, read = self._business("orders", version="v1"), partial(orders.orders, asked=asked)
            query = {"limit": ORDERS_AT_ONCE}
            batch = await self._call("getBusinessOrders", "POST", path, read, query=query, body=body)
            if isinstance(batch, Problem):
                return batch
            found += batch
        return tuple(found)

    async def get_return(
        self, campaign_id: CampaignId, order_id: OrderId, return_id: ReturnId
    ) -> Return | Problem:
        """One return; a NOT_FOUND problem if the order has none with this id.

        https://yandex.ru/dev/market/partner-api/doc/ru/reference/orders/getReturn
        """
        path = f"/v2/campaigns/{campaign_id:d}/orders/{order_id:d}/returns/{return_id:d}"
        read = partial(orders.returned, order_id=order_id, return_id=return_id)
        return await self._call("getReturn", "GET", path, read)

    # -- writing ----------------------------------------------------------------------------------

    async def create_chat(self, about: NewChat) -> ChatRef | Problem:
        """Open the chat about an order or a return, or find the existing one; safe to repeat.

        https://yandex.ru/dev/market/partner-api/doc/ru/reference/chats/createChat
        """
        body = wire.CreateChatRequest(context=wire.ChatContext(type=about.kind, id=about.number))
        read = partial(chats.new_chat, business=self._own)
        return await self._call("createChat", "POST", self._business("chats/new"), read, body=body)

    async def send_message(self, chat_ref: ChatRef, text: str) -> Accepted | Problem:
        """Send a text of at most 4096 characters. Never repeat it after `Certainty.UNCLEAR`.

        The answer holds no id of the message: it is looked for in the history.
        https://yandex.ru/dev/market/partner-api/doc/ru/reference/chats/sendMessageToChat
        """
        operation = "sendMessageToChat"
        body = wire.SendMessageToChatRequest(message=text)
        # Half of a surrogate pair has no UTF-8, so there is no body to send; no retry would mend it.
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            return Problem(ProblemKind.BAD_REQUEST, Certainty.REFUSED, operation)
        path, query = self._business("chats/message"), {"chatId": self._number(chat_ref)}
        return await self._call(operation, "POST", path, chats.accepted, query=query, body=body)

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
        """Send a file of exactly `size` bytes; `progress` is called with the bytes sent so far.

        A FILE_CHANGED problem if the file changes or has another size. Never repeat it after
        `Certainty.UNCLEAR`.
        https://yandex.ru/dev/market/partner-api/doc/ru/reference/chats/sendFileToChat
        """
        operation = "sendFileToChat"
        try:
            upload = await open_upload(path, name=name, size=size, media_type=media_type, progress=progress)
        except FileChangedError as error:
            return Problem(ProblemKind.FILE_CHANGED, Certainty.NOT_SENT, operation, message=str(error))
        try:
            url, query = self._business("chats/file/send"), {"chatId": self._number(chat_ref)}
            return await self._call(operation, "POST", url, chats.accepted, query=query, body=upload)
        finally:
            await upload.aclose()

    # -- asking -----------------------------------------------------------------------------------

    @property
    def _own(self) -> BusinessId:
        if self._access.business_id is None:
            raise AccessError(_("The business id is not set."))
        return self._access.business_id

    def _business(self, rest: str, *, version: str = "v2") -> str:
        return f"/{version}/businesses/{self._own:d}/{rest}"

    def _number(self, chat: ChatRef) -> int:
        """The Market's number of a chat; raises `ForeignChat` for one of another business."""
        return number_in(self._own, chat)

    async def _call(
        self,
        operation: str,
        method: str,
        path: str,
        read: Callable[[Response], T],
        *,
        query: Mapping[str, str | int] | None = None,
        body: msgspec.Struct | Upload | None = None,
    ) -> T | Problem:
        """Send one request: what `read` makes of a 2xx, or a problem."""
        content = msgspec.json.encode(body) if isinstance(body, msgspec.Struct) else body
        response = await self._connections.ask(Request(operation, method, path, query or {}, content))
        if isinstance(response, Problem):
            return response
        if 200 <= response.status < 300:
            with suppress(GarbledError, StatusError):
                return read(response)
        return from_status(response.status, response.headers, response.body, operation)

    def _keyless(self, page: Page[Item] | Problem) -> Page[Item] | Problem:
        """The page without the key in its unreadable items, which are going to be stored."""
        if isinstance(page, Problem) or not page.unreadable:
            return page
        secret = self._access.secret
        return replace(page, unreadable=tuple(keyless(item, secret) for item in page.unreadable))


def _page(token: str | None, limit: int, most: int) -> dict[str, str | int]:
    """The query of one page, with the limit cut to `most`: the Market refuses a larger one with 400."""
    query: dict[str, str | int] = {"limit": max(1, min(limit, most))}
    return query if token is None else {**query, "pageToken": token}
