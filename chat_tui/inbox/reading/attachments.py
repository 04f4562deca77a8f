"""Downloads files of messages, to the disk or into memory for viewing."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.files import saved_name
from chat_tui.inbox.market import MarketApi
from chat_tui.model.chat import Message
from chat_tui.model.file import SAVED_BYTES, AttachmentRef, Saved
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import messages, saved
from chat_tui.store.database import Connection
from chat_tui.store.saved import CannotSave, Part

Progress = Callable[[int], None]
"""Called with the number of bytes received so far, on the engine's thread."""
Write = Callable[[bytes], Awaitable[None]]
_NOT_THERE: Final = Problem(ProblemKind.FILE_NO_LINK)


class AttachmentReader:
    """Runs on the engine's loop."""

    def __init__(self, ctx: EngineContext) -> None:
        self._ctx = ctx

    async def save(
        self, file: AttachmentRef, into: Path, progress: Progress | None = None
    ) -> Saved | Problem:
        """Save a file into a folder, whole or not at all."""
        message = await self._message(file)
        if message is None:
            return _NOT_THERE
        try:
            part = await self._begun(into)
        except CannotSave as refusal:
            return _refused(refusal)
        came = 0

        async def add(piece: bytes) -> None:
            nonlocal came
            await asyncio.to_thread(part.write, piece)
            came += len(piece)
            if progress is not None:
                progress(came)

        try:
            size = await self._fetch(message, file.index, add, SAVED_BYTES)
            if isinstance(size, Problem):
                return size
            name = saved_name(message.attachments[file.index].name)
            kept = await asyncio.to_thread(part.keep, name)
        except CannotSave as refusal:
            return _refused(refusal)
        finally:
            # On a thread, for a write may still be under way there when this is cancelled.
            await asyncio.shield(asyncio.to_thread(part.discard))
        return Saved(str(into / kept), size)

    async def read(
        self, file: AttachmentRef, limit: int, progress: Progress | None = None
    ) -> bytes | Problem:
        """The bytes of a file; FILE_OVER_CAP if there are more than `limit`."""
        message = await self._message(file)
        if message is None:
            return _NOT_THERE
        held = bytearray()

        async def add(piece: bytes) -> None:
            held.extend(piece)
            if progress is not None:
                progress(len(held))

        outcome = await self._fetch(message, file.index, add, limit)
        return outcome if isinstance(outcome, Problem) else bytes(held)

    async def _fetch(self, message: Message, index: int, write: Write, limit: int) -> int | Problem:
        """Follow the link; if its host refuses, ask the Market once for a fresh link (getChatMessage)."""
        client = self._ctx.client
        url = message.attachments[index].url
        if not url:
            return _NOT_THERE
        outcome = await client.api.fetch_file(url, write, limit=limit)
        if not isinstance(outcome, Problem) or outcome.kind is not ProblemKind.FILE_REFUSED:
            return outcome
        newer = await client.ask(
            Urgency.OPEN, MarketApi.get_chat_message, message.chat_ref, message.message_id
        )
        if isinstance(newer, Problem) or index >= len(newer.attachments):
            return outcome
        await self._ctx.store.write_cache(_keep, newer)
        link = newer.attachments[index].url
        return outcome if not link or link == url else await client.api.fetch_file(link, write, limit=limit)

    async def _message(self, file: AttachmentRef) -> Message | None:
        """A cached message, if it has a file with this index."""
        page = await self._ctx.store.read(messages.timeline, file.chat_ref, around=file.message_id, limit=1)
        found = (entry.message for entry in page.entries if entry.message is not None)
        theirs = (message for message in found if message.message_id == file.message_id)
        return next((message for message in theirs if file.index < len(message.attachments)), None)

    async def _begun(self, into: Path) -> Part:
        """A part file in the folder, removed again if this is cancelled. Raises CannotSave."""
        beginning = asyncio.ensure_future(asyncio.to_thread(self._begin, into))
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            beginning.add_done_callback(_take_away)
            raise

    def _begin(self, into: Path) -> Part:
        part = Part(into)
        # The last folder is a convenience: a full disk here must not stop a save elsewhere.
        with suppress(OSError):
            saved.remember_folder(self._ctx.store.paths.data_dir, into)
        return part


def _take_away(beginning: asyncio.Future[Part]) -> None:
    if not beginning.cancelled() and beginning.exception() is None:
        beginning.result().discard()


def _keep(conn: Connection, message: Message) -> None:
    messages.save_page(conn, message.chat_ref, (message,), newest_reached=False, oldest_reached=False)


def _refused(refusal: CannotSave) -> Problem:
    kind = ProblemKind.DISK_FULL if refusal.is_full else ProblemKind.FOLDER_UNUSABLE
    return Problem(kind, message=str(refusal))
