"""A proxy on loopback that connects every tunnel to one port and records the bytes of clients."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Tunnel:
    """The proxy's record."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    """The first line of every request."""
    seen: bytearray = field(default_factory=bytearray)
    """Every byte from clients."""


@asynccontextmanager
async def tunnel_to(port: int) -> AsyncIterator[Tunnel]:
    """Run the proxy during a test."""
    tunnel = Tunnel()
    open_tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            tunnel.seen += head
            tunnel.asked.append(head.split(b"\r\n", 1)[0].decode())
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pour(reader, there_writer, tunnel.seen), _pour(there_reader, writer))
        finally:
            writer.close()
            there_writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(serve(reader, writer))
        open_tasks.add(task)
        task.add_done_callback(open_tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    tunnel.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield tunnel
    finally:
        server.close()
        for task in list(open_tasks):
            task.cancel()
        await asyncio.gather(*open_tasks, return_exceptions=True)


async def _pour(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seen: bytearray | None = None
) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            if seen is not None:
                seen += data
            writer.write(data)
            await writer.drain()
    writer.close()
