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
from chat_tui.store.rows import LATEST

ACTIVE: Final = (ChatStatus.NEW, ChatStatus.WAITING_FOR_PARTNER)
"""The statuses in which a buyer may be waiting."""
KNOWN_TO: Final = "list.known_to"
"""The time of the newest chat when the list's top was last read without a gap."""

Step = Callable[[str | None], Awaitable[object]]


class Walks:
    """Reads pages of the list into the cache, and observes in which order they come."""

    def __init__(self, ground: Ground) -> None:
        self._g = ground
        self.is_newest_first: bool | None = None
        """Observed in this run: True while every page showed it, False for good once one did not."""

    async def through(
        self,
        report: SyncReport,
        urgency: Urgency,
        *,
        statuses: Sequence[str] = (),
        until_known: bool = False,
        token: str | None = None,
        most: int = MOST_PAGES,
        step: Step | None = None,
        seen: set[ChatId] | None = None,
    ) -> Problem | str | None:
        """Page after page; the token to go on with, or None when the list has ended.

        `until_known` ends at a page without news, if the list comes newest first and the page reaches back to
        where such a walk ended before: news behind a page that failed are not left there. `step` hears the
        token after each page, once that page is in the cache. `seen` collects the chats met. A token that
        the Market does not know any more begins the walk anew, once.
        """
        walk = PageWalk("getChats", token)
        newest = UNKNOWN_TIME
        known_to = int(await self._g.read(cursors.get, KNOWN_TO) or LATEST) if until_known else UNKNOWN_TIME
        goes_on, left = True, most
        while goes_on and left > 0:
            page = await self._page(report, urgency, statuses, walk.token)
            if isinstance(page, Problem):
                if walk.begins_anew(page):
                    continue
                return page
            left -= 1
            changed = await self._save(page, report)
            if seen is not None:
                seen.update(chat.chat_id for chat in page.chats)
            goes_on = walk.goes_on(page)
            if step is not None:
                await step(walk.token)
            times = _times(page.chats)
            newest = max(newest, *times) if times else newest
            is_known = not changed and bool(times) and min(times) <= known_to
            if until_known and is_known and self.is_newest_first:
                break
        if walk.trouble is not None and walk.trouble.message not in report.oddities:
            report.oddities.append(walk.trouble.message)
        await self._keep_known(newest, until_known=until_known)
        return walk.token

    async def _keep_known(self, newest: Millis, *, until_known: bool) -> None:
        """The top is read as far as it must be, or a walk through everything will bring the rest."""
        if until_known and newest > int(await self._g.read(cursors.get, KNOWN_TO) or UNKNOWN_TIME):
            await self._g.write_cache(cursors.set_, KNOWN_TO, str(newest))

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

    async def _save(self, page: ChatsPage, report: SyncReport) -> frozenset[ChatId]:
        changed = await self._g.write_cache(chats.save_page, page.chats, self._g.wall_ms())
        report.chats += len(page.chats)
        report.changed += len(changed)
        report.skipped += page.skipped
        await self._g.page_came("getChats", page)
        if changed:
            self._g.bulletin.publish(ChatsChanged(changed))
        return changed

    def _observe(self, found: Sequence[Chat]) -> None:
        """The order of the list is not published: believe newest-first only while every page shows it."""
        times = _times(found)
        if any(earlier < later for earlier, later in pairwise(times)):
            self.is_newest_first = False
        elif self.is_newest_first is None and len(set(times)) > 1:
            self.is_newest_first = True


def _times(found: Sequence[Chat]) -> list[Millis]:
    return [chat.updated_at for chat in found if chat.updated_at != UNKNOWN_TIME]
