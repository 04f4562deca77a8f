"""The engine's only way to the Market: every request has an urgency, a quota and one of four places.

Quotas are counted in the store, so that all copies of the program count together: checked before each
request, corrected by each answer. All copies share four places for parallel requests, one of them kept for
sends. The places are kernel locks: a killed copy releases its own at once, a frozen one keeps them. A
request that has waited longer than requests take may use one more place, so that a frozen copy blocks no
other."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Concatenate, Final, ParamSpec, TypeVar

from chat_tui.clock import BootClock
from chat_tui.inbox.copies.leader import Locks
from chat_tui.inbox.events import LinkMonitor
from chat_tui.inbox.market import OPERATIONS, WRITING, MarketApi
from chat_tui.model.ids import Millis
from chat_tui.model.link import Budget
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import BootMillis, Quota, Urgency
from chat_tui.store import copies
from chat_tui.store.database import Connection, Store
from chat_tui.store.errors import StoreError, StoreProblem, tolerated

NARROW_MS: BootMillis = 60_000
"""How long to make fewer parallel requests after the Market complained of too many."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """Whether a request may be made now."""

    wait_s: float
    """Seconds to wait instead; 0 = it may be made, and is counted."""
    is_narrow: bool
    """Whether fewer parallel requests than usual are allowed."""


class Quotas:
    """Counts requests in the store, and keeps the last known quotas for the status line."""

    def __init__(self, store: Store, clock: BootClock, wall_ms: Callable[[], Millis]) -> None:
        self._store = store
        self._clock = clock
        self._wall_ms = wall_ms
        self._accounts: dict[str, Quota] = {}
        self._known: dict[str, Budget] = {}

    @property
    def known(self) -> Mapping[str, Budget]:
        """What is left of the quotas by operationId, as last known to any copy."""
        return MappingProxyType(self._known)

    async def take(self, operation: str, urgency: Urgency) -> Grant:
        """Count a request, or return how long it has to wait."""
        now, boot = self._clock.now(), self._clock.boot

        def take(conn: Connection) -> tuple[Quota, BootMillis, BootMillis]:
            account, wait = copies.take_request(conn, operation, urgency, now, boot)
            return account, wait, copies.narrow_until(conn, boot)

        try:
            account, wait, narrow = await self._store.write_state(take)
        except StoreError as error:
            # A full disk must not stop reading; the Market still refuses requests beyond the quota.
            log.warning("quota not counted: %s", type(error).__name__)
            return Grant(0.0, is_narrow=False)
        self._keep(account)
        return Grant(wait / 1000, is_narrow=now < narrow <= now + NARROW_MS)

    async def told(self, told: Budget) -> None:
        """Note what is left, from the headers of an answer."""
        resets_in = max(0, told.resets_at - self._wall_ms())
        await self._change(
            told.operation, lambda account, now: account.told(told.limit, told.remaining, resets_in, now)
        )

    async def refused(self, operation: str, wait_s: float | None) -> None:
        """The quota is used up, for `wait_s` seconds if the Market said so; None = it did not."""
        wait = None if wait_s is None else round(wait_s * 1000)
        await self._change(operation, lambda account, now: account.refused(wait, now))

    async def narrow(self) -> None:
        """The Market refused a request because too many were under way."""
        until, boot = self._clock.now() + NARROW_MS, self._clock.boot
        with tolerated(log, "limit not noted"):
            await self._store.write_state(copies.narrow, until, boot)

    async def reload(self) -> None:
        """Read the counts of other copies."""
        now, boot = self._clock.now(), self._clock.boot
        for account in await self._store.read(copies.quotas, now, boot):
            self._keep(account)

    async def _change(self, operation: str, by: Callable[[Quota, BootMillis], Quota]) -> None:
        now, boot = self._clock.now(), self._clock.boot
        with tolerated(log, "quota not noted"):
            self._keep(await self._store.write_state(copies.change_quota, operation, now, boot, by))

    def least_s(self, operation: str, urgency: Urgency, count: int) -> float:
        """How many seconds `count` more background requests take at least, at the pace of the quota."""
        now = self._clock.now()
        account = self._accounts.get(operation) or Quota.first(operation, now)
        return account.at(now).span(urgency, count, now) / 1000

    def _keep(self, account: Quota) -> None:
        self._accounts[account.operation] = account
        resets_at = self._wall_ms() + account.resets_at - self._clock.now()
        self._known[account.operation] = Budget(
            account.operation, account.quota, account.remaining, resets_at
        )


PLACES: Final = 4
"""Parallel requests the Market allows per business, over all its programs."""
READ_PLACES: Final = PLACES - 1
NARROW_PLACES: Final = 2
"""Places for a while after the Market complained."""
_BY_URGENCY: Final = {
    Urgency.SEND: READ_PLACES,
    Urgency.OPEN: READ_PLACES,
    Urgency.NEWS: READ_PLACES - 1,
    # The list is scanned between two looks at its top, which must not wait for old histories.
    Urgency.FIRST: READ_PLACES - 1,
    Urgency.SWEEP: READ_PLACES - 1,
}
"""How many places a read may choose from: less urgent ones always leave one for the more urgent."""
_IN_BACKGROUND: Final = 1
PATIENCE_S: Final = 10.0
"""A place that is taken for so long may belong to a frozen copy: one more may be used instead."""
_PAUSE_S: Final = (0.005, 0.02)
"""Between two tries for a place: short beside a request, with jitter so that copies take turns."""


class ConcurrencyLimit:
    """The places for parallel requests of one business on this machine."""

    def __init__(self, locks: Locks) -> None:
        """`locks` are shared by all copies on this machine."""
        self._lock = locks
        self._refused_since: dict[int, float] = {}
        """By number of places to choose from: since when all of them have been taken."""
        self._jitter = random.Random()  # noqa: S311 - spreads tries, guards nothing

    @asynccontextmanager
    async def place(self, *, writing: bool, urgency: Urgency, is_narrow: bool = False) -> AsyncIterator[None]:
        """Hold a place for one request; raises StoreProblem if the lock file was removed."""
        count = places(writing=writing, urgency=urgency, is_narrow=is_narrow)
        number = await self._take(count, READ_PLACES if urgency.is_background else PLACES)
        try:
            yield
        finally:
            self._lock.release(number)

    async def _take(self, count: int, most: int) -> int:
        loop = asyncio.get_running_loop()
        while True:
            since = self._refused_since.get(count, loop.time())
            wider = min(count + int((loop.time() - since) / PATIENCE_S), most)
            numbers: list[int] = [*self._jitter.sample(range(count), count), *range(count, wider)]
            for number in numbers:
                if self._lock.try_hold(number):
                    if number < count:
                        self._refused_since.pop(count, None)
                    return number
            self._refused_since.setdefault(count, since)
            await asyncio.sleep(self._jitter.uniform(*_PAUSE_S))


def places(*, writing: bool, urgency: Urgency, is_narrow: bool) -> int:
    """From how many places, counted from the first, a request may choose."""
    if writing:
        return NARROW_PLACES if is_narrow else PLACES
    if is_narrow:
        return NARROW_PLACES - 1
    return _BY_URGENCY.get(urgency, _IN_BACKGROUND)


P = ParamSpec("P")
T = TypeVar("T")


class RateLimitedClient:
    """The engine's only way to the Market: keeps all copies together within quotas and places."""

    def __init__(self, api: MarketApi, limit: ConcurrencyLimit, quotas: Quotas, link: LinkMonitor) -> None:
        """`link` knows whether the key was refused, and is told when a request finds that it is."""
        self.api = api
        """Only `ask` calls it; the engine sets the real client when it opens."""
        self._limit = limit
        self._quotas = quotas
        self._link = link

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """What is left of the quotas by operationId, over all copies of the program."""
        return self._quotas.known

    def least_s(self, operation: str, urgency: Urgency, count: int) -> float:
        """How many seconds `count` more background requests take at least, at the pace of the quota."""
        return self._quotas.least_s(operation, urgency, count)

    async def ask(
        self,
        urgency: Urgency,
        call: Callable[Concatenate[MarketApi, P], Awaitable[T | Problem]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | Problem:
        """Make one request: call a method of `MarketApi` with these arguments once a place is free.

        Not sent, but answered with a Problem: if the quota is needed for more urgent requests
        (HOURLY_LIMIT), if the key was refused meanwhile, or if there are no locks (STORAGE).
        """
        operation = OPERATIONS[call.__name__]
        grant = await self._quotas.take(operation, urgency)
        if grant.wait_s > 0:
            return Problem(ProblemKind.HOURLY_LIMIT, operation=operation, retry_after_s=grant.wait_s)
        try:
            async with self._limit.place(
                writing=operation in WRITING, urgency=urgency, is_narrow=grant.is_narrow
            ):
                # The key may have been refused since the caller decided to ask.
                if (refused := self._link.refused_key) is not None:
                    return refused
                before = self.api.budgets.get(operation)
                # By name, so that the method of the present client is called.
                request: Callable[P, Awaitable[T | Problem]] = getattr(self.api, call.__name__)
                answer = await request(*args, **kwargs)
        except StoreProblem as problem:
            # Without locks the number of parallel requests is unknown, so none is made.
            return Problem(ProblemKind.STORAGE, operation=operation, message=str(problem))
        if isinstance(answer, Problem) and answer.kind is ProblemKind.UNAUTHORIZED:
            self._link.refuse(answer)
        await self._note(operation, before, answer)
        return answer

    async def _note(self, operation: str, before: Budget | None, answer: object) -> None:
        told = self.api.budgets.get(operation)
        if told is not None and told is not before:
            await self._quotas.told(told)
        if not isinstance(answer, Problem) or answer.certainty is not Certainty.REFUSED:
            return
        if answer.kind is ProblemKind.HOURLY_LIMIT:
            await self._quotas.refused(operation, answer.retry_after_s)
        elif answer.kind is ProblemKind.PARALLEL_LIMIT:
            await self._quotas.narrow()
