"""uvicorn, made to start and stop at once and to let the application reach its transport."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from chat_tui.sandbox.server import Server

_TURNS: Final = 5
"""Of the event loop, more than lie between the acceptance of a connection and its protocol's beginning."""


class _Protocol(H11Protocol):
    """Puts the connection's transport into the scope's state, for answers that are cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class Listening(uvicorn.Server):
    """Serves until `stop` is set; then every connection is dropped, answered or not."""

    def __init__(self, app: Server) -> None:
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            server_header=False,
            loop="asyncio",
        )
        super().__init__(config)
        self.stop = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Signals are the caller's business."""
        yield

    async def main_loop(self) -> None:
        """Wait for the end, without the usual ten wake-ups a second."""
        await self.stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drop everything."""
        loop = asyncio.get_running_loop()
        for server in self.servers:
            for wire in server.sockets:
                loop.remove_reader(wire)
        # Whoever was let in a moment ago is a connection, which can be dropped, a few turns later; a server
        # that is closed by then would forget its socket.
        for _turn in range(_TURNS):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for task in self.server_state.tasks:
            task.cancel()
        for connection in list(self.server_state.connections):
            cast(_Protocol, connection).transport.abort()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
        for server in self.servers:
            await server.wait_closed()
        # A dropped connection closes its socket in the next turn.
        await asyncio.sleep(0)


def listen(port: int = 0, *, fd: int | None = None) -> socket.socket:
    """A listening socket on loopback, or the one inherited as `fd`."""
    if fd is not None:
        return socket.socket(fileno=fd)
    wire = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    wire.bind(("127.0.0.1", port))
    wire.listen(128)
    return wire
