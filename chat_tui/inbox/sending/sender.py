"""Makes one attempt to deliver an outbox item, and interprets its outcome.

The state is saved before and after every step: an attempt is committed before its first byte, and a copy that
finds an item `sending` without an owner searches the history instead of sending again.
"""

import asyncio
import logging
import mimetypes
from typing import Final

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.events import OutboxChanged
from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.outbox_writes import OutboxWrites
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.inbox.sending import door
from chat_tui.inbox.sending.reconciler import CLOCK_SLACK_MS, Reconciler
from chat_tui.inbox.sending.retry import READY, RetrySchedule
from chat_tui.model import mark
from chat_tui.model.ids import UNKNOWN_TIME, Millis, OutboxId
from chat_tui.model.link import Work
from chat_tui.model.outbox import Accepted, OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import outbox, spool
from chat_tui.store.errors import tolerated

log = logging.getLogger(__name__)

_TURN_AWAY_KINDS = frozenset({ProblemKind.LOCKED, ProblemKind.PARALLEL_LIMIT, ProblemKind.HOURLY_LIMIT})
_PAUSING_KINDS = frozenset({ProblemKind.UNAUTHORIZED, ProblemKind.FORBIDDEN})
_OWN_FILE_KINDS = frozenset({ProblemKind.FILE_CHANGED, ProblemKind.FILE_UNREADABLE})

LEFT_ALONE_MS: Final[Millis] = 2 * 60_000
"""An item untouched for longer is searched for before it is sent."""
PROGRESS_STEPS = 20
"""The most events that the upload of a file publishes."""


class OutboxSender:
    """Acts on one item at a time, for a caller that holds the lock of its chat."""

    def __init__(
        self,
        ctx: EngineContext,
        history: HistoryReader,
        writes: OutboxWrites,
        lookup: Reconciler,
        waits: RetrySchedule,
    ) -> None:
        self._ctx = ctx
        self._writes = writes
        self._history = history
        self._reconciler = lookup
        self._retries = waits
        self._begun_at: float | None = None
        """Since when (seconds of the loop) this copy has been sending; None = it does not send."""
        self._posts: dict[OutboxId, asyncio.Task[Accepted | Problem]] = {}
        self._stopped: set[OutboxId] = set()
        self.uploaded: dict[OutboxId, int] = {}
        """Bytes sent so far, by item under way."""

    def begin(self) -> None:
        """This run sends from now on; see `_was_left_alone`."""
        self._begun_at = asyncio.get_running_loop().time()

    def stop(self, outbox_id: OutboxId) -> bool:
        """Break off the request of an item, which is then looked up; False if none is under way."""
        post = self._posts.get(outbox_id)
        if post is None:
            return False
        self._stopped.add(outbox_id)
        post.cancel()
        return True

    async def advance(self, item: OutboxItem) -> None:
        """Do the next step for the head of a chat; the caller holds the chat's lock."""
        if item.state in READY:
            await self._attempt(item)
        else:
            if item.state == OutboxState.SENDING and item.unclear_at is None:
                # Its owner is gone, or this program was killed: it may or may not have arrived.
                item = await self._mark_unclear(item, ProblemKind.CUT, "")
            await self._look(item)

    async def _attempt(self, item: OutboxItem) -> None:
        begun = await self._ctx.store.read(outbox.last_attempt, item.outbox_id)
        if begun is not None and begun.attempt > item.attempt:
            await self._recall(item, begun)
            return
        if self._ctx.wall_ms() - item.asked_at > self._ctx.settings.max_age_s * 1000:
            await self._give_back(item, Problem(ProblemKind.STALE))
            return
        leak = await door.leak(item, self._ctx.store.paths.data_dir, self._ctx.settings)
        if leak is not None:
            await self._give_back(item, leak)
            return
        newest = await self._history.newest_known(item.chat_ref)
        if not isinstance(newest, Problem) and self._was_left_alone(item):
            looked = await self._reconciler.look_before(item, self._last_heard(item))
            if isinstance(looked, OutboxItem):
                self.forget(item.outbox_id)
                return
            newest = looked or await self._history.newest_known(item.chat_ref)
        if isinstance(newest, Problem):
            await self._turned_away(item, newest)
            return
        # Reading took time, and the Market may have asked another copy to wait meanwhile.
        self._retries.learn(await self._ctx.store.read(outbox.told))
        if self._retries.is_held(item):
            return
        sending = await self._writes.move(
            item,
            OutboxState.SENDING,
            attempt=item.attempt + 1,
            # If an earlier attempt may have arrived, its message counts as well.
            attempt_at=item.attempt_at if item.in_doubt else self._server_now(),
            base_message_id=newest if item.base_message_id is None else item.base_message_id,
            unclear_at=None,
            looks=0,
            problem="",
            error="",
        )
        if sending is not None:
            await self._witness(sending)
            await self._settle_outcome(sending, await self._stoppable(sending))

    def _server_now(self) -> Millis:
        return self._history.server_now() or UNKNOWN_TIME

    def _last_heard(self, item: OutboxItem) -> Millis:
        """The last event of the item in this outbox, by the Market's clock: an attempt, or its creation."""
        ahead = self._server_now() - self._ctx.wall_ms()
        if item.in_doubt:
            # The operator resent it, after a look.
            return max(item.attempt_at, item.asked_at + ahead)
        return item.attempt_at if item.attempt else item.created_at + ahead

    def _was_left_alone(self, item: OutboxItem) -> bool:
        """Whether the outbox may be a restored backup: nothing was tried for long, nor in this run.

        What the original outbox sent meanwhile is in the history, and nowhere here.
        """
        silence = self._server_now() - self._last_heard(item)
        now = asyncio.get_running_loop().time()
        this_run = 0 if self._begun_at is None else int((now - self._begun_at) * 1000)
        return not -CLOCK_SLACK_MS <= silence <= max(LEFT_ALONE_MS, this_run)

    async def _recall(self, item: OutboxItem, begun: outbox.Attempted) -> None:
        """The outbox file is older than the attempt noted in the cache: look, as after a lost answer."""
        sending = await self._writes.move(
            item,
            OutboxState.SENDING,
            **begun._asdict(),
            unclear_at=self._ctx.wall_ms(),
            looks=0,
            problem=ProblemKind.CUT.value,
            error="",
        )
        if sending is not None:
            await self._look(sending)

    async def _witness(self, item: OutboxItem) -> None:
        """Note the attempt a second time, in the cache. If that fails, it is sent all the same."""
        with tolerated(log, "attempt not noted in the cache"):
            await self._ctx.store.write_cache(outbox.note_attempt, item)

    async def _stoppable(self, item: OutboxItem) -> Accepted | Problem:
        post = asyncio.create_task(self._post(item))
        self._posts[item.outbox_id] = post
        try:
            return await post
        except asyncio.CancelledError:
            if item.outbox_id not in self._stopped:
                raise
            return Problem(ProblemKind.CUT, Certainty.UNCLEAR)
        finally:
            self._posts.pop(item.outbox_id, None)
            self._stopped.discard(item.outbox_id)
            self.uploaded.pop(item.outbox_id, None)
            self._ctx.link.works.end(Work.UPLOAD, item.outbox_id)

    async def _post(self, item: OutboxItem) -> Accepted | Problem:
        client = self._ctx.client
        if item.kind == OutboxKind.TEXT:
            return await client.ask(Urgency.SEND, MarketApi.send_message, item.chat_ref, item.text)
        media_type, _ = mimetypes.guess_type(item.file_name)
        return await client.ask(
            Urgency.SEND,
            MarketApi.send_file,
            item.chat_ref,
            path=spool.path(self._ctx.store.paths.data_dir, item.outbox_id),
            name=item.file_name,
            size=item.file_size,
            media_type=media_type or "application/octet-stream",
            progress=lambda count: self._uploaded(item, count),
        )

    def _uploaded(self, item: OutboxItem, count: int) -> None:
        """Publish every whole step, not every packet."""
        self._ctx.link.works.step(Work.UPLOAD, count, item.file_size, key=item.outbox_id)
        before, self.uploaded[item.outbox_id] = self.uploaded.get(item.outbox_id, 0), count
        step = max(1, item.file_size // PROGRESS_STEPS)
        if before // step != count // step:
            self._ctx.bus.publish(OutboxChanged(item.chat_ref))

    # -- outcomes ------------------------------------------------------------------------------------

    async def _settle_outcome(self, item: OutboxItem, outcome: Accepted | Problem) -> None:
        if isinstance(outcome, Accepted):
            self.forget(item.outbox_id)
            self._ctx.link.unlock()
            sent = await self._writes.move(item, OutboxState.SENT, problem="", error="")
            if sent is not None:
                await self._look(sent)
        elif outcome.certainty == Certainty.UNCLEAR:
            if outcome.retry_after_s is not None:
                self._retries.hold_all(outcome.retry_after_s)
            await self._mark_unclear(item, outcome.kind, outcome.message or _status_words(outcome))
        else:
            await self._turned_away(item, outcome)

    async def _turned_away(self, item: OutboxItem, problem: Problem) -> None:
        """Certainly not delivered: wait and try again, pause everything, or return it to the operator."""
        refused = problem.certainty == Certainty.REFUSED
        if (refused and problem.kind not in _TURN_AWAY_KINDS | _PAUSING_KINDS) or (
            problem.kind in _OWN_FILE_KINDS
        ):
            await self._give_back(item, problem)
            return
        # A refused key was already published by the client; the operator may have refreshed since.
        if problem.kind in {ProblemKind.FORBIDDEN, ProblemKind.LOCKED}:
            self._ctx.link.pause_sends(problem)
        delay = self._retries.turned_away(item, problem)
        is_told = problem.retry_after_s is not None
        until = mark.told(int(delay * 1000), self._ctx.clocks()) if is_told else mark.AT_ONCE
        waiting = await self._explain(item, OutboxState.WAITING, problem, **until)
        if waiting is not None:
            self._retries.put_off(waiting, delay)

    async def _give_back(self, item: OutboxItem, problem: Problem) -> None:
        """Do not try again. If an attempt may have arrived, the item is not called failed."""
        state = OutboxState.UNCONFIRMED if item.in_doubt else OutboxState.FAILED
        await self._explain(item, state, problem)

    async def _explain(
        self, item: OutboxItem, state: OutboxState, problem: Problem, **columns: int | str
    ) -> OutboxItem | None:
        """Move to `state` with the reason; an item already in that state only gets the new reason."""
        words = {"problem": problem.kind.value, "error": problem.message}
        if item.state == state:
            return await self._writes.update(item, **words, **columns)
        return await self._writes.move(item, state, **words, **columns)

    async def _mark_unclear(self, item: OutboxItem, kind: ProblemKind, words: str) -> OutboxItem:
        marked = await self._writes.update(
            item, unclear_at=self._ctx.wall_ms(), looks=0, problem=kind.value, error=words
        )
        return marked if marked is not None else item

    async def _look(self, item: OutboxItem) -> None:
        looked = await self._reconciler.advance(item)
        if looked is None:
            self.forget(item.outbox_id)
        else:
            self._retries.put_off(*looked)

    def forget(self, outbox_id: OutboxId) -> None:
        """The item was removed, is settled or starts over: drop its waits and looks."""
        self._retries.forget(outbox_id)
        self._reconciler.forget(outbox_id)


def _status_words(problem: Problem) -> str:
    """The HTTP status, such as 502, for an answer without a message."""
    return str(problem.http_status or "")
