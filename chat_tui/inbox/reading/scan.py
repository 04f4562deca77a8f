"""The Market's list of chats, page by page: its top, the chats that may be waiting, all of them.

The top is read every few seconds. What no newest-first list tells, a status that changed without a message
or a chat that was missed, is found by reading everything once more; a later start goes on where that was.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import Final

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.market import MarketApi
from chat_tui.locale import _
from chat_tui.model.chat import Chat, ChatsPage, ChatStatus, MessagesPage
from chat_tui.model.ids import UNKNOWN_TIME, ChatRef, Millis
from chat_tui.model.link import SyncReport
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.safetext import one_line
from chat_tui.store import chats, cursors
from chat_tui.store.database import Connection

MOST_PAGES: Final = 2_000
"""Pages of one list that are asked for at most."""
EMPTY_PAGES: Final = 3
"""So many pages in a row with nothing in them are the end, whatever their tokens promise."""
ACTIVE: Final = (ChatStatus.NEW, ChatStatus.WAITING_FOR_PARTNER)
"""The statuses in which a buyer may be waiting."""
FIRST_PAGES: Final = 5
"""From the top when nothing is known yet: the scan through everything will bring the rest."""
NEWS_PAGES: Final = 100
"""From the top; whoever was away for longer scans through everything instead."""
KNOWN_TO: Final = "list.known_to"
"""The time of the chat in the middle of the list's first page when its top was last read without a gap.

Not of the very first: one that the Market dates into the future, or shows a little late, leaves no gap.
"""
ACTIVE_EVERY_MS: Final[Millis] = 10 * 60_000
EVERYTHING_EVERY_MS: Final[Millis] = 24 * 3_600_000
STRETCH: Final = 5
"""Pages at a time, so that the list's top is never looked at late."""
MOST_ASKED: Final = 20
"""Chats that a scan did not meet and that are asked for one by one, at most."""
_TOKEN, _DONE_AT = "sweep.token", "sweep.done_at"

Step = Callable[[str | None], Awaitable[object]]

log = logging.getLogger(__name__)


class Pager:
    """From page to page of any list: ask for `token`, tell it what came, go on while it says so.

    A Market that repeats itself or never ends is left, and `trouble` says so.
    """

    def __init__(self, operation: str, token: str | None = None) -> None:
        """Begin at the first page, or where an earlier scan stopped."""
        self._operation = operation
        self._left = MOST_PAGES
        self._met = {token}
        self._empty = 0
        self._began_anew = False
        self.token = token
        """Of the page to ask for next; None = the first one."""
        self.is_whole = False
        """Whether the end was reached, and not merely left."""
        self.trouble: Problem | None = None
        """Why the scan was left before its end; the log says it too."""

    def goes_on(self, page: ChatsPage | MessagesPage) -> bool:
        """Step behind a page; False at the end, after a token met before, and after too many pages."""
        items = page.chats if isinstance(page, ChatsPage) else page.messages
        self._empty = 0 if items or page.unreadable else self._empty + 1
        self._left -= 1
        if page.next_token is None or self._empty >= EMPTY_PAGES:
            self.token, self.is_whole = None, True
        elif page.next_token in self._met:
            self._leave(_("The Market repeats the same page."))
        elif self._left <= 0:
            self._leave(_("The Market's pages do not end."))
        else:
            self.token = page.next_token
            self._met.add(self.token)
            return True
        return False

    def begins_anew(self, problem: Problem) -> bool:
        """Whether the page token was refused and the scan may begin at the first page again: once."""
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
    """Reads pages of the list into the cache, and observes in which order they come."""

    def __init__(self, ctx: EngineContext) -> None:
        self._ctx = ctx
        self.is_newest_first: bool | None = None
        """Observed in this run: True while every page showed it, False for good once one did not."""
        self._top: Millis = UNKNOWN_TIME
        """What `KNOWN_TO` will be when the scan from the top, if one is under way, has come to its end."""

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
        """Page after page; the token to go on with, or None when the list has ended.

        `until` ends it at a page that reaches back behind that time, if the list comes newest first. `step`
        hears the token after each page, once that page is in the cache. `seen` collects the chats met. A
        token that the Market does not know any more begins the scan anew, once.
        """
        pager = Pager("getChats", token)
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
                seen.update(chat.chat_ref for chat in page.chats)
            goes_on = pager.goes_on(page)
            if step is not None:
                await step(pager.token)
            if self._reaches(page, until):
                return None
        if pager.trouble is not None and pager.trouble.message not in report.oddities:
            report.oddities.append(pager.trouble.message)
        return pager.token

    async def news(self, report: SyncReport) -> Problem | bool:
        """From the top down to what is known; False if that is too far, and everything is to be scanned.

        Ends well only with `keep_known`: news behind a page that failed are met by the next pager.
        """
        until = await self._ctx.store.read(cursors.moment, KNOWN_TO)
        self._top = UNKNOWN_TIME
        most = FIRST_PAGES if until is None else NEWS_PAGES
        ended = await self.through(report, Urgency.NEWS, until=until, most=most)
        return ended if isinstance(ended, Problem) else ended is None

    async def keep_known(self) -> None:
        """The top is read as far down as it must be, or the scan through everything will bring the rest."""
        if self._top not in {
            UNKNOWN_TIME,
            await self._ctx.store.read(cursors.moment, KNOWN_TO) or UNKNOWN_TIME,
        }:
            await self._ctx.store.write_cache(cursors.set_, KNOWN_TO, str(self._top))

    def _reaches(self, page: ChatsPage, until: Millis | None) -> bool:
        """Whether everything behind this page was there, and read, at `until`."""
        times = _times(page.chats)
        return bool(until is not None and self.is_newest_first and times and times[-1] <= until)

    async def _page(
        self, report: SyncReport, urgency: Urgency, statuses: Sequence[str], token: str | None
    ) -> ChatsPage | Problem:
        page = await self._ctx.client.ask(urgency, MarketApi.get_chats, statuses=statuses, page_token=token)
        report.requests += 1
        if isinstance(page, Problem):
            self._ctx.failed(page, urgency)
        else:
            self._observe(page.chats)
        return page

    async def _save(self, page: ChatsPage, report: SyncReport) -> None:
        changed = await self._ctx.save_chats(page.chats)
        report.chats += len(page.chats)
        report.changed += len(changed)
        report.skipped += page.skipped
        await self._ctx.page_came("getChats", page)

    def _observe(self, found: Sequence[Chat]) -> None:
        """The order of the list is not published: believe newest-first only while every page shows it."""
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
    """Finds what no newest-first list tells: a status that changed without a message, a missed chat."""

    def __init__(self, ctx: EngineContext, list_scan: ListScan) -> None:
        self._ctx = ctx
        self._scan = list_scan
        self._active_at: float | None = None
        """Moment of the engine's loop at which the active chats were scanned last."""
        self._at = ""
        """Where the scan through everything stands."""

    async def stretch(self, report: SyncReport, now: float) -> bool:
        """Do the next piece of what is due; False when nothing is, or its turn has not come.

        `now` is the moment by the engine's loop, in seconds.
        """
        if await self.done_at() is None:
            return await self._everything(report, Urgency.FIRST)
        if self._active_at is None or now - self._active_at >= ACTIVE_EVERY_MS / 1000:
            self._active_at = now
            return await self.active(report)
        return await self.is_due() and await self._everything(report, Urgency.SWEEP)

    async def active(self, report: SyncReport) -> bool:
        """Scan the chats that may be waiting; those in the cache that were not met are asked for."""
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

    async def is_due(self) -> bool:
        """Whether the scan through everything is due or under way."""
        done_at = await self.done_at()
        return done_at is None or not 0 <= self._ctx.wall_ms() - done_at < EVERYTHING_EVERY_MS

    async def done_at(self) -> Millis | None:
        """When everything was scanned last; None = never."""
        return await self._ctx.store.read(cursors.moment, _DONE_AT)

    async def begin_anew(self) -> None:
        """Scan through everything from the top, as if it never was: more is new than a look can bring."""
        await self._ctx.store.write_cache(cursors.set_, _DONE_AT, "")
        await self._ctx.store.write_cache(cursors.set_, _TOKEN, "")

    async def _everything(self, report: SyncReport, urgency: Urgency) -> bool:
        token = await self._ctx.store.read(cursors.get, _TOKEN) or None
        self._at = token or ""
        ended = await self._scan.through(report, urgency, token=token, most=STRETCH, step=self._keep)
        if isinstance(ended, Problem):
            return self._judge(ended, report)
        return True

    async def _keep(self, token: str | None) -> None:
        """The page is in the cache: a later start goes on behind it."""
        done_at = self._ctx.wall_ms() if token is None else None
        if await self._ctx.store.write_cache(_go_on, self._at, token or "", done_at):
            self._at = token or ""

    def _judge(self, problem: Problem, report: SyncReport) -> bool:
        """A scan that may not go on now is no failure of the round."""
        if problem.kind is not ProblemKind.HOURLY_LIMIT:
            report.problem = problem
        return False


def _go_on(conn: Connection, before: str, token: str, done_at: Millis | None) -> bool:
    """Note how far the scan is; False, and nothing noted, if the cache was begun anew behind it."""
    if (cursors.get(conn, _TOKEN) or "") != before:
        return False
    cursors.set_(conn, _TOKEN, token)
    if done_at is not None:
        cursors.set_(conn, _DONE_AT, str(done_at))
    return True
