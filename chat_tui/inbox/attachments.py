"""The files of messages as a user interface asks for them."""

import asyncio
from pathlib import Path
from typing import Final

from chat_tui.inbox.asking import Asking
from chat_tui.inbox.reading.attachments import Progress
from chat_tui.model.file import Saved
from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.problem import Problem
from chat_tui.store import saved
from chat_tui.store.database import Store

LOOKED_AT: Final = 20 * 1024 * 1024
"""Bytes of the largest file that is looked at without saving it."""


class Attachments(Asking):
    """The part of `Inbox` that fetches files; cancelling any of it leaves nothing behind."""

    _store: Store

    async def save_attachment(
        self,
        chat_id: ChatRef,
        message_id: MessageId,
        index: int,
        into: Path,
        progress: Progress | None = None,
    ) -> Saved | Problem:
        """Save a file of a message into a folder, under a harmless name that was free.

        `index` counts the message's attachments from 0.
        """
        return await self._try(
            lambda: self._engine.reading.files.save(chat_id, message_id, index, into, progress)
        )

    async def read_attachment(
        self, chat_id: ChatRef, message_id: MessageId, index: int, progress: Progress | None = None
    ) -> bytes | Problem:
        """The bytes of a file, to be looked at; FILE_OVER_CAP above `LOOKED_AT`."""
        return await self._try(
            lambda: self._engine.reading.files.read(chat_id, message_id, index, LOOKED_AT, progress)
        )

    async def last_folder(self) -> Path | None:
        """Where was saved last, in this run or before."""
        return await asyncio.to_thread(saved.last_folder, self._store.paths.data_dir)
