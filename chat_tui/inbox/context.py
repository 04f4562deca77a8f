"""What every room of the engine is built on: `EngineContext` and `InboxSettings`."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from chat_tui.clock import BootClock, boot_clock
from chat_tui.inbox.copies.rate_limit import RateLimitedClient
from chat_tui.inbox.events import ChatsChanged, EventBus, LinkMonitor
from chat_tui.model.chat import Chat, Message, Page
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.mark import Clocks
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import chats
from chat_tui.store.database import Store


@dataclass(frozen=True, slots=True)
class InboxSettings:
    """The settings of one engine. Times are in seconds."""

    undo_s: float = 5.0
    """How long a text is held back so that it can be undone; 0 = it is sent at once."""
    settle_s: float = 60.0
    """The least time an unclear outcome is looked up before the operator is asked."""
    poll_s: float = 5.0
    """Between two looks at the Market's list while someone is at the screen."""
    max_age_s: float = 24 * 3600.0
    """An item older than this is not sent without asking the operator."""
    look_delays_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
    """Pauses between looks; the last one repeats."""
    backoff_s: float = 60.0
    """The longest pause between two tries of a request that certainly was not delivered."""
    scan_s: float = 3.0
    """Between two looks at the outbox for items that a dead copy left behind."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """The API keys of this run: a text that contains one is not sent."""
    backfill: bool = True
    """Whether old histories are read in passing while more than half of the hourly quota is left."""
    read_only: bool = False
    """Nothing may be sent or created."""
    operator: str = ""
    """The name of who uses this copy, for the other copies; empty = unknown."""
    asks_rights: bool = False
    """Whether to ask the Market for the rights of the key, so that a read-only key opens for viewing only."""


# -- what every room is built on -------------------------------------------------------------------------


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, at most for `seconds`."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


@dataclass(frozen=True, slots=True)
class EngineContext:
    """Store, Market, bus, link, settings and clocks of one engine."""

    store: Store
    client: RateLimitedClient
    bus: EventBus
    link: LinkMonitor
    settings: InboxSettings
    wall_ms: Callable[[], Millis]
    clock: BootClock = field(default_factory=boot_clock)

    def clocks(self) -> Clocks:
        """The wall clock and the clock of the machine, read at one moment."""
        return self.clock.beside(self.wall_ms())

    async def save_chats(self, found: Sequence[Chat]) -> frozenset[ChatRef]:
        """Merge chats into the cache, publish those that changed, and return them."""
        changed = await self.store.write_cache(chats.save_page, found, self.wall_ms())
        if changed:
            self.bus.publish(ChatsChanged(changed))
        return changed

    def failed(self, problem: Problem, urgency: Urgency) -> None:
        """A read failed: publish it, unless a background read was only refused for want of quota."""
        if not (urgency.is_background and problem.kind is ProblemKind.HOURLY_LIMIT):
            self.link.failed(problem)

    def answered(self, operation: str, *, fresh_at: Millis | None = None, skipped: int = 0) -> None:
        """The Market answered this operation as documented: update the link for the status line."""
        self.link.answered(operation, self.client.budgets, fresh_at=fresh_at, skipped=skipped)

    async def page_came(self, operation: str, page: Page[Chat] | Page[Message]) -> None:
        """As `answered`, for a page. Its unreadable items go to quarantine and are counted once per run."""
        skipped = 0
        if page.unreadable:
            add = self.store.quarantine.add
            skipped = await asyncio.to_thread(add, operation, page.unreadable, self.wall_ms())
        self.answered(operation, skipped=skipped)
        if page.server_time is not None:
            self.link.hear_clock(page.server_time)
