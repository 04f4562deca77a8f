"""Several businesses read as one: their lists, searches and troubles."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from chat_tui.inbox import merging
from chat_tui.inbox.events import (
    ChatsChanged,
    EngineFailed,
    Event,
    HistoryFailed,
    LinkChanged,
    MarksChanged,
    OrdersChanged,
    OutboxChanged,
    StoreMended,
    TimelineChanged,
)
from chat_tui.inbox.service import Inbox
from chat_tui.model import apart
from chat_tui.model.ids import ChatId, Millis
from chat_tui.model.link import Link, LinkState
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
from chat_tui.model.search import SearchCoverage, SearchPage, SearchQuery

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Business:
    """One of several businesses: what the operator calls it, and its own inbox."""

    name: str
    inbox: Inbox


class Together:
    """The part of `Several` that concerns all businesses at once. One that fails is left out, and named."""

    def __init__(self, businesses: Sequence[Business], left_out: Sequence[tuple[str, str]] = ()) -> None:
        """`left_out`: by name those that could not be opened, each with a sentence that says why."""
        self._businesses = tuple(businesses)
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

        async def ask(place: int, business: Business) -> QueuePage:
            page = await business.inbox.queue_page(
                tab,
                after=after and apart.own_key(place, after),
                before=before and apart.own_key(place, before),
                from_end=from_end,
                limit=limit,
            )
            items = tuple(apart.common_item(place, item, business.name) for item in page.items)
            return replace(page, items=items)

        parts = await self._each(ask)
        return merging.pages(tab, parts, backwards=from_end or before is not None, limit=limit)

    async def queue_item(self, chat_id: ChatId, tab: Tab = Tab.ALL) -> QueueItem | None:
        """One chat as the list shows it, with the name of its business."""
        place, own = apart.own_chat(chat_id)
        name, inbox = self._businesses[place].name, self._businesses[place].inbox
        item = await inbox.queue_item(own, tab)
        return None if item is None else apart.common_item(place, item, name)

    async def tab_counts(self) -> dict[Tab, int]:
        """How many chats each tab holds in all."""
        return merging.counts(await self._each(lambda _place, one: one.inbox.tab_counts()))

    async def next_waiting(self, beyond: ChatId | None, *, backwards: bool = False) -> ChatId | None:
        """The chat to answer next, whichever business it belongs to; behind the last one the first again."""
        known = None if beyond is None else await self.queue_item(beyond, Tab.WAITING)
        for start in (known.key, None) if known else (None,):
            found = await self.waiting_beyond(start, backwards=backwards)
            if found is not None and found.chat.chat_id != beyond:
                return found.chat.chat_id
        return None

    async def waiting_beyond(self, start: QueueKey | None, *, backwards: bool = False) -> QueueItem | None:
        """The first (last) chat of WAITING beyond a key, over all businesses."""

        async def ask(place: int, business: Business) -> QueueItem | None:
            own = start and apart.own_key(place, start)
            item = await business.inbox.waiting_beyond(own, backwards=backwards)
            return item and apart.common_item(place, item, business.name)

        items = sorted(filter(None, await self._each(ask)), key=lambda item: item.key)
        return items[-1 if backwards else 0] if items else None

    async def longest_wait(self) -> Millis | None:
        """Since when whoever waits longest has been waiting."""
        waits = await self._each(lambda _place, one: one.inbox.longest_wait())
        return min((since for since in waits if since is not None), default=None)

    async def open_items(self) -> tuple[OutboxItem, ...]:
        """Everything sent and not yet confirmed, oldest first."""

        async def ask(place: int, business: Business) -> tuple[OutboxItem, ...]:
            return tuple(apart.common_sent(place, item) for item in await business.inbox.open_items())

        found = (item for part in await self._each(ask) for item in part)
        return tuple(sorted(found, key=lambda item: item.created_at))

    async def search(self, query: SearchQuery, after: int | None = None, limit: int = 50) -> SearchPage:
        """What is found in everything ever read, newest first over all businesses."""
        places = merging.search_places(after, len(self._businesses))

        async def ask(place: int, business: Business) -> SearchPage:
            is_begun, key = places[place]
            if is_begun and key is None:
                return SearchPage((), None)
            page = await business.inbox.search(query, key, limit)
            found = tuple(apart.common_hit(place, hit, business.name) for hit in page.hits)
            return SearchPage(found, page.next_key)

        return merging.hits(await self._each(ask), places, limit)

    async def search_coverage(self) -> SearchCoverage:
        """How much of all histories a search looks through."""
        return merging.coverage(await self._each(lambda _place, one: one.inbox.search_coverage()))

    def link(self, chat_id: ChatId | None = None) -> Link:
        """How things stand with the Market: for the business of a chat, or for all, the worst first."""
        if chat_id is not None:
            return self._businesses[apart.own_chat(chat_id)[0]].inbox.link()
        open_ = [(one.name, one.inbox.link()) for one in self._businesses]
        return merging.link((*open_, *self._left_out))

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with the events of all businesses, on their engines' threads; the result ends it."""
        leaves = [
            business.inbox.subscribe(lambda event, place=place: hear(self._common(place, event)))  # type: ignore[misc]
            for place, business in enumerate(self._businesses)
        ]

        def leave() -> None:
            for one in leaves:
                one()

        return leave

    def _common(self, place: int, event: Event) -> Event:
        """An event of one business as one of all."""
        common = partial(apart.common_chat, place)
        match event:
            case ChatsChanged(chat_ids):
                return ChatsChanged(frozenset(map(common, chat_ids)))
            case (
                TimelineChanged(chat_id)
                | OutboxChanged(chat_id)
                | MarksChanged(chat_id)
                | HistoryFailed(chat_id)
            ):
                return replace(event, chat_id=common(chat_id))
            case EngineFailed(what):
                return EngineFailed(f"{self._businesses[place].name}: {what}")
            case StoreMended(words):
                return StoreMended(f"{self._businesses[place].name}: {words}")
            case LinkChanged() | OrdersChanged():
                return event

    async def _each(self, ask: Callable[[int, Business], Awaitable[T]]) -> list[T]:
        """Ask all at once; one whose store cannot be read answers as if little was there."""
        return await asyncio.gather(*(ask(place, one) for place, one in enumerate(self._businesses)))


def _refused(link: Link, reason: str) -> Link:
    problem = Problem(ProblemKind.LEFT_OUT, message=reason)
    return replace(link, state=LinkState.REFUSED, problem=problem)
