"""The body of sendFileToChat: one file as multipart/form-data, read from the disk while it is sent."""

import asyncio
import os
import re
import secrets
import stat
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import httpx

from chat_tui.locale import _

CHUNK: Final = 65_536

_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")


class FileChangedError(Exception):
    """The file is not, or no longer, what the operator confirmed; its text says so."""

    def __init__(self) -> None:
        """In the operator's language."""
        super().__init__(_("The file has changed or cannot be read."))


class Upload(httpx.AsyncByteStream):
    """A body of exactly `length` bytes; raises `FileChangedError` before its end if the file changes.

    The end of the body is held back until the file was compared once more, so that the Market never
    has a complete mixture of two files.
    """

    def __init__(
        self, descriptor: int, name: str, size: int, media_type: str, progress: Callable[[int], None] | None
    ) -> None:
        """Takes over the open descriptor; `progress` is told how many bytes of the file went out."""
        boundary = secrets.token_hex(16)
        self._descriptor = descriptor
        self._opened = _state(descriptor)
        self._size = size
        self._progress = progress
        kind = media_type if _MEDIA_TYPE.fullmatch(media_type) else "application/octet-stream"
        self._start = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="'.encode()
            + quoted(name)
            + f'"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        )
        self._end = f"\r\n--{boundary}--\r\n".encode()
        self.content_type = f"multipart/form-data; boundary={boundary}"
        """Goes into the header of the same name."""
        self.length = len(self._start) + size + len(self._end)
        """Bytes of the whole body."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, piece by piece; each is asked for when the one before was taken by the network."""
        yield self._start
        sent = 0
        while sent < self._size:
            piece = await asyncio.to_thread(self._read, min(CHUNK, self._size - sent))
            yield piece
            sent += len(piece)
            if self._progress is not None:
                self._progress(sent)
        if await asyncio.to_thread(_state, self._descriptor) != self._opened:
            raise FileChangedError
        yield self._end

    def _read(self, wanted: int) -> bytes:
        try:
            piece = os.read(self._descriptor, wanted)
        except OSError as error:
            raise FileChangedError from error
        if not piece:
            raise FileChangedError
        return piece

    async def aclose(self) -> None:
        """Let go of the file; harmless when repeated."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


async def open_upload(
    path: Path, *, name: str, size: int, media_type: str, progress: Callable[[int], None] | None
) -> Upload:
    """Open the file in a thread; raises `FileChangedError` when it is not what was confirmed."""
    try:
        descriptor = await asyncio.to_thread(_open_regular, path, size)
    except OSError as error:
        raise FileChangedError from error
    return Upload(descriptor, name, size, media_type, progress)


def _open_regular(path: Path, size: int) -> int:
    # Non-blocking, or a pipe in the file's place would hold the thread for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_size != size or size == 0:
        os.close(descriptor)
        raise FileChangedError
    return descriptor


def _state(descriptor: int) -> tuple[int, int]:
    found = os.fstat(descriptor)
    return found.st_size, found.st_mtime_ns


def quoted(name: str) -> bytes:
    """A file name as it may stand between the quotes of a multipart header (as browsers write it)."""
    # Strange letters are replaced by a visible mark rather than refused: the name is only a label here.
    safe = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return (_UNSAFE.sub("_", safe) or "file").encode("utf-8", "replace")
