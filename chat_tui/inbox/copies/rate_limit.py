"""The only way to the Market for the engine: every request has its urgency, its quota and its place.

Quotas are counted in the store, so that all copies of the program count together: asked before each request,
corrected by each answer. The places are four over all copies, one of them kept for sends. They are kernel
locks: a killed copy frees its own at once, a frozen one keeps them. Whoever waits for longer than requests
take chooses from one more place, so that a frozen copy stops nobody.
"""

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
from chat_tui.inbox.events import EventBus
from chat_tui.inbox.market import OPERATIONS, WRITING, MarketApi
from chat_tui.model.ids import Millis
from chat_tui.model.link import Budget
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import BootMillis, Quota, Urgency
from chat_tui.store import budget
from chat_tui.store.database import Connection, Store
from chat_tui.store.errors import StoreError, StoreProblem, tolerated

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
            account, wait, narrow = await self._store.write_state(take)
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
            await self._store.write_state(budget.narrow, until, boot)

    async def reload(self) -> None:
        """Another copy has counted."""
        now, boot = self._clock.now(), self._clock.boot
        for account in await self._store.read(budget.load, now, boot):
            self._keep(account)

    async def _note(self, note: Callable[..., Quota], operation: str, **words: int | None) -> None:
        now, boot = self._clock.now(), self._clock.boot
        with tolerated(log, "quota not noted"):
            self._keep(await self._store.write_state(note, operation, now, boot, **words))

    def _keep(self, account: Quota) -> None:
        resets_at = self._wall_ms() + account.resets_at - self._clock.now()
        self._known[account.operation] = Budget(
            account.operation, account.quota, account.remaining, resets_at
        )


PLACES: Final = 4
"""What the Market allows per business, whoever asks."""
READ_PLACES: Final = PLACES - 1
NARROW_PLACES: Final = 2
"""For a while after the Market complained."""
_BY_URGENCY: Final = {
    Urgency.SEND: READ_PLACES,
    Urgency.OPEN: READ_PLACES,
    Urgency.NEWS: READ_PLACES - 1,
    # The list is walked between two looks at its top: they must not wait for histories of the past.
    Urgency.FIRST: READ_PLACES - 1,
    Urgency.SWEEP: READ_PLACES - 1,
}
"""How many places a read may choose from: whoever is more urgent always finds one that others leave alone."""
_IN_BACKGROUND: Final = 1
PATIENCE_S: Final = 10.0
"""A place that is not free for so long may belong to a frozen copy: one more may be used instead."""
_PAUSE_S: Final = (0.005, 0.02)
"""Between two tries for a place: short beside a request, with jitter so that copies take turns."""


class ConcurrencyLimit:
    """The places of one business on this machine."""

    def __init__(self, locks: Locks) -> None:
        """`locks` are those all copies on this machine share."""
        self._lock = locks
        self._refused_since: dict[int, float] = {}
        """By how many places there are to choose from: since when all of them have been taken."""
        self._jitter = random.Random()  # noqa: S311 - spreads tries, guards nothing

    @asynccontextmanager
    async def place(self, *, writing: bool, urgency: Urgency, is_narrow: bool = False) -> AsyncIterator[None]:
        """Hold a place for one request; StoreProblem if the lock file was taken away."""
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
    """How many places, counted from the first, a request may choose from."""
    if writing:
        return NARROW_PLACES if is_narrow else PLACES
    if is_narrow:
        return NARROW_PLACES - 1
    return _BY_URGENCY.get(urgency, _IN_BACKGROUND)


P = ParamSpec("P")
T = TypeVar("T")


class RateLimitedClient:
    """The only way to the Market for the engine: no more is asked than all copies together may ask."""

    def __init__(self, api: MarketApi, limit: ConcurrencyLimit, quotas: Quotas, bus: EventBus) -> None:
        """`bus` knows whether the key was refused, and is told when it is."""
        self.api = api
        """Asked by `ask` alone; the engine puts the real one here when it opens."""
        self._limit = limit
        self._quotas = quotas
        self._bus = bus

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """What is left of the quotas, by operationId, over all copies of the program."""
        return self._quotas.known

    async def ask(
        self,
        urgency: Urgency,
        call: Callable[Concatenate[MarketApi, P], Awaitable[T | Problem]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | Problem:
        """Make one request, `call` of `MarketApi` with these arguments, when its turn has come.

        Unsent: HOURLY_LIMIT if that is not now; the refusal of the key if it was heard meanwhile.
        """
        operation = OPERATIONS[call.__name__]
        grant = await self._quotas.take(operation, urgency)
        if grant.wait_s > 0:
            return Problem(ProblemKind.HOURLY_LIMIT, operation=operation, retry_after_s=grant.wait_s)
        try:
            async with self._limit.place(
                writing=operation in WRITING, urgency=urgency, is_narrow=grant.is_narrow
            ):
                # Whoever chose to ask may not have known of it yet: waiting and writing take their time.
                if (refused := self._bus.refused_key) is not None:
                    return refused
                before = self.api.budgets.get(operation)
                # By its name, so that it is the method of the client that is there.
                request: Callable[P, Awaitable[T | Problem]] = getattr(self.api, call.__name__)
                answer = await request(*args, **kwargs)
        except StoreProblem as problem:
            # Without the lock nobody could say how many are under way: nothing is asked.
            return Problem(ProblemKind.STORAGE, operation=operation, message=str(problem))
        if isinstance(answer, Problem) and answer.kind is ProblemKind.UNAUTHORIZED:
            self._bus.refuse(answer)
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
