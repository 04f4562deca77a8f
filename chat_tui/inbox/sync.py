"""Keeping the list of chats fresh: one pass after another, and the history of what changed."""

import asyncio
import random
from dataclasses import dataclass
from itertools import pairwise

from chat_tui.inbox.events import ChatsChanged
from chat_tui.inbox.ground import Ground
from chat_tui.inbox.history import History
from chat_tui.model.chat import Chat, ChatStatus
from chat_tui.model.ids import ChatId, Millis
from chat_tui.model.paging import ChatsPage
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import chats, cursors

ACTIVE = (ChatStatus.NEW, ChatStatus.WAITING_FOR_PARTNER)
"""The statuses that are walked whole while the order of the list is not known to be newest first."""
MOST_PAGES = 2_000
FIRST_PAGES = 5
"""Pages of a pass while the walk through everything is still under way and will bring the rest."""
EMPTY_PAGES = 3
"""So many pages in a row without a chat end a pass, whatever the tokens promise."""
BEHIND = 40
"""Histories read per pass at most."""
HISTORIES_AT_ONCE = 2
SWEEP_RESERVE = 0.5
"""The walk through everything rests while less than this share of the hour's list quota is left."""
FRESH_AT = "list.fresh_at"
FRESH_KEPT_EVERY_MS = 60 * 1000
SWEEP_EVERY_MS = 24 * 3600 * 1000


@dataclass(slots=True)
class SyncReport:
    """What a round did."""

    requests: int = 0
    chats: int = 0
    changed: int = 0
    histories: int = 0
    problem: Problem | None = None


class Sync:
    """The list poll, the walk through all chats, and one history read per changed chat."""

    def __init__(self, ground: Ground, history: History) -> None:
        self._g = ground
        self._history = history
        self._wake = asyncio.Event()
        self._newest_first: bool | None = None
        self._fresh_kept_at: Millis = 0
        self._jitter = random.Random()  # noqa: S311 - spreads retries, guards nothing
        self.open_chat: ChatId | None = None

    def refresh(self) -> None:
        """Begin the next round now."""
        self._wake.set()

    async def run(self) -> None:
        """Round after round, for as long as the engine lives."""
        failures = 0
        if (fresh_at := await self._get(FRESH_AT)) is not None:
            self._g.bulletin.recall(int(fresh_at))
        await self._read_shops()
        while True:
            report = await self.round()
            failures = failures + 1 if report.problem is not None else 0
            await self._rest(report.problem, failures)

    async def round(self) -> SyncReport:
        """One pass over what is new, the histories behind, and a stretch of the walk through everything."""
        report = SyncReport()
        report.problem = await self._pass(report) or await self._catch_up(report)
        if report.problem is None:
            await self._note_fresh()
            report.problem = await self._sweep(report)
        return report

    async def _note_fresh(self) -> None:
        """All is up to date; kept for the words "Shown is the cache of 14:02" of a later start."""
        now = self._g.wall_ms()
        self._g.answered(fresh_at=now)
        if not 0 <= now - self._fresh_kept_at < FRESH_KEPT_EVERY_MS:
            self._fresh_kept_at = now
            await self._set(FRESH_AT, str(now))

    async def once(self) -> SyncReport:
        """A whole round for `sync --once`: everything that can be brought up to date now."""
        await self._read_shops()
        report = await self.round()
        while report.problem is None and await self._unswept():
            report.problem = await self._sweep(report)
            if self._is_short():
                break
        if report.problem is None:
            report.problem = await self._catch_up(report)
        return report

    # -- the pass ------------------------------------------------------------------------------------

    async def _pass(self, report: SyncReport) -> Problem | None:
        """Pages from the top while they bring news; active statuses whole while the order is unknown."""
        most = FIRST_PAGES if await self._unswept() else MOST_PAGES
        problem = await self._walk(report, statuses=(), until_known=True, most=most)
        if problem is None and self._newest_first is False:
            problem = await self._walk(report, statuses=ACTIVE, until_known=False, most=MOST_PAGES)
        return problem

    async def _walk(
        self, report: SyncReport, *, statuses: tuple[str, ...], until_known: bool, most: int
    ) -> Problem | None:
        token: str | None = None
        empty = 0
        for _ in range(most):
            page = await self._g.market.get_chats(statuses=statuses, page_token=token)
            report.requests += 1
            if isinstance(page, Problem):
                self._g.bulletin.failed(page)
                return page
            self._observe(page)
            changed = await self._save(page, report)
            empty = 0 if page.chats else empty + 1
            known = until_known and not changed
            if page.next_token in {None, token} or known or empty >= EMPTY_PAGES:
                return None
            token = page.next_token
        return None

    async def _save(self, page: ChatsPage, report: SyncReport) -> frozenset[ChatId]:
        changed = await self._g.write_cache(chats.save_page, page.chats, self._g.wall_ms())
        report.chats += len(page.chats)
        report.changed += len(changed)
        self._g.bulletin.answered(dict(self._g.market.budgets), skipped=page.skipped)
        if changed:
            self._g.bulletin.publish(ChatsChanged(changed))
        return changed

    def _observe(self, page: ChatsPage) -> None:
        """The order of the list is not published: believe newest-first only while every page shows it."""
        if self._newest_first is not False and len(page.chats) > 1:
            self._newest_first = _is_newest_first(page.chats)

    # -- histories -----------------------------------------------------------------------------------

    async def _catch_up(self, report: SyncReport) -> Problem | None:
        """One history read for each chat about which the list knows more than the cache."""
        behind = await self._g.read(chats.behind, BEHIND)
        if self.open_chat in behind:
            behind = (self.open_chat, *(chat for chat in behind if chat != self.open_chat))
        problems: list[Problem] = []
        waiting = iter(behind)

        async def read_some() -> None:
            for chat_id in waiting:
                problem = await self._history.newer(chat_id)
                report.requests += 1
                report.histories += 1
                if problem is not None and problem.kind != ProblemKind.NOT_FOUND:
                    problems.append(problem)
                    return

        await asyncio.gather(*(read_some() for _ in range(HISTORIES_AT_ONCE)))
        return problems[0] if problems else None

    # -- everything ----------------------------------------------------------------------------------

    async def _sweep(self, report: SyncReport, pages: int = 20) -> Problem | None:
        """A stretch of the walk through all chats, resumed where the last one ended."""
        if not await self._unswept():
            return None
        token = await self._get("sweep.token") or None
        for _ in range(pages):
            if self._is_short():
                return None
            page = await self._g.market.get_chats(page_token=token)
            report.requests += 1
            if isinstance(page, Problem):
                if page.kind == ProblemKind.BAD_REQUEST and token is not None:
                    await self._set("sweep.token", "")
                    return None
                self._g.bulletin.failed(page)
                return page
            await self._save(page, report)
            if page.next_token is None or page.next_token == token or not page.chats:
                await self._set("sweep.token", "")
                await self._set("sweep.done_at", str(self._g.wall_ms()))
                return None
            token = page.next_token
            await self._set("sweep.token", token)
        self._wake.set()
        return None

    async def _unswept(self) -> bool:
        """Whether the walk through everything is due."""
        done_at = int(await self._get("sweep.done_at") or 0)
        return not 0 <= self._g.wall_ms() - done_at < SWEEP_EVERY_MS

    def _is_short(self) -> bool:
        """Whether the hour's list quota must be kept for what is new."""
        budget = self._g.market.budgets.get("getChats")
        return budget is not None and budget.share_left < SWEEP_RESERVE

    async def _read_shops(self) -> None:
        """The names of the shops; without them chats show none, which is no reason to stop."""
        shops = await self._g.market.get_shops()
        if not isinstance(shops, Problem):
            await self._g.write_cache(chats.save_shops, shops)

    async def _get(self, key: str) -> str | None:
        return await self._g.read(cursors.get, key)

    async def _set(self, key: str, value: str) -> None:
        await self._g.write_cache(cursors.set_, key, value)

    # -- rhythm --------------------------------------------------------------------------------------

    async def _rest(self, problem: Problem | None, failures: int) -> None:
        """Until the next round: the rhythm, a growing pause after failures, or the told moment."""
        pause = self._g.settings.poll_s
        if problem is not None:
            pause = self._jitter.uniform(pause, min(60.0, pause * 2**failures))
            if problem.kind in {ProblemKind.UNAUTHORIZED, ProblemKind.FORBIDDEN}:
                # Nothing will change until the operator acts; `r` asks again.
                await self._wake.wait()
            elif problem.retry_after_s is not None:
                pause = max(pause, min(problem.retry_after_s, 3600.0))
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()


def _is_newest_first(page: tuple[Chat, ...]) -> bool:
    return all(a.updated_at >= b.updated_at for a, b in pairwise(page))
