"""Which copy polls the list for all: the one that holds the kernel lock of the present term."""

import asyncio
import logging
import os
from collections.abc import Callable
from typing import Protocol, TypeVar

from chat_tui.inbox.copies.clock import BootClock
from chat_tui.model.quota import BootMillis
from chat_tui.store import copies
from chat_tui.store.copies import Reign
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreError


class Locks(Protocol):
    """Locks by number, as `store.locks.ByteLock` has them."""

    def try_hold(self, number: int) -> bool:
        """Take a number; False if any copy holds it."""

    def release(self, number: int) -> None:
        """Give it back."""


T = TypeVar("T")

BEAT_MS: BootMillis = 5_000
"""Between two signs of life."""
PATIENCE_MS: BootMillis = 15_000
"""Added to three periods: a leader that was not heard of for so long is taken for frozen."""

log = logging.getLogger(__name__)


class Leadership:
    """Whether this copy leads. Two may do so for one round at most: it costs a request and harms nothing."""

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
        """Lead, go on leading, or find that another copy does; `period_s` is the pause between two rounds."""
        try:
            if self._term is not None and await self._goes_on(self._term):
                return True
            return await self._take_over(period_s)
        except StoreError as error:
            log.warning("no sign of life: %s", type(error).__name__)
            # While nothing can be written nobody else can take over either.
            return self._term is not None

    def resign(self) -> None:
        """Lead no more: the next one who asks does."""
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
            # It holds its lock and does nothing: the next term begins without it.
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
        return await asyncio.wrap_future(self._store.read(copies.reign, self._clock.boot))

    async def _write(self, write: Callable[..., bool], *given: object) -> bool:
        return await asyncio.wrap_future(self._store.write_state(write, *given))
