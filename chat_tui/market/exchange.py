"""One request and its answer: the only place that touches the network."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from chat_tui import __version__
from chat_tui.locale import _
from chat_tui.market.access import Access, AccessError
from chat_tui.market.errors import AnswerTooLargeError, EncodedAnswerError, Phase, from_exception
from chat_tui.market.pacing import Deadlines
from chat_tui.market.surroundings import certificates, no_tls, proxy_for
from chat_tui.market.upload import FileChangedError, Upload
from chat_tui.model.problem import Certainty, Problem, ProblemKind

BODY_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of the longest answer that is read."""
_READING_POSTS: Final = re.compile(
    r"/v2/businesses/\d+/chats(/history)?|/v1/businesses/\d+/orders|/v2/auth/token"
)
"""Paths at which the Market answers a POST without changing anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Keys are found in any case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the Market."""

    operation: str
    method: str
    path: str
    query: Mapping[str, str | int]
    body: bytes | Upload | None

    @property
    def is_read(self) -> bool:
        """Whether it surely changes nothing; what nobody knows is taken for a change."""
        if self.method == "POST":
            return _READING_POSTS.fullmatch(self.path) is not None
        return self.method == "GET"


class Exchange:
    """Connections to one origin, each used for one request: keep-alive is not the Market's way."""

    def __init__(
        self,
        access: Access,
        deadlines: Deadlines,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        read_only: bool = False,
    ) -> None:
        """`read_only` lets nothing out that could change something at the Market, whoever asks.

        Raises `AccessError` when the proxy or certificate settings of the environment cannot be used.
        """
        self._deadlines = deadlines
        self._base_url = access.base_url
        self._read_only = read_only
        name = f"chat-tui/{__version__}"
        headers = {
            **access.headers(),
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "Connection": "close",
            "User-Agent": name,
            "X-Market-Integration": name,
        }
        idle = deadlines.idle
        try:
            # A proxy has no business between two programs of this machine; all else is https.
            proxy = None if transport or access.is_local else proxy_for(access.host)
            self.proxy = (urlsplit(proxy).hostname or "") if proxy else ""
            """The host everything goes through; empty = straight to the Market."""
            self._http = httpx.AsyncClient(
                headers=headers,
                verify=certificates() if access.is_encrypted else no_tls(),
                # Ours alone decides, so that what the operator is told is what happens.
                proxy=proxy,
                trust_env=False,
                timeout=httpx.Timeout(connect=deadlines.connect, read=idle, write=idle, pool=idle),
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
                follow_redirects=False,
                transport=transport,
            )
        except AccessError:
            raise
        except (ImportError, OSError, ValueError, httpx.InvalidURL):
            raise AccessError(_("The proxy or certificate settings of this system cannot be used.")) from None

    async def aclose(self) -> None:
        """Close what is still open."""
        await self._http.aclose()

    async def ask(self, question: Question) -> Answer | Problem:
        """Send the question and read the answer to its end; a problem when there is no complete answer."""
        if self._read_only and not question.is_read:
            return Problem(ProblemKind.READ_ONLY, Certainty.NOT_SENT, question.operation)
        phase = Phase()
        upload = question.body if isinstance(question.body, Upload) else None
        total = self._deadlines.total if upload is None else self._deadlines.file_total
        try:
            async with asyncio.timeout(total):
                return await self._talk(self._request(question, phase), phase)
        except (
            httpx.HTTPError,
            OSError,
            FileChangedError,
            AnswerTooLargeError,
            EncodedAnswerError,
        ) as error:
            return from_exception(error, phase, question.operation)

    def _request(self, question: Question, phase: Phase) -> httpx.Request:
        headers = {}
        if isinstance(question.body, Upload):
            headers = {
                "Content-Type": question.body.content_type,
                "Content-Length": str(question.body.length),
            }
        elif question.body is not None:
            headers = {"Content-Type": "application/json"}
        return self._http.build_request(
            question.method,
            self._base_url + question.path,
            params=dict(question.query),
            content=question.body,
            headers=headers,
            extensions={"trace": phase.hear},
        )

    async def _talk(self, request: httpx.Request, phase: Phase) -> Answer:
        response = await self._http.send(request, stream=True, auth=None)
        try:
            phase.head = (response.status_code, response.headers)
            return Answer(response.status_code, response.headers, await _read(response))
        finally:
            await response.aclose()


async def _read(response: httpx.Response) -> bytes:
    # Never decoded: 300 kB of gzip become one chunk of 64 MiB before anybody can look at its size.
    if response.headers.get("content-encoding", "identity").strip().lower() not in {"", "identity"}:
        raise EncodedAnswerError
    length = response.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > BODY_LIMIT:
        raise AnswerTooLargeError
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > BODY_LIMIT:
            raise AnswerTooLargeError
    return bytes(body)
