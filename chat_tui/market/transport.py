"""One request and its response: the only place that sends anything to the Market."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from chat_tui.locale import _
from chat_tui.market.access import Access, AccessError
from chat_tui.market.answers import read_budget
from chat_tui.market.errors import (
    AnswerTooLargeError,
    EncodedAnswerError,
    FileChangedError,
    Phase,
    from_exception,
)
from chat_tui.market.files import Upload
from chat_tui.market.network import NAME, Deadlines, open_client, pieces, proxy_for
from chat_tui.model.ids import Millis
from chat_tui.model.link import Budget
from chat_tui.model.problem import Certainty, Problem, ProblemKind

BODY_LIMIT: Final = 8 * 1024 * 1024
"""Bytes; a longer answer is not read."""
_READING_POSTS: Final = re.compile(
    r"/v2/businesses/\d+/chats(/history)?|/v1/businesses/\d+/orders|/v2/auth/token"
)
"""Paths where a POST changes nothing at the Market."""


@dataclass(frozen=True, slots=True)
class Response:
    """A complete answer, of any status."""

    status: int
    headers: Mapping[str, str]
    """Names are looked up in any case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the Market."""

    operation: str
    """Its operationId."""
    method: str
    path: str
    """Below `Access.base_url`."""
    query: Mapping[str, str | int]
    body: bytes | Upload | None

    @property
    def is_read(self) -> bool:
        """Whether it surely changes nothing; an unknown path counts as a change."""
        if self.method == "POST":
            return _READING_POSTS.fullmatch(self.path) is not None
        return self.method == "GET"


class Transport:
    """Connections to one origin, each used for one request: the Market does not support keep-alive."""

    def __init__(
        self,
        access: Access,
        deadlines: Deadlines,
        transport: httpx.AsyncBaseTransport | None,
        *,
        wall_ms: Callable[[], Millis],
        read_only: bool,
    ) -> None:
        """`read_only` stops every request that could change something at the Market.

        Raises `AccessError` when the proxy or certificate settings of the environment cannot be used.
        """
        self._deadlines = deadlines
        self._base_url = access.base_url
        self._read_only = read_only
        self._wall_ms = wall_ms
        self.budgets: dict[str, Budget] = {}
        """The quota of every operation used so far, by operationId, from its latest response."""
        # The last one labels our requests in the seller's own log at the Market.
        headers = {**access.headers(), "Accept": "application/json", "X-Market-Integration": NAME}
        try:
            # Between two programs on this machine there is no proxy; any other Market is https.
            proxy = None if transport or access.is_local else proxy_for(access.host)
            self.proxy = (urlsplit(proxy).hostname or "") if proxy else ""
            """The host of the proxy; empty = a direct connection."""
            self._http = open_client(
                headers, deadlines, encrypted=access.is_encrypted, proxy=proxy, transport=transport
            )
        except AccessError:  # a ValueError, too
            raise
        except (ImportError, OSError, ValueError, httpx.InvalidURL):
            raise AccessError(_("The proxy or certificate settings of this system cannot be used.")) from None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(self, request: Request) -> Response | Problem:
        """Send it, read the response to its end and note its quota; a problem if no complete one comes."""
        if self._read_only and not request.is_read:
            return Problem(ProblemKind.READ_ONLY, Certainty.NOT_SENT, request.operation)
        phase = Phase()
        # httpx limits only silences; a peer that sends a byte now and then would hold us for ever.
        total = self._deadlines.file_total if isinstance(request.body, Upload) else self._deadlines.total
        try:
            async with asyncio.timeout(total):
                response = await self._talk(request, phase)
        # An OSError is also the TimeoutError of that deadline.
        except (httpx.HTTPError, OSError, FileChangedError, AnswerTooLargeError, EncodedAnswerError) as error:
            return from_exception(error, phase, request.operation)
        if (budget := read_budget(request.operation, response.headers, self._wall_ms())) is not None:
            self.budgets[request.operation] = budget
        return response

    async def _talk(self, request: Request, phase: Phase) -> Response:
        headers = {}
        if isinstance(request.body, Upload):
            headers = {"Content-Type": request.body.content_type, "Content-Length": str(request.body.length)}
        elif request.body is not None:
            headers = {"Content-Type": "application/json"}
        built = self._http.build_request(
            request.method,
            self._base_url + request.path,
            params=dict(request.query),
            content=request.body,
            headers=headers,
            extensions={"trace": phase.hear},
        )
        # Streamed: read at once, a body would be in memory before its size is known.
        response = await self._http.send(built, stream=True, auth=None)
        try:
            phase.head = (response.status_code, response.headers)
            body = b"".join([piece async for piece in pieces(response, BODY_LIMIT)])
            return Response(response.status_code, response.headers, body)
        finally:
            await response.aclose()
