"""Transfers files: uploads as the body of sendFileToChat, and downloads from where the Market says they are.

A file is read from the disk while it is sent, and compared before its last byte: the Market never gets a
complete mixture of two files. A download carries no key and connects to no private address: a link is trusted
no more than the buyer who may have made it.
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

from chat_tui.addresses import is_loopback, is_near, is_open
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
"""Bytes of a file that are read at a time."""
_MEDIA_TYPE: Final = re.compile(r"[\w.+-]{1,100}/[\w.+-]{1,100}", re.ASCII)
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\\]")


class Upload(httpx.AsyncByteStream):
    """A body of exactly `length` bytes; reading it raises `FileChangedError` if the file changes meanwhile.

    The end of the body is held back until the file has been compared once more.
    """

    def __init__(
        self, descriptor: int, name: str, size: int, media_type: str, progress: Callable[[int], None] | None
    ) -> None:
        """Takes over the open descriptor; `progress` is called with the bytes of the file sent so far."""
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
        """The value of the header of that name."""
        self.length = len(self._start) + size + len(self._end)
        """Bytes of the whole body."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, piece by piece; httpx asks for each when the network has taken the one before."""
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
        """Close the file; may be called again."""
        if self._descriptor >= 0:
            descriptor, self._descriptor = self._descriptor, -1
            os.close(descriptor)


async def open_upload(
    path: Path, *, name: str, size: int, media_type: str, progress: Callable[[int], None] | None
) -> Upload:
    """Open the file in a thread; `FileChangedError` if it is not a readable regular file of `size` bytes."""
    try:
        descriptor = await asyncio.to_thread(_open_regular, path, size)
    except OSError as error:
        raise FileChangedError from error
    return Upload(descriptor, name, size, media_type, progress)


def _open_regular(path: Path, size: int) -> int:
    # Non-blocking, or a pipe in place of the file would hold the thread for ever.
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
    """A file name as it may stand between the quotes of a multipart header, escaped as browsers do."""
    # Unsafe characters become a visible mark instead of an error: the name is only a label here.
    safe = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
    return (_UNSAFE.sub("_", safe) or "file").encode("utf-8", "replace")


# ---- received

OPERATION: Final = "file"
"""The `operation` of a download's problems; not one of the API."""
_PIECE: Final = 256 * 1024
_HOPS: Final = 5
"""Requests for one file, those after redirects included."""
_REFUSED: Final = frozenset({401, 403, 404, 410})
"""Statuses of a link that has expired or is not open to us; a new link may help."""
_UNFINISHED: Final = frozenset({ProblemKind.CUT, ProblemKind.TIMEOUT})

Write = Callable[[bytes], Awaitable[None]]


class UnsafeAddressError(Exception):
    """The link leads to an address where no file of the Market can be."""


@dataclass(frozen=True, slots=True)
class Download:
    """Fetches one file from its host."""

    deadlines: Deadlines
    is_local: bool
    """Allows plain http to this machine, where the pretend Market keeps its files."""
    limit: int
    """Bytes."""
    transport: httpx.AsyncBaseTransport | None = None

    async def fetch(self, url: str, write: Write) -> int | Problem:
        """Pass the whole file to `write`; returns its size. An OSError of `write` becomes a problem."""
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
        """Request one address: the size of what came, or the address it redirects to."""
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
        """Raise `UnsafeAddressError` unless the address may be requested, judged by its spelling."""
        try:
            parts = urlsplit(url)
            host, _port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            raise UnsafeAddressError from None
        if self.is_local and parts.scheme == "http" and is_loopback(host):
            return
        if parts.scheme != "https" or parts.username is not None or not host or not url.isprintable():
            raise UnsafeAddressError
        if is_loopback(host) or is_near(host) or not _may_be_open(host):
            raise UnsafeAddressError

    def _trace(self, phase: Phase, proxy: str | None) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
        """Note the phases, and check the addresses of the host: before connecting, and once connected."""

        async def hear(step: str, info: Mapping[str, Any]) -> None:
            await phase.hear(step, info)
            # A proxy looks the name up itself.
            if proxy is not None or self.is_local:
                return
            if step == "connection.connect_tcp.started":
                await _refuse_near(info["host"], info["port"])
            elif step == "connection.connect_tcp.complete":
                # The name was looked up once more, and may have led to another address.
                stream = info["return_value"]
                if not is_open(str(stream.get_extra_info("server_addr")[0])):
                    await stream.aclose()
                    raise UnsafeAddressError

        return hear


async def _refuse_near(host: str, port: int) -> None:
    """Raise `UnsafeAddressError` if any address of the host is not in the open network."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if not all(is_open(str(place[0])) for *_kind, place in found):
        raise UnsafeAddressError


def _may_be_open(host: str) -> bool:
    """Whether the host is an address in the open network, or a name that could have one."""
    try:
        return is_open(host)
    except ValueError:
        # Some resolvers read 2130706433, 127.1 and 127.0x1 as addresses too.
        return "." in host and not host.rpartition(".")[2][:1].isdigit()


def _named(problem: Problem) -> Problem:
    """The problem as one of a file, which is never retried automatically."""
    kind = problem.kind
    if problem.http_status in _REFUSED:
        kind = ProblemKind.FILE_REFUSED
    elif kind in _UNFINISHED:
        kind = ProblemKind.FILE_CUT
    return Problem(kind, problem.certainty, OPERATION, problem.http_status, problem.message)
