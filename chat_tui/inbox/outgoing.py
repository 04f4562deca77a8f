"""The outbox as an interface asks for it: whatever leaves comes in here, and `door` checks each of it."""

import asyncio
from collections.abc import Collection

from chat_tui.inbox.asking import Asking, settled
from chat_tui.inbox.settings import InboxSettings
from chat_tui.inbox.writing import Writing
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import FileCard
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import OutboxItem, held_up
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import outbox


class Outbox:
    """See `api.OutboxApi`; what is queued is delivered by the engine.

    Only verbs ask `check_text` and what follows.
    """

    def __init__(self, asking: Asking, writing: Writing, settings: InboxSettings) -> None:
        self._asking = asking
        self._writing = writing
        self.settle_s = settings.settle_s
        """Seconds for which an unclear outcome is looked up at least."""

    async def open_items(self) -> tuple[OutboxItem, ...]:
        items = await self._asking.reads.guarded(self._asking.store.read(outbox.open_items), (), "outbox")
        return tuple(map(self._asking.engine.with_progress, held_up(items)))

    async def send_text(
        self, chat_id: ChatRef, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        if (forbidden := self._forbidden()) is not None:
            return forbidden
        return self._queued(await self._writing.enqueue_text(chat_id, text, agreed))

    async def send_file(
        self, chat_id: ChatRef, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        if (forbidden := self._forbidden()) is not None:
            return forbidden
        return self._queued(await self._writing.enqueue_file(chat_id, card, agreed))

    async def resend(self, item: OutboxItem, agreed: Collection[Doubt] = ()) -> Problem | None:
        if (forbidden := self._forbidden()) is not None:
            return forbidden
        found = await settled(self.item(item.outbox_id))
        if found is None:
            return Problem(ProblemKind.GONE)
        if isinstance(found, Problem):
            return found
        refusal = await self._writing.door.again(found, agreed)
        return refusal or await self._asking.attempt(self._asking.engine.delivery.resend, item.outbox_id)

    async def take_back(
        self, item: OutboxItem, *, into_draft: bool = False, caret: int | None = None
    ) -> OutboxItem | Problem:
        taken = await self._writing.take_back(item.outbox_id, into_draft=into_draft, caret=caret)
        if isinstance(taken, OutboxItem):
            self._asking.call(self._asking.engine.delivery.forget, item.outbox_id)
        return taken

    async def stop(self, item: OutboxItem) -> Problem | None:
        return await self._asking.attempt(self._asking.engine.stop_sending, item.outbox_id)

    async def check_text(self, chat_id: ChatRef, text: str, agreed: Collection[Doubt] = ()) -> str | Problem:
        """What `send_text` would send, or why it would not; nothing is queued."""
        return self._forbidden() or await self._writing.door.text(chat_id, text, agreed)

    async def check_file(
        self, chat_id: ChatRef, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> Problem | None:
        """Why `send_file` would not send; nothing is queued."""
        return self._forbidden() or await self._writing.door.file(chat_id, card, None, agreed)

    async def item(self, outbox_id: OutboxId) -> OutboxItem | None:
        """One item of the outbox as it stands now, confirmed ones too; None if it was taken back."""
        return await asyncio.wrap_future(self._asking.store.read(outbox.get, outbox_id))

    async def deliver(self, outbox_id: OutboxId) -> OutboxItem:
        """Deliver until this item is confirmed, failed or unconfirmed, for verbs without a background."""
        return await self._asking.ask(self._asking.engine.deliver, outbox_id)

    def _forbidden(self) -> Problem | None:
        """Why nothing may be sent in this run."""
        return self._asking.engine.bus.link.view_only

    def _queued(self, outcome: OutboxItem | Problem) -> OutboxItem | Problem:
        if isinstance(outcome, OutboxItem):
            self._asking.call(self._asking.engine.deliver_soon)
        return outcome
