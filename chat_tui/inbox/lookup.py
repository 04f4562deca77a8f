"""Looking in the history for a message whose fate is unknown, or whose id is."""

import asyncio
import unicodedata
from dataclasses import dataclass

from chat_tui.inbox.events import ChatsChanged, OutboxChanged, TimelineChanged
from chat_tui.inbox.ground import Ground
from chat_tui.inbox.history import History
from chat_tui.model.ids import MessageId, OutboxId
from chat_tui.model.message import Message
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem
from chat_tui.store import messages, outbox, spool

LEAST_LOOKS = 3
"""Complete looks before the operator is asked, or a sent item is let go."""
CLOCK_SLACK_MS = 5_000
"""How much older than the attempt, by the Market's clock, our message may claim to be."""


@dataclass(slots=True)
class _Watch:
    """Since when (monotonic seconds) this copy has been looking, and how often it could not."""

    what: tuple[int, OutboxState]
    """The attempt and the state it is about."""
    since: float
    failures: int = 0


class Lookup:
    """Answers one question: which message of the history is this outbox item?"""

    def __init__(self, ground: Ground, history: History) -> None:
        self._g = ground
        self._history = history
        self._watches: dict[OutboxId, _Watch] = {}

    def forget(self, outbox_id: OutboxId) -> None:
        """The item is settled or begins anew."""
        self._watches.pop(outbox_id, None)

    async def advance(self, item: OutboxItem) -> float | None:
        """Look once and draw the conclusion; seconds to put it off (0 = as the item says), None = ended."""
        delays = self._g.settings.look_delays_s
        now = asyncio.get_running_loop().time()
        watch = self._watches.get(item.outbox_id)
        if watch is None or watch.what != (item.attempt, item.state):
            # Another copy may have begun a new attempt since.
            watch = self._watches[item.outbox_id] = _Watch((item.attempt, item.state), now)
        looked = await self.look(item)
        if isinstance(looked, Problem):
            # A look that fails proves nothing: it counts for neither side.
            watch.failures += 1
            return delays[min(watch.failures, len(delays) - 1)]
        if looked.state == OutboxState.CONFIRMED:
            return None
        looks = item.looks + 1
        if looks < LEAST_LOOKS or now - watch.since < self._g.settings.settle_s:
            await self._update(item, looks=looks)
            return 0.0
        if item.state == OutboxState.SENDING:
            await self._g.write_state(
                outbox.move, item.outbox_id, item.state, OutboxState.UNCONFIRMED, looks=looks
            )
            self._g.bulletin.publish(OutboxChanged(item.chat_id))
        elif item.state == OutboxState.SENT:
            await self._update(item, looks=looks, is_released=1)
        return None

    async def look(self, item: OutboxItem) -> OutboxItem | Problem:
        """Read the history after the base and link the item if its message is there."""
        problem = await self._history.since(item.chat_id, item.base_message_id or MessageId(0))
        if problem is not None:
            return problem
        return await self.link(item) or item

    async def link(self, item: OutboxItem) -> OutboxItem | None:
        """Confirm the item by a message already in the cache: the oldest that matches and is free."""
        candidates = await self._g.read(
            messages.unclaimed_own,
            item.chat_id,
            after=item.base_message_id or MessageId(0),
            not_before=item.attempt_at - CLOCK_SLACK_MS,
        )
        for message in candidates:
            if not is_ours(item, message):
                continue
            try:
                confirmed = await self._g.write_state(
                    outbox.move,
                    item.outbox_id,
                    item.state,
                    OutboxState.CONFIRMED,
                    message_id=message.message_id,
                    problem="",
                    error="",
                )
            except outbox.ClaimedError:
                continue
            if item.kind == OutboxKind.FILE:
                await asyncio.to_thread(spool.remove, self._g.store.paths.data_dir, item.outbox_id)
            for event in (OutboxChanged(item.chat_id), TimelineChanged(item.chat_id)):
                self._g.bulletin.publish(event)
            self._g.bulletin.publish(ChatsChanged(frozenset({item.chat_id})))
            return confirmed
        return None

    async def _update(self, item: OutboxItem, **columns: int) -> None:
        await self._g.write_state(outbox.update, item.outbox_id, item.state, **columns)


def is_ours(item: OutboxItem, message: Message) -> bool:
    """Whether a message says what the item said: the same text, or a file of that name and size."""
    if item.kind == OutboxKind.TEXT:
        return _plain(message.text or "") == _plain(item.text)
    return any(a.name == item.file_name and a.size in {item.file_size, None} for a in message.attachments)


def _plain(text: str) -> str:
    """The text as it may come back: line ends, composition and outer blanks are not ours to trust."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
