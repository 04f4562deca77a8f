"""What the operator sends, made durable before anything on the screen says so."""

import asyncio
import uuid
from collections.abc import Callable, Collection
from pathlib import Path

from chat_tui.inbox.asking import settled
from chat_tui.inbox.copies.clock import BootClock
from chat_tui.inbox.drafts import Drafts
from chat_tui.inbox.events import Event
from chat_tui.inbox.outbox_writes import OutboxWrites
from chat_tui.inbox.sending.door import Door
from chat_tui.inbox.settings import InboxSettings
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import FileCard
from chat_tui.model.ids import ChatRef, Millis, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import spool
from chat_tui.store.database import Store


class Writing:
    """Queues and takes back, on behalf of the operator. Knows nothing of the network."""

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
        """`tell` is called with the event of every change of the outbox, from any thread."""
        self._store = store
        self._drafts = drafts
        self._outbox = OutboxWrites(store, tell, clock)
        self._settings = settings
        self._wall_ms = wall_ms
        self.door = Door(store, settings, wall_ms)
        """Asked about everything that is queued here."""

    async def enqueue_text(
        self, chat_id: ChatRef, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a text, with its undo hold, and clear the draft in the same transaction."""
        leaving = await self.door.text(chat_id, text, agreed)
        if isinstance(leaving, Problem):
            return leaving
        now = self._wall_ms()
        return await settled(
            self._outbox.enqueue(
                outbox_id=_new_id(),
                chat_id=chat_id,
                kind=OutboxKind.TEXT,
                text=leaving,
                not_before=now + int(self._settings.undo_s * 1000),
                created_at=now,
                also=self._drafts.cleared(chat_id),
            )
        )

    async def enqueue_file(
        self, chat_id: ChatRef, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Copy the file as its card showed it into the spool, then queue it. The draft stays."""
        if self._settings.read_only:
            return Problem(ProblemKind.READ_ONLY)
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
        # The copy is what leaves, so the copy is what is looked at.
        refusal = await self.door.file(chat_id, card, spool.path(data_dir, outbox_id), agreed)
        if refusal is not None:
            await asyncio.to_thread(spool.remove, data_dir, outbox_id)
            return refusal
        now = self._wall_ms()
        queued = await settled(
            self._outbox.enqueue(
                outbox_id=outbox_id,
                chat_id=chat_id,
                kind=OutboxKind.FILE,
                file_name=card.name,
                file_size=size,
                sha256=sha256,
                not_before=now + int(self._settings.undo_s * 1000),
                created_at=now,
            )
        )
        if isinstance(queued, Problem):
            await asyncio.to_thread(spool.remove, data_dir, outbox_id)
        return queued

    async def take_back(
        self, outbox_id: OutboxId, *, into_draft: bool = False, caret: int | None = None
    ) -> OutboxItem | Problem:
        """Delete an item that may leave; GONE when it went on meanwhile.

        `into_draft` puts its text before the draft of its chat in the same transaction, so that at no
        moment it is nowhere; `caret` is where to go on in it, None = behind it.
        """
        also = self._drafts.given_back(caret) if into_draft else None
        taken = await settled(self._outbox.take_back(outbox_id, also))
        if taken is None:
            return Problem(ProblemKind.GONE)
        if isinstance(taken, OutboxItem) and taken.kind == OutboxKind.FILE:
            await asyncio.to_thread(spool.remove, self._store.paths.data_dir, outbox_id)
        return taken


def _new_id() -> OutboxId:
    return OutboxId(str(uuid.uuid4()))
