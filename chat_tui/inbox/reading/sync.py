"""Keeping the cache fresh: rounds of one copy for all, and the history of every chat that changed."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final

from chat_tui.inbox.context import EngineContext, wait_for
from chat_tui.inbox.copies.change_feed import FRESH_AT, TROUBLE
from chat_tui.inbox.copies.leader import Leadership
from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.inbox.reading.scan import ACTIVE, FullScan, ListScan
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.link import LinkState, SyncPlan, SyncReport
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import chats, cursors, search
from chat_tui.store.errors import StoreError, tolerated

BEHIND: Final = 40
"""Histories read at a time."""
HISTORIES_AT_ONCE: Final = 2
PACE_S: Final = 3.0
"""Per page, when all active chats must be walked for want of an order: 20 pages are walked once a minute."""
FRESH_KEPT_EVERY_MS: Final[Millis] = 30_000
_COSTS_ITSELF: Final = frozenset(
    {
        ProblemKind.NOT_FOUND,
        ProblemKind.BAD_REQUEST,
        ProblemKind.UNEXPECTED_ANSWER,
        ProblemKind.TOO_LARGE,
    }
)
"""What a single chat's history may answer while the list itself can be read."""
_OWN_AFFAIR: Final = frozenset({ProblemKind.HOURLY_LIMIT, ProblemKind.PARALLEL_LIMIT})
_ASKS_THE_OPERATOR: Final = frozenset({ProblemKind.UNAUTHORIZED, ProblemKind.FORBIDDEN})

log = logging.getLogger(__name__)


class Sync:
    """The list's top every few seconds, one history read per changed chat, scans in the time between."""

    def __init__(
        self,
        ctx: EngineContext,
        history: HistoryReader,
        leadership: Leadership,
        poll_interval_s: Callable[[], Awaitable[float]],
    ) -> None:
        """`poll_interval_s` gives the seconds between two rounds as things are now."""
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
        """Begin the next round now, whatever was refused before."""
        self._wake.set()

    async def hurry(self) -> None:
        """Begin the next round if it is due by now, somebody became active; not what the Market refuses."""
        is_refused = self._ctx.bus.link.state is LinkState.REFUSED
        if not is_refused and _now() - self._begun_at >= await self._poll_interval_s():
            self._wake.set()

    async def run(self) -> None:
        """Round after round for as long as the engine lives; while another copy leads, see that it does."""
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
                # Who may not read does not lead: another copy has a key that is good, perhaps.
                self._leadership.resign()
            failures = failures + 1 if problem is not None else 0
            await self._tell_others(problem)
            await self._rest(problem, failures)

    async def _tell_others(self, problem: Problem | None) -> None:
        """A copy that only watches learns from the cache that the network is away, and that it is back."""
        is_shared = problem is not None and problem.is_passing and problem.kind not in _OWN_AFFAIR
        trouble = problem.kind.value if is_shared and problem is not None else ""
        if trouble != self._trouble and self._leadership.is_ours:
            with tolerated(log, "trouble not told"):
                await self._ctx.store.write_cache(cursors.set_, TROUBLE, trouble)
                self._trouble = trouble

    async def _begin(self) -> None:
        if (fresh_at := await self._ctx.store.read(cursors.moment, FRESH_AT)) is not None:
            self._ctx.bus.recall(fresh_at)
        await self._read_shops()

    async def _turn(self) -> Problem | None:
        """One round if this copy leads, then scans until the next one is due."""
        if (refused := self._ctx.bus.refused_key) is not None:
            return refused
        if not await self._leadership.claim(await self._poll_interval_s()):
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
        """One look at what is new, and the histories behind."""
        report = SyncReport()
        report.problem = await self._look(report) or await self._catch_up(report)
        if report.problem is None:
            await self._note_fresh()
        return report

    async def once(self) -> SyncReport:
        """A whole round for `sync --once`: everything that can be brought up to date now, whoever leads."""
        await self._read_shops()
        report = await self.round()
        if report.problem is None:
            await self._full_scan.everything(report)
        if report.problem is None:
            report.problem = await self._catch_up(report)
        return report

    async def plan(self) -> SyncPlan:
        """What comes next."""
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
        """Pages from the top down to what is known; or, in any other order, the active chats whole."""
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
        """One history read for each chat of which the list knows more than the cache; the open one first."""
        behind = await self._ctx.store.read(chats.behind, BEHIND)
        if self.open_chat in behind:
            behind = (self.open_chat, *(chat for chat in behind if chat != self.open_chat))
        problems: list[Problem] = []
        waiting = iter(behind)

        async def read_some() -> None:
            for chat_ref in waiting:
                if problems:
                    return
                problem = await self._history.newer(chat_ref, Urgency.NEWS)
                report.requests += 1
                report.histories += 1
                if problem is None:
                    continue
                if problem.kind not in _COSTS_ITSELF:
                    problems.append(problem)
                    return
                # One chat that nobody can read does not keep the others waiting.
                await self._ctx.store.write_cache(
                    chats.read_in_vain, chat_ref, gone=problem.kind is ProblemKind.NOT_FOUND
                )

        await asyncio.gather(*(read_some() for _ in range(HISTORIES_AT_ONCE)))
        return problems[0] if problems else None

    async def _note_fresh(self) -> None:
        """All is up to date; kept for other copies, and for a later start: "Shown is the cache of 14:02"."""
        now = self._ctx.wall_ms()
        self._ctx.answered(fresh_at=now)
        if not 0 <= now - self._fresh_kept_at < FRESH_KEPT_EVERY_MS:
            self._fresh_kept_at = now
            await self._ctx.store.write_cache(cursors.set_, FRESH_AT, str(now))

    async def _read_shops(self) -> None:
        """The names of the shops; without them chats show none, which is no reason to stop."""
        shops = await self._ctx.client.ask(Urgency.NEWS, MarketApi.get_shops)
        if not isinstance(shops, Problem):
            await self._ctx.store.write_cache(chats.save_shops, shops)

    # -- rhythm --------------------------------------------------------------------------------------

    async def _rest(self, problem: Problem | None, failures: int) -> None:
        """Until the next round: the rhythm, a growing pause after failures, or the told moment."""
        if problem is not None and problem.kind in _ASKS_THE_OPERATOR:
            # Nothing will change until the operator acts; `r` asks again.
            await self._wake.wait()
        elif not self._wake.is_set():
            await wait_for(self._wake, await self._pause_after(problem, failures))
        self._wake.clear()

    async def _pause_after(self, problem: Problem | None, failures: int) -> float:
        pause = await self._poll_interval_s()
        if problem is None or (
            problem.kind is ProblemKind.HOURLY_LIMIT and problem.operation == "getChatHistory"
        ):
            # The list has a quota of its own: who waits is seen even while texts have to wait.
            return max(0.0, self._begun_at + pause - _now())
        grown = self._jitter.uniform(pause, max(pause, min(60.0, pause * 2 ** min(failures, 10))))
        if problem.retry_after_s is None:
            return grown
        return max(pause, min(problem.retry_after_s, 3600.0))


def _now() -> float:
    return asyncio.get_running_loop().time()
