"""Searches the history for a message whose fate, or whose id, is unknown."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.events import ChatsChanged, TimelineChanged
from chat_tui.inbox.outbox_writes import OutboxWrites
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.inbox.sending.retry import look_pause
from chat_tui.model.chat import Message
from chat_tui.model.ids import MessageId, Millis, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem
from chat_tui.model.quota import Urgency
from chat_tui.model.timeline import is_likeness, says_the_same
from chat_tui.store import outbox, spool

LEAST_LOOKS = 3
"""Complete looks before the operator is asked, or a sent item is released as not found."""
CLOCK_SLACK_MS = 5_000
"""How much older than the attempt, by the Market's clock, our message may be dated."""


@dataclass(slots=True)
class _Watch:
    """Since when (monotonic seconds) this copy has been looking, and how many looks failed."""

    what: tuple[int, OutboxState]
    """The attempt and the state it is about."""
    since: float
    failures: int = 0


class Reconciler:
    """Answers one question: which message of the history is this outbox item?"""

    def __init__(self, ctx: EngineContext, history: HistoryReader, writes: OutboxWrites) -> None:
        self._ctx = ctx
        self._history = history
        self._writes = writes
        self._watches: dict[OutboxId, _Watch] = {}

    def forget(self, outbox_id: OutboxId) -> None:
        """The item is settled, or starts over."""
        self._watches.pop(outbox_id, None)

    async def advance(self, item: OutboxItem) -> tuple[OutboxItem, float] | None:
        """Look once and act on it; the item and the seconds until its next look, None = it is done."""
        now = asyncio.get_running_loop().time()
        watch = self._watches.get(item.outbox_id)
        if watch is None or watch.what != (item.attempt, item.state):
            # Another copy may have started a new attempt since.
            watch = self._watches[item.outbox_id] = _Watch((item.attempt, item.state), now)
        left = watch.since + self._ctx.settings.settle_s - now
        looked = await self.look(item)
        if isinstance(looked, Problem):
            # A failed look proves nothing, so it does not count.
            watch.failures += 1
            if item.state == OutboxState.SENT and left <= 0:
                # The Market accepted it. Items behind it do not wait until a look succeeds.
                await self._writes.update(item, is_released=1)
                return None
            return item, self._pause(watch.failures, left)
        if looked.state == OutboxState.CONFIRMED:
            return None
        looks = item.looks + 1
        if looks < LEAST_LOOKS or left > 0:
            noted = await self._writes.update(item, looks=looks)
            return None if noted is None else (noted, self._pause(looks, left))
        if item.state == OutboxState.SENDING:
            await self._writes.move(item, OutboxState.UNCONFIRMED, looks=looks)
        elif await self._link_changed(replace(item, looks=looks)) is None:
            await self._writes.update(item, looks=looks, is_released=1)
        return None

    def _pause(self, number: int, left: float) -> float:
        """Seconds until the next look after `number` looks; at most the `left` seconds to the decision."""
        pause = look_pause(self._ctx.settings, number)
        return min(pause, left) if left > 0 else pause

    async def look(self, item: OutboxItem) -> OutboxItem | Problem:
        """Read the history after the base, and link the item if its message is there."""
        problem = await self._history.since(item.chat_ref, item.base_message_id or MessageId(0))
        if problem is not None:
            return problem
        await self._link_earlier(item)
        return await self.link(item) or item

    async def look_before(self, item: OutboxItem, since: Millis) -> OutboxItem | Problem | None:
        """Read what is new and link an item that another outbox may have sent; None = it is not there.

        `since` is the Market's time of the last known event of the item.
        """
        problem = await self._history.newer(item.chat_ref, Urgency.SEND)
        if problem is not None:
            return problem
        await self._link_earlier(item)
        return await self._link_exactly(item, since)

    async def link_all(self, items: Iterable[OutboxItem]) -> None:
        """Link items to messages already in the cache: the item sent first takes the first message."""
        for item in sorted(items, key=lambda item: (item.attempt_at, item.seq)):
            await self.link(item)

    async def link(self, item: OutboxItem) -> OutboxItem | None:
        """Confirm the item by the oldest message in the cache that matches and belongs to no item."""
        linked = await self._link_exactly(item, item.attempt_at)
        if linked is None and item.is_released:
            linked = await self._link_changed(item)
        return linked

    async def _link_earlier(self, item: OutboxItem) -> None:
        """Link released items of the chat first: their messages do not belong to the later item."""
        heads = await self._ctx.store.read(outbox.heads, item.chat_ref)
        await self.link_all(head for head in heads if head.is_released and head.outbox_id != item.outbox_id)

    async def _link_exactly(self, item: OutboxItem, since: Millis) -> OutboxItem | None:
        for message in await self._unclaimed(item, since):
            if says_the_same(item, message) and (confirmed := await self._confirm(item, message)):
                return confirmed
        return None

    async def _link_changed(self, item: OutboxItem) -> OutboxItem | None:
        """Confirm a sent item by the one message that can be its text as changed by the Market.

        Conditions: the item was accepted, was looked for long enough and is not in doubt; in its time span
        exactly one of our messages belongs to no item; that message can be its text with changes; and it
        cannot be any other item. In every other case the item stays as it is.
        """
        if item.state != OutboxState.SENT or item.looks < LEAST_LOOKS or item.in_doubt or not item.attempt_at:
            return None
        # The Market's clock has whole seconds, and an answer takes time to arrive.
        end = item.attempt_at + int(self._ctx.settings.settle_s * 1000) + CLOCK_SLACK_MS
        found = [m for m in await self._unclaimed(item, item.attempt_at) if m.created_at <= end]
        if len(found) != 1 or not is_likeness(item, found[0]):
            return None
        for other in await self._ctx.store.read(outbox.unlinked, item.chat_ref):
            if other.outbox_id != item.outbox_id and _may_have_become(other, found[0]):
                return None
        return await self._confirm(item, found[0])

    async def _unclaimed(self, item: OutboxItem, since: Millis) -> tuple[Message, ...]:
        return await self._history.unclaimed_own(
            item.chat_ref, item.base_message_id or MessageId(0), since - CLOCK_SLACK_MS
        )

    async def _confirm(self, item: OutboxItem, message: Message) -> OutboxItem | None:
        """Link the item to its message; None if another item has claimed it, or this one has moved on."""
        try:
            confirmed = await self._writes.move(
                item, OutboxState.CONFIRMED, message_id=message.message_id, problem="", error=""
            )
        except outbox.ClaimedError:
            return None
        if item.kind == OutboxKind.FILE:
            await asyncio.to_thread(spool.remove, self._ctx.store.paths.data_dir, item.outbox_id)
        self._ctx.bus.publish(TimelineChanged(item.chat_ref))
        self._ctx.bus.publish(ChatsChanged(frozenset({item.chat_ref})))
        return confirmed


def _may_have_become(item: OutboxItem, message: Message) -> bool:
    """Whether a message, whatever its text, may be the result of an attempt of this item."""
    is_surely_not_there = item.attempt == 0 or (item.state == OutboxState.FAILED and not item.in_doubt)
    return (
        not is_surely_not_there
        and message.message_id > (item.base_message_id or 0)
        and message.created_at >= item.attempt_at - CLOCK_SLACK_MS
    )
