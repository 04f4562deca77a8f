"""Fetching a received file from where the Market says it is: without the key, and from no private address."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx

from chat_tui import __version__
from chat_tui.addresses import is_loopback, is_open
from chat_tui.market.errors import EncodedAnswerError, Phase, from_exception, from_status
from chat_tui.market.pacing import Deadlines
from chat_tui.market.surroundings import certificates, no_tls, proxy_for
from chat_tui.model.problem import Problem, ProblemKind

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


class OverCapError(Exception):
    """The file goes on beyond the cap."""


class Download:
    """One file. `is_local` allows plain http to this machine, where the pretend Market keeps its files."""

    def __init__(
        self,
        deadlines: Deadlines,
        *,
        is_local: bool,
        limit: int,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`limit` is in bytes."""
        self._deadlines = deadlines
        self._is_local = is_local
        self._limit = limit
        self._transport = transport

    async def fetch(self, url: str, write: Write) -> int | Problem:
        """Hand the whole file to `write`, piece by piece; its size. What `write` raises goes through."""
        phase = Phase()
        try:
            async with asyncio.timeout(self._deadlines.file_total):
                for _hop in range(_HOPS):
                    self._check(url)
                    phase = Phase()
                    outcome = await self._hop(url, write, phase)
                    if not isinstance(outcome, str):
                        return outcome
                    url = urljoin(url, outcome)
        except UnsafeAddressError:
            return Problem(ProblemKind.FILE_NO_LINK, operation=OPERATION)
        except OverCapError:
            return Problem(ProblemKind.FILE_OVER_CAP, operation=OPERATION)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError, EncodedAnswerError) as error:
            return _named(from_exception(error, phase, OPERATION))
        return Problem(ProblemKind.FILE_NO_LINK, operation=OPERATION)

    async def _hop(self, url: str, write: Write, phase: Phase) -> int | str | Problem:
        """Ask one address: the size of what came, or where it leads on."""
        host = urlsplit(url).hostname or ""
        proxy = None if self._transport or self._is_local else proxy_for(host)
        async with self._client(url, proxy) as http:
            request = http.build_request("GET", url, extensions={"trace": self._trace(phase, proxy)})
            response = await http.send(request, stream=True, auth=None)
            try:
                phase.head = (response.status_code, response.headers)
                if response.status_code in {301, 302, 303, 307, 308}:
                    return str(response.headers.get("location", ""))
                if response.status_code != 200:
                    return _named(from_status(response.status_code, response.headers, b"", OPERATION))
                return await self._read(response, write)
            finally:
                await response.aclose()

    def _client(self, url: str, proxy: str | None) -> httpx.AsyncClient:
        idle = self._deadlines.idle
        return httpx.AsyncClient(
            headers={
                "Accept": "*/*",
                "Accept-Encoding": "identity",
                "Connection": "close",
                "User-Agent": f"chat-tui/{__version__}",
            },
            verify=certificates() if url.startswith("https:") else no_tls(),
            proxy=proxy,
            trust_env=False,
            timeout=httpx.Timeout(connect=self._deadlines.connect, read=idle, write=idle, pool=idle),
            follow_redirects=False,
            transport=self._transport,
        )

    async def _read(self, response: httpx.Response, write: Write) -> int:
        if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
            raise EncodedAnswerError
        length = response.headers.get("content-length", "")
        if length.isdecimal() and int(length[:20]) > self._limit:
            raise OverCapError
        size = 0
        async for piece in response.aiter_bytes(_PIECE):
            size += len(piece)
            if size > self._limit:
                raise OverCapError
            await write(piece)
        return size

    def _check(self, url: str) -> None:
        """Raise unless the address may be asked, as far as its spelling tells."""
        try:
            parts = urlsplit(url)
            host, _port = (parts.hostname or "").rstrip("."), parts.port
        except ValueError:
            raise UnsafeAddressError from None
        if self._is_local and parts.scheme == "http" and is_loopback(host):
            return
        if parts.scheme != "https" or parts.username is not None or not host or not url.isprintable():
            raise UnsafeAddressError
        if is_loopback(host) or f".{host.lower()}".endswith(_NEAR_NAMES) or not _may_be_open(host):
            raise UnsafeAddressError

    def _trace(self, phase: Phase, proxy: str | None) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
        """Besides the phases, look where a name leads: before it is gone there, and when one is there."""

        async def hear(step: str, info: Mapping[str, Any]) -> None:
            await phase.hear(step, info)
            if proxy is not None or self._is_local:
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
