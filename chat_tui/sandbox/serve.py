"""The pretend Market, running: an object for tests, and the command's loop."""

import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, Self, TextIO

from chat_tui.sandbox import access, goods
from chat_tui.sandbox.calls import Market
from chat_tui.sandbox.faults import Answer, Behaviour, Script
from chat_tui.sandbox.journal import Journal
from chat_tui.sandbox.ledger import Accepted, RequestRecord
from chat_tui.sandbox.listening import Listening, listen
from chat_tui.sandbox.quota import Quotas
from chat_tui.sandbox.records import Begun
from chat_tui.sandbox.scenario import Buyers
from chat_tui.sandbox.server import Server
from chat_tui.sandbox.tokens import Tokens
from chat_tui.sandbox.world import Chat, World

_REQUESTS_KEPT = 10_000


def _clock_ms() -> int:
    return time.time_ns() // 1_000_000


class Sandbox:
    """A running pretend Market on two loopback ports. Every method may be called from any thread."""

    api_key = access.API_KEY
    read_only_key = access.READ_ONLY_KEY
    no_orders_key = access.NO_ORDERS_KEY
    revoked_key = access.REVOKED_KEY
    oauth_token = access.OAUTH_TOKEN
    business_id = goods.BUSINESS_ID

    def __init__(
        self,
        world: World,
        journal: Journal | None,
        *,
        begun: Begun,
        buyers: bool,
        scale: float,
        port: int,
        fd: int | None,
    ) -> None:
        """Use `start`."""
        self.world = world
        self.begun = begun
        """The numbers its world is made of; equal ones make equal worlds."""
        self._journal = journal
        self._buyers = Buyers(world, scale=scale) if buyers else None
        self._api, self._files = listen(port, fd=fd), listen()
        self.url = f"http://127.0.0.1:{self._api.getsockname()[1]}"
        self.files_url = f"http://127.0.0.1:{self._files.getsockname()[1]}"
        self.quotas = Quotas(world.now_ms)
        self.requests: deque[RequestRecord] = deque(maxlen=_REQUESTS_KEPT)
        """The latest requests, oldest first."""
        self._script = Script()
        self._market = Market(world, Behaviour(), Tokens(begun.seed), [], [], self.files_url, self._heard)
        self._server = Server(self._market, self._script, self.quotas, self.requests)
        self._server.files_port = self._files.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._listening = Listening(self._server)
        self._thread = threading.Thread(target=self._live, name="sandbox", daemon=True)

    @classmethod
    def start(
        cls,
        *,
        chats: int = 300,
        seed: int = 1,
        buyers: bool = False,
        now_ms: Callable[[], int] | None = None,
        start_ms: int | None = None,
        journal: Path | None = None,
        long_chat: int = 420,
        scale: float = 1.0,
        port: int = 0,
        fd: int | None = None,
    ) -> Self:
        """Serve from a thread of its own until `stop` or the end of the `with` block.

        `start_ms` is the moment the world begins (ms UTC; None: now, or as the journal says);
        `long_chat` is the least number of messages in the longest history; `scale` stretches the
        waits of the scripted buyers; `port` 0 takes a free one; `fd` is a socket that listens already.
        """
        clock = now_ms or _clock_ms
        begun = Begun(seed, chats, clock() if start_ms is None else start_ms, long_chat)
        kept = Journal(journal, begun) if journal else None
        begun = kept.begun if kept else begun
        world = World(seed=seed, chats=chats, start=begun.start, long_chat=long_chat, now_ms=clock)
        if kept:
            for record in kept.records:
                world.apply(record)
            kept.records.clear()
            world.written = kept.write
        sandbox = cls(world, kept, begun=begun, buyers=buyers, scale=scale, port=port, fd=fd)
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

    def _heard(self, chat: Chat) -> None:
        if self._buyers:
            self._buyers.heard(chat, self._loop.time())

    def stop(self) -> None:
        """Drop every connection and close the ports; at once, whatever is being answered."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._listening.stop.set)
            self._thread.join()
        self._api.close()
        self._files.close()
        if self._journal:
            self._journal.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    # -- what a test reads and sets -----------------------------------------------------------------

    @property
    def behaviour(self) -> Behaviour:
        """Set its fields at any time; the next request sees them."""
        return self._market.behaviour

    @property
    def ledger(self) -> list[Accepted]:
        """Every send that took effect, in order."""
        return self._market.ledger

    @property
    def created(self) -> list[int]:
        """Ids of the chats that createChat opened."""
        return self._market.created

    def script(self, operation: str, answers: Sequence[Answer]) -> None:
        """Answers for the next requests of this operation ("*" = of any), one each."""
        self._script.add(operation, answers)

    @property
    def idle(self) -> bool:
        """Whether no request is being answered."""
        return self.quotas.in_flight == 0

    def unused(self, operation: str) -> int:
        """Scripted answers nobody has taken yet."""
        return self._script.left(operation)

    # -- what a test or a buyer does -----------------------------------------------------------------

    def _chat(self, chat_id: int) -> Chat:
        chat = self.world.chat(chat_id)
        if chat is None:
            raise ValueError(f"no chat {chat_id} in this world")
        return chat

    def say(
        self,
        chat_id: int,
        text: str | None,
        sender: str = "CUSTOMER",
        files: Sequence[tuple[str, bytes]] = (),
        status: str = "",
    ) -> int:
        """Add a message at once and give its id; neither text nor files = a sticker."""
        return self.world.say(self._chat(chat_id), sender, text, files, status).message_id

    def open_direct(self, text: str, name: str | None = "Ольга К.") -> int:
        """A buyer asks the shop a question; gives the id of the new chat, which is NEW."""
        chat = self.world.open("DIRECT", None, name=name)
        self.world.say(chat, "CUSTOMER", text, status="NEW")
        return chat.chat_id

    def start_dispute(self, chat_id: int) -> int:
        """An arbiter joins, here or in a chat of its own; gives the id of the disputed chat."""
        chat = self._chat(chat_id)
        if self.behaviour.dispute_in_new_chat:
            chat = self.world.open(chat.context, chat.order, name=chat.name, kind="ARBITRAGE")
        self.world.move(chat, status="WAITING_FOR_ARBITER", kind="ARBITRAGE")
        self.world.say(self._chat(chat.chat_id), "SUPPORT", "Здравствуйте! Я арбитр, изучаю материалы.")
        return chat.chat_id

    def unopened(self, context: str = "ORDER", *, dbs: bool = False, fake: bool = False) -> int:
        """The id of an order (or a return) that has no chat yet: of a DBS shop or not, a test one or not."""
        known = self.world.orders
        for number in range(known.first_free, known.end):
            order = known.of_number(number)
            assert order is not None
            of_dbs = goods.SHOPS[order.shop].placement == "DBS"
            found = order.return_id if context == "RETURN" else order.order_id
            if found and of_dbs == dbs and order.fake == fake and not self.world.about(context, found):
                return found
        raise LookupError(f"every {context.lower()} of that kind has its chat")

    def finish(self, chat_id: int) -> None:
        """The chat or its dispute is over; no message, so `updatedAt` stays."""
        self.world.move(self._chat(chat_id), status="FINISHED", kind=self._chat(chat_id).kind)


def run(
    *,
    port: int = 0,
    chats: int,
    seed: int,
    journal: Path | None,
    fd: int | None = None,
    buyers: bool = True,
    out: TextIO | None = None,
    stop_with_stdin: bool = False,
    latency_s: float = 0.0,
) -> int:
    """Serve until SIGTERM or SIGINT (or the end of stdin, if asked); prints one JSON line when ready.

    `latency_s` is the mean wait before an answer, which varies by half of it.
    """
    done = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        done.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with Sandbox.start(
            chats=chats, seed=seed, buyers=buyers, journal=journal, port=port, fd=fd
        ) as sandbox:
            sandbox.behaviour.latency_s, sandbox.behaviour.latency_spread = latency_s, 0.5
            ready: dict[str, Any] = {
                "url": sandbox.url,
                "api_key": sandbox.api_key,
                "business_id": sandbox.business_id,
            }
            print(json.dumps(ready), file=out or sys.stdout, flush=True)
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
