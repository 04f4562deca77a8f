"""The one door: everything that leaves is checked here, wherever it came from.

Texts and files from the box, a template, the editor, a file card, a verb or a resend are all queued by
`Writing`, which asks `Door`. `leak` checks a queued item once more before each attempt, because a key may
have been added after the item was queued. The rules are pure functions in `model/door`."""

import asyncio
import logging
from collections.abc import Callable, Collection
from pathlib import Path

from chat_tui.inbox.context import InboxSettings
from chat_tui.model import door
from chat_tui.model.chat import Chat
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import MAX_BYTES, FileCard
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.outbox import OutboxItem, OutboxKind
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import chats, spool
from chat_tui.store.database import Store
from chat_tui.store.errors import tolerated

log = logging.getLogger(__name__)


class Door:
    """Decides what may leave; a refusal the operator can override carries its `doubts`."""

    def __init__(self, store: Store, settings: InboxSettings, wall_ms: Callable[[], Millis]) -> None:
        self._store = store
        self._settings = settings
        self._wall_ms = wall_ms

    async def text(self, chat_ref: ChatRef, text: str, agreed: Collection[Doubt]) -> str | Problem:
        """The text as it will be sent, or why it may not leave."""
        if self._settings.read_only:
            return Problem(ProblemKind.READ_ONLY)
        leaving = door.as_sent(text)
        refusal = door.text_refusal(leaving, self._settings.secrets)
        if refusal is not None:
            return refusal
        doubts = door.text_doubts(leaving, await self._chat(chat_ref))
        return door.not_agreed(doubts, agreed) or leaving

    async def file(
        self, chat_ref: ChatRef, card: FileCard, copy: Path | None, agreed: Collection[Doubt]
    ) -> Problem | None:
        """Why a file may not leave; None = it may. `copy` is the spool file, None before there is one."""
        names = (card.name, card.path.rpartition("/")[2])
        return await self._file(chat_ref, names, copy or Path(card.path), agreed)

    async def again(self, item: OutboxItem, agreed: Collection[Doubt]) -> Problem | None:
        """Why a queued item may not be sent again; None = it may."""
        if item.kind == OutboxKind.TEXT:
            outcome = await self.text(item.chat_ref, item.text, agreed)
            return outcome if isinstance(outcome, Problem) else None
        copy = spool.path(self._store.paths.data_dir, item.outbox_id)
        return await self._file(item.chat_ref, (item.file_name,), copy, agreed)

    async def _file(
        self, chat_ref: ChatRef, names: tuple[str, ...], path: Path, agreed: Collection[Doubt]
    ) -> Problem | None:
        if self._settings.read_only:
            return Problem(ProblemKind.READ_ONLY)
        try:
            content = await asyncio.to_thread(read_all, path)
        except OSError as error:
            return Problem(ProblemKind.FILE_UNREADABLE, message=error.strerror or "")
        refusal = door.file_refusal(names, content, self._settings.secrets)
        if refusal is not None:
            return refusal
        doubts = (*door.chat_doubts(await self._chat(chat_ref)), *door.file_doubts(names, content))
        return door.not_agreed(doubts, agreed)

    async def _chat(self, chat_ref: ChatRef) -> Chat | None:
        """The chat from the cache; None if it cannot be read, which must not keep anyone from sending."""
        item = None
        with tolerated(log, "chat not readable at the door"):
            item = await self._store.read(chats.item, chat_ref, now=self._wall_ms())
        return None if item is None else item.chat


async def leak(item: OutboxItem, data_dir: Path, settings: InboxSettings) -> Problem | None:
    """Why a queued item must not be sent: it contains what is now one of our API keys. None = it does not."""
    if not any(settings.secrets):
        return None
    if item.kind == OutboxKind.TEXT:
        is_ours = door.holds_secret(item.text, settings.secrets)
        return Problem(ProblemKind.TEXT_SECRET) if is_ours else None
    try:
        content = await asyncio.to_thread(read_all, spool.path(data_dir, item.outbox_id))
    except OSError:
        # The attempt itself will fail, and say why.
        return None
    return door.file_refusal((item.file_name,), content, settings.secrets)


def read_all(path: Path) -> bytes:
    """The content of a file, up to one byte more than may be sent. Blocks on the disk; raises OSError."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)
