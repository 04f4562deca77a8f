"""What a user interface may ask of the inbox and do with it.

Every method may be called from any thread and any event loop; reads are local and take milliseconds.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from pathlib import Path

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.attachments import Attachments
from chat_tui.inbox.engine import Engine
from chat_tui.inbox.events import ChatsChanged, Event, StoreMended
from chat_tui.inbox.loop import EngineLoop
from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.orders import Orders
from chat_tui.inbox.outgoing import Sending
from chat_tui.inbox.queue import Queue
from chat_tui.inbox.sending.reconciler import CLOCK_SLACK_MS
from chat_tui.inbox.settings import InboxSettings
from chat_tui.inbox.writing import Writing
from chat_tui.model.chat import NewChat
from chat_tui.model.ids import BusinessId, ChatRef, MessageId, Millis, OutboxId
from chat_tui.model.link import Link, SyncPlan, SyncReport
from chat_tui.model.outbox import OutboxItem, held_up
from chat_tui.model.problem import Problem
from chat_tui.model.record import Stats
from chat_tui.model.search import SearchCoverage, SearchKey, SearchPage, SearchQuery
from chat_tui.model.timeline import Coverage, Draft, TimelinePage, one_each
from chat_tui.store import chats, messages, outbox, search
from chat_tui.store.database import Hindrance, Store


class Inbox(Queue, Sending, Attachments):
    """The shop's chats: one per running copy of the program."""

    def __init__(
        self,
        store: Store,
        connect: Callable[[], MarketApi],
        *,
        settings: InboxSettings | None = None,
        wall_ms: Callable[[], Millis] = wall_clock_ms,
        private: Sequence[Path] = (),
    ) -> None:
        """`connect` makes the client, on the engine's thread; files at or below `private` are never sent."""
        self._store = store
        self._settings = settings or InboxSettings()
        # First: where a lock file cannot be opened there is nothing to be closed again.
        self._engine = Engine(store, connect, self._settings, wall_ms, self._publish)
        self._loop = EngineLoop()
        self._writing = Writing(store, self._settings, wall_ms, self._publish)
        self._own = (store.paths.cache_dir, store.paths.data_dir, *private)
        Queue.__init__(self, store, self._writing, wall_ms, self._publish)
        self.orders = Orders(store, self._reads, self._loop, self._engine, wall_ms)
        self._opened: Future[None]
        self._is_asleep = False

    def start(self, *, background: bool = True, asleep: bool = False) -> None:
        """Begin; without `background` nothing is synced or delivered but what is asked for.

        In the background is also who would not know what to do with an error: a read that fails answers
        as if little was there, and `link().unread` says why.
        `asleep`, all that is the engine's waits for `awaken`: the first paint has the processor for itself.
        """
        self._reads.is_lenient = background
        self._opened = self._loop.submit(self._engine.open(background=background))
        self._is_asleep = True
        self._writing.adopt()
        for sentence in self._store.notices:
            self._mended(sentence)
        self._store.tell_notices(self._mended)
        self._store.tell_hindrance(self._hindered)
        self._hindered(self._store.hindrance)
        if not asleep:
            self.awaken()

    def awaken(self) -> None:
        """Let the engine begin, if it was started and has not."""
        if self._is_asleep:
            self._is_asleep = False
            self._loop.start()

    # -- reading: local, never the network ---------------------------------------------------

    async def timeline(
        self,
        chat_id: ChatRef,
        *,
        before: MessageId | None = None,
        after: MessageId | None = None,
        around: MessageId | None = None,
        limit: int = 50,
    ) -> TimelinePage:
        """The newest entries of a chat, or those before, after or around a message."""
        page = await self._reads.guarded(
            self._store.read(
                messages.timeline, chat_id, before=before, after=after, around=around, limit=limit
            ),
            TimelinePage(chat_id, (), has_older=False, has_newer=False, coverage=Coverage.HAVE_MORE),
            ("timeline", chat_id, before, after, around, limit),
        )
        items = held_up(entry.item for entry in page.entries if entry.item is not None)
        entries = tuple(
            entry if entry.item is None else replace(entry, item=self._engine.with_progress(next(items)))
            for entry in page.entries
        )
        return replace(page, entries=one_each(entries, CLOCK_SLACK_MS))

    async def draft(self, chat_id: ChatRef) -> Draft:
        """The text typed for this chat, and other texts that copies of the program typed for it."""
        return await self._reads.guarded(self._writing.draft(chat_id), self._writing.last_draft(chat_id))

    async def open_items(self) -> tuple[OutboxItem, ...]:
        """Everything sent and not yet confirmed, all chats, oldest first."""
        items = await self._reads.guarded(self._store.read(outbox.open_items), (), "outbox")
        return tuple(map(self._engine.with_progress, held_up(items)))

    async def search(self, query: SearchQuery, after: SearchKey | None = None, limit: int = 50) -> SearchPage:
        """What is found in everything ever read, or what comes after a `next_key`.

        A page without hits is the last one. Looking for rare things among many takes several short turns,
        between which others may read; cancelling ends it.
        """
        while True:
            assert not isinstance(after, tuple), "a key of this search"
            found = self._store.read(search.search, query, after, limit)
            page = await self._reads.guarded(found, SearchPage((), None))
            if page.hits or page.next_key is None:
                return page
            after = page.next_key

    async def search_coverage(self) -> SearchCoverage:
        """How much of the shop's history a search looks through."""
        none = SearchCoverage(chats=0, read=0, oldest_at=None)
        found = await self._reads.guarded(self._store.read(search.coverage), none, "coverage")
        return replace(found, is_fetching=self._engine.reading.backfill.is_wanted)

    async def stats(self, zone: tzinfo, since: Millis | None = None) -> Stats:
        """How fast the shop answered since a moment (None = ever), by a zone's hours; takes seconds."""
        return await asyncio.wrap_future(self._store.read(chats.stats, zone, since, self._wall_ms()))

    @property
    def business(self) -> BusinessId:
        """Whose chats these are."""
        return self._store.paths.business

    def chat(self, number: int) -> ChatRef:
        """The chat that the Market calls so."""
        return ChatRef(self.business, number)

    def own(self, _chat: ChatRef) -> "Inbox":
        """The inbox of a chat's business: what several are asked in full."""
        return self

    def link(self, chat_id: ChatRef | None = None) -> Link:
        """How things stand with the Market, now: for the business of a chat, where several are open."""
        return replace(self._engine.bus.link, unread=self._reads.trouble)

    @property
    def view_only(self) -> Problem | None:
        """Why nothing may be sent in this run; None = it may."""
        return self.link().view_only

    @property
    def unreadable_file(self) -> Path:
        """Where the items that `Link.skipped` counts are kept as they came; missing when none could be."""
        return self._store.quarantine.path

    @property
    def data_dir(self) -> Path:
        """Where the outbox of the business lies, with the copies of the files in it."""
        return self._store.paths.data_dir

    # -- needs: recorded here, met by the engine, answered by events ------------------------------

    def open_chat(self, chat_id: ChatRef | None) -> None:
        """This chat is on the screen: its history comes first. None = no chat is open."""
        self._loop.call(self._engine.open_chat, chat_id)

    def want_older(self, chat_id: ChatRef) -> None:
        """Older messages are wanted from the Market; TimelineChanged or HistoryFailed follows."""
        self._loop.call(self._engine.reading.want_older, chat_id)

    def refresh(self) -> None:
        """Look for new chats and messages now, and try again what was paused."""
        self._loop.call(self._engine.refresh)

    def fetch_rest(self, wanted: bool) -> None:
        """The operator wants the history that is not here yet read now, or no longer wants it."""
        self._loop.call(self._engine.reading.backfill.want, wanted)

    async def sync_once(self) -> SyncReport:
        """One whole round, for `sync --once` and for verbs with an empty cache."""
        return await self._ask(self._engine.reading.sync.once)

    async def sync_plan(self) -> SyncPlan:
        """What the next rounds will do; `link()` then tells the quotas, whichever copy asked."""
        return await self._ask(self._engine.plan)

    def active(self, *, is_here: bool = True) -> None:
        """The operator is at the screen, or not; while somebody is, at whichever copy, news comes sooner."""
        self._loop.call(partial(self._engine.active, is_here=is_here))

    async def fetch_chat(self, chat_id: ChatRef) -> Problem | None:
        """Bring a chat and its newest messages into the cache, for verbs without a background."""
        return await self._try(self._engine.reading.fetch_chat, chat_id)

    async def fetch_whole(self, chat_id: ChatRef) -> Problem | None:
        """The same with all its messages back to the first, however many requests that takes."""
        return await self._try(self._engine.reading.fetch_whole, chat_id)

    # -- doing ------------------------------------------------------------------------------------

    async def save_draft(self, draft: Draft) -> Problem | None:
        """Keep the text typed for a chat; an empty text removes the draft."""
        return await self._writing.save_draft(draft)

    def keep_aside(self, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
        """Keep texts that `save_draft` refuses in a file beside the database, for the next start.

        The result are those that cannot be kept there either. Without any the file is removed.
        """
        return self._writing.keep_aside(drafts)

    async def forget_draft(self, chat_id: ChatRef, text: str) -> Problem | None:
        """One of a draft's `others` was taken into the box (and saved), or is not wanted."""
        return await self._writing.forget_draft(chat_id, text)

    async def mark_seen(self, chat_id: ChatRef, message_id: MessageId) -> Problem | None:
        """The operator has seen the chat up to this message."""
        problem = await self._writing.mark_seen(chat_id, message_id)
        if problem is None:
            # Its row may have been read, and drawn as unseen, a moment ago.
            self._publish(ChatsChanged(frozenset({chat_id})))
        return problem

    async def take_back(
        self, item: OutboxItem, *, into_draft: bool = False, caret: int | None = None
    ) -> OutboxItem | Problem:
        """Remove an item from the outbox (undo, cancel, discard); returns what it was.

        `into_draft` makes its text the draft of its chat in the same step, with the caret at `caret`.
        """
        taken = await self._writing.take_back(item.outbox_id, into_draft=into_draft, caret=caret)
        if isinstance(taken, OutboxItem):
            self._loop.call(self._engine.delivery.forget, item.outbox_id)
        return taken

    async def stop_sending(self, item: OutboxItem) -> Problem | None:
        """Break off a request under way; it may have arrived all the same, so the item is then looked up."""
        return await self._try(self._engine.stop_sending, item.outbox_id)

    async def deliver(self, outbox_id: OutboxId) -> OutboxItem:
        """Deliver until this item is confirmed, failed or unconfirmed, for verbs without a background."""
        return await self._ask(self._engine.deliver, outbox_id)

    async def create_chat(self, about: NewChat) -> ChatRef | Problem:
        """Open (or find) the chat about an order or a return (createChat); it is in the cache afterwards."""
        if self.view_only is not None:
            return self.view_only
        return await self._try(self._engine.reading.create_chat, about)

    # -- hearing ----------------------------------------------------------------------------------

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with every event, on the engine's thread; the result ends it."""
        return self._engine.bus.subscribe(hear)

    async def close(self) -> None:
        """Stop the engine: nothing new is begun, what is durable stays; the store is closed."""
        self.awaken()
        await asyncio.wrap_future(self._loop.submit(self._engine.close()))
        self._store.tell_notices(None)
        self._store.tell_hindrance(None)
        await asyncio.to_thread(self._loop.stop)
        await asyncio.to_thread(self._store.close)

    def _mended(self, sentence: str) -> None:
        self._publish(StoreMended(sentence))

    def _hindered(self, found: Hindrance) -> None:
        self._loop.call(partial(self._engine.hindered, found.words, is_final=found.is_final))

    def _publish(self, event: Event) -> None:
        self._loop.call(self._engine.bus.publish, event)
