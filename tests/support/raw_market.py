"""A server on loopback that answers with exactly the bytes of a test and records its requests."""

import asyncio
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Script:
    """How to handle one request."""

    pieces: Iterable[bytes] = ()
    """Bytes of the answer, written one piece after another."""
    pause_s: float = 0.0
    """Seconds between two pieces, for tests about slow answers."""
    read: str = "all"
    """`all` of the request, only its `head`, or `nothing`."""
    waits: bool = False
    """Whether the first piece waits until the test sets `go_on`."""
    end: str = "close"
    """`close`, `reset`, or `hold` the connection open until the client leaves or the server ends."""


@dataclass
class RawMarket:
    """Plays its scripts in order, one for each connection; the last one repeats."""

    scripts: list[Script]
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever a connection has sent as much as its script reads."""
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    """Ends `hold` when it is set, and starts an answer that `waits`."""
    port: int = 0
    scheme: str = "http"

    @property
    def url(self) -> str:
        """The base address."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection."""
        script = self.scripts[min(self.connections, len(self.scripts) - 1)]
        self.connections += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await self._play(script, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client closed the connection, as many of these tests intend
        finally:
            self.in_flight -= 1
            writer.close()

    async def _play(self, script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if script.read != "nothing":
            self.asked.append(await _read_request(reader, with_body=script.read == "all"))
        self.arrived.set()
        if script.waits:
            await self.go_on.wait()
        for number, piece in enumerate(script.pieces):
            if number and script.pause_s:
                await asyncio.sleep(script.pause_s)
            writer.write(piece)
            await writer.drain()
        if script.end == "hold":
            await self.go_on.wait()
        if script.end == "reset":
            raw = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def _read_request(reader: asyncio.StreamReader, *, with_body: bool) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _version = first.split(" ")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines)}
    length = int(headers.get("content-length", "0")) if with_body else 0
    return Asked(method, target, headers, await reader.readexactly(length))


def reply(body: bytes | str = b'{"status":"OK"}', status: int = 200, **headers: str) -> bytes:
    """A well-formed answer; header names are written with `_` instead of `-`."""
    raw = body.encode() if isinstance(body, str) else body
    lines = {"content_type": "application/json", "content_length": str(len(raw)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode("latin-1") + raw


@asynccontextmanager
async def raw_market(*scripts: Script | bytes, tls: ssl.SSLContext | None = None) -> AsyncIterator[RawMarket]:
    """Run the server during a test; plain bytes are an answer followed by a close."""
    market = RawMarket([s if isinstance(s, Script) else Script((s,)) for s in scripts])
    connections: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(market.serve(reader, writer))
        connections.add(task)
        task.add_done_callback(connections.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    market.port = server.sockets[0].getsockname()[1]
    market.scheme = "https" if tls else "http"
    try:
        yield market
    finally:
        market.go_on.set()
        server.close()
        for task in list(connections):
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
