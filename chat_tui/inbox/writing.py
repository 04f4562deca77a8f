"""What the operator does, made durable before anything on the screen says so."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Collection, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from chat_tui.inbox.copies.clock import BootClock
from chat_tui.inbox.events import Event
from chat_tui.inbox.outbox_writes import OutboxWrites
from chat_tui.inbox.sending.door import Door
from chat_tui.inbox.settings import InboxSettings
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import FileCard
from chat_tui.model.ids import ChatRef, MessageId, Millis, OutboxId
from chat_tui.model.mark import Mark, Marked
from chat_tui.model.outbox import OutboxItem, OutboxKind
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.timeline import Draft
from chat_tui.store import drafts, marks, spool
from chat_tui.store.database import Connection, Store
from chat_tui.store.errors import StoreError, store_refusal

T = TypeVar("T")

log = logging.getLogger(__name__)


class Writing:
    """Writes to the durable store, on behalf of the operator. Knows nothing of the network."""

    def __init__(
        self,
        store: Store,
        settings: InboxSettings,
        wall_ms: Callable[[], Millis],
        tell: Callable[[Event], None],
        clock: BootClock | None = None,
    ) -> None:
        """`tell` is called with the event of every change of the outbox, from any thread."""
        self._store = store
        self._outbox = OutboxWrites(store, tell, clock)
        self._settings = settings
        self._wall_ms = wall_ms
        self.door = Door(store, settings, wall_ms)
        """Asked about everything that is queued here."""
        self._copy = str(uuid.uuid4())
        """The name under which this copy of the program keeps its drafts."""
        self._drafts: dict[ChatRef, Draft] = {}
        self._bases: dict[ChatRef, drafts.Kept] = {}
        """By chat the row of an earlier or another copy that was shown as the draft."""

    async def draft(self, chat_id: ChatRef) -> Draft:
        """The text to go on with: what this copy typed, else the latest; and what others typed besides."""
        found = await asyncio.wrap_future(self._store.read(drafts.kept, chat_id))
        if not found:
            return self._remember(Draft(chat_id, "", 0))
        shown = next((row for row in found if row.copy == self._copy), found[0])
        if shown.copy != self._copy:
            self._bases[chat_id] = shown
        others = dict.fromkeys(row.text for row in found if row.text != shown.text)
        return self._remember(Draft(chat_id, shown.text, shown.caret, tuple(others)))

    def last_draft(self, chat_id: ChatRef) -> Draft:
        """The draft as this copy knows it, should it not be readable: typing on must not replace it."""
        return self._drafts.get(chat_id) or Draft(chat_id, "", 0)

    def _remember(self, draft: Draft) -> Draft:
        self._drafts[draft.chat_id] = draft
        return draft

    async def save_draft(self, draft: Draft) -> Problem | None:
        """Keep the text typed for a chat; an empty text removes it. What other copies typed stays."""
        base = self._bases.get(draft.chat_id)
        self._remember(draft)
        return _problem_of(
            await _settled(
                self._store.write_state(drafts.save, draft, self._wall_ms(), copy=self._copy, base=base)
            )
        )

    def keep_aside(self, drafts_: Sequence[Draft]) -> tuple[Draft, ...]:
        """Keep texts in a file beside the database; those that cannot be kept there either."""
        try:
            drafts.keep_aside(self._store.paths.data_dir, self._copy, drafts_)
        except OSError as error:
            log.warning("texts not kept aside: %s", type(error).__name__)
            return tuple(drafts_)
        return ()

    def adopt(self) -> None:
        """Take over the texts that copies before this one could keep in a file only."""
        data_dir = self._store.paths.data_dir
        for copy, found in drafts.kept_aside(data_dir, self._store.paths.business).items():
            try:
                self._store.write_state(drafts.adopt, copy, found, self._wall_ms()).result()
                drafts.keep_aside(data_dir, copy, ())
            except (StoreError, OSError) as error:
                # The file stays for another start.
                log.warning("kept texts not taken over: %s", type(error).__name__)

    async def forget_draft(self, chat_id: ChatRef, text: str) -> Problem | None:
        """One of the `others` of a draft was taken over or is not wanted."""
        return _problem_of(
            await _settled(self._store.write_state(drafts.forget, chat_id, text, copy=self._copy))
        )

    async def mark_seen(self, chat_id: ChatRef, message_id: MessageId) -> Problem | None:
        """Move the seen mark of a chat forward."""
        return _problem_of(
            await _settled(self._store.write_state(marks.see, chat_id, message_id, self._wall_ms()))
        )

    async def newest(self, chat_id: ChatRef) -> MessageId:
        """The newest message known of a chat, or minus its time: what is written after it ends a hold."""
        return await asyncio.wrap_future(self._store.read(marks.newest, chat_id))

    async def mark(self, chat_id: ChatRef, mark: Mark) -> Marked | Problem:
        """Set one kind of mark of a chat."""
        return await _settled(self._store.write_state(marks.put, chat_id, mark, self._wall_ms()))

    async def unmark(self, marked: Marked) -> Problem | None:
        """Take a mark back; GONE when it was marked anew since."""
        outcome = await _settled(self._store.write_state(marks.take_back, marked, self._wall_ms()))
        return Problem(ProblemKind.GONE) if outcome is False else _problem_of(outcome)

    async def enqueue_text(
        self, chat_id: ChatRef, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a text, with its undo hold, and clear the draft in the same transaction."""
        leaving = await self.door.text(chat_id, text, agreed)
        if isinstance(leaving, Problem):
            return leaving
        now = self._wall_ms()
        outbox_id = _new_id()
        base = self._bases.get(chat_id)
        self._drafts.pop(chat_id, None)

        def clear_draft(conn: Connection, item: OutboxItem) -> None:
            drafts.clear(conn, item.chat_id, self._copy, base)

        return await _settled(
            self._outbox.enqueue(
                outbox_id=outbox_id,
                chat_id=chat_id,
                kind=OutboxKind.TEXT,
                text=leaving,
                not_before=now + int(self._settings.undo_s * 1000),
                created_at=now,
                also=clear_draft,
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
        queued = await _settled(
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

        def keep_text(conn: Connection, item: OutboxItem) -> None:
            if item.text:
                self._put_before_draft(conn, item, caret)

        taken = await _settled(self._outbox.take_back(outbox_id, keep_text if into_draft else None))
        if taken is None:
            return Problem(ProblemKind.GONE)
        if isinstance(taken, OutboxItem) and taken.kind == OutboxKind.FILE:
            await asyncio.to_thread(spool.remove, self._store.paths.data_dir, outbox_id)
        return taken

    def _put_before_draft(self, conn: Connection, item: OutboxItem, caret: int | None) -> None:
        typed = next((row.text for row in drafts.kept(conn, item.chat_id) if row.copy == self._copy), "")
        text = f"{item.text}\n{typed}" if typed.strip() else item.text
        draft = Draft(item.chat_id, text, len(item.text) if caret is None else caret)
        drafts.save(conn, draft, self._wall_ms(), copy=self._copy)


def _new_id() -> OutboxId:
    return OutboxId(str(uuid.uuid4()))


async def _settled(written: Future[T] | Awaitable[T]) -> T | Problem:
    """The result of a write, or why the local store could not take it."""
    try:
        settled: Awaitable[T] = asyncio.wrap_future(written) if isinstance(written, Future) else written
        return await settled
    except StoreError as error:
        return store_refusal(error)


def _problem_of(outcome: object) -> Problem | None:
    return outcome if isinstance(outcome, Problem) else None
