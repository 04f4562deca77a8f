"""One running copy of the program: the real engine in a process that may die, and the operator's actions."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from chat_tui.inbox.asking import Reads
from chat_tui.inbox.context import EngineContext, InboxSettings
from chat_tui.inbox.copies.rate_limit import RateLimitedClient
from chat_tui.inbox.drafts import Drafts
from chat_tui.inbox.events import Event, EventBus, LinkMonitor
from chat_tui.inbox.outbox_writes import OutboxWrites
from chat_tui.inbox.outgoing import Writing
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.inbox.sending.delivery import Delivery
from chat_tui.model.ids import ChatRef, Millis, OutboxId
from chat_tui.model.outbox import NewItem, OutboxItem, OutboxKind
from chat_tui.model.problem import Problem
from chat_tui.model.timeline import Draft
from chat_tui.store.errors import StoreError
from tests.inbox.simulation.kernel import Kernel
from tests.inbox.simulation.local import SimLocks, SimStore
from tests.inbox.simulation.market import FaultyMarket
from tests.inbox.simulation.process import Fate, VirtualProcess
from tests.inbox.simulation.virtual import VirtualClock
from tests.inbox.simulation.wire import CopyClient


class Copy(VirtualProcess):
    """The sending rooms of the engine, with a store, locks and a network that fail."""

    def __init__(
        self,
        number: int,
        kernel: Kernel,
        market: FaultyMarket,
        settings: InboxSettings,
        wall_ms: Callable[[], Millis],
        fate: Fate,
        seed: int,
    ) -> None:
        super().__init__(number, kernel, fate, seed)
        self._wall_ms = wall_ms
        clock = VirtualClock(kernel.boot, kernel.started_at)
        self._store = SimStore(self)
        store: Any = self._store
        locks: Any = SimLocks(self)
        bus = EventBus()
        link = LinkMonitor(bus, wall_ms)
        tell = on_loop(bus.publish)
        client = cast("RateLimitedClient", CopyClient(self, market))
        ctx = EngineContext(store, client, bus, link, settings, wall_ms, clock)
        self.history = HistoryReader(ctx)
        self.delivery = Delivery(ctx, self.history, locks, tell)
        self.drafts = Drafts(store, Reads(lambda: None), wall_ms)
        self.writing = Writing(store, self.drafts, settings, wall_ms, tell=tell, clock=clock)
        self._writes = OutboxWrites(store, tell, clock)
        self.delivery._retries._jitter = random.Random(seed)

    def start(self) -> None:
        """Start delivery."""
        self.spawn(self.delivery.run())

    async def type_text(self, chat_ref: ChatRef, text: str) -> bool:
        """Open the chat and type; return whether the text was saved as its draft."""
        try:
            await self.drafts.get(chat_ref)
        except StoreError:
            return False
        return await self.drafts.save(Draft(chat_ref, text, 0)) is None

    async def send_text(self, chat_ref: ChatRef, text: str) -> OutboxItem | Problem:
        """Press Enter in the compose box, and again if the operator is asked to confirm."""
        queued = await self.writing.enqueue_text(chat_ref, text)
        if isinstance(queued, Problem) and queued.doubts:
            queued = await self.writing.enqueue_text(chat_ref, text, queued.doubts)
        self.delivery.wake()
        return queued

    async def send_file(self, chat_ref: ChatRef, name: str) -> OutboxItem | None:
        """Send a file whose copy is in the spool; None if it could not be queued."""
        try:
            queued = await self._writes.enqueue(
                NewItem(
                    outbox_id=OutboxId(f"file-{self.random.getrandbits(60)}"),
                    chat_ref=chat_ref,
                    kind=OutboxKind.FILE,
                    file_name=f"{name}.pdf",
                    file_size=len(name),
                    created_at=self._wall_ms(),
                )
            )
        except StoreError:
            return None
        self.delivery.wake()
        return queued

    async def take_back(self, outbox_id: OutboxId) -> None:
        """Undo, cancel or discard the item."""
        self.kernel.watcher.takes_back(outbox_id)
        taken = await self.writing.take_back(outbox_id)
        if isinstance(taken, OutboxItem):
            self.delivery.forget(outbox_id)

    async def read_history(self, chat_ref: ChatRef) -> None:
        """Read the history of a changed chat, as sync does."""
        with suppress(StoreError):
            await self.history.newer(chat_ref)


def on_loop(publish: Callable[[Event], None]) -> Callable[[Event], None]:
    """A `tell` that publishes on the current event loop, from whichever thread it is called."""
    loop = asyncio.get_running_loop()

    def tell(event: Event) -> None:
        loop.call_soon_threadsafe(publish, event)

    return tell
