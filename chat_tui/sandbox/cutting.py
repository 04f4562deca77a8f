"""Answers that end before they are whole, written past the ASGI server onto its transport.

ASGI has no way to reset a connection; the protocol class of `serve` puts its transport into the
scope's state, and here it is closed, or aborted with a zero linger so that the client sees a reset.
"""

import asyncio
import socket
import struct

from starlette.requests import Request

from chat_tui.sandbox.faults import Answer


def transport_of(request: Request) -> asyncio.Transport:
    """The connection the request came by."""
    transport = request.scope["state"]["transport"]
    assert isinstance(transport, asyncio.Transport)
    return transport


def head(status: int, headers: dict[str, str]) -> bytes:
    """Status line and headers as they go over the wire."""
    lines = [f"HTTP/1.1 {status} ", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


async def cut(request: Request, answer: Answer, whole_head: bytes, body: bytes) -> None:
    """Send what the scripted answer lets through, then end the connection."""
    transport = transport_of(request)
    if answer.raw is not None:
        await _drip(transport, answer.raw, answer.drip_s)
    elif answer.cut_after is not None:
        transport.write(whole_head + body[: answer.cut_after])
    if answer.cut == "reset":
        wire = transport.get_extra_info("socket")
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    else:
        transport.close()
    # The server would answer 500 by itself if this returned before it knew of the end.
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _drip(transport: asyncio.Transport, raw: bytes, pause_s: float) -> None:
    if not pause_s:
        transport.write(raw)
        return
    for byte in raw:
        if transport.is_closing():
            return
        transport.write(bytes((byte,)))
        await asyncio.sleep(pause_s)
