"""Looking in the history for a message whose fate is unknown, or whose id is."""

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
"""Complete looks before the operator is asked, or a sent item is let go as one that was not found."""
CLOCK_SLACK_MS = 5_000
"""How much older than the attempt, by the Market's clock, our message may claim to be."""


@dataclass(slots=True)
class _Watch:
    """Since when (monotonic seconds) this copy has been looking, and how often it could not."""

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
        """The item is settled or begins anew."""
        self._watches.pop(outbox_id, None)

    async def advance(self, item: OutboxItem) -> tuple[OutboxItem, float] | None:
        """Look once and draw the conclusion: the item as it is now and the seconds it waits; None = ended."""
        now = asyncio.get_running_loop().time()
        watch = self._watches.get(item.outbox_id)
        if watch is None or watch.what != (item.attempt, item.state):
            # Another copy may have begun a new attempt since.
            watch = self._watches[item.outbox_id] = _Watch((item.attempt, item.state), now)
        left = watch.since + self._ctx.settings.settle_s - now
        looked = await self.look(item)
        if isinstance(looked, Problem):
            # A look that fails proves nothing: it counts for neither side.
            watch.failures += 1
            if item.state == OutboxState.SENT and left <= 0:
                # The Market has taken it. What comes behind it does not wait until looking is possible.
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
        """Until the next look after so many; what is decided when the time is up is not decided later."""
        pause = look_pause(self._ctx.settings, number)
        return min(pause, left) if left > 0 else pause

    async def look(self, item: OutboxItem) -> OutboxItem | Problem:
        """Read the history after the base and link the item if its message is there."""
        problem = await self._history.since(item.chat_ref, item.base_message_id or MessageId(0))
        if problem is not None:
            return problem
        await self._link_earlier(item)
        return await self.link(item) or item

    async def look_before(self, item: OutboxItem, since: Millis) -> OutboxItem | Problem | None:
        """Read what is new and link an item that was perhaps sent without this outbox; None = not there.

        `since` is the Market's time of the last thing known of it.
        """
        problem = await self._history.newer(item.chat_ref, Urgency.SEND)
        if problem is not None:
            return problem
        await self._link_earlier(item)
        return await self._link_exactly(item, since)

    async def link_all(self, items: Iterable[OutboxItem]) -> None:
        """Link what can be by messages already in the cache: who was sent first takes the first message."""
        for item in sorted(items, key=lambda item: (item.attempt_at, item.seq)):
            await self.link(item)

    async def link(self, item: OutboxItem) -> OutboxItem | None:
        """Confirm the item by a message already in the cache: the oldest that matches and is free."""
        linked = await self._link_exactly(item, item.attempt_at)
        if linked is None and item.is_released:
            linked = await self._link_changed(item)
        return linked

    async def _link_earlier(self, item: OutboxItem) -> None:
        """Those of the chat that left its head without their message: it is not the later one's."""
        heads = await self._ctx.store.read(outbox.heads, item.chat_ref)
        await self.link_all(head for head in heads if head.is_released and head.outbox_id != item.outbox_id)

    async def _link_exactly(self, item: OutboxItem, since: Millis) -> OutboxItem | None:
        for message in await self._unclaimed(item, since):
            if says_the_same(item, message) and (confirmed := await self._confirm(item, message)):
                return confirmed
        return None

    async def _link_changed(self, item: OutboxItem) -> OutboxItem | None:
        """Confirm a sent item by the one message that the Market can have made of it.

        It was accepted, looked for in vain often and long enough, and is not in doubt; in its time our side
        has exactly one message that no item has, that message may be its text with changes, and no other
        item may have become it. Whatever else is there, nobody can tell: the item stays as it is.
        """
        if item.state != OutboxState.SENT or item.looks < LEAST_LOOKS or item.in_doubt or not item.attempt_at:
            return None
        # The Market tells its clock in whole seconds, and an answer takes its time.
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
        """Link the item to its message; None if another item claims it, or this one went on."""
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
    """Whether a message may be what an attempt of this item left there, whatever it says."""
    is_surely_not_there = item.attempt == 0 or (item.state == OutboxState.FAILED and not item.in_doubt)
    return (
        not is_surely_not_there
        and message.message_id > (item.base_message_id or 0)
        and message.created_at >= item.attempt_at - CLOCK_SLACK_MS
    )
