"""The Market's list of chats, page by page: its top, the chats that may be waiting, all of them.

The top is read every few seconds. A status that changed without a message, or a chat that was missed, is not
at the top of the list; a scan through everything finds it, and a later start continues that scan.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.events import LIST
from chat_tui.inbox.market import MarketApi
from chat_tui.locale import _
from chat_tui.model.chat import Chat, ChatStatus, Message, Page
from chat_tui.model.ids import UNKNOWN_TIME, ChatRef, Millis
from chat_tui.model.link import LinkState, SyncReport, Work
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.safetext import one_line
from chat_tui.store import chats, cursors
from chat_tui.store.database import Connection

MOST_PAGES: Final = 2_000
"""The most pages read of one list."""
EMPTY_PAGES: Final = 3
"""So many empty pages in a row are taken for the end, whatever their tokens say."""
ACTIVE: Final = (ChatStatus.NEW, ChatStatus.WAITING_FOR_PARTNER)
"""The statuses in which a buyer may be waiting."""
FIRST_PAGES: Final = 5
"""Pages read from the top when nothing is known yet; the scan through everything brings the rest."""
NEWS_PAGES: Final = 100
"""Pages read from the top at most; after a longer absence, everything is scanned instead."""
KNOWN_TO: Final = "list.known_to"
"""The time of the chat in the middle of the first page when the top was last read without a gap.

Not that of the very first chat: so a chat dated into the future, or listed a little late, leaves no gap.
"""
ACTIVE_EVERY_MS: Final[Millis] = 10 * 60_000
EVERYTHING_EVERY_MS: Final[Millis] = 24 * 3_600_000
STRETCH: Final = 5
"""Pages at a time, so that the next look at the top is never late."""
MOST_ASKED: Final = 20
"""The most chats that a scan did not meet and that are then read one by one."""
_TOKEN, _DONE_AT = "sweep.token", "sweep.done_at"
_LISTED, _TOTAL = "sweep.listed", "sweep.total"
"""How many chats the scan under way has listed before `_TOKEN`, and the last whole one in all."""
LIST_PAGE: Final = 20
"""Chats on a page, as `MarketApi.get_chats` asks for them."""

Step = Callable[[str | None], Awaitable[object]]

log = logging.getLogger(__name__)


class Pager:
    """Goes through the pages of any list: read the page at `token`, then call `goes_on` with it.

    It stops at a Market that repeats itself or never ends; `trouble` then says so.
    """

    def __init__(self, operation: str, token: str | None = None) -> None:
        """Begin at the first page, or at the `token` where an earlier scan stopped."""
        self._operation = operation
        self._left = MOST_PAGES
        self._met = {token}
        self._empty = 0
        self._began_anew = False
        self.token = token
        """The token of the next page; None = the first page."""
        self.is_whole = False
        """Whether the end was reached, and the scan not merely stopped."""
        self.trouble: Problem | None = None
        """Why the scan stopped before the end; also logged."""

    def goes_on(self, page: Page[Chat] | Page[Message]) -> bool:
        """Advance past a page; False at the end, after a repeated token, and after too many pages."""
        self._empty = 0 if page.items or page.unreadable else self._empty + 1
        self._left -= 1
        if page.next_token is None or self._empty >= EMPTY_PAGES:
            self.token, self.is_whole = None, True
        elif page.next_token in self._met:
            self._leave(_("The Market repeats the same page."))
        elif self._left <= 0:
            self._leave(_("The Market sends pages without end."))
        else:
            self.token = page.next_token
            self._met.add(self.token)
            return True
        return False

    def begins_anew(self, problem: Problem) -> bool:
        """Start over from the first page if the page token was refused, once; whether it did."""
        if problem.kind != ProblemKind.BAD_REQUEST or self.token is None or self._began_anew:
            return False
        self.token, self._met, self._empty = None, {None}, 0
        self._began_anew = True
        return True

    def _leave(self, words: str) -> None:
        self.token = None
        self.trouble = Problem(
            ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR, self._operation, message=words
        )
        log.warning("%s: %s", one_line(self._operation), one_line(words))


class ListScan:
    """Reads pages of the list (getChats) into the cache, and observes in which order they come."""

    def __init__(self, ctx: EngineContext) -> None:
        self._ctx = ctx
        self.is_newest_first: bool | None = None
        """Observed in this run: True while every page confirms it, False for good once one does not."""
        self._top: Millis = UNKNOWN_TIME
        """What `KNOWN_TO` becomes when the scan from the top that is under way ends."""

    async def through(
        self,
        report: SyncReport,
        urgency: Urgency,
        *,
        statuses: Sequence[str] = (),
        until: Millis | None = None,
        token: str | None = None,
        most: int = MOST_PAGES,
        step: Step | None = None,
        seen: set[ChatRef] | None = None,
    ) -> Problem | str | None:
        """Read page after page; returns the token to continue with, or None at the end of the list.

        `until` stops at the page that reaches back beyond that time, if the list is newest first. `step` is
        called with the next token once a page is in the cache. `seen` collects the chats met. If the Market
        does not know `token` any more, the scan starts over, once.
        """
        pager = Pager(LIST, token)
        goes_on, left = True, most
        while goes_on and left > 0:
            page = await self._page(report, urgency, statuses, pager.token)
            if isinstance(page, Problem):
                if pager.begins_anew(page):
                    continue
                return page
            left -= 1
            await self._save(page, report)
            if seen is not None:
                seen.update(chat.chat_ref for chat in page.items)
            goes_on = pager.goes_on(page)
            if step is not None:
                await step(pager.token)
            if self._reaches(page, until):
                return None
        if pager.trouble is not None and pager.trouble.message not in report.oddities:
            report.oddities.append(pager.trouble.message)
        return pager.token

    async def news(self, report: SyncReport) -> Problem | bool:
        """Read from the top down to what is known; False if that is too far and all must be scanned.

        Call `keep_known` only after success: then the next scan meets the news beyond a page that failed.
        """
        until = await self._ctx.store.read(cursors.moment, KNOWN_TO)
        self._top = UNKNOWN_TIME
        most = FIRST_PAGES if until is None else NEWS_PAGES
        ended = await self.through(report, Urgency.NEWS, until=until, most=most)
        return ended if isinstance(ended, Problem) else ended is None

    async def keep_known(self) -> None:
        """Save `KNOWN_TO`: the top was read far enough, or the scan through everything brings the rest."""
        known_to = await self._ctx.store.read(cursors.moment, KNOWN_TO) or UNKNOWN_TIME
        if self._top not in {UNKNOWN_TIME, known_to}:
            await self._ctx.store.write_cache(cursors.set_, KNOWN_TO, str(self._top))

    def _reaches(self, page: Page[Chat], until: Millis | None) -> bool:
        """Whether everything after this page was already known at `until`."""
        times = _times(page.items)
        return bool(until is not None and self.is_newest_first and times and times[-1] <= until)

    async def _page(
        self, report: SyncReport, urgency: Urgency, statuses: Sequence[str], token: str | None
    ) -> Page[Chat] | Problem:
        page = await self._ctx.client.ask(urgency, MarketApi.get_chats, statuses=statuses, page_token=token)
        report.requests += 1
        if isinstance(page, Problem):
            self._ctx.failed(page, urgency)
        else:
            self._observe(page.items)
        return page

    async def _save(self, page: Page[Chat], report: SyncReport) -> None:
        changed = await self._ctx.save_chats(page.items)
        report.chats += len(page.items)
        report.changed += len(changed)
        report.skipped += len(page.unreadable)
        await self._ctx.page_came(LIST, page)

    def _observe(self, found: Sequence[Chat]) -> None:
        """The order is not documented: assume newest first only while every page confirms it."""
        times = _times(found)
        if times and self._top == UNKNOWN_TIME:
            self._top = times[len(times) // 2]
        if any(earlier < later for earlier, later in pairwise(times)):
            self.is_newest_first = False
        elif self.is_newest_first is None and len(set(times)) > 1:
            self.is_newest_first = True


def _times(found: Sequence[Chat]) -> list[Millis]:
    return [chat.updated_at for chat in found if chat.updated_at != UNKNOWN_TIME]


class FullScan:
    """Finds what the top of the list cannot show: a status changed without a message, a missed chat."""

    def __init__(self, ctx: EngineContext, list_scan: ListScan) -> None:
        self._ctx = ctx
        self._scan = list_scan
        self._active_at: float | None = None
        """When the active chats were last scanned, in seconds of the loop; None = never in this run."""
        self._place = _Place("", 0, None)
        """Where the scan through everything is."""

    async def stretch(self, report: SyncReport, now: float) -> bool:
        """Do the next piece of what is due; False if nothing is due or the quota does not allow it now.

        `now` is in seconds of the engine's loop.
        """
        if await self.done_at() is None:
            return await self._everything(report, Urgency.FIRST)
        if self._active_at is None or now - self._active_at >= ACTIVE_EVERY_MS / 1000:
            self._active_at = now
            return await self.active(report)
        return await self.is_due() and await self._everything(report, Urgency.SWEEP)

    async def active(self, report: SyncReport) -> bool:
        """Scan the chats that may be waiting, then read those of the cache that the scan did not meet."""
        seen: set[ChatRef] = set()
        before = await self._ctx.store.read(chats.active_ids)
        ended = await self._scan.through(report, Urgency.NEWS, statuses=ACTIVE, seen=seen)
        if isinstance(ended, Problem):
            return self._judge(ended, report)
        for chat_ref in [chat_ref for chat_ref in before if chat_ref not in seen][:MOST_ASKED]:
            chat = await self._ctx.client.ask(Urgency.NEWS, MarketApi.get_chat, chat_ref)
            report.requests += 1
            if not isinstance(chat, Problem):
                await self._ctx.save_chats((chat,))
            elif chat.kind is not ProblemKind.NOT_FOUND:
                return self._judge(chat, report)
        return True

    async def everything(self, report: SyncReport) -> None:
        """Scan all chats to the end, or to where the quota allows."""
        while await self.is_due() and await self._everything(report, Urgency.FIRST):
            pass

    async def follow(self) -> None:
        """Publish how far the scan is that another copy makes, as far as we know that it goes on."""
        self._place = await self._ctx.store.read(_where)
        is_online = self._ctx.link.now.state is LinkState.ONLINE
        self._tell(Urgency.FIRST if is_online and await self.done_at() is None else Urgency.SWEEP)

    async def is_due(self) -> bool:
        """Whether the scan through everything is due or under way."""
        done_at = await self.done_at()
        return done_at is None or not 0 <= self._ctx.wall_ms() - done_at < EVERYTHING_EVERY_MS

    async def done_at(self) -> Millis | None:
        """When everything was last scanned; None = never."""
        return await self._ctx.store.read(cursors.moment, _DONE_AT)

    async def begin_anew(self) -> None:
        """Start the scan through everything over: there is more news than a look at the top can bring."""
        await self._ctx.store.write_cache(cursors.set_, _DONE_AT, "")
        await self._ctx.store.write_cache(cursors.set_, _TOKEN, "")

    async def _everything(self, report: SyncReport, urgency: Urgency) -> bool:
        self._place = await self._ctx.store.read(_where)
        before = report.chats - self._place.listed

        async def keep(token: str | None) -> None:
            """The page is in the cache: save the position after it, where a later start continues."""
            done_at = self._ctx.wall_ms() if token is None else None
            place = _Place(token or "", report.chats - before, self._place.total)
            if await self._ctx.store.write_cache(_go_on, self._place.token, place, done_at):
                self._place = place
            self._tell(urgency)

        token = self._place.token or None
        ended = await self._scan.through(report, urgency, token=token, most=STRETCH, step=keep)
        if isinstance(ended, Problem):
            # The time left grows while it waits for quota.
            self._tell(urgency)
            return self._judge(ended, report)
        return True

    def _tell(self, urgency: Urgency) -> None:
        """Publish how far the scan is, if the operator waits for it."""
        works, place = self._ctx.link.works, self._place
        if not place.token or urgency is not Urgency.FIRST:
            works.end(Work.LISTING)
            return
        left = max(0, (place.total or 0) - place.listed)
        least_s = self._ctx.client.least_s(LIST, urgency, -(-left // LIST_PAGE))
        works.step(Work.LISTING, place.listed, place.total, least_s=least_s)

    def _judge(self, problem: Problem, report: SyncReport) -> bool:
        """Note a problem in the report, unless the scan merely has to wait for quota. Always False."""
        if problem.kind is not ProblemKind.HOURLY_LIMIT:
            report.problem = problem
        return False


class _Place(NamedTuple):
    """Where the scan through everything is."""

    token: str
    """Of the next page; empty = at the beginning."""
    listed: int
    """Chats that it has listed; one that was listed twice counts twice."""
    total: int | None
    """Chats that the last whole scan listed; None = there was none."""


def _where(conn: Connection) -> _Place:
    token = cursors.get(conn, _TOKEN) or ""
    listed = cursors.number(conn, _LISTED) or 0
    return _Place(token, listed if token else 0, cursors.number(conn, _TOTAL))


def _go_on(conn: Connection, before: str, place: _Place, done_at: Millis | None) -> bool:
    """Save the position of the scan; False, and nothing saved, if the cache was recreated meanwhile."""
    if (cursors.get(conn, _TOKEN) or "") != before:
        return False
    cursors.set_(conn, _TOKEN, place.token)
    cursors.set_(conn, _LISTED, str(place.listed))
    if done_at is not None:
        cursors.set_(conn, _DONE_AT, str(done_at))
        cursors.set_(conn, _TOTAL, str(place.listed))
    return True
