"""The pretend Market as an ASGI application: lets requests in, treats them, and answers or fails as told."""

import asyncio
import random
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from chat_tui.sandbox.access import BUSINESS_ID, authorize, check_business, check_campaign, check_scope
from chat_tui.sandbox.chats import FORM_LIMIT
from chat_tui.sandbox.faults import Fault
from chat_tui.sandbox.ledger import Quotas, RequestRecord, without_secrets
from chat_tui.sandbox.refusal import Refusal, envelope
from chat_tui.sandbox.request import Call, Market, whole
from chat_tui.sandbox.routes import Operation, WrongMethod, find
from chat_tui.sandbox.times import http_date

_BODY_KEPT = FORM_LIMIT
"""Bytes of a body that are kept; the rest is read and counted, as such a request is refused anyway."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A request whose body was read, of a known operation."""

    operation: Operation
    ids: dict[str, str]
    request: Request
    record: RequestRecord
    body: bytes

    @property
    def owner(self) -> int:
        """Whose quota it uses: the business's, or the shop's in paths of shops."""
        written = self.ids.get("businessId") or self.ids.get("campaignId") or ""
        return int(written) if written.isdecimal() and len(written) < 19 else BUSINESS_ID


@dataclass(slots=True)
class _Reply:
    status: int
    body: bytes
    headers: dict[str, str]


class Server:
    """One ASGI application for both origins; the attachment host is told apart by its port."""

    def __init__(
        self,
        market: Market,
        quotas: Quotas,
        requests: deque[RequestRecord],
        faults: Callable[[str], Fault],
        *,
        files_port: int,
    ) -> None:
        """`faults` is asked by every request, with its operation ("file" for the attachment host)."""
        self.market = market
        self.quotas = quotas
        self.requests = requests
        self.faults = faults
        self.files_port = files_port

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if scope["server"][1] == self.files_port:
            with suppress(ClientDisconnect):
                await self._file(request, send)
            return
        business_id = _business(scope["path"])
        record = self._record(request, "", self.quotas.enter(business_id))
        try:
            await self._serve(request, record, send)
        except ClientDisconnect:
            record.status = 0
        finally:
            self.quotas.leave_flight(business_id)

    def _record(self, request: Request, operation: str, in_flight: int) -> RequestRecord:
        headers = without_secrets(dict(request.headers))
        now = self.market.world.now_ms()
        record = RequestRecord(
            operation, request.method, request.url.path, request.url.query, headers, now, in_flight
        )
        self.requests.append(record)
        return record

    async def _serve(self, request: Request, record: RequestRecord, send: Send) -> None:
        try:
            operation, ids = find(
                request.method, request.scope["path"], unversioned=self.market.behaviour.unversioned
            )
        except Refusal as refusal:
            await _drain(request)
            allow = {"allow": refusal.allowed} if isinstance(refusal, WrongMethod) else {}
            reply = self._reply(refusal.status, envelope(refusal.status, refusal.message), allow)
            await self._send(request, record, reply, send)
            return
        record.operation = operation.name
        fault = self.faults(operation.name)
        body, record.body_size = await _drain(request, fault.read)
        if fault.read is not None:
            await fault.wait()
            await fault.breaks_off(request, 0, {}, b"")
            return
        reply = self._treat(_Arrival(operation, ids, request, record, body), fault)
        await self._finish(request, record, reply, fault, send, latency_s=self._latency_s)

    async def _finish(
        self,
        request: Request,
        record: RequestRecord,
        reply: _Reply,
        fault: Fault,
        send: Send,
        *,
        latency_s: float,
    ) -> None:
        """Wait as told, then answer, unless the fault ends the connection."""
        reply.headers.setdefault("content-length", str(len(reply.body)))
        if latency_s or fault.waits:
            await _while_connected(request, fault, latency_s)
        if not await fault.breaks_off(request, reply.status, reply.headers, reply.body):
            await self._send(request, record, reply, send)

    async def _send(self, request: Request, record: RequestRecord, reply: _Reply, send: Send) -> None:
        record.status = reply.status
        headers = {"content-length": str(len(reply.body)), **reply.headers}
        response = Response(reply.body, reply.status)
        response.raw_headers = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        await response(request.scope, request.receive, send)

    @property
    def _latency_s(self) -> float:
        behaviour = self.market.behaviour
        spread = behaviour.latency_s * behaviour.latency_spread
        return behaviour.latency_s + random.uniform(-spread, spread)

    def _reply(self, status: int, body: Any, headers: dict[str, str]) -> _Reply:
        raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
        usual = {
            "content-type": "application/json",
            "date": http_date(self.market.world.now_ms()),
            "connection": "close",
            "traceparent": f"00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01",
        }
        return _Reply(status, raw, {**usual, **headers})

    # -- treating: no waiting in here, so that a request takes effect at one moment ---------------------

    def _treat(self, arrival: _Arrival, fault: Fault) -> _Reply:
        name, owner, behaviour = arrival.operation.name, arrival.owner, self.market.behaviour
        status, result = 200, None
        if fault.accept:
            try:
                result = self._run(arrival)
            except Refusal as refusal:
                status, result = refusal.status, envelope(refusal.status, refusal.message)
            if fault.status is not None and fault.status >= 500:
                self.quotas.give_back(name, owner)
        elif fault.status is not None and fault.status < 500:
            self.quotas.take_if_any(name, owner)
        if fault.status is not None or not fault.accept:
            status = fault.status or 503
            result = fault.content(status)
        if status == 200 and not isinstance(result, bytes):
            result = behaviour.shown(name, result)
        return _altered(self._reply(status, result, self.quotas.headers(name, owner)), fault)

    def _run(self, arrival: _Arrival) -> Any:
        behaviour, name, headers = self.market.behaviour, arrival.operation.name, arrival.request.headers
        if behaviour.unauthorized:
            raise Refusal(401, behaviour.unauthorized)
        key = authorize(headers)
        self.quotas.take(name, arrival.owner, arrival.operation.path)
        most = behaviour.parallel_limit if arrival.operation.at_once is None else arrival.operation.at_once
        if arrival.record.in_flight > most:
            raise Refusal(420, f"Hit rate limit of {most} parallel requests for businessId {key.business_id}")
        check_scope(key, arrival.operation.scopes)
        numbers = {title: whole(title, written) for title, written in arrival.ids.items()}
        for title in ("businessId", "campaignId"):
            if numbers.get(title, 1) < 1:
                raise Refusal(400, f"Parameter {title} must be greater than or equal to 1")
        if "businessId" in numbers:
            check_business(key, numbers["businessId"], headers.get("x-business-id"))
        elif "campaignId" in numbers:
            check_campaign(key, numbers["campaignId"])
        return arrival.operation.run(
            Call(
                self.market,
                name,
                key,
                numbers,
                arrival.request.query_params,
                headers.get("content-type", ""),
                arrival.body,
                arrival.record.body_size,
            )
        )

    # -- the attachment host: its scripted answers are those of "file" ---------------------------------

    async def _file(self, request: Request, send: Send) -> None:
        behaviour = self.market.behaviour
        record = self._record(request, "file", 0)
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
        reply = _altered(_Reply(status, body, headers), fault)
        await self._finish(request, record, reply, fault, send, latency_s=0.0)


def _altered(reply: _Reply, fault: Fault) -> _Reply:
    headers = {**reply.headers, **{name.lower(): value for name, value in fault.headers.items()}}
    return _Reply(reply.status, reply.body, {name: value for name, value in headers.items() if value})


def _business(path: str) -> int:
    """Whose request it is, as far as the path says."""
    named = path.partition("/businesses/")[2].partition("/")[0]
    return int(named) if named.isdecimal() and len(named) < 19 else BUSINESS_ID


async def _drain(request: Request, most: int | None = None) -> tuple[bytes, int]:
    """The body of a request, or its first bytes; and how many came."""
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
    """Wait; a client that hangs up meanwhile is not in flight any more."""
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
