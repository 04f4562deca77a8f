"""What every room of the engine stands on."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

from chat_tui.inbox.copies.clock import BootClock, boot_clock
from chat_tui.inbox.copies.rate_limit import RateLimitedClient
from chat_tui.inbox.events import ChatsChanged, EventBus
from chat_tui.inbox.settings import InboxSettings
from chat_tui.model.chat import Chat, ChatsPage, MessagesPage
from chat_tui.model.hold import Clocks
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import chats
from chat_tui.store.database import Connection, Store

P = ParamSpec("P")
T = TypeVar("T")


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, or so many seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


@dataclass(frozen=True, slots=True)
class EngineContext:
    """Store, Market, bus, settings and clocks of one engine."""

    store: Store
    client: RateLimitedClient
    bus: EventBus
    settings: InboxSettings
    wall_ms: Callable[[], Millis]
    clock: BootClock = field(default_factory=boot_clock)

    def clocks(self) -> Clocks:
        """Both clocks now."""
        return self.clock.beside(self.wall_ms())

    async def read(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Ask the store."""
        return await asyncio.wrap_future(self.store.read(query, *args, **kwargs))

    async def write_cache(
        self, write: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One transaction on what may be rebuilt."""
        return await asyncio.wrap_future(self.store.write_cache(write, *args, **kwargs))

    async def write_state(
        self, write: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """One durable transaction on what must never be lost."""
        return await asyncio.wrap_future(self.store.write_state(write, *args, **kwargs))

    async def save_chats(self, found: Sequence[Chat]) -> frozenset[ChatRef]:
        """Merge chats into the cache, and tell of those with something new about them."""
        changed = await self.write_cache(chats.save_page, found, self.wall_ms())
        if changed:
            self.bus.publish(ChatsChanged(changed))
        return changed

    def failed(self, problem: Problem, urgency: Urgency) -> None:
        """A read failed: say so, unless it only was not the turn of what nobody waits for."""
        if not (urgency.is_background and problem.kind is ProblemKind.HOURLY_LIMIT):
            self.bus.failed(problem)

    def answered(self, *, fresh_at: Millis | None = None, skipped: int = 0) -> None:
        """The Market answered as agreed: pass the news on to the status line."""
        self.bus.answered(self.client.budgets, fresh_at=fresh_at, skipped=skipped)

    async def page_came(self, operation: str, page: ChatsPage | MessagesPage) -> None:
        """As `answered`, for a page: what of it nobody can read is kept, and counted once in this run."""
        skipped = 0
        if page.unreadable:
            add = self.store.quarantine.add
            skipped = await asyncio.to_thread(add, operation, page.unreadable, self.wall_ms())
        self.answered(skipped=skipped)
        if page.server_time is not None:
            self.bus.hear_clock(page.server_time)
