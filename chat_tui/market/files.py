"""Files on their way: sent, as the body of sendFileToChat; received, from where the Market says they are.

Sent, a file is read from the disk while it goes, and compared before its last byte: the Market never gets a
complete mixture of two files. Fetched, it comes without the key, and from no private address: a link is no
more than a buyer's word.
"""

import asyncio
import os
import re
import secrets
import socket
import stat
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx

from chat_tui.addresses import is_loopback, is_open
from chat_tui.market.errors import (
    AnswerTooLargeError,
    EncodedAnswerError,
    FileChangedError,
    Phase,
    from_exception,
    from_status,
)
from chat_tui.market.network import Deadlines, open_client, pieces, proxy_for
from chat_tui.model.problem import Problem, ProblemKind

CHUNK: Final = 65_536
"""Bytes of a file that are read at once."""
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")


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


# ---- received

OPERATION: Final = "file"
"""What problems of this are called; no operation of the API."""
_PIECE: Final = 256 * 1024
_HOPS: Final = 5
_REFUSED: Final = frozenset({401, 403, 404, 410})
_NEAR_NAMES: Final = (".localhost", ".local", ".localdomain", ".internal", ".lan", ".home", ".corp", ".arpa")
_UNFINISHED: Final = frozenset({ProblemKind.CUT, ProblemKind.TIMEOUT})

Write = Callable[[bytes], Awaitable[None]]


class UnsafeAddressError(Exception):
    """The link leads where nothing of the Market can be."""


@dataclass(frozen=True, slots=True)
class Download:
    """How one file is fetched."""

    deadlines: Deadlines
    is_local: bool
    """Allows plain http to this machine, where the pretend Market keeps its files."""
    limit: int
    """Bytes."""
    transport: httpx.AsyncBaseTransport | None = None

    async def fetch(self, url: str, write: Write) -> int | Problem:
        """Hand the whole file to `write`, piece by piece; its size. What `write` raises goes through."""
        phase = Phase()
        try:
            async with asyncio.timeout(self.deadlines.file_total):
                for _hop in range(_HOPS):
                    self._check(url)
                    phase = Phase()
                    outcome = await self._hop(url, write, phase)
                    if not isinstance(outcome, str):
                        return outcome
                    url = urljoin(url, outcome)
        except UnsafeAddressError:
            return Problem(ProblemKind.FILE_NO_LINK, operation=OPERATION)
        except AnswerTooLargeError:
            return Problem(ProblemKind.FILE_OVER_CAP, operation=OPERATION)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError, EncodedAnswerError) as error:
            return _named(from_exception(error, phase, OPERATION))
        return Problem(ProblemKind.FILE_NO_LINK, operation=OPERATION)

    async def _hop(self, url: str, write: Write, phase: Phase) -> int | str | Problem:
        """Ask one address: the size of what came, or where it leads on."""
        host = urlsplit(url).hostname or ""
        proxy = None if self.transport or self.is_local else proxy_for(host)
        encrypted = url.startswith("https:")
        async with open_client(
            {"Accept": "*/*"}, self.deadlines, encrypted=encrypted, proxy=proxy, transport=self.transport
        ) as http:
            request = http.build_request("GET", url, extensions={"trace": self._trace(phase, proxy)})
            response = await http.send(request, stream=True, auth=None)
            try:
                phase.head = (response.status_code, response.headers)
                if response.status_code in {301, 302, 303, 307, 308}:
                    return str(response.headers.get("location", ""))
                if response.status_code != 200:
                    return _named(from_status(response.status_code, response.headers, b"", OPERATION))
                size = 0
                async for piece in pieces(response, self.limit, _PIECE):
                    size += len(piece)
                    await write(piece)
                return size
            finally:
                await response.aclose()

    def _check(self, url: str) -> None:
        """Raise unless the address may be asked, as far as its spelling tells."""
        try:
            parts = urlsplit(url)
            host, _port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            raise UnsafeAddressError from None
        if self.is_local and parts.scheme == "http" and is_loopback(host):
            return
        if parts.scheme != "https" or parts.username is not None or not host or not url.isprintable():
            raise UnsafeAddressError
        if is_loopback(host) or f".{host.lower()}".endswith(_NEAR_NAMES) or not _may_be_open(host):
            raise UnsafeAddressError

    def _trace(self, phase: Phase, proxy: str | None) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
        """Besides the phases, look where a name leads: before it is gone there, and when one is there."""

        async def hear(step: str, info: Mapping[str, Any]) -> None:
            await phase.hear(step, info)
            if proxy is not None or self.is_local:
                return
            if step == "connection.connect_tcp.started":
                await _refuse_near(info["host"], info["port"])
            elif step == "connection.connect_tcp.complete":
                # The name was looked up once more, and may have led elsewhere.
                stream = info["return_value"]
                if not is_open(str(stream.get_extra_info("server_addr")[0])):
                    await stream.aclose()
                    raise UnsafeAddressError

        return hear


async def _refuse_near(host: str, port: int) -> None:
    """Raise if a host has an address that is not of the open network, be it one of many."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not all(is_open(str(place[0])) for *_kind, place in found):
        raise UnsafeAddressError


def _may_be_open(host: str) -> bool:
    """Whether an address is one of the open network, or a name that could be."""
    try:
        return is_open(host)
    except ValueError:
        # Some resolvers read 2130706433, 127.1 and 127.0x1 as addresses too.
        return "." in host and not host.rpartition(".")[2][:1].isdigit()


def _named(problem: Problem) -> Problem:
    """The problem as one of a file: nothing of it will be tried again by itself."""
    kind = problem.kind
    if problem.http_status in _REFUSED:
        kind = ProblemKind.FILE_REFUSED
    elif kind in _UNFINISHED:
        kind = ProblemKind.FILE_CUT
    return Problem(kind, problem.certainty, OPERATION, problem.http_status, problem.message)
