"""Files to send and files of messages, as an interface reads them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from chat_tui.inbox import files
from chat_tui.inbox.asking import Asking
from chat_tui.inbox.reading.attachments import Progress
from chat_tui.model.file import SAVED_BYTES, AttachmentRef, FileCard, Saved
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import saved

LOOKED_AT: Final = 20 * 1024 * 1024
"""The largest file, in bytes, that can be viewed without saving it."""


class Files:
    """See `api.FilesApi`."""

    def __init__(self, asking: Asking, own: Sequence[Path], secrets: Sequence[str]) -> None:
        """Files in `own`, the program's directories, and texts with `secrets` are never sent."""
        self._asking = asking
        self._own = own
        self._secrets = secrets

    async def inspect(self, path: Path) -> FileCard | Problem:
        return await asyncio.to_thread(files.inspect, path, self._own, self._secrets)

    async def save(
        self, file: AttachmentRef, into: Path, progress: Progress | None = None
    ) -> Saved | Problem:
        return await self._asking.attempt(self._asking.engine.reading.files.save, file, into, progress)

    async def read(
        self, file: AttachmentRef, progress: Progress | None = None, *, limit: int = LOOKED_AT
    ) -> bytes | Problem:
        read = self._asking.engine.reading.files.read
        outcome = await self._asking.attempt(read, file, limit, progress)
        if limit < SAVED_BYTES and isinstance(outcome, Problem) and outcome.kind is ProblemKind.FILE_OVER_CAP:
            return replace(outcome, kind=ProblemKind.FILE_ONLY_TO_SAVE)
        return outcome

    async def last_folder(self) -> Path | None:
        return await asyncio.to_thread(saved.last_folder, self._asking.store.paths.data_dir)
