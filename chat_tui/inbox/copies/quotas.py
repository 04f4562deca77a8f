"""The quotas of one business over all copies: asked before every request, corrected by every answer."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chat_tui.inbox.copies.clock import BootClock
from chat_tui.model.ids import Millis
from chat_tui.model.link import Budget
from chat_tui.model.quota import BootMillis, Quota, Urgency
from chat_tui.store import budget
from chat_tui.store.database import Connection, Store
from chat_tui.store.errors import StoreError, tolerated

NARROW_MS: BootMillis = 60_000
"""How long fewer requests are under way after the Market complained of too many at once."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a request may go."""

    wait_s: float
    """Seconds to wait instead; 0 = it may go and is counted."""
    is_narrow: bool
    """Whether fewer requests than usual may be under way at once."""


class Quotas:
    """Counts in the store what is asked, and keeps the last known counts for the status line."""

    def __init__(self, store: Store, clock: BootClock, wall_ms: Callable[[], Millis]) -> None:
        self._store = store
        self._clock = clock
        self._wall_ms = wall_ms
        self._known: dict[str, Budget] = {}

    @property
    def known(self) -> Mapping[str, Budget]:
        """What is left of the quotas, by operationId, as any copy heard last."""
        return MappingProxyType(self._known)

    async def take(self, operation: str, urgency: Urgency) -> Grant:
        """Count a request, or say how long it has to wait."""
        now, boot = self._clock.now(), self._clock.boot

        def take(conn: Connection) -> tuple[Quota, BootMillis, BootMillis]:
            account, wait = budget.take(conn, operation, urgency, now, boot)
            return account, wait, budget.narrow_until(conn, boot)

        try:
            account, wait, narrow = await asyncio.wrap_future(self._store.write_state(take))
        except StoreError as error:
            # A full disk must not stop reading; the answers still tell when the quota is used up.
            log.warning("quota not counted: %s", type(error).__name__)
            return Grant(0.0, is_narrow=False)
        self._keep(account)
        return Grant(wait / 1000, is_narrow=now < narrow <= now + NARROW_MS)

    async def told(self, told: Budget) -> None:
        """The headers of an answer say what is left."""
        resets_in = max(0, told.resets_at - self._wall_ms())
        await self._note(
            budget.told,
            told.operation,
            quota=told.limit,
            remaining=told.remaining,
            resets_in=resets_in,
        )

    async def refused(self, operation: str, wait_s: float | None) -> None:
        """The quota is used up, until a told moment if there is one."""
        await self._note(budget.refused, operation, wait=None if wait_s is None else round(wait_s * 1000))

    async def narrow(self) -> None:
        """The Market says that too many requests were under way at once."""
        until, boot = self._clock.now() + NARROW_MS, self._clock.boot
        with tolerated(log, "limit not noted"):
            await asyncio.wrap_future(self._store.write_state(budget.narrow, until, boot))

    async def reload(self) -> None:
        """Another copy has counted."""
        now, boot = self._clock.now(), self._clock.boot
        for account in await asyncio.wrap_future(self._store.read(budget.load, now, boot)):
            self._keep(account)

    async def _note(self, note: Callable[..., Quota], operation: str, **words: int | None) -> None:
        now, boot = self._clock.now(), self._clock.boot
        with tolerated(log, "quota not noted"):
            self._keep(
                await asyncio.wrap_future(self._store.write_state(note, operation, now, boot, **words))
            )

    def _keep(self, account: Quota) -> None:
        resets_at = self._wall_ms() + account.resets_at - self._clock.now()
        self._known[account.operation] = Budget(
            account.operation, account.quota, account.remaining, resets_at
        )
