"""The rooms of the engine put together. Everything here runs on the engine's own loop."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

from chat_tui.inbox.context import EngineContext, InboxSettings
from chat_tui.inbox.copies.change_feed import ChangeFeed, SnoozeTimer
from chat_tui.inbox.copies.copies import Copies
from chat_tui.inbox.events import EngineFailed, Event, EventBus, LinkMonitor
from chat_tui.inbox.market import MarketApi, Unreachable, reach
from chat_tui.inbox.reading.backfill import index_the_rest
from chat_tui.inbox.reading.reading import Reading
from chat_tui.inbox.sending.delivery import Delivery
from chat_tui.model.ids import ChatRef, Millis, OutboxId
from chat_tui.model.link import SyncPlan
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import Elsewhere, Stage
from chat_tui.store import outbox, saved, spool
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreError

GRACE_S = 1.0
"""How long closing waits for requests in flight."""
SPOOL_AGE_S = 24 * 3600.0
"""A younger spool file may belong to an item that another copy of the program is about to write."""

log = logging.getLogger(__name__)


class Engine:
    """Reading and sending around one client and one store.

    It is usable from the start: requests before it is open are answered with OFFLINE. It may be made on any
    thread; its methods are called on the engine's loop, unless their docstring says otherwise.
    """

    def __init__(
        self,
        store: Store,
        connect: Callable[[], MarketApi],
        settings: InboxSettings,
        wall_ms: Callable[[], Millis],
        tell: Callable[[Event], None],
    ) -> None:
        """`tell` publishes an event from any thread. Raises StoreProblem if a lock file cannot be opened."""
        self.bus = bus = EventBus()
        self.link = link = LinkMonitor(bus, wall_ms)
        if settings.read_only:
            link.restrict(Problem(ProblemKind.READ_ONLY))
        if store.unwritable:
            link.restrict(Problem(ProblemKind.UNWRITABLE, message=store.unwritable))
        self._connect = connect
        self._tasks: set[asyncio.Task[Any]] = set()
        self._delivering: asyncio.Task[None] | None = None
        self._background = False
        self._halting: asyncio.Task[None] | None = None
        self._copies = copies = Copies(store, link, settings.poll_s, wall_ms, settings.operator)
        self._ctx = EngineContext(store, copies.client, bus, link, settings, wall_ms, copies.clock)
        self.reading = Reading(self._ctx, copies, self._spawn)
        self.delivery = Delivery(self._ctx, self.reading.history, copies.chat_locks, tell)

    async def open(self, *, background: bool) -> None:
        """Make the client and, with `background`, begin to sync and deliver."""
        self._copies.client.api = client = reach(self._connect, self.link)
        self.link.connected(client.proxy)
        self._background = background and not self._ctx.store.unwritable
        if not self._background:
            return
        sync, leadership = self.reading.sync, self._copies.leadership
        self._spawn(self._copies.presence.active())
        if not isinstance(client, Unreachable):
            self._spawn(sync.run())
            self._ensure_delivering()
            self._spawn(self.reading.backfill.run())
            self._learn_rights()
        company = self._copies.company
        feed = ChangeFeed(self._ctx, self._copies.quotas, sync.hurry, lambda: leadership.is_ours, company)
        self._spawn(feed.run())
        self._spawn(SnoozeTimer(self._ctx).run())
        self._spawn(self._tidy())
        self._spawn(index_the_rest(self._ctx))

    def _learn_rights(self) -> None:
        settings = self._ctx.settings
        if self._background and settings.asks_rights and not settings.read_only:
            self._spawn(self.reading.learn_rights())

    async def _tidy(self) -> None:
        """Once per start: remove spool files without an item, and half-saved files that a kill left."""
        needed = {item.outbox_id for item in await self._ctx.store.read(outbox.open_items)}
        data_dir = self._ctx.store.paths.data_dir
        await asyncio.to_thread(spool.sweep, data_dir, needed, SPOOL_AGE_S)
        await asyncio.to_thread(saved.sweep, data_dir)

    def hindered(self, words: str, *, is_final: bool) -> None:
        """The local files cannot be written, or can be again. If they never will be, everything ends."""
        self.link.hinder(words, is_final=is_final)
        if is_final and self._background:
            self._background = False
            self._halting = asyncio.create_task(self._halt())

    async def _halt(self) -> None:
        """End all background work. Requests in flight get a moment; what is unfinished is looked up later."""
        if self._delivering is not None:
            self._delivering.cancel()
            await self.delivery.finish(GRACE_S)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        # Another copy leads from now on, perhaps one of a newer version.
        self._copies.leadership.resign()

    async def close(self) -> None:
        """End everything. Requests in flight get a moment; the next start looks up what is unfinished."""
        if self._halting is not None:
            await self._halting
        await self._halt()
        await self._copies.presence.leave()
        await self._copies.company.leave()
        await self._copies.client.api.aclose()

    async def plan(self) -> SyncPlan:
        """What the next rounds will do; also publishes what is left of the quotas over all copies."""
        await self._copies.quotas.reload()
        self.link.count(self._copies.quotas.known)
        return await self.reading.sync.plan()

    # -- needs ---------------------------------------------------------------------------------------

    @property
    def _may_ask(self) -> bool:
        """Whether requests make sense: a refused key is not sent again until the operator refreshes."""
        return self._background and self.link.refused_key is None

    def open_chat(self, chat_ref: ChatRef | None) -> None:
        """This chat is on the screen: read what is new in it at once. None = no chat is open."""
        self.reading.sync.open_chat = chat_ref
        if self._background:
            self._spawn(self._copies.company.open(chat_ref))
        if chat_ref is not None and self._may_ask:
            self._spawn(self.reading.history.newer(chat_ref))

    def attend(self, chat_ref: ChatRef, stage: Stage) -> None:
        """How far the operator is in the chat on the screen."""
        if self._background:
            self._spawn(self._copies.company.attend(chat_ref, stage))

    @property
    def elsewhere(self) -> Mapping[ChatRef, Elsewhere]:
        """The chats that other copies have open. Any thread may read it."""
        return self._copies.company.elsewhere

    @property
    def busy(self) -> frozenset[ChatRef]:
        """The chats in which somebody is about to answer in another copy. Any thread may read it."""
        return self._copies.company.busy()

    def want_order(self, chat_ref: ChatRef) -> None:
        """The order and the return of this chat are on the screen: read them if they are due."""
        if self._may_ask:
            self.reading.orders.want(chat_ref)

    def order_problem(self, operation: str) -> Problem | None:
        """Why the last request for orders or returns failed; None = it did not. Any thread may call it."""
        return self.link.refused_key or self.reading.orders.problem(operation)

    def refresh(self) -> None:
        """Begin a round now and end every pause."""
        self.delivery.resume()
        self.reading.orders.forget()
        self.reading.sync.refresh()
        if self.link.now.view_only is not None:
            self._learn_rights()

    def active(self, *, is_here: bool) -> None:
        """The operator is at the screen, or has turned to another window."""
        if self._background:
            self._spawn(self._notice() if is_here else self._copies.presence.away())

    async def _notice(self) -> None:
        await self._copies.presence.active()
        await self.reading.sync.hurry()

    # -- delivery ------------------------------------------------------------------------------------

    def deliver_soon(self) -> None:
        """Something was queued: look at the outbox now."""
        if self._background:
            self.delivery.wake()

    async def stop_sending(self, outbox_id: OutboxId) -> Problem | None:
        """Break off the request of an item; GONE when none is under way here."""
        return None if self.delivery.stop(outbox_id) else Problem(ProblemKind.GONE)

    def with_progress(self, item: OutboxItem) -> OutboxItem:
        """The item with the progress of its upload, if this copy uploads it. Any thread may call it."""
        uploaded = self.delivery.uploaded.get(item.outbox_id)
        return item if uploaded is None else replace(item, uploaded=uploaded)

    async def deliver(self, outbox_id: OutboxId) -> OutboxItem:
        """Deliver until the item is settled; see `Delivery.settled`."""
        self._ensure_delivering()
        return await self.delivery.settled(outbox_id)

    def _ensure_delivering(self) -> None:
        if self._delivering is None:
            self._delivering = self._spawn(self.delivery.run())

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a part of the engine failed", exc_info=error)
            # `Reads` reports that the files cannot be read.
            if not isinstance(error, StoreError):
                self.bus.publish(EngineFailed(type(error).__name__))
