"""Chats as an interface reads them: the list, histories, marks, orders and the search."""

from dataclasses import replace
from typing import TypeVar

from chat_tui.inbox.asking import Asking, settled
from chat_tui.inbox.events import ChatsChanged, MarksChanged
from chat_tui.inbox.reading.orders import ORDERS, RETURNS
from chat_tui.inbox.sending.reconciler import CLOCK_SLACK_MS
from chat_tui.model.chat import NewChat
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.mark import Hold, Mark, Marked
from chat_tui.model.order import ChatOrder, Reading
from chat_tui.model.outbox import held_up
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Stage, Tab
from chat_tui.model.search import SearchCoverage, SearchKey, SearchPage, SearchQuery
from chat_tui.model.timeline import Coverage, TimelinePage, one_each
from chat_tui.store import chats, marks, messages, orders, search


class Chats:
    """See `api.ChatsApi`."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def page(
        self,
        tab: Tab,
        *,
        after: QueueKey | None = None,
        before: QueueKey | None = None,
        from_end: bool = False,
        limit: int = 64,
    ) -> QueuePage:
        page = self._asking.store.read(
            chats.page,
            tab,
            after=after,
            before=before,
            from_end=from_end,
            limit=limit,
            now=self._asking.wall_ms(),
        )
        without = QueuePage(tab, (), has_before=False, has_after=False)
        key = ("page", tab, after, before, from_end, limit)
        found = await self._asking.reads.guarded(page, without, key)
        if not self._asking.engine.elsewhere:
            return found
        return replace(found, items=tuple(map(self._placed, found.items)))

    async def item(self, chat_ref: ChatRef, tab: Tab = Tab.ALL) -> QueueItem | None:
        item = self._asking.store.read(chats.item, chat_ref, tab, now=self._asking.wall_ms())
        found = await self._asking.reads.guarded(item, None, ("item", chat_ref, tab))
        return found and self._placed(found)

    def _placed(self, item: QueueItem) -> QueueItem:
        """The row with where else its chat is open."""
        elsewhere = self._asking.engine.elsewhere.get(item.chat.chat_ref)
        if elsewhere is None:
            return item
        is_busy = item.chat.chat_ref in self._asking.engine.busy
        return replace(item, elsewhere=replace(elsewhere, is_busy=is_busy))

    async def counts(self) -> dict[Tab, int]:
        counts = self._asking.store.read(chats.counts, self._asking.wall_ms())
        return await self._asking.reads.guarded(counts, dict.fromkeys(Tab, 0), "counts")

    async def next_waiting(self, beyond: ChatRef | None, *, backwards: bool = False) -> ChatRef | None:
        # The second time with the chats that somebody is about to answer in another copy.
        for passing in dict.fromkeys((self._asking.engine.busy, frozenset[ChatRef]())):
            found = self._asking.store.read(
                chats.next_waiting, beyond, backwards=backwards, now=self._asking.wall_ms(), passing=passing
            )
            if (chat_ref := await self._asking.reads.guarded(found, None)) is not None:
                return chat_ref
        return None

    async def waiting_beyond(
        self, start: QueueKey | None, *, backwards: bool = False, is_free: bool = False
    ) -> QueueItem | None:
        """The first (or last) chat of WAITING beyond a key without an answer on its way, if any.

        With `is_free` nobody is about to answer it in another copy.
        """
        passing = self._asking.engine.busy if is_free else frozenset[ChatRef]()
        found = self._asking.store.read(
            chats.waiting_beyond, start, backwards=backwards, now=self._asking.wall_ms(), passing=passing
        )
        return await self._asking.reads.guarded(found, None)

    async def timeline(
        self,
        chat_ref: ChatRef,
        *,
        before: MessageId | None = None,
        after: MessageId | None = None,
        around: MessageId | None = None,
        limit: int = 50,
    ) -> TimelinePage:
        page = await self._asking.reads.guarded(
            self._asking.store.read(
                messages.timeline, chat_ref, before=before, after=after, around=around, limit=limit
            ),
            TimelinePage(chat_ref, (), has_older=False, has_newer=False, coverage=Coverage.HAVE_MORE),
            ("timeline", chat_ref, before, after, around, limit),
        )
        items = held_up(entry.item for entry in page.entries if entry.item is not None)
        entries = tuple(
            entry
            if entry.item is None
            else replace(entry, item=self._asking.engine.with_progress(next(items)))
            for entry in page.entries
        )
        return replace(page, entries=one_each(entries, CLOCK_SLACK_MS))

    def open(self, chat_ref: ChatRef | None) -> None:
        self._asking.call(self._asking.engine.open_chat, chat_ref)

    def attend(self, chat_ref: ChatRef, stage: Stage) -> None:
        self._asking.call(self._asking.engine.attend, chat_ref, stage)

    def want_older(self, chat_ref: ChatRef) -> None:
        self._asking.call(self._asking.engine.reading.want_older, chat_ref)

    async def create(self, about: NewChat) -> ChatRef | Problem:
        if (refused := self._asking.engine.link.now.view_only) is not None:
            return refused
        return await self._asking.attempt(self._asking.engine.reading.create_chat, about)


class Search:
    """See `api.SearchApi`."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def find(self, query: SearchQuery, after: SearchKey | None = None, limit: int = 50) -> SearchPage:
        while True:
            assert not isinstance(after, tuple), "a key of this search"
            found = self._asking.store.read(search.search, query, after, limit)
            page = await self._asking.reads.guarded(found, SearchPage((), None))
            if page.hits or page.next_key is None:
                return page
            after = page.next_key

    async def coverage(self) -> SearchCoverage:
        none = SearchCoverage(chats=0, read=0, oldest_at=None)
        found = await self._asking.reads.guarded(self._asking.store.read(search.coverage), none, "coverage")
        return replace(found, is_fetching=self._asking.engine.reading.backfill.is_wanted)

    def fetch_rest(self, wanted: bool) -> None:
        self._asking.call(self._asking.engine.reading.backfill.want, wanted)


class Marks:
    """See `api.MarksApi`."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def done(self, chat_ref: ChatRef) -> Marked | Problem:
        newest = await self._newest(chat_ref)
        return newest if isinstance(newest, Problem) else await self.put(chat_ref, Hold(done=newest))

    async def snooze(self, chat_ref: ChatRef, until: Millis | None) -> Marked | Problem:
        newest = await self._newest(chat_ref)
        if isinstance(newest, Problem):
            return newest
        return await self.put(chat_ref, Hold(snoozed=newest, until=until))

    async def _newest(self, chat_ref: ChatRef) -> MessageId | Problem:
        """The message a mark refers to; a Problem if it cannot be read, never a stand-in."""
        newest = await self._asking.reads.guarded(self._asking.store.read(marks.newest, chat_ref), None)
        return (
            newest if newest is not None else Problem(ProblemKind.STORAGE, message=self._asking.reads.trouble)
        )

    async def put(self, chat_ref: ChatRef, mark: Mark) -> Marked | Problem:
        written = self._asking.store.write_state(marks.put, chat_ref, mark, self._asking.wall_ms())
        outcome = await settled(written)
        if isinstance(outcome, Marked):
            self._asking.tell(MarksChanged(chat_ref))
        return outcome

    async def take_back(self, marked: Marked) -> Problem | None:
        written = self._asking.store.write_state(marks.take_back, marked, self._asking.wall_ms())
        outcome = await settled(written)
        if outcome is True:
            self._asking.tell(MarksChanged(marked.chat_ref))
        return outcome if isinstance(outcome, Problem) else None if outcome else Problem(ProblemKind.GONE)

    async def see(self, chat_ref: ChatRef, message_id: MessageId) -> Problem | None:
        written = self._asking.store.write_state(marks.see, chat_ref, message_id, self._asking.wall_ms())
        problem = await settled(written)
        if problem is None:
            # Its row may have been read a moment ago, and drawn as unseen.
            self._asking.tell(ChatsChanged(frozenset({chat_ref})))
        return problem


T = TypeVar("T")


class Orders:
    """See `api.OrdersApi`."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def of_chat(self, chat_ref: ChatRef) -> ChatOrder | None:
        now = self._asking.wall_ms()
        found = self._asking.store.read(orders.of_chat, chat_ref, now)
        known = await self._asking.reads.guarded(found, None, ("order", chat_ref))
        if known is None:
            return None
        return ChatOrder(
            known.item,
            known.order,
            known.returned,
            self._problem(ORDERS, known.order, now),
            self._problem(RETURNS, known.returned, now),
            known.others,
            known.are_others_of_buyer,
        )

    def want(self, chat_ref: ChatRef) -> None:
        self._asking.call(self._asking.engine.want_order, chat_ref)

    def _problem(self, operation: str, reading: Reading[T] | None, now: Millis) -> Problem | None:
        """Why the Market did not answer again; what is still fresh is not affected by a failure."""
        is_needed = reading is None or reading.is_old(now)
        return self._asking.engine.order_problem(operation) if is_needed else None
