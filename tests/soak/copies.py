"""One copy of the program in virtual time: the real reading rooms of the engine, as a process."""

import asyncio
import gc
import random
import sys
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any, Final, cast

from chat_tui.inbox.context import EngineContext, InboxSettings
from chat_tui.inbox.copies.change_feed import ChangeFeed
from chat_tui.inbox.copies.copies import Company
from chat_tui.inbox.copies.leader import Leadership, Presence
from chat_tui.inbox.copies.rate_limit import ConcurrencyLimit, Quotas
from chat_tui.inbox.events import EventBus, LinkMonitor
from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.reading.backfill import Backfill
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.inbox.reading.sync import Sync
from chat_tui.model.ids import Millis
from tests.inbox.simulation.kernel import Kernel
from tests.inbox.simulation.local import SimLocks, SimStore
from tests.inbox.simulation.process import Fate, VirtualProcess
from tests.inbox.simulation.virtual import VirtualClock
from tests.soak.requests import Client, FrontDoor, LabelledMarket


class FrozenLocks(SimLocks):
    """Locks that a frozen process cannot take."""

    def try_hold(self, number: int) -> bool:
        return self._process.is_awake and super().try_hold(number)


class Reader(VirtualProcess):
    """A running copy without its outbox, and an operator at its screen."""

    def __init__(
        self, number: int, kernel: Kernel, door: FrontDoor, wall_ms: Callable[[], Millis], seed: int
    ) -> None:
        super().__init__(number, kernel, Fate(), seed)
        self._door = door
        store: Any = SimStore(self)
        self.clock = clock = VirtualClock("this start")
        settings = InboxSettings()
        self.budgets = Quotas(store, clock, wall_ms)
        self.slots = ConcurrencyLimit(FrozenLocks(self, "slots"))
        bus = EventBus()
        link = LinkMonitor(bus, wall_ms)
        client = cast("MarketApi", Client(self, door, wall_ms))
        self.market = LabelledMarket(client, self.slots, self.budgets, link)
        ctx = EngineContext(store, self.market, bus, link, settings, wall_ms)
        self.ctx = ctx
        self.history = HistoryReader(ctx)
        self.leadership = Leadership(store, FrozenLocks(self, "leader"), clock)
        self.presence = Presence(store, clock, settings.poll_s)
        self.sync = Sync(ctx, self.history, self.leadership, self.presence.poll_interval_s)
        self.backfill = Backfill(ctx, self.history, lambda: self.leadership.is_ours)
        company = Company(store, FrozenLocks(self, "copies"), clock, self.presence.copy, "")
        is_leading = lambda: self.leadership.is_ours  # noqa: E731
        self.watch = ChangeFeed(ctx, self.budgets, self.sync.hurry, is_leading, company)
        # A seed must replay exactly.
        self.slots._jitter = random.Random(seed)
        self.sync._jitter = random.Random(seed + 1)

    def start(self, *, is_somebody_here: Callable[[], bool]) -> None:
        """Start the rooms as the engine does."""
        for work in (
            self._be_active(is_somebody_here),
            self.sync.run(),
            self.backfill.run(),
            self.watch.run(),
        ):
            self.spawn(work)

    async def _be_active(self, is_somebody_here: Callable[[], bool]) -> None:
        while True:
            if is_somebody_here():
                await self.presence.active()
                await self.sync.hurry()
            await asyncio.sleep(self.random.uniform(5.0, 45.0))

    def held_bytes(self) -> int:
        """Bytes that all rooms of this copy hold, including their tasks, without the store and the Market."""
        rooms = (self.sync, self.backfill, self.watch, self.market, self.history, self.leadership)
        others = (self, self.kernel, self.market.api, self._door, asyncio.get_running_loop())
        seen = {id(thing) for thing in others}
        waiting: list[Any] = [*rooms, *(task.get_coro() for task in self.tasks)]
        total = 0
        while waiting:
            thing = waiting.pop()
            if id(thing) in seen or isinstance(thing, _OF_THE_PROGRAM):
                continue
            seen.add(id(thing))
            total += sys.getsizeof(thing)
            waiting.extend(gc.get_referents(thing))
        return total


_OF_THE_PROGRAM: Final = (type, ModuleType, FunctionType, BuiltinFunctionType, asyncio.Future)
"""Objects that exist once, however long the program runs."""
