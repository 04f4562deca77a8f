"""Reads histories back to their beginning, the newest chats first, while there is quota to spare."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from chat_tui.inbox.context import EngineContext, wait_for
from chat_tui.inbox.events import SHOWN_EVERY_S, LinkChanged
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.model.ids import ChatRef
from chat_tui.model.link import LinkState, Work
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import chats, indexing, search
from chat_tui.store.errors import StoreBusy, StoreProblem, tolerated

BATCH: Final = 50
"""Chats taken from the cache at a time."""
LONGEST_PAUSE_S: Final = 60.0
INDEX_BATCH: Final = 200
"""Rows per transaction: about 20 ms, so that other writes do not wait for long."""
INDEX_PAUSE_S: Final = 0.02

log = logging.getLogger(__name__)


class Backfill:
    """One request at a time, by the leading copy, so that all copies can search everything."""

    def __init__(self, ctx: EngineContext, history: HistoryReader, may_go: Callable[[], bool]) -> None:
        """`may_go` says whether this copy should do it."""
        self._ctx = ctx
        self._history = history
        self._may_go = may_go
        self._wake = asyncio.Event()
        self._passed: set[ChatRef] = set()
        """Chats that, in this run, the Market turned out not to know any more."""
        self._told_at = float("-inf")
        self.is_wanted = False
        """Whether the operator asked for everything: then more than half of the quota may be used."""

    def want(self, wanted: bool) -> None:
        """Read everything as soon as the quota allows, or (False) only in passing again."""
        self.is_wanted = wanted
        self._wake.set()
        if not wanted:
            self._ctx.link.works.end(Work.HISTORY)
        self._ctx.bus.publish(LinkChanged())

    async def run(self) -> None:
        """For as long as the engine lives."""
        failures = 0
        while True:
            problem: Problem | None = None
            with tolerated(log, "histories not kept"):
                while self._may_begin() and (batch := await self._next()):
                    problem = await self._read(batch)
                    if problem is not None:
                        break
            failures = failures + 1 if problem is not None else 0
            await self._rest(problem, failures)

    def _may_begin(self) -> bool:
        link = self._ctx.link.now
        return (self.is_wanted or self._may_go()) and link.state is LinkState.ONLINE

    async def _next(self) -> tuple[ChatRef, ...]:
        found = await self._ctx.store.read(chats.partly_read, BATCH + len(self._passed))
        rest = tuple(chat_ref for chat_ref in found if chat_ref not in self._passed)
        if not rest and self.is_wanted:
            self.want(False)
        return rest[:BATCH]

    async def _read(self, batch: tuple[ChatRef, ...]) -> Problem | None:
        """One page per chat; a long history continues in the next batch."""
        for chat_ref in batch:
            if not self._may_begin():
                return None
            await self._tell()
            urgency = Urgency.WANTED if self.is_wanted else Urgency.BACKFILL
            problem = await self._history.older(chat_ref, urgency)
            if problem is None:
                continue
            if problem.kind is not ProblemKind.NOT_FOUND:
                return problem
            self._passed.add(chat_ref)
        return None

    async def _tell(self) -> None:
        """Publish how much of the history is loaded, if the operator asked for all of it."""
        now = asyncio.get_running_loop().time()
        # Counting takes as long as some pages on a fast network.
        if not self.is_wanted or now - self._told_at < SHOWN_EVERY_S:
            return
        self._told_at = now
        covered = await self._ctx.store.read(search.coverage)
        # Each of the rest needs one page at least.
        least_s = self._ctx.client.least_s("getChatHistory", Urgency.WANTED, covered.chats - covered.read)
        if self.is_wanted:
            self._ctx.link.works.step(Work.HISTORY, covered.read, covered.chats, least_s=least_s)

    async def _rest(self, problem: Problem | None, failures: int) -> None:
        if problem is not None and problem.kind is not ProblemKind.HOURLY_LIMIT:
            self._ctx.link.works.end(Work.HISTORY)
        pause = self._ctx.settings.scan_s
        if problem is not None:
            told = problem.retry_after_s
            pause = min(LONGEST_PAUSE_S, told if told is not None else pause * 2 ** min(failures, 6))
        self._wake.clear()
        await wait_for(self._wake, pause)


async def index_the_rest(ctx: EngineContext) -> None:
    """Index what is not indexed yet; if the cache cannot be written, the next start continues."""
    is_more = True
    while is_more:
        try:
            is_more = await ctx.store.write_cache(indexing.index_more, INDEX_BATCH)
        except StoreBusy:
            log.info("indexing waits: another copy is writing")
        except StoreProblem:
            log.warning("indexing ended: the cache cannot be written")
            return
        await asyncio.sleep(INDEX_PAUSE_S)
