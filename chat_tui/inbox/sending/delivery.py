"""Bringing the outbox to the Market: one item per chat at a time, in order, never twice by itself.

What is due is chosen here, and done under the chat's kernel lock; `attempts` does it.
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
    """Moves outbox items; nobody else does, but the operator through take-back and resend."""

    def __init__(
        self, ctx: EngineContext, history: HistoryReader, locks: Locks, tell: Callable[[Event], None]
    ) -> None:
        """`locks` are held by number of a chat; `tell` publishes an event from any thread."""
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
        """The operator asks to go on after a pause (a new key, a mended right)."""
        self._ctx.bus.pause_sends(None)
        self._retries.release()
        self.wake()

    async def run(self) -> None:
        """For as long as the engine lives."""
        self._sender.begin()
        while True:
            pause = self._ctx.settings.scan_s
            with tolerated(log, "outbox not readable"):
                pause = await self._begin_what_is_due()
            await wait_for(self._wake, pause)
            self._wake.clear()

    async def finish(self, grace_s: float) -> None:
        """Let what is in flight end for a moment, then leave it: the next start looks it up."""
        steps = list(self._steps.values())
        if not steps:
            return
        _, late = await asyncio.wait(steps, timeout=grace_s)
        for step in late:
            step.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def forget(self, outbox_id: OutboxId) -> None:
        """An item left or begins anew: its waits count no more, and what waited behind it may go."""
        self._sender.forget(outbox_id)
        self.wake()

    async def settled(self, outbox_id: OutboxId) -> OutboxItem:
        """The item once it is settled, or once nothing more becomes of it before the operator acts.

        One that somebody took back at another copy comes as one that failed and is gone, without its text.
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
                # What another copy of the program did with it is an event there, not here.
                await wait_for(changed, self._ctx.settings.scan_s)
        finally:
            leave()

    def _is_stuck(self, item: OutboxItem) -> bool:
        """Whether the operator must mend a key or a right before anything becomes of it."""
        is_in_flight = item.state == OutboxState.SENDING and not item.is_checking
        return not is_in_flight and not self._may_act(item)

    def stop(self, outbox_id: OutboxId) -> bool:
        """Break off a request under way here; whether it arrived is then looked up."""
        return self._sender.stop(outbox_id)

    @property
    def uploaded(self) -> Mapping[OutboxId, int]:
        """Bytes given to the network so far, of the files under way here."""
        return self._sender.uploaded

    async def resend(self, outbox_id: OutboxId) -> Problem | None:
        """Queue a failed or unconfirmed item again; an unconfirmed one only after one more look."""
        if self._ctx.settings.read_only:
            return Problem(ProblemKind.READ_ONLY)
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
                # Its message, perhaps with equal words and not linked yet, would be taken for this one.
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
        """Begin a step for every chat that is due; seconds until the next one is."""
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
        """After another start of the machine: all copies go by the same end of what was told before."""
        for item, left in self._retries.told_again(items):
            if item.chat_ref in self._steps or not self._locks.try_hold(item.chat_ref.number):
                continue
            try:
                # This copy keeps to it all the same.
                with tolerated(log, "wait not noted"):
                    await self._writes.count_on(item, left)
            finally:
                self._locks.release(item.chat_ref.number)

    def _may_act(self, item: OutboxItem) -> bool:
        if _is_quiet(item):
            return item.chat_ref in self._settle
        paused = self._ctx.bus.link.sends_paused
        if paused is not None and paused.kind == ProblemKind.LOCKED:
            # It passes by itself: the items wait for their next try, and the screen says why.
            paused = None
        if item.state in READY:
            return paused is None and not self._ctx.settings.read_only
        if item.state == OutboxState.SENT:
            # Where nothing may be asked the look fails by itself, and what was taken holds nothing back.
            return True
        # A look is a request too, and a refused key is not shown again.
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
        # Should this end before anything is known, it is not begun again at once.
        self._retries.pause(item, self._ctx.settings.scan_s)
        # Nothing is begun that is not written down: the item stays where the last commit left it.
        with tolerated(log, "outbox not writable"):
            if not self._locks.try_hold(item.chat_ref.number):
                return
            try:
                await self._act(item)
            finally:
                self._locks.release(item.chat_ref.number)

    async def _act(self, item: OutboxItem) -> None:
        """Do what is due, if it still is now that nobody else can act for the chat."""
        if _is_quiet(item):
            self._settle.discard(item.chat_ref)
        heads = await self._ctx.store.read(outbox.heads, item.chat_ref)
        if item not in heads:
            return
        if not _is_quiet(item):
            await self._sender.advance(item)
            return
        # A later read of the history brought news; nothing more is asked of the Market for it.
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
    """Whether it is being sent, or was and is not linked to its message yet."""
    return item.state in {OutboxState.SENDING, OutboxState.SENT} and not item.is_released


def _is_quiet(item: OutboxItem) -> bool:
    """Whether nothing is asked of the Market for it any more; news of its chat may still settle it."""
    return item.state == OutboxState.UNCONFIRMED or item.is_released
