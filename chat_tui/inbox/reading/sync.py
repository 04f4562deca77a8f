"""Keeps the cache fresh: one copy makes the rounds for all, and reads the history of changed chats."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final

from chat_tui.inbox.context import EngineContext, wait_for
from chat_tui.inbox.copies.change_feed import FRESH_AT, TROUBLE
from chat_tui.inbox.copies.leader import Leadership
from chat_tui.inbox.events import LIST
from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.inbox.reading.scan import ACTIVE, FullScan, ListScan
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.link import LinkState, SyncPlan, SyncReport, Work
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import chats, cursors, search
from chat_tui.store.errors import StoreError, tolerated

BEHIND: Final = 40
"""The most histories read in one go."""
HISTORIES_AT_ONCE: Final = 2
LONG: Final = 10
"""The least number of histories whose progress is shown: fewer come with every round."""
PACE_S: Final = 3.0
"""Seconds per page when the list has no order and all active chats are scanned: 20 pages once a minute."""
FRESH_KEPT_EVERY_MS: Final[Millis] = 30_000
_COSTS_ITSELF: Final = frozenset(
    {
        ProblemKind.NOT_FOUND,
        ProblemKind.BAD_REQUEST,
        ProblemKind.UNEXPECTED_ANSWER,
        ProblemKind.ERROR_ANSWER,
        ProblemKind.TOO_LARGE,
    }
)
"""Problems with a single chat's history that do not end the round."""
_OWN_AFFAIR: Final = frozenset({ProblemKind.HOURLY_LIMIT, ProblemKind.PARALLEL_LIMIT})
_ASKS_THE_OPERATOR: Final = frozenset({ProblemKind.UNAUTHORIZED, ProblemKind.FORBIDDEN})

log = logging.getLogger(__name__)


class Sync:
    """Reads the top of the list every few seconds, the history of each changed chat, and scans in between."""

    def __init__(
        self,
        ctx: EngineContext,
        history: HistoryReader,
        leadership: Leadership,
        poll_interval_s: Callable[[], Awaitable[float]],
    ) -> None:
        """`poll_interval_s` gives the current number of seconds between two rounds."""
        self._ctx = ctx
        self._history = history
        self._leadership = leadership
        self._poll_interval_s = poll_interval_s
        self._scan = ListScan(ctx)
        self._full_scan = FullScan(ctx, self._scan)
        self._wake = asyncio.Event()
        self._fresh_kept_at: Millis = 0
        self._trouble: str | None = None
        self._active_pages = 0
        self._active_at = self._begun_at = float("-inf")
        self._jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.open_chat: ChatRef | None = None

    def refresh(self) -> None:
        """Begin the next round now, even if the last one was refused."""
        self._wake.set()

    async def hurry(self) -> None:
        """An operator became active: begin the next round if it is due, unless the Market refuses us."""
        is_refused = self._ctx.link.now.state is LinkState.REFUSED
        if not is_refused and _now() - self._begun_at >= await self._poll_interval_s():
            self._wake.set()

    async def run(self) -> None:
        """Make rounds for as long as the engine lives; while another copy leads, only check that it does."""
        failures = 0
        is_begun = False
        while True:
            problem: Problem | None = None
            self._begun_at = _now()
            try:
                if not is_begun:
                    await self._begin()
                    is_begun = True
                problem = await self._turn()
            except StoreError as error:
                log.warning("round not kept: %s", type(error).__name__)
                problem = Problem(ProblemKind.STORAGE, message=str(error))
            if problem is not None and problem.kind in _ASKS_THE_OPERATOR:
                # A copy that may not read does not lead: another copy may have a better key.
                self._leadership.resign()
            if problem is not None:
                self._ctx.link.works.end(Work.LISTING)
            failures = failures + 1 if problem is not None else 0
            await self._tell_others(problem)
            await self._rest(problem, failures)

    async def _tell_others(self, problem: Problem | None) -> None:
        """Let copies that do not lead learn from the cache that the network is down, or up again."""
        is_shared = problem is not None and problem.is_passing and problem.kind not in _OWN_AFFAIR
        trouble = problem.kind.value if is_shared and problem is not None else ""
        if trouble != self._trouble and self._leadership.is_ours:
            with tolerated(log, "trouble not told"):
                await self._ctx.store.write_cache(cursors.set_, TROUBLE, trouble)
                self._trouble = trouble

    async def _begin(self) -> None:
        if (fresh_at := await self._ctx.store.read(cursors.moment, FRESH_AT)) is not None:
            self._ctx.link.recall(fresh_at)
        await self._read_shops()

    async def _turn(self) -> Problem | None:
        """One round if this copy leads, then scans until the next one is due."""
        if (refused := self._ctx.link.refused_key) is not None:
            return refused
        if not await self._leadership.claim(await self._poll_interval_s()):
            await self._full_scan.follow()
            return None
        until = self._begun_at + await self._poll_interval_s()
        report = await self.round()
        while report.problem is None and _now() < until and not self._wake.is_set():
            if not await self._full_scan.stretch(report, _now()):
                break
            if report.problem is None:
                report.problem = await self._catch_up(report)
        return report.problem

    async def round(self) -> SyncReport:
        """Read the news of the list and the histories that are behind."""
        report = SyncReport()
        report.problem = await self._look(report) or await self._catch_up(report)
        if report.problem is None:
            await self._note_fresh()
        return report

    async def once(self) -> SyncReport:
        """A whole round for `sync --once`: bring up to date what the quota allows, whichever copy leads."""
        await self._read_shops()
        report = await self.round()
        if report.problem is None:
            try:
                await self._full_scan.everything(report)
            finally:
                # Perhaps it has to wait for quota: then the next run goes on.
                self._ctx.link.works.end(Work.LISTING)
        if report.problem is None:
            report.problem = await self._catch_up(report)
        return report

    async def plan(self) -> SyncPlan:
        """What the next rounds will do."""
        listed_at = await self._full_scan.done_at()
        covered = await self._ctx.store.read(search.coverage)
        return SyncPlan(
            list_in_s=await self._poll_interval_s(),
            is_newest_first=self._scan.is_newest_first,
            listed_at=listed_at,
            behind=len(await self._ctx.store.read(chats.behind, BEHIND)),
            chats=covered.chats,
            read=covered.read,
        )

    # -- what is new ---------------------------------------------------------------------------------

    async def _look(self, report: SyncReport) -> Problem | None:
        """Read from the top down to what is known or, if the list is not newest first, all active chats."""
        if self._scan.is_newest_first is not False:
            is_whole = await self._scan.news(report)
            if isinstance(is_whole, Problem):
                return is_whole
            if not is_whole:
                await self._full_scan.begin_anew()
            await self._scan.keep_known()
        if self._scan.is_newest_first is False and self._is_time_for_active():
            before = report.requests
            ended = await self._scan.through(report, Urgency.NEWS, statuses=ACTIVE)
            self._active_pages = report.requests - before
            if isinstance(ended, Problem):
                return ended
        return None

    def _is_time_for_active(self) -> bool:
        now = _now()
        if now - self._active_at < self._active_pages * PACE_S and not self._wake.is_set():
            return False
        self._active_at = now
        return True

    async def _catch_up(self, report: SyncReport) -> Problem | None:
        """Read the history of each chat that is newer in the list than in the cache; the open chat first."""
        behind = await self._ctx.store.read(chats.behind, BEHIND)
        if self.open_chat in behind:
            behind = (self.open_chat, *(chat for chat in behind if chat != self.open_chat))
        problems: list[Problem] = []
        waiting = iter(behind)
        works, is_long = self._ctx.link.works, len(behind) >= LONG
        read = 0

        async def read_some() -> None:
            nonlocal read
            for chat_ref in waiting:
                if problems:
                    return
                if is_long:
                    works.step(Work.NEWS, read, len(behind))
                problem = await self._history.newer(chat_ref, Urgency.NEWS)
                read += 1
                report.requests += 1
                report.histories += 1
                if problem is None:
                    continue
                if problem.kind not in _COSTS_ITSELF:
                    problems.append(problem)
                    return
                # A chat that cannot be read must not keep the others waiting.
                await self._ctx.store.write_cache(
                    chats.read_in_vain, chat_ref, gone=problem.kind is ProblemKind.NOT_FOUND
                )

        try:
            await asyncio.gather(*(read_some() for _ in range(HISTORIES_AT_ONCE)))
        finally:
            works.end(Work.NEWS)
        return problems[0] if problems else None

    async def _note_fresh(self) -> None:
        """Everything is up to date: publish it, and save the moment for other copies and later starts."""
        now = self._ctx.wall_ms()
        self._ctx.answered(LIST, fresh_at=now)
        if not 0 <= now - self._fresh_kept_at < FRESH_KEPT_EVERY_MS:
            self._fresh_kept_at = now
            await self._ctx.store.write_cache(cursors.set_, FRESH_AT, str(now))

    async def _read_shops(self) -> None:
        """Read the names of the shops (getCampaigns). If that fails, chats are shown without them."""
        shops = await self._ctx.client.ask(Urgency.NEWS, MarketApi.get_shops)
        if not isinstance(shops, Problem):
            await self._ctx.store.write_cache(chats.save_shops, shops)

    # -- pauses --------------------------------------------------------------------------------------

    async def _rest(self, problem: Problem | None, failures: int) -> None:
        """Wait for the next round: poll interval, growing pause after failures, or what the Market asked."""
        if problem is not None and problem.kind in _ASKS_THE_OPERATOR:
            # Nothing changes until the operator acts and refreshes.
            await self._wake.wait()
        elif not self._wake.is_set():
            await wait_for(self._wake, await self._pause_after(problem, failures))
        self._wake.clear()

    async def _pause_after(self, problem: Problem | None, failures: int) -> float:
        pause = await self._poll_interval_s()
        if problem is None or (
            problem.kind is ProblemKind.HOURLY_LIMIT and problem.operation == "getChatHistory"
        ):
            # The list has its own quota: waiting buyers are shown even while histories have to wait.
            return max(0.0, self._begun_at + pause - _now())
        grown = self._jitter.uniform(pause, max(pause, min(60.0, pause * 2 ** min(failures, 10))))
        if problem.retry_after_s is None:
            return grown
        return max(pause, min(problem.retry_after_s, 3600.0))


def _now() -> float:
    return asyncio.get_running_loop().time()
