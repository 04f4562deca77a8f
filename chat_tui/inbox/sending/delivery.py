"""Delivers the outbox to the Market: one item per chat at a time, in order, never twice on its own.

This module chooses what is due and holds the chat's kernel lock; `sender` does the work.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping

from chat_tui.inbox.context import EngineContext, wait_for
from chat_tui.inbox.copies.leader import Locks
from chat_tui.inbox.events import Event, TimelineChanged
from chat_tui.inbox.outbox_writes import OutboxWrites
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.inbox.sending.reconciler import Reconciler
from chat_tui.inbox.sending.retry import READY, RetrySchedule
from chat_tui.inbox.sending.sender import OutboxSender
from chat_tui.model.ids import UNKNOWN_TIME, BusinessId, ChatRef, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import outbox
from chat_tui.store.errors import StoreError, store_refusal, tolerated

log = logging.getLogger(__name__)


class Delivery:
    """Moves outbox items. Apart from it, only the operator does: by take-back and resend."""

    def __init__(
        self, ctx: EngineContext, history: HistoryReader, locks: Locks, tell: Callable[[Event], None]
    ) -> None:
        """`locks` are held by number of the chat; `tell` publishes an event from any thread."""
        self._ctx = ctx
        self._history = history
        self._locks = locks
        self._writes = OutboxWrites(ctx.store, tell, ctx.clock)
        self._reconciler = Reconciler(ctx, history, self._writes)
        self._retries = RetrySchedule(ctx.settings, ctx.wall_ms, ctx.clock)
        self._sender = OutboxSender(ctx, history, self._writes, self._reconciler, self._retries)
        self._wake = asyncio.Event()
        self._steps: dict[ChatRef, asyncio.Task[None]] = {}
        self._settle: set[ChatRef] = set()
        ctx.bus.subscribe(self._hear)

    def wake(self) -> None:
        """Look at the outbox now."""
        self._wake.set()

    def resume(self) -> None:
        """The operator ends a pause, for example after granting a right."""
        self._ctx.link.pause_sends(None)
        self._retries.release()
        self.wake()

    async def run(self) -> None:
        """Deliver for as long as the engine lives."""
        self._sender.begin()
        while True:
            pause = self._ctx.settings.scan_s
            with tolerated(log, "outbox not readable"):
                pause = await self._begin_what_is_due()
            await wait_for(self._wake, pause)
            self._wake.clear()

    async def finish(self, grace_s: float) -> None:
        """Give requests in flight `grace_s` seconds; the next start looks up those that did not end."""
        steps = list(self._steps.values())
        if not steps:
            return
        _, late = await asyncio.wait(steps, timeout=grace_s)
        for step in late:
            step.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def forget(self, outbox_id: OutboxId) -> None:
        """An item was removed or starts over: drop its waits, and look at the items behind it."""
        self._sender.forget(outbox_id)
        self.wake()

    async def settled(self, outbox_id: OutboxId) -> OutboxItem:
        """Wait until the item is settled, or until nothing more can happen before the operator acts.

        An item that was taken back in another copy is returned as failed with GONE, without its text.
        """
        changed = asyncio.Event()
        leave = self._ctx.bus.subscribe(lambda _: changed.set())
        try:
            while True:
                changed.clear()
                item = await self._ctx.store.read(outbox.get, outbox_id)
                if item is None:
                    return _gone(outbox_id)
                if item.is_settled or self._is_stuck(item):
                    return item
                # A change made by another copy of the program is published there, not here.
                await wait_for(changed, self._ctx.settings.scan_s)
        finally:
            leave()

    def _is_stuck(self, item: OutboxItem) -> bool:
        """Whether it cannot go on before the operator changes the key or a right."""
        is_in_flight = item.state == OutboxState.SENDING and not item.is_checking
        return not is_in_flight and not self._may_act(item)

    def stop(self, outbox_id: OutboxId) -> bool:
        """Break off a request under way here, and look up whether it arrived; False if there is none."""
        return self._sender.stop(outbox_id)

    @property
    def uploaded(self) -> Mapping[OutboxId, int]:
        """Bytes sent so far of the files this copy is uploading."""
        return self._sender.uploaded

    async def resend(self, outbox_id: OutboxId) -> Problem | None:
        """Queue a failed or unconfirmed item again, an unconfirmed one only after one more look."""
        try:
            item = await self._ctx.store.read(outbox.get, outbox_id)
            if item is not None and item.state == OutboxState.FAILED:
                return await self._queue_again(item)
            if item is not None and item.state == OutboxState.UNCONFIRMED:
                return await self._look_and_queue_again(item)
            return Problem(ProblemKind.GONE)
        except StoreError as error:
            return store_refusal(error)
        finally:
            self.forget(outbox_id)

    async def _look_and_queue_again(self, item: OutboxItem) -> Problem | None:
        if not self._locks.try_hold(item.chat_ref.number):
            return Problem(ProblemKind.BUSY)
        try:
            heads = await self._ctx.store.read(outbox.heads, item.chat_ref)
            if any(_is_under_way(head) for head in heads):
                # Its message may have the same text and not be linked yet: it would be taken for this item's.
                return Problem(ProblemKind.BUSY)
            looked = await self._reconciler.look(item)
            if isinstance(looked, Problem):
                return looked
            return None if looked.state == OutboxState.CONFIRMED else await self._queue_again(item)
        finally:
            self._locks.release(item.chat_ref.number)

    async def _queue_again(self, item: OutboxItem) -> Problem | None:
        moved = await self._writes.move(
            item,
            OutboxState.QUEUED,
            not_before=0,
            asked_at=self._ctx.wall_ms(),
            in_doubt=int(item.in_doubt or item.state == OutboxState.UNCONFIRMED),
            problem="",
            error="",
        )
        return None if moved is not None else Problem(ProblemKind.GONE)

    # -- choosing ------------------------------------------------------------------------------------

    async def _begin_what_is_due(self) -> float:
        """Begin a step for every chat that is due; returns the seconds until the next one is."""
        heads, told = await self._ctx.store.read(outbox.due)
        await self._count_on((*told, *heads))
        self._retries.see((*told, *heads))
        pause = self._ctx.settings.scan_s
        quiet = self._settle - self._steps.keys() - {item.chat_ref for item in heads if _is_quiet(item)}
        self._settle -= quiet
        for item in heads:
            if item.chat_ref in self._steps or not self._may_act(item):
                continue
            wait = self._retries.seconds(item)
            if wait > 0:
                pause = min(pause, wait)
            else:
                self._begin(item)
        return pause

    async def _count_on(self, items: Iterable[OutboxItem]) -> None:
        """After a restart of the machine: save what is left of each wait, so that all copies agree."""
        for item, left in self._retries.told_again(items):
            if item.chat_ref in self._steps or not self._locks.try_hold(item.chat_ref.number):
                continue
            try:
                # If that fails, this copy observes the wait all the same.
                with tolerated(log, "wait not noted"):
                    await self._writes.count_on(item, left)
            finally:
                self._locks.release(item.chat_ref.number)

    def _may_act(self, item: OutboxItem) -> bool:
        if _is_quiet(item):
            return item.chat_ref in self._settle
        paused = self._ctx.link.now.sends_paused
        if paused is not None and paused.kind == ProblemKind.LOCKED:
            # This passes without the operator: items wait for their next try, and the screen says why.
            paused = None
        if item.state in READY:
            return paused is None and not self._ctx.settings.read_only
        if item.state == OutboxState.SENT:
            # If nothing may be asked, the look fails, and an accepted item is released in time.
            return True
        # A look is a request, too, and a refused key is not sent again.
        return paused is None or paused.kind != ProblemKind.UNAUTHORIZED

    def _begin(self, item: OutboxItem) -> None:
        step = asyncio.create_task(self._step(item))
        self._steps[item.chat_ref] = step
        step.add_done_callback(lambda done: self._ended(item.chat_ref, done))

    def _ended(self, chat_ref: ChatRef, step: asyncio.Task[None]) -> None:
        self._steps.pop(chat_ref, None)
        self.wake()
        if not step.cancelled() and (error := step.exception()) is not None:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a delivery step failed", "exception": error}
            )

    def _hear(self, event: Event) -> None:
        if isinstance(event, TimelineChanged):
            self._settle.add(event.chat_ref)
            self.wake()

    # -- one step of one chat ------------------------------------------------------------------------

    async def _step(self, item: OutboxItem) -> None:
        # If this ends before anything is known, it must not start again at once.
        self._retries.pause(item, self._ctx.settings.scan_s)
        # Nothing is done that is not saved first, so the item stays where the last commit left it.
        with tolerated(log, "outbox not writable"):
            if not self._locks.try_hold(item.chat_ref.number):
                return
            try:
                await self._act(item)
            finally:
                self._locks.release(item.chat_ref.number)

    async def _act(self, item: OutboxItem) -> None:
        """Do what is due, if it still is: the lock is held now, so no other copy acts for the chat."""
        if _is_quiet(item):
            self._settle.discard(item.chat_ref)
        heads = await self._ctx.store.read(outbox.heads, item.chat_ref)
        if item not in heads:
            return
        if not _is_quiet(item):
            await self._sender.advance(item)
            return
        # A later read of the history brought news; the Market is not asked again for these items.
        await self._reconciler.link_all(filter(_is_quiet, heads))


def _gone(outbox_id: OutboxId) -> OutboxItem:
    return OutboxItem(
        outbox_id,
        ChatRef(BusinessId(0), 0),
        0,
        OutboxKind.TEXT,
        "",
        "",
        0,
        "",
        OutboxState.FAILED,
        not_before=0,
        created_at=UNKNOWN_TIME,
        problem=ProblemKind.GONE.value,
    )


def _is_under_way(item: OutboxItem) -> bool:
    """Whether it is being sent, or was sent and is not linked to its message yet."""
    return item.state in {OutboxState.SENDING, OutboxState.SENT} and not item.is_released


def _is_quiet(item: OutboxItem) -> bool:
    """Whether the Market is not asked about it any more; news of its chat may still settle it."""
    return item.state == OutboxState.UNCONFIRMED or item.is_released
