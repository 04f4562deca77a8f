"""Faults that tests give the pretend Market: scripted answers, one for each request."""

import asyncio
import socket
import struct
import threading
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.requests import Request

from chat_tui.sandbox.access import envelope
from chat_tui.sandbox.faults import NO_FAULT, Fault

_WORDS = {
    401: "Api-Key token is invalid",
    403: "Access denied",
    404: "Resource not found",
    500: "Internal server error",
    503: "Service temporarily unavailable. Please, try again later",
}
"""The Market's error message for a status."""


@dataclass(frozen=True)
class Answer(Fault):
    """The answer to one request, instead of the real one or after the request took effect."""

    status: int | None = None
    """None = the status of the real answer."""
    body: bytes | str | Mapping[str, Any] | None = None
    """None with a status: the error envelope of that status, or {"status":"OK"} for 200."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Added to the usual headers or replacing them, in lower case; an empty value removes a header."""
    accept: bool = True
    """Whether the request takes effect (a send reaches the ledger) before it is answered."""
    delay_s: float = 0.0
    """Seconds to wait after acceptance, before the answer."""
    until: threading.Event | None = None
    """An event of the test to wait for, after acceptance."""
    cut: Literal["", "close", "reset"] = ""
    """End the connection in the middle of the answer: in order (FIN) or by a reset (RST)."""
    cut_after: int | None = None
    """Bytes of the body that are sent before the cut; None = not even the headers."""
    raw: bytes | None = None
    """Bytes to send instead of an HTTP answer, before the connection is closed."""
    drip_s: float = 0.0
    """Seconds between single bytes of `raw`."""
    read: int | None = None
    """Stop reading after so many bytes of the request's body (0 = at once), wait and cut; None = read all."""

    def content(self, status: int) -> Any:
        if self.body is None:
            return {"status": "OK"} if status < 300 else envelope(status, _WORDS.get(status, "Error"))
        return self.body.encode() if isinstance(self.body, str) else self.body

    def file(self, status: int, body: bytes) -> tuple[int, bytes]:
        if self.status is None and self.body is None:
            return status, body
        assert self.body is None or isinstance(self.body, bytes | str)
        return self.status or status, self.body.encode() if isinstance(self.body, str) else self.body or b""

    @property
    def waits(self) -> bool:
        return bool(self.delay_s or self.until)

    async def wait(self) -> None:
        await asyncio.sleep(self.delay_s)
        # Polled, because a thread that waits for the event would outlive a server that stops meanwhile.
        while self.until is not None and not self.until.is_set():
            await asyncio.sleep(0.005)

    async def breaks_off(
        self, request: Request, status: int, headers: Mapping[str, str], body: bytes
    ) -> bool:
        """End the connection past the ASGI server, which has no way to cut an answer or reset a connection.

        `serve` puts the transport into the scope's state. A reset is an abort with a zero linger.
        """
        if not self.cut and self.raw is None and self.read is None:
            return False
        transport = request.scope["state"]["transport"]
        gone = asyncio.create_task(_gone(request))
        try:
            if self.raw is not None:
                await _drip(transport, self.raw, self.drip_s, gone)
            elif self.cut_after is not None and self.read is None:
                transport.write(_head(status, headers) + body[: self.cut_after])
            if self.cut == "reset":
                wire = transport.get_extra_info("socket")
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                transport.abort()
            else:
                transport.close()
            # The server would answer 500 if this returned before it noticed the end of the connection.
            await gone
        finally:
            gone.cancel()
        return True


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    """The status line and headers as bytes."""
    lines = [f"HTTP/1.1 {status} ", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def _gone(request: Request) -> None:
    """Return when the connection of a request, whose body was read, has ended."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _drip(transport: asyncio.Transport, raw: bytes, pause_s: float, gone: "asyncio.Task[None]") -> None:
    """Write the bytes with pauses in between, until all are written or the client is `gone`."""
    if not pause_s:
        transport.write(raw)
        return
    for place, byte in enumerate(raw):
        # No pause at the end, and none without a client: the request must not count as in flight for longer.
        if place and (await asyncio.wait({gone}, timeout=pause_s))[0]:
            return
        transport.write(bytes((byte,)))


PORTAL = "<html><body>Войдите в сеть</body></html>"
"""The page of a captive portal."""


def accepted_then(cut: Literal["close", "reset"]) -> Answer:
    """The request takes effect, but its answer is lost."""
    return Answer(cut=cut)


def lost(cut: Literal["close", "reset"]) -> Answer:
    """The request arrives but takes no effect, and there is no answer."""
    return Answer(cut=cut, accept=False)


def half_answer() -> Answer:
    """The request takes effect; the answer announces 100 bytes, but only nine come."""
    return Answer(status=200, body=b'{"status"', headers={"content-length": "100"}, cut="close", cut_after=9)


def burst(status: int, count: int, *, accept: bool = False) -> Sequence[Answer]:
    """`count` answers such as 500 or 503, with or without effect."""
    return [Answer(status=status, accept=accept)] * count


def bad_gateway(status: int = 502) -> Answer:
    """A gateway's page instead of JSON; the request takes no effect."""
    page = f"<html><head><title>{status}</title></head><body>{'nginx ' * 500}</body></html>"
    return Answer(status=status, body=page, headers={"content-type": "text/html"}, accept=False)


def portal(*, accept: bool = False) -> Answer:
    """A captive portal: status 200 with HTML."""
    return Answer(
        status=200, body=PORTAL, headers={"content-type": "text/html; charset=utf-8"}, accept=accept
    )


class Script:
    """Scripted answers, waiting by operation; every request takes one.

    "*" stands for every operation, "file" for the attachment host.
    """

    def __init__(self) -> None:
        self._answers: defaultdict[str, deque[Answer]] = defaultdict(deque)
        self._lock = threading.Lock()

    def add(self, operation: str, answers: Sequence[Answer]) -> None:
        """Append answers to those already waiting."""
        with self._lock:
            self._answers[operation].extend(answers)

    def take(self, operation: str) -> Fault:
        """The next answer for this operation: its own come before those for every operation."""
        with self._lock:
            for name in (operation,) if operation == "file" else (operation, "*"):
                if self._answers[name]:
                    return self._answers[name].popleft()
        return NO_FAULT

    def clear(self) -> None:
        """Drop the remaining answers: the Market behaves normally again."""
        with self._lock:
            self._answers.clear()

    def left(self, operation: str) -> int:
        """The number of answers still waiting under this name."""
        with self._lock:
            return len(self._answers[operation])
