"""The rooms of the engine put together. Everything here runs on the engine's own loop."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.copies.change_feed import ChangeFeed, SnoozeTimer
from chat_tui.inbox.copies.clock import BootClock, boot_clock
from chat_tui.inbox.copies.leader import Leadership
from chat_tui.inbox.copies.presence import Presence
from chat_tui.inbox.copies.quotas import Quotas
from chat_tui.inbox.copies.rate_limit import ConcurrencyLimit, RateLimitedClient
from chat_tui.inbox.events import ChatsChanged, EngineFailed, EventBus, HistoryFailed
from chat_tui.inbox.market import MarketApi, Unreachable, reach
from chat_tui.inbox.reading.attachments import AttachmentReader
from chat_tui.inbox.reading.backfill import Backfill, index_the_rest
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.inbox.reading.orders import OrderReader
from chat_tui.inbox.reading.rights import RightsCheck
from chat_tui.inbox.reading.sync import Sync
from chat_tui.inbox.sending.delivery import Delivery
from chat_tui.inbox.settings import InboxSettings
from chat_tui.model.chat import NewChat
from chat_tui.model.ids import ChatId, Millis, OutboxId
from chat_tui.model.link import SyncPlan, SyncReport
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import chats, outbox, saved, spool
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreError
from chat_tui.store.locks import ByteLock, ChatLock, NoLocks

GRACE_S = 1.0
"""How long closing waits for requests in flight."""
SPOOL_AGE_S = 24 * 3600.0
"""A younger copy may belong to an item that another copy of the program is about to write."""
CREATE_TRIES = 3

log = logging.getLogger(__name__)


class Engine:
    """Sync, history and delivery around one client and one store."""

    def __init__(
        self,
        store: Store,
        connect: Callable[[], MarketApi],
        settings: InboxSettings,
        wall_ms: Callable[[], Millis],
        clock: BootClock | None = None,
    ) -> None:
        self.bus = EventBus(wall_ms)
        if settings.read_only:
            self.bus.restrict(Problem(ProblemKind.READ_ONLY))
        if store.unwritable:
            self.bus.restrict(Problem(ProblemKind.UNWRITABLE, message=store.unwritable))
        self._store = store
        self._connect = connect
        self._settings = settings
        self._wall_ms = wall_ms
        self._clock = clock or boot_clock()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._older: dict[ChatId, asyncio.Task[Any]] = {}
        self._delivering: asyncio.Task[None] | None = None
        self._background = False
        self._halting: asyncio.Task[None] | None = None
        self._ctx: EngineContext
        self._history: HistoryReader
        self._budgets: Quotas
        self._sync: Sync
        self._backfill: Backfill
        self._presence: Presence
        self._leadership: Leadership
        self._delivery: Delivery
        self._orders: OrderReader
        self.received: AttachmentReader
        """Files of messages; there once the engine is open."""

    async def open(self, *, background: bool) -> None:
        """Make the client and, in the background, begin to sync and deliver."""
        data_dir = self._store.paths.data_dir
        self._budgets = budgets = Quotas(self._store, self._clock, self._wall_ms)
        client = reach(self._connect, self.bus)
        self.bus.connected(client.proxy)
        locks = NoLocks if self._store.unwritable else ByteLock
        slots = ConcurrencyLimit(locks(data_dir / "slots.lock"))
        market = RateLimitedClient(client, slots, budgets, self.bus)
        self._ctx = EngineContext(self._store, market, self.bus, self._settings, self._wall_ms, self._clock)
        self._history = HistoryReader(self._ctx)
        self._leadership = Leadership(self._store, locks(data_dir / "leader.lock"), self._clock)
        self._presence = Presence(self._store, self._clock, self._settings.poll_s)
        self._sync = Sync(self._ctx, self._history, self._leadership, self._presence.pause_s)
        self._backfill = Backfill(self._ctx, self._history, self._may_backfill)
        self.received = AttachmentReader(self._ctx)
        chat_locks = NoLocks(data_dir) if self._store.unwritable else ChatLock(data_dir)
        self._delivery = Delivery(self._ctx, self._history, chat_locks)
        self._orders = OrderReader(self._ctx, self._spawn)
        self._background = background and not self._store.unwritable
        if self._background:
            self._spawn(self._presence.active())
            if not isinstance(client, Unreachable):
                self._spawn(self._sync.run())
                self._ensure_delivering()
                self._spawn(self._backfill.run())
                self._learn_rights()
            watch = ChangeFeed(self._ctx, budgets, self._sync.hurry, lambda: self._leadership.is_ours)
            self._spawn(watch.run())
            self._spawn(SnoozeTimer(self._ctx).run())
            self._spawn(self._tidy())
            self._spawn(index_the_rest(self._ctx))

    def _learn_rights(self) -> None:
        if self._background and self._settings.asks_rights and not self._settings.read_only:
            self._spawn(RightsCheck(self._ctx).learn())

    def _may_backfill(self) -> bool:
        return self._settings.backfill and self._leadership.is_ours

    async def _tidy(self) -> None:
        """Once per start: copies of files that no item needs any more and parts of others, left by a kill."""
        needed = {item.outbox_id for item in await self._ctx.read(outbox.open_items)}
        await asyncio.to_thread(spool.sweep, self._store.paths.data_dir, needed, SPOOL_AGE_S)
        await asyncio.to_thread(saved.sweep, self._store.paths.data_dir)

    def hindered(self, words: str, *, is_final: bool) -> None:
        """The local files cannot be written, or can be again; if they never will be, nothing goes on."""
        self.bus.hinder(words, is_final=is_final)
        if is_final and self._background:
            self._background = False
            self._halting = asyncio.create_task(self._halt())

    async def _halt(self) -> None:
        """End what goes on by itself; requests in flight get a moment, then stay to be looked up."""
        if self._delivering is not None:
            self._delivering.cancel()
            await self._delivery.finish(GRACE_S)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if hasattr(self, "_g"):
            # A copy of the newer version leads from now on.
            self._leadership.resign()

    async def close(self) -> None:
        """End everything; requests in flight get a moment, then stay for the next start to look up."""
        if self._halting is not None:
            await self._halting
        await self._halt()
        if hasattr(self, "_g"):
            await self._presence.leave()
            await self._ctx.client.api.aclose()

    async def plan(self) -> SyncPlan:
        """What the next rounds will do; and what is left of the quotas, whichever copy asked."""
        await self._budgets.reload()
        self.bus.count(self._budgets.known)
        return await self._sync.plan()

    # -- needs ---------------------------------------------------------------------------------------

    def open_chat(self, chat_id: ChatId | None) -> None:
        """The chat on the screen: read what is new in it at once."""
        self._sync.open_chat = chat_id
        if chat_id is not None and self._background and self._may_ask:
            self._spawn(self._history.newer(chat_id))

    @property
    def _may_ask(self) -> bool:
        """A key that was refused is not shown again, until the operator asks for it."""
        return self.bus.refused_key is None

    def want_older(self, chat_id: ChatId) -> None:
        """One page of older messages; wanting it twice is wanting it once."""
        if not self._may_ask:
            self.bus.publish(HistoryFailed(chat_id))
        elif chat_id not in self._older:
            task = self._spawn(self._history.older(chat_id))
            self._older[chat_id] = task
            task.add_done_callback(lambda _: self._older.pop(chat_id, None))

    def want_order(self, chat_id: ChatId) -> None:
        """The order and the return of a chat are on the screen."""
        if self._background and self._may_ask:
            self._orders.want(chat_id)

    def order_problem(self, operation: str) -> Problem | None:
        """Why the last asking for orders or returns was in vain. May be called from any thread."""
        if not self._may_ask:
            return self.bus.refused_key
        return self._orders.problem(operation) if hasattr(self, "_orders") else None

    def refresh(self) -> None:
        """Begin a round now and lift every pause."""
        self._delivery.resume()
        self._orders.forget()
        self._sync.refresh()
        if self.bus.link.view_only is not None:
            self._learn_rights()

    def active(self, *, is_here: bool) -> None:
        """Somebody is at the screen, or has turned to another window."""
        if self._background:
            self._spawn(self._notice() if is_here else self._presence.away())

    async def _notice(self) -> None:
        await self._presence.active()
        await self._sync.hurry()

    def fetch_rest(self, wanted: bool) -> None:
        """Read all histories from their beginning now, or only in passing."""
        self._backfill.want(wanted)

    @property
    def is_fetching_rest(self) -> bool:
        """Whether all histories are being read because the operator asked for it. May be called anywhere."""
        return hasattr(self, "_backfill") and self._backfill.is_wanted

    async def sync_once(self) -> SyncReport:
        """One whole round."""
        return await self._sync.once()

    async def fetch_chat(self, chat_id: ChatId, about: NewChat | None = None) -> Problem | None:
        """Bring a chat and its newest messages into the cache; refused if it is not about `about`."""
        chat = await self._ctx.client.ask(Urgency.OPEN, MarketApi.get_chat, chat_id)
        if isinstance(chat, Problem):
            return chat
        if about is not None and not chat.context.may_be(about):
            return Problem(ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR, "createChat")
        await self._ctx.write_cache(chats.save_page, (chat,), self._wall_ms())
        self.bus.publish(ChatsChanged(frozenset({chat_id})))
        return await self._history.newer(chat_id)

    async def fetch_whole(self, chat_id: ChatId) -> Problem | None:
        """Bring a chat with all its messages into the cache."""
        problem = await self.fetch_chat(chat_id)
        return problem if problem is not None else await self._history.rest(chat_id)

    async def create_chat(self, about: NewChat) -> ChatId | Problem:
        """Open or find a chat. Safe to repeat: one context has one chat."""
        if self._settings.read_only:
            return Problem(ProblemKind.READ_ONLY)
        created: ChatId | Problem = Problem(ProblemKind.OFFLINE)
        for _ in range(CREATE_TRIES):
            created = await self._ctx.client.ask(Urgency.OPEN, MarketApi.create_chat, about)
            if not isinstance(created, Problem) or created.certainty != Certainty.UNCLEAR:
                break
        if isinstance(created, Problem):
            return created
        problem = await self.fetch_chat(created, about)
        return problem if problem is not None else created

    # -- delivery ------------------------------------------------------------------------------------

    def deliver_soon(self) -> None:
        """Something was queued."""
        if self._background:
            self._delivery.wake()

    async def stop_sending(self, outbox_id: OutboxId) -> Problem | None:
        """Break off the request of an item; GONE when none is under way here."""
        return None if self._delivery.stop(outbox_id) else Problem(ProblemKind.GONE)

    def with_progress(self, item: OutboxItem) -> OutboxItem:
        """The item with what is known here of its upload. May be called from any thread."""
        if not hasattr(self, "_delivery"):
            return item
        uploaded = self._delivery.uploaded.get(item.outbox_id)
        return item if uploaded is None else replace(item, uploaded=uploaded)

    def forget(self, outbox_id: OutboxId) -> None:
        """An item was taken back; what waited behind it may go."""
        self._delivery.forget(outbox_id)
        self._delivery.wake()

    async def deliver(self, outbox_id: OutboxId) -> OutboxItem:
        """Deliver until the item is settled; see `Delivery.settled`."""
        self._ensure_delivering()
        return await self._delivery.settled(outbox_id)

    async def resend(self, outbox_id: OutboxId) -> Problem | None:
        """Queue a failed or unconfirmed item again; an unconfirmed one only after one more look."""
        if self._settings.read_only:
            return Problem(ProblemKind.READ_ONLY)
        return await self._delivery.resend(outbox_id)

    def _ensure_delivering(self) -> None:
        if self._delivering is None:
            self._delivering = self._spawn(self._delivery.run())

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the engine failed", exc_info=error)
            # That the files cannot be read is told by whoever reads them.
            if not isinstance(error, StoreError):
                self.bus.publish(EngineFailed(type(error).__name__))
