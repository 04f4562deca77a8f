"""Several businesses read as one: their lists, searches and troubles."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from chat_tui.inbox import merging
from chat_tui.inbox.events import EngineFailed, Event, StoreMended
from chat_tui.inbox.service import Inbox
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.link import Link, LinkState
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
from chat_tui.model.search import SearchCoverage, SearchKey, SearchPage, SearchPlace, SearchQuery

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Business:
    """One of several businesses: what the operator calls it, and its own inbox."""

    name: str
    inbox: Inbox

    def named(self, item: QueueItem) -> QueueItem:
        """A row of the common queue, with the name of its business."""
        return replace(item, business=self.name)


class Together:
    """The part of `Several` that concerns all businesses at once. One that fails is left out, and named."""

    def __init__(self, businesses: Sequence[Business], left_out: Sequence[tuple[str, str]] = ()) -> None:
        """`left_out`: by name those that could not be opened, each with a sentence that says why."""
        self._businesses = tuple(businesses)
        self._by_id = {one.inbox.business: one for one in businesses}
        assert len(self._by_id) == len(businesses), "no business is open twice"
        self._left_out = tuple((name, _refused(Link(), reason)) for name, reason in left_out)

    async def queue_page(
        self,
        tab: Tab,
        *,
        after: QueueKey | None = None,
        before: QueueKey | None = None,
        from_end: bool = False,
        limit: int = 64,
    ) -> QueuePage:
        """Chats of a tab, over all businesses."""

        async def ask(business: Business) -> QueuePage:
            page = await business.inbox.queue_page(
                tab, after=after, before=before, from_end=from_end, limit=limit
            )
            return replace(page, items=tuple(map(business.named, page.items)))

        parts = await self._each(ask)
        return merging.pages(tab, parts, backwards=from_end or before is not None, limit=limit)

    async def queue_item(self, chat_id: ChatRef, tab: Tab = Tab.ALL) -> QueueItem | None:
        """One chat as the list shows it, with the name of its business."""
        business = self._by_id[chat_id.business]
        item = await business.inbox.queue_item(chat_id, tab)
        return item and business.named(item)

    async def tab_counts(self) -> dict[Tab, int]:
        """How many chats each tab holds in all."""
        return merging.counts(await self._each(lambda one: one.inbox.tab_counts()))

    async def next_waiting(self, beyond: ChatRef | None, *, backwards: bool = False) -> ChatRef | None:
        """The chat to answer next, whichever business it belongs to; behind the last one the first again."""
        known = None if beyond is None else await self.queue_item(beyond, Tab.WAITING)
        for start in (known.key, None) if known else (None,):
            found = await self.waiting_beyond(start, backwards=backwards)
            if found is not None and found.chat.chat_id != beyond:
                return found.chat.chat_id
        return None

    async def waiting_beyond(self, start: QueueKey | None, *, backwards: bool = False) -> QueueItem | None:
        """The first (last) chat of WAITING beyond a key, over all businesses."""

        async def ask(business: Business) -> QueueItem | None:
            item = await business.inbox.waiting_beyond(start, backwards=backwards)
            return item and business.named(item)

        items = sorted(filter(None, await self._each(ask)), key=lambda item: item.key)
        return items[-1 if backwards else 0] if items else None

    async def longest_wait(self) -> Millis | None:
        """Since when whoever waits longest has been waiting."""
        waits = await self._each(lambda one: one.inbox.longest_wait())
        return min((since for since in waits if since is not None), default=None)

    async def open_items(self) -> tuple[OutboxItem, ...]:
        """Everything sent and not yet confirmed, oldest first."""
        found = (item for part in await self._each(lambda one: one.inbox.open_items()) for item in part)
        return tuple(sorted(found, key=lambda item: item.created_at))

    async def search(self, query: SearchQuery, after: SearchKey | None = None, limit: int = 50) -> SearchPage:
        """What is found in everything ever read, newest first over all businesses."""
        places = merging.search_places(after, len(self._businesses))

        async def ask(business: Business, place: SearchPlace) -> SearchPage:
            is_begun, key = place
            if is_begun and key is None:
                return SearchPage((), None)
            page = await business.inbox.search(query, key, limit)
            found = tuple(replace(hit, item=business.named(hit.item)) for hit in page.hits)
            return SearchPage(found, page.next_key)

        asked = map(ask, self._businesses, places)
        return merging.hits(await asyncio.gather(*asked), places, limit)

    async def search_coverage(self) -> SearchCoverage:
        """How much of all histories a search looks through."""
        return merging.coverage(await self._each(lambda one: one.inbox.search_coverage()))

    def link(self, chat_id: ChatRef | None = None) -> Link:
        """How things stand with the Market: for the business of a chat, or for all, the worst first."""
        if chat_id is not None:
            return self._by_id[chat_id.business].inbox.link()
        open_ = [(one.name, one.inbox.link()) for one in self._businesses]
        return merging.link((*open_, *self._left_out))

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with the events of all businesses, on their engines' threads; the result ends it."""
        leaves = [one.inbox.subscribe(partial(_pass_on, hear, one.name)) for one in self._businesses]

        def leave() -> None:
            for one in leaves:
                one()

        return leave

    async def _each(self, ask: Callable[[Business], Awaitable[T]]) -> list[T]:
        """Ask all at once; one whose store cannot be read answers as if little was there."""
        return await asyncio.gather(*map(ask, self._businesses))


def _pass_on(hear: Callable[[Event], None], name: str, event: Event) -> None:
    """Hand on an event of one business; what is said in words is said with its name."""
    match event:
        case EngineFailed(what):
            event = EngineFailed(f"{name}: {what}")
        case StoreMended(words):
            event = StoreMended(f"{name}: {words}")
    hear(event)


def _refused(link: Link, reason: str) -> Link:
    problem = Problem(ProblemKind.LEFT_OUT, message=reason)
    return replace(link, state=LinkState.REFUSED, problem=problem)
