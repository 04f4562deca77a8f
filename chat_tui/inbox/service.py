"""The inbox of one business: its store, its engine, and the nouns an interface may use (`api`)."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from datetime import tzinfo
from functools import partial
from pathlib import Path

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.asking import Asking, EngineLoop
from chat_tui.inbox.attachments import Files
from chat_tui.inbox.chats import Chats, Marks, Orders, Search
from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.drafts import Drafts
from chat_tui.inbox.engine import Engine
from chat_tui.inbox.events import Event, StoreMended
from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.outgoing import Outbox, Writing
from chat_tui.model.ids import BusinessId, ChatRef, Millis
from chat_tui.model.link import Link, SyncPlan, SyncReport, Work
from chat_tui.model.problem import Problem
from chat_tui.model.record import Stats
from chat_tui.store import chats
from chat_tui.store.database import Hindrance, Store


class Inbox:
    """The chats of one business: one per running copy of the program. See `api.InboxApi`.

    What only verbs need is at the end; a `MultiInbox` does not have it.
    """

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
        settings = settings or InboxSettings()
        self._store = store
        # First: if a lock file cannot be opened, nothing else is open yet that would have to be closed.
        self._engine = Engine(store, connect, settings, wall_ms, self._publish)
        self._loop = EngineLoop()
        self._asking = asking = Asking(store, self._engine, self._loop, wall_ms, self._publish)
        self._is_asleep = False
        own = (store.paths.cache_dir, store.paths.data_dir, *private)
        self.chats = Chats(asking)
        self.marks = Marks(asking)
        self.drafts = Drafts(store, asking.reads, wall_ms)
        writing = Writing(store, self.drafts, settings, wall_ms, tell=self._publish)
        self.outbox = Outbox(asking, writing, settings)
        self.files = Files(asking, own, settings.secrets)
        self.orders = Orders(asking)
        self.search = Search(asking)

    def start(self, *, background: bool = True, asleep: bool = False) -> None:
        self._asking.reads.is_lenient = background
        self._asking.opened = self._loop.submit(self._engine.open(background=background))
        self._is_asleep = True
        self.drafts.adopt()
        for sentence in self._store.notices:
            self._mended(sentence)
        self._store.tell_notices(self._mended)
        self._store.tell_hindrance(self._hindered)
        self._hindered(self._store.hindrance)
        if not asleep:
            self.awaken()

    def awaken(self) -> None:
        if self._is_asleep:
            self._is_asleep = False
            self._loop.start()

    async def close(self) -> None:
        self.awaken()
        await self._loop.submit(self._engine.close())
        self._store.tell_notices(None)
        self._store.tell_hindrance(None)
        await asyncio.to_thread(self._loop.stop)
        await asyncio.to_thread(self._store.close)

    # -- how things stand ----------------------------------------------------------------------------

    def link(self, _chat: ChatRef | None = None) -> Link:
        """The state of the connection now."""
        return replace(self._engine.link.now, unread=self._asking.reads.trouble)

    @property
    def view_only(self) -> Problem | None:
        """Why nothing may be sent in this run; None = sending is allowed."""
        return self.link().view_only

    def refresh(self) -> None:
        self._loop.call(self._engine.refresh)

    def active(self, *, is_here: bool = True) -> None:
        self._loop.call(partial(self._engine.active, is_here=is_here))

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        return self._engine.bus.subscribe(hear)

    def own(self, _chat: ChatRef) -> "Inbox":
        """This inbox: see `api.InboxApi.own`."""
        return self

    # -- for verbs, which work on one business ---------------------------------------------------------

    @property
    def business(self) -> BusinessId:
        """Whose chats these are."""
        return self._store.paths.business

    def chat(self, number: int) -> ChatRef:
        """The reference to the chat with this number."""
        return ChatRef(self.business, number)

    @property
    def unreadable_file(self) -> Path:
        """The file with the items `Link.skipped` counts, as received; missing if it could not be written."""
        return self._store.quarantine.path

    @property
    def data_dir(self) -> Path:
        """The directory with the outbox of the business and the copies of files to send."""
        return self._store.paths.data_dir

    async def sync_once(self) -> SyncReport:
        """One whole round, for `sync --once` and for verbs with an empty cache."""
        return await self._asking.ask(self._engine.reading.sync.once)

    async def sync_plan(self) -> SyncPlan:
        """What the next rounds will do. Afterwards `link()` has the quotas over all copies."""
        return await self._asking.ask(self._engine.plan)

    async def fetch_chat(self, chat_ref: ChatRef) -> Problem | None:
        """Bring a chat and its newest messages into the cache, for verbs without a background."""
        return await self._asking.attempt(self._engine.reading.fetch_chat, chat_ref)

    async def fetch_whole(self, chat_ref: ChatRef) -> Problem | None:
        """As `fetch_chat`, with all its messages back to the first, however many requests that takes."""
        return await self._asking.attempt(self._engine.reading.fetch_whole, chat_ref)

    async def stats(self, zone: tzinfo, since: Millis | None = None) -> Stats:
        """How fast the shop answered since a moment (None = ever), by hours of a time zone; takes seconds."""

        def hear(done: int, total: int) -> None:
            self.at_work(Work.STATS, done, total)

        try:
            return await self._store.read(chats.stats, zone, since, self._asking.wall_ms(), hear)
        finally:
            self.work_ended(Work.STATS)

    def at_work(self, what: Work, done: int, total: int, key: Hashable = None) -> None:
        """So much of a long work outside the engine is done; see `events.Works`. Any thread may call it."""
        self._loop.call(partial(self._engine.link.works.step, what, done, total, key=key))

    def work_ended(self, what: Work, key: Hashable = None) -> None:
        """Such a work is done or was given up."""
        self._loop.call(self._engine.link.works.end, what, key)

    def _mended(self, sentence: str) -> None:
        self._publish(StoreMended(sentence))

    def _hindered(self, found: Hindrance) -> None:
        self._loop.call(partial(self._engine.hindered, found.words, is_final=found.is_final))

    def _publish(self, event: Event) -> None:
        self._loop.call(self._engine.bus.publish, event)
