"""Runs the pretend Market: on a thread, or as the command `sandbox`."""

import asyncio
import json
import os
import signal
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final, Self, cast

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from chat_tui.sandbox.access import API_KEY, BUSINESS_ID
from chat_tui.sandbox.buyers import Buyers
from chat_tui.sandbox.faults import NO_FAULT, Behaviour, Fault
from chat_tui.sandbox.ledger import Begun, Journal, Quotas, RequestRecord
from chat_tui.sandbox.request import Market, Tokens
from chat_tui.sandbox.server import PER_HOUR, Server
from chat_tui.sandbox.world import Chat, World

_REQUESTS_KEPT: Final = 10_000


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000


class Sandbox:
    """A running pretend Market on two loopback ports. Every method is safe to call from any thread."""

    api_key = API_KEY
    business_id = BUSINESS_ID

    def __init__(
        self, world: World, begun: Begun, journal: Journal | None, buyers: Buyers | None, api: socket.socket
    ) -> None:
        """Use `start`."""
        self.world = world
        self.begun = begun
        """The numbers that determine its world; equal ones make equal worlds."""
        self._journal = journal
        self._buyers = buyers
        self._api, self._files = api, _listen()
        files_port = self._files.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._api.getsockname()[1]}"
        self.files_url = f"http://127.0.0.1:{files_port}"
        self.quotas = Quotas(world.now_ms, PER_HOUR)
        self.requests: deque[RequestRecord] = deque(maxlen=_REQUESTS_KEPT)
        """The latest requests, oldest first."""
        self.market = Market(world, self.new_behaviour(), Tokens(begun.seed), self.files_url, self._heard)
        server = Server(self.market, self.quotas, self.requests, self.fault_of, files_port=files_port)
        self._listening = _Listening(server)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._live, name="sandbox", daemon=True)

    def new_behaviour(self) -> Behaviour:
        """How this Market is going to behave; the sandbox of the tests has more to set."""
        return Behaviour()

    def fault_of(self, operation: str) -> Fault:
        """What goes wrong with the next request of this operation ("file" = on the attachment host).

        Called once for every request. Nothing goes wrong here; the sandbox of the tests overrides it.
        """
        return NO_FAULT

    @classmethod
    def start(
        cls,
        *,
        chats: int = 300,
        seed: int = 1,
        buyers: bool = False,
        now_ms: Callable[[], int] = _clock_ms,
        start_ms: int | None = None,
        journal: Path | None = None,
        long_chat: int = 420,
        language: str = "ru",
        hostile: bool = False,
        scale: float = 1.0,
        port: int = 0,
        fd: int | None = None,
    ) -> Self:
        """Serve from a thread of its own until `stop` or the end of the `with` block.

        `now_ms` is the clock (ms UTC); `start_ms` is the time at which the world starts (None = now, or as
        in the journal); the fields of `Begun` say what `long_chat`, `language` and `hostile` are; `scale`
        stretches the waits of the scripted buyers; `port` 0 takes a free one; `fd` is a socket that listens
        already.
        Raises ValueError if `journal` is not a journal or belongs to another world, OSError if it
        cannot be opened or the port is taken.
        """
        start = now_ms() if start_ms is None else start_ms
        begun = Begun(seed, chats, start, long_chat, language, hostile)
        kept = Journal(journal, begun) if journal else None
        begun = kept.begun if kept else begun
        world = World(begun, now_ms)
        if kept:
            for record in kept.records:
                world.apply(record)
            kept.records.clear()  # the world has them now
            world.written = kept.write
        scripted = Buyers(world, scale=scale) if buyers else None
        sandbox = cls(world, begun, kept, scripted, _listen(port, fd=fd))
        sandbox._thread.start()
        return sandbox

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        acting = asyncio.create_task(self._buyers.live()) if self._buyers else None
        try:
            await self._listening.serve(sockets=[self._api, self._files])
        finally:
            if acting:
                acting.cancel()
                await asyncio.gather(acting, return_exceptions=True)

    def _heard(self, chat: Chat, text: str) -> None:
        if self._buyers:
            self._buyers.heard(chat, text, self._loop.time())

    def stop(self) -> None:
        """Drop every connection and close the ports, at once, even in the middle of an answer."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._listening.stop.set)
            self._thread.join()
        self._api.close()
        self._files.close()
        if self._journal:
            self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def behaviour(self) -> Behaviour:
        """Set its fields at any time; the next request sees them."""
        return self.market.behaviour


def run(
    *,
    port: int = 0,
    chats: int,
    seed: int,
    journal: Path | None,
    fd: int | None = None,
    buyers: bool = True,
    stop_with_stdin: bool = False,
    latency_s: float = 0.0,
    language: str = "ru",
    hostile: bool = False,
) -> int:
    """Serve until SIGTERM or SIGINT, or (`stop_with_stdin`) the end of stdin; print one JSON line when ready.

    `latency_s` is the mean wait before an answer, which varies by half of it. Raises as `Sandbox.start` does.
    """
    done = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        done.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with Sandbox.start(
            chats=chats,
            seed=seed,
            buyers=buyers,
            journal=journal,
            port=port,
            fd=fd,
            language=language,
            hostile=hostile,
        ) as sandbox:
            # The real Market is far away: a demo that answers at once would promise too much.
            sandbox.behaviour.latency_s, sandbox.behaviour.latency_spread = latency_s, 0.5
            ready = {"url": sandbox.url, "api_key": sandbox.api_key, "business_id": sandbox.business_id}
            sys.stdout.write(json.dumps(ready) + "\n")
            sys.stdout.flush()
            if stop_with_stdin:
                threading.Thread(target=_at_end_of_input, args=(done,), daemon=True).start()
            done.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def _at_end_of_input(done: threading.Event) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    done.set()


# ---- uvicorn, made to start and stop at once and to give the application its transport

_TURNS: Final = 5
"""Of the event loop: more than pass between accepting a connection and starting its protocol."""


class _Protocol(H11Protocol):
    """Puts the connection's transport into the scope's state, for faults that cut an answer off."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class _Listening(uvicorn.Server):
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
        """Leave signals to the caller."""
        yield

    async def main_loop(self) -> None:
        """Wait for the end, without uvicorn's ten wake-ups a second."""
        await self.stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Drop every connection, without uvicorn's wait for requests under way."""
        loop = asyncio.get_running_loop()
        for server in self.servers:
            for wire in server.sockets:
                loop.remove_reader(wire)
        # A client accepted a moment ago becomes a connection, which can be dropped, a few turns later; a
        # server closed before that would leak its socket.
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


def _listen(port: int = 0, *, fd: int | None = None) -> socket.socket:
    """A listening socket on loopback, or the one inherited as `fd`."""
    if fd is not None:
        return socket.socket(fileno=fd)
    # Not create_server: it adds the address to the error for a port in use, which the operator is shown.
    wire = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    wire.bind(("127.0.0.1", port))
    wire.listen(128)
    return wire
