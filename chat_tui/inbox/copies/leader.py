"""Which copy polls the list for all, and how often.

The copy that holds the kernel lock of the current term polls. How often depends on whether an operator is at
a screen of any copy."""

import logging
import os
import uuid
from collections.abc import Callable
from typing import Final, Protocol

from chat_tui.clock import BootClock
from chat_tui.model.quota import BootMillis
from chat_tui.store import copies
from chat_tui.store.copies import Reign
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreError, tolerated

IDLE_MS: Final[BootMillis] = 2 * 60_000
"""An operator who has pressed no key for so long counts as idle."""
_SLOWER: Final = ((30 * 60_000, 60.0), (10 * 60_000, 12.0), (IDLE_MS, 3.0))
"""Idle for so many milliseconds → factor of the pause: 5 s become 15 s, a minute, five minutes."""


def poll_interval_s(poll_s: float, last_active: BootMillis | None, now: BootMillis) -> float:
    """Seconds between two looks at the list.

    `last_active` is when an operator was last active at any copy; None = none was since the machine started.
    """
    if last_active is None or last_active > now:
        return poll_s
    idle = now - last_active
    return poll_s * next((times for least, times in _SLOWER if idle >= least), 1.0)


NOTED_EVERY_MS: Final[BootMillis] = 30_000
"""Activity is saved at most this often."""


class Presence:
    """Saves activity at this copy, and computes the poll interval from the activity at all copies."""

    def __init__(self, store: Store, clock: BootClock, poll_s: float) -> None:
        self._store = store
        self._clock = clock
        self._poll_s = poll_s
        self.copy = str(uuid.uuid4())
        """The name of this copy."""
        self._noted_at: BootMillis | None = None
        self._is_known = False

    async def active(self) -> None:
        """The operator is at this screen."""
        now = self._clock.now()
        if self._noted_at is not None and 0 <= now - self._noted_at < NOTED_EVERY_MS:
            return
        self._noted_at = now
        await self._write(copies.active, self.copy, now, self._clock.boot)

    async def away(self) -> None:
        """The operator left this screen: counts as having been idle for a while."""
        self._noted_at = None
        await self._write(copies.active, self.copy, self._clock.now() - IDLE_MS, self._clock.boot)

    async def leave(self) -> None:
        """This copy ends; a copy without a screen was never registered."""
        if self._is_known:
            await self._write(copies.leave, self.copy)

    async def poll_interval_s(self) -> float:
        """Seconds between two looks at the list."""
        last = await self._store.read(copies.last_active, self._clock.boot)
        return poll_interval_s(self._poll_s, last, self._clock.now())

    async def _write(self, write: Callable[..., None], *given: object) -> None:
        self._is_known = True
        with tolerated(log, "activity not noted"):
            await self._store.write_state(write, *given)


class Locks(Protocol):
    """Locks by number, as `store.locks.ByteLock` has them."""

    def try_hold(self, number: int) -> bool:
        """Take a number; False if any copy holds it."""

    def release(self, number: int) -> None:
        """Release a number."""


BEAT_MS: BootMillis = 5_000
"""Between two signs of life."""
PATIENCE_MS: BootMillis = 15_000
"""Added to three periods: a leader without a sign of life for so long is taken to be frozen."""

log = logging.getLogger(__name__)


class Leadership:
    """Whether this copy leads. For one round at most two may, which costs a request and does no harm."""

    def __init__(self, store: Store, locks: Locks, clock: BootClock) -> None:
        self._store = store
        self._locks = locks
        self._clock = clock
        self._term: int | None = None
        self._beat: BootMillis = 0

    @property
    def is_ours(self) -> bool:
        """Whether this copy led when it was last asked."""
        return self._term is not None

    async def claim(self, period_s: float) -> bool:
        """Whether this copy leads from now on; `period_s` is the pause in seconds between two rounds."""
        try:
            if self._term is not None and await self._goes_on(self._term):
                return True
            return await self._take_over(period_s)
        except StoreError as error:
            log.warning("no sign of life: %s", type(error).__name__)
            # As long as nothing can be written, no other copy can take over either.
            return self._term is not None

    def resign(self) -> None:
        """Stop leading; the next copy that asks leads."""
        if self._term is not None:
            self._locks.release(self._term)
            self._term = None

    async def _goes_on(self, term: int) -> bool:
        now = self._clock.now()
        if 0 <= now - self._beat < BEAT_MS:
            there = await self._read()
            is_so = there is not None and there.term == term
        else:
            is_so = await self._write(copies.beat, term, now, self._clock.boot)
        if not is_so:
            self.resign()
        elif now - self._beat >= BEAT_MS or now < self._beat:
            self._beat = now
        return is_so

    async def _take_over(self, period_s: float) -> bool:
        there = await self._read()
        term = there.term if there is not None else 0
        if not self._locks.try_hold(term):
            if there is None or self._is_alive(there, period_s):
                return False
            # The leader holds its lock but is frozen: begin the next term without it.
            term += 1
            if not self._locks.try_hold(term):
                return False
        now = self._clock.now()
        if not await self._write(copies.begin, there, Reign(term, now), os.getpid(), self._clock.boot):
            self._locks.release(term)
            return False
        self._term, self._beat = term, now
        return True

    def _is_alive(self, there: Reign, period_s: float) -> bool:
        silence = self._clock.now() - there.beat
        return 0 <= silence <= 3 * period_s * 1000 + PATIENCE_MS

    async def _read(self) -> Reign | None:
        return await self._store.read(copies.reign, self._clock.boot)

    async def _write(self, write: Callable[..., bool], *given: object) -> bool:
        return await self._store.write_state(write, *given)
