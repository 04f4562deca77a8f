"""Queues texts and files: checked by `door`, and durable before the screen shows them as queued."""

import asyncio
import uuid
from collections.abc import Callable, Collection
from pathlib import Path

from chat_tui.clock import BootClock
from chat_tui.inbox.asking import Asking, settled
from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.drafts import Drafts
from chat_tui.inbox.events import Event
from chat_tui.inbox.outbox_writes import OutboxWrites
from chat_tui.inbox.sending.door import Door
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import FileCard
from chat_tui.model.ids import ChatRef, Millis, OutboxId
from chat_tui.model.outbox import NewItem, OutboxItem, OutboxKind, held_up
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import outbox, spool
from chat_tui.store.database import Store


class Writing:
    """Queues and takes back for the operator. Knows nothing of the network."""

    def __init__(
        self,
        store: Store,
        drafts: Drafts,
        settings: InboxSettings,
        wall_ms: Callable[[], Millis],
        *,
        tell: Callable[[Event], None],
        clock: BootClock | None = None,
    ) -> None:
        """`tell` is called with the event of every change of the outbox, on any thread."""
        self._store = store
        self._drafts = drafts
        self._outbox = OutboxWrites(store, tell, clock)
        self._settings = settings
        self._wall_ms = wall_ms
        self.door = Door(store, settings, wall_ms)
        """Checks everything that is queued here."""

    async def enqueue_text(
        self, chat_ref: ChatRef, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a text, with its undo hold, and clear the draft in the same transaction."""
        leaving = await self.door.text(chat_ref, text, agreed)
        if isinstance(leaving, Problem):
            return leaving
        now = self._wall_ms()
        new = NewItem(
            outbox_id=_new_id(),
            chat_ref=chat_ref,
            kind=OutboxKind.TEXT,
            text=leaving,
            not_before=now + int(self._settings.undo_s * 1000),
            created_at=now,
        )
        return await settled(self._outbox.enqueue(new, also=self._drafts.cleared(chat_ref)))

    async def enqueue_file(
        self, chat_ref: ChatRef, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Copy the file into the spool, unchanged since its card was made, and queue it. The draft stays."""
        outbox_id = _new_id()
        data_dir = self._store.paths.data_dir
        try:
            size, sha256 = await asyncio.to_thread(
                spool.put, data_dir, outbox_id, Path(card.path), card.fingerprint
            )
        except spool.SpoolChanged:
            return Problem(ProblemKind.FILE_CHANGED)
        except spool.SpoolFull:
            return Problem(ProblemKind.SPOOL_FULL)
        except OSError as error:
            return Problem(ProblemKind.FILE_UNREADABLE, message=error.strerror or "")
        # The copy is what will be sent, so the copy is checked.
        refusal = await self.door.file(chat_ref, card, spool.path(data_dir, outbox_id), agreed)
        if refusal is not None:
            await asyncio.to_thread(spool.remove, data_dir, outbox_id)
            return refusal
        now = self._wall_ms()
        new = NewItem(
            outbox_id=outbox_id,
            chat_ref=chat_ref,
            kind=OutboxKind.FILE,
            file_name=card.name,
            file_size=size,
            sha256=sha256,
            not_before=now + int(self._settings.undo_s * 1000),
            created_at=now,
        )
        queued = await settled(self._outbox.enqueue(new))
        if isinstance(queued, Problem):
            await asyncio.to_thread(spool.remove, data_dir, outbox_id)
        return queued

    async def take_back(
        self, outbox_id: OutboxId, *, into_draft: bool = False, caret: int | None = None
    ) -> OutboxItem | Problem:
        """Delete an item if its state still allows that; GONE if it has moved on.

        `into_draft` puts its text before the draft of its chat in the same transaction, so that it is always
        somewhere; `caret` is the position in it, None = behind it.
        """
        also = self._drafts.given_back(caret) if into_draft else None
        taken = await settled(self._outbox.take_back(outbox_id, also))
        if taken is None:
            return Problem(ProblemKind.GONE)
        if isinstance(taken, OutboxItem) and taken.kind == OutboxKind.FILE:
            await asyncio.to_thread(spool.remove, self._store.paths.data_dir, outbox_id)
        return taken


class Outbox:
    """See `api.OutboxApi`; the engine delivers what is queued here.

    Only verbs call `check_text` and the methods after it.
    """

    def __init__(self, asking: Asking, writing: Writing, settings: InboxSettings) -> None:
        self._asking = asking
        self._writing = writing
        self.settle_s = settings.settle_s
        """The least time, in seconds, for which an unclear outcome is looked up."""

    async def open_items(self) -> tuple[OutboxItem, ...]:
        items = await self._asking.reads.guarded(self._asking.store.read(outbox.open_items), (), "outbox")
        return tuple(map(self._asking.engine.with_progress, held_up(items)))

    async def send_text(
        self, chat_ref: ChatRef, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        if (forbidden := self._forbidden()) is not None:
            return forbidden
        return self._queued(await self._writing.enqueue_text(chat_ref, text, agreed))

    async def send_file(
        self, chat_ref: ChatRef, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        if (forbidden := self._forbidden()) is not None:
            return forbidden
        return self._queued(await self._writing.enqueue_file(chat_ref, card, agreed))

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

    async def check_text(self, chat_ref: ChatRef, text: str, agreed: Collection[Doubt] = ()) -> str | Problem:
        """What `send_text` would send, or why it would not; nothing is queued."""
        return self._forbidden() or await self._writing.door.text(chat_ref, text, agreed)

    async def check_file(
        self, chat_ref: ChatRef, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> Problem | None:
        """Why `send_file` would not send; nothing is queued."""
        return self._forbidden() or await self._writing.door.file(chat_ref, card, None, agreed)

    async def item(self, outbox_id: OutboxId) -> OutboxItem | None:
        """An item of the outbox as it is now, also a confirmed one; None if it was taken back."""
        return await self._asking.store.read(outbox.get, outbox_id)

    async def deliver(self, outbox_id: OutboxId) -> OutboxItem:
        """Deliver until this item is confirmed, failed or unconfirmed, for verbs without a background."""
        return await self._asking.ask(self._asking.engine.deliver, outbox_id)

    def _forbidden(self) -> Problem | None:
        """Why nothing may be sent in this run; None = sending is allowed."""
        return self._asking.engine.link.now.view_only

    def _queued(self, outcome: OutboxItem | Problem) -> OutboxItem | Problem:
        if isinstance(outcome, OutboxItem):
            self._asking.call(self._asking.engine.deliver_soon)
        return outcome


def _new_id() -> OutboxId:
    return OutboxId(str(uuid.uuid4()))
