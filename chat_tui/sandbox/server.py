"""The pretend Market as an ASGI application: finds the operation, checks the access, answers."""

import asyncio
import random
import re
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chat_tui.sandbox import access, chats, orders
from chat_tui.sandbox.access import (
    BUSINESS_ID,
    Refusal,
    authorize,
    check_business,
    check_campaign,
    check_scope,
    envelope,
)
from chat_tui.sandbox.chats import FORM_LIMIT
from chat_tui.sandbox.faults import NO_FAULT, Fault
from chat_tui.sandbox.ledger import Quotas, RequestRecord, without_secrets
from chat_tui.sandbox.request import Call, Market, whole
from chat_tui.sandbox.times import http_date


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API."""

    name: str
    """operationId."""
    method: str
    path: str
    run: Callable[[Call], Any]
    """Returns the body of a 200 answer; raises Refusal."""
    scopes: access.Scopes
    per_hour: int
    """Calls of one business (or shop) in an hour."""
    at_once: int | None = None
    """Requests at once, where an operation has a limit of its own; None = `Behaviour.parallel_limit`."""

    def match(self, path: str, *, unversioned: bool) -> dict[str, str] | None:
        """The ids in the path, as written, or None if it is another; `unversioned`: it may lack `/v2`."""
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


def _find(method: str, path: str, *, unversioned: bool) -> tuple[Operation, dict[str, str]]:
    """The operation of a request and the ids in its path; Refusal (404 or 405) if there is none."""
    path = path.removesuffix(".json")  # as the Market accepts it
    allowed = []
    for operation in OPERATIONS:
        ids = operation.match(path, unversioned=unversioned)
        if ids is not None:
            if operation.method == method:
                return operation, ids
            allowed.append(operation.method)
    if allowed:
        raise Refusal(405, f"Request method '{method}' not supported", allow=", ".join(allowed))
    raise Refusal(404, "Resource not found")


# ---- the application

_BODY_KEPT = FORM_LIMIT
"""Bytes of a body that are kept; the rest is only counted, because such a request is refused for its size."""


@dataclass(slots=True)
class _Reply:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Visit:
    """One request, from its arrival until it is answered."""

    request: Request
    send: Send
    record: RequestRecord

    async def answer(self, reply: _Reply, fault: Fault = NO_FAULT, latency_s: float = 0.0) -> None:
        """Wait, then answer, unless the fault ends the connection; ClientDisconnect if the client did."""
        # Set here: a fault may announce a false length, which starlette would correct.
        changed = {**reply.headers, **{name.lower(): value for name, value in fault.headers.items()}}
        kept = {name: value for name, value in changed.items() if value}
        headers = {"content-length": str(len(reply.body)), **kept}
        if latency_s or fault.waits:
            await _while_connected(self.request, fault, latency_s)
        if await fault.breaks_off(self.request, reply.status, headers, reply.body):
            return
        self.record.status = reply.status
        response = Response(reply.body, reply.status)
        response.raw_headers = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await response(self.request.scope, self.request.receive, self.send)


@dataclass(frozen=True, slots=True)
class Server:
    """One ASGI application for both origins: the API and the attachment host."""

    market: Market
    quotas: Quotas
    requests: deque[RequestRecord]
    """Every request is added here."""
    faults: Callable[[str], Fault]
    """Called by every request with its operation ("file" on the attachment host)."""
    files_port: int
    """Requests on this port are for the attachment host."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if scope["server"][1] == self.files_port:
            with suppress(ClientDisconnect):
                await self._file(self._visit(request, send, "file", 0))
            return
        business_id = _number(scope["path"].partition("/businesses/")[2].partition("/")[0])
        visit = self._visit(request, send, "", self.quotas.enter(business_id))
        try:
            await self._serve(visit)
        except ClientDisconnect:
            visit.record.status = 0
        finally:
            self.quotas.leave_flight(business_id)

    def _visit(self, request: Request, send: Send, operation: str, in_flight: int) -> _Visit:
        headers = without_secrets(dict(request.headers))
        now = self.market.world.now_ms()
        record = RequestRecord(
            operation, request.method, request.url.path, request.url.query, headers, now, in_flight
        )
        self.requests.append(record)
        return _Visit(request, send, record)

    async def _serve(self, visit: _Visit) -> None:
        request = visit.request
        try:
            operation, ids = _find(
                request.method, request.scope["path"], unversioned=self.market.behaviour.unversioned
            )
        except Refusal as refusal:
            # A client that is still writing would take a connection that closes for a broken one.
            await _drain(request)
            allow = {"allow": refusal.allow} if refusal.allow else {}
            await visit.answer(self._reply(refusal.status, envelope(refusal.status, refusal.message), allow))
            return
        visit.record.operation = operation.name
        fault = self.faults(operation.name)
        body, visit.record.body_size = await _drain(request, fault.read)
        if fault.read is not None:
            # Such a fault cuts the connection without an answer.
            await fault.wait()
            await fault.breaks_off(request, 0, {}, b"")
            return
        reply = self._treat(visit, operation, ids, body, fault)
        behaviour = self.market.behaviour
        spread = behaviour.latency_s * behaviour.latency_spread
        await visit.answer(reply, fault, behaviour.latency_s + random.uniform(-spread, spread))

    def _reply(self, status: int, body: Any, headers: dict[str, str]) -> _Reply:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        usual = {
            "content-type": "application/json",
            "date": http_date(self.market.world.now_ms()),
            "connection": "close",  # as documented, the Market has no keep-alive
            "traceparent": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01",
        }
        return _Reply(status, raw, {**usual, **headers})

    # -- treating: nothing is awaited in here, so that a request takes effect at one moment -------------

    def _treat(
        self, visit: _Visit, operation: Operation, ids: dict[str, str], body: bytes, fault: Fault
    ) -> _Reply:
        # The quota is that of the business, or of the shop where the path names one.
        owner = _number(ids.get("businessId") or ids.get("campaignId") or "")
        status, result = 200, None
        if fault.accept:
            try:
                result = operation.run(self._let_in(visit, operation, ids, body, owner))
            except Refusal as refusal:
                status, result = refusal.status, envelope(refusal.status, refusal.message)
            # As documented, answers of 2xx and 4xx count, those of 5xx do not.
            if fault.status is not None and fault.status >= 500:
                self.quotas.give_back(operation.name, owner)
        elif fault.status is not None and fault.status < 500:
            self.quotas.take_if_any(operation.name, owner)
        if fault.status is not None or not fault.accept:
            status = fault.status or 503
            result = fault.content(status)
        if status == 200 and not isinstance(result, bytes):
            result = self.market.behaviour.shown(operation.name, result)
        return self._reply(status, result, self.quotas.headers(operation.name, owner))

    def _let_in(
        self, visit: _Visit, operation: Operation, ids: dict[str, str], body: bytes, owner: int
    ) -> Call:
        """The call that a request makes; Refusal (400, 401, 403, 404, 420) if it may not make it."""
        behaviour, headers = self.market.behaviour, visit.request.headers
        if behaviour.unauthorized:
            raise Refusal(401, behaviour.unauthorized)
        key = authorize(headers)
        # In this order: a request with an unknown key costs no quota, one without the scope does.
        self.quotas.take(operation.name, owner, operation.path)
        most = behaviour.parallel_limit if operation.at_once is None else operation.at_once
        if visit.record.in_flight > most:
            raise Refusal(420, f"Hit rate limit of {most} parallel requests for businessId {key.business_id}")
        check_scope(key, operation.scopes)
        numbers = {title: whole(title, written) for title, written in ids.items()}
        for title in ("businessId", "campaignId"):
            if numbers.get(title, 1) < 1:
                raise Refusal(400, f"Parameter {title} must be greater than or equal to 1")
        if "businessId" in numbers:
            check_business(key, numbers["businessId"], headers.get("x-business-id"))
        elif "campaignId" in numbers:
            check_campaign(key, numbers["campaignId"])
        return Call(
            market=self.market,
            operation=operation.name,
            key=key,
            ids=numbers,
            query=visit.request.query_params,
            content_type=headers.get("content-type", ""),
            body=body,
            size=visit.record.body_size,
        )

    # -- the attachment host, whose operation is called "file" -----------------------------------------

    async def _file(self, visit: _Visit) -> None:
        behaviour, request = self.market.behaviour, visit.request
        await _drain(request)
        content = self.market.world.content(request.url.path.removeprefix("/file/"))
        status = 404 if content is None else 200
        if request.method != "GET":
            status = 405
        if behaviour.files_refuse_key and "api-key" in request.headers:
            status = 403
        if behaviour.files_need_oauth and not request.headers.get("authorization", "").startswith("OAuth "):
            status = 401
        if behaviour.files_status != 200:
            status = behaviour.files_status
        fault = self.faults("file")
        status, body = fault.file(status, content if content is not None and status == 200 else b"")
        headers = {
            "content-type": "application/octet-stream",
            "connection": "close",
            "date": http_date(self.market.world.now_ms()),
        }
        await visit.answer(_Reply(status, body, headers), fault)


def _number(written: str) -> int:
    """The id of the business (or shop) in a path; that of the pretend business if there is none."""
    return int(written) if written.isdecimal() and len(written) < 19 else BUSINESS_ID


async def _drain(request: Request, most: int | None = None) -> tuple[bytes, int]:
    """The body of a request, cut to `_BODY_KEPT`, and the bytes that came, read up to `most` (None = all)."""
    if most == 0:
        return b"", 0
    body = bytearray()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        body += chunk[: max(0, _BODY_KEPT - len(body))]
        if most is not None and size >= most:
            break
    return bytes(body), size


async def _while_connected(request: Request, fault: Fault, latency_s: float) -> None:
    """Wait; raises ClientDisconnect if the client hangs up: its request is not in flight any more."""
    waiting = asyncio.create_task(_wait(fault, latency_s))
    leaving = asyncio.ensure_future(request.receive())
    try:
        done, _ = await asyncio.wait({waiting, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (waiting, leaving):
            task.cancel()
    if waiting not in done:
        raise ClientDisconnect


async def _wait(fault: Fault, latency_s: float) -> None:
    await asyncio.sleep(latency_s)
    await fault.wait()
