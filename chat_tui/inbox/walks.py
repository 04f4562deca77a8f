"""Walks through the Market's list of chats: its top, the active ones, everything."""

from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import Final

from chat_tui.inbox.events import ChatsChanged
from chat_tui.inbox.ground import Ground
from chat_tui.inbox.page_walk import MOST_PAGES, PageWalk
from chat_tui.model.allowance import Urgency
from chat_tui.model.chat import Chat, ChatStatus
from chat_tui.model.ids import UNKNOWN_TIME, ChatId, Millis
from chat_tui.model.paging import ChatsPage
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.report import SyncReport
from chat_tui.store import chats, cursors

ACTIVE: Final = (ChatStatus.NEW, ChatStatus.WAITING_FOR_PARTNER)
"""The statuses in which a buyer may be waiting."""
FIRST_PAGES: Final = 5
"""From the top when nothing is known yet: the walk through everything will bring the rest."""
NEWS_PAGES: Final = 100
"""From the top; whoever was away for longer walks through everything instead."""
KNOWN_TO: Final = "list.known_to"
"""The time of the chat in the middle of the list's first page when its top was last read without a gap.

Not of the very first: one that the Market dates into the future, or shows a little late, leaves no gap.
"""

Step = Callable[[str | None], Awaitable[object]]


class Walks:
    """Reads pages of the list into the cache, and observes in which order they come."""

    def __init__(self, ground: Ground) -> None:
        self._g = ground
        self.is_newest_first: bool | None = None
        """Observed in this run: True while every page showed it, False for good once one did not."""
        self._top: Millis = UNKNOWN_TIME
        """What `KNOWN_TO` will be when the walk from the top, if one is under way, has come to its end."""

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
        seen: set[ChatId] | None = None,
    ) -> Problem | str | None:
        """Page after page; the token to go on with, or None when the list has ended.

        `until` ends it at a page that reaches back behind that time, if the list comes newest first. `step`
        hears the token after each page, once that page is in the cache. `seen` collects the chats met. A
        token that the Market does not know any more begins the walk anew, once.
        """
        walk = PageWalk("getChats", token)
        goes_on, left = True, most
        while goes_on and left > 0:
            page = await self._page(report, urgency, statuses, walk.token)
            if isinstance(page, Problem):
                if walk.begins_anew(page):
                    continue
                return page
            left -= 1
            await self._save(page, report)
            if seen is not None:
                seen.update(chat.chat_id for chat in page.chats)
            goes_on = walk.goes_on(page)
            if step is not None:
                await step(walk.token)
            if self._reaches(page, until):
                return None
        if walk.trouble is not None and walk.trouble.message not in report.oddities:
            report.oddities.append(walk.trouble.message)
        return walk.token

    async def news(self, report: SyncReport) -> Problem | bool:
        """From the top down to what is known; False if that is too far, and everything is to be walked.

        Ends well only with `keep_known`: news behind a page that failed are met by the next walk.
        """
        until = await self._g.read(cursors.moment, KNOWN_TO)
        self._top = UNKNOWN_TIME
        most = FIRST_PAGES if until is None else NEWS_PAGES
        ended = await self.through(report, Urgency.NEWS, until=until, most=most)
        return ended if isinstance(ended, Problem) else ended is None

    async def keep_known(self) -> None:
        """The top is read as far down as it must be, or the walk through everything will bring the rest."""
        if self._top not in {UNKNOWN_TIME, await self._g.read(cursors.moment, KNOWN_TO) or UNKNOWN_TIME}:
            await self._g.write_cache(cursors.set_, KNOWN_TO, str(self._top))

    def _reaches(self, page: ChatsPage, until: Millis | None) -> bool:
        """Whether everything behind this page was there, and read, at `until`."""
        times = _times(page.chats)
        return bool(until is not None and self.is_newest_first and times and times[-1] <= until)

    async def _page(
        self, report: SyncReport, urgency: Urgency, statuses: Sequence[str], token: str | None
    ) -> ChatsPage | Problem:
        page = await self._g.market(urgency).get_chats(statuses=statuses, page_token=token)
        report.requests += 1
        if isinstance(page, Problem):
            if not (urgency.is_background and page.kind is ProblemKind.HOURLY_LIMIT):
                self._g.bulletin.failed(page)
        else:
            self._observe(page.chats)
        return page

    async def _save(self, page: ChatsPage, report: SyncReport) -> None:
        changed = await self._g.write_cache(chats.save_page, page.chats, self._g.wall_ms())
        report.chats += len(page.chats)
        report.changed += len(changed)
        report.skipped += page.skipped
        await self._g.page_came("getChats", page)
        if changed:
            self._g.bulletin.publish(ChatsChanged(changed))

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
