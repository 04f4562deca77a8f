"""Whether anybody is at a screen, at whichever copy: it sets the rhythm of the list."""

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import Final

from chat_tui.inbox.copies.clock import BootClock
from chat_tui.model.quota import BootMillis
from chat_tui.store import copies
from chat_tui.store.database import Store
from chat_tui.store.errors import tolerated

IDLE_MS: Final[BootMillis] = 2 * 60_000
"""Without a key for so long, an operator counts as idle."""
_SLOWER: Final = ((30 * 60_000, 60.0), (10 * 60_000, 12.0), (IDLE_MS, 3.0))
"""Idle for so many milliseconds → so many times the pause: 5 s become 15 s, a minute, five minutes."""


def poll_interval_s(poll_s: float, last_active: BootMillis | None, now: BootMillis) -> float:
    """Seconds between two looks at the list.

    `last_active` is when somebody was last active at any copy; None = nobody was since the machine started.
    """
    if last_active is None or last_active > now:
        return poll_s
    idle = now - last_active
    return poll_s * next((times for least, times in _SLOWER if idle >= least), 1.0)


NOTED_EVERY_MS: Final[BootMillis] = 30_000
"""Activity is written down at most this often."""

log = logging.getLogger(__name__)


class Presence:
    """Notes activity at this copy, and tells the pause that fits the activity at all of them."""

    def __init__(self, store: Store, clock: BootClock, poll_s: float) -> None:
        self._store = store
        self._clock = clock
        self._poll_s = poll_s
        self._copy = str(uuid.uuid4())
        self._noted_at: BootMillis | None = None
        self._is_known = False

    async def active(self) -> None:
        """Somebody is at this screen."""
        now = self._clock.now()
        if self._noted_at is not None and 0 <= now - self._noted_at < NOTED_EVERY_MS:
            return
        self._noted_at = now
        await self._write(copies.active, self._copy, now, self._clock.boot)

    async def away(self) -> None:
        """Nobody looks at this screen any more: as if nobody had been active for a while."""
        self._noted_at = None
        await self._write(copies.active, self._copy, self._clock.now() - IDLE_MS, self._clock.boot)

    async def leave(self) -> None:
        """This copy ends; one without a screen was never there."""
        if self._is_known:
            await self._write(copies.leave, self._copy)

    async def poll_interval_s(self) -> float:
        """Seconds between two looks at the list."""
        last = await asyncio.wrap_future(self._store.read(copies.last_active, self._clock.boot))
        return poll_interval_s(self._poll_s, last, self._clock.now())

    async def _write(self, write: Callable[..., None], *given: object) -> None:
        self._is_known = True
        with tolerated(log, "activity not noted"):
            await asyncio.wrap_future(self._store.write_state(write, *given))
