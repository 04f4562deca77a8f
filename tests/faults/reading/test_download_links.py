"""F-155 … F-157: the allowed targets of a link to a buyer's file, and the handling of an expired link."""

import asyncio
import functools
import gzip
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.model.file import Saved
from chat_tui.model.problem import Problem, ProblemKind
from tests.faults.support.received import Received, came, kind_of
from tests.faults.support.trial import Trial
from tests.support.faults import Answer
from tests.support.raw_market import raw_market, reply
from tests.support.waiting import until

KEY = "ACMA:sentinel:1"
trusting = functools.cache(httpx.create_ssl_context)
"""The certificates of this machine, read once, because that takes as long as all else together."""
HOME = (
    *("127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::7f00:1", "64:ff9b::a09:909", "64:ff9b:1::7"),
    *("2002:7f00:1::7", "::ffff:0:7f00:1", "::ffff:7f00:1", "fec0::7", "fd00::1", "fe80::1", "2001::1"),
    *("2a02:6b8::5efe:7f00:1", "::a09:909"),
)
"""Spellings of addresses that belong to this machine or this network."""


@pytest.fixture(autouse=True)
def _read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(httpx, "create_ssl_context", trusting)


class Name:
    """A host of files whose addresses a test sets, and a listener on this machine."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: list[bytes] = []
        self.leads_to: list[list[str]] = []
        """The results of each look-up; the last one repeats."""

    def look_up(self, _host: object, port: object, *_: object, **__: object) -> list[tuple[Any, ...]]:
        found = self.leads_to.pop(0) if len(self.leads_to) > 1 else self.leads_to[0]
        return [
            (socket.AF_INET6 if ":" in one else socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port))
            for one in found
        ]

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told = await reader.read(100)
        writer.close()
        await writer.wait_closed()
        self.heard.append(told)

    async def fetch(self) -> object:
        client = MarketClient(Access("https://api.market.example", KEY))
        outcome = await client.fetch_file(f"https://files.example:{self.port}/x", _nobody, limit=10)
        await client.aclose()
        return outcome


@pytest.fixture
async def behind_a_name(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Name]:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    where = Name()
    server = await asyncio.start_server(where.hear, "127.0.0.1", 0)
    where.port = server.sockets[0].getsockname()[1]
    monkeypatch.setattr(socket, "getaddrinfo", where.look_up)
    async with server:
        yield where


async def fetched(url: str, *answers: httpx.Response) -> tuple[Any, list[httpx.Request]]:
    """The outcome of a link when the Market is the real one, and the requests that were sent."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answers[len(asked) - 1]

    client = MarketClient(Access("https://api.market.example", KEY), transport=httpx.MockTransport(answer))
    got = bytearray()

    async def write(piece: bytes) -> None:
        got.extend(piece)

    outcome = await client.fetch_file(url, write, limit=1000)
    await client.aclose()
    return bytes(got) if isinstance(outcome, int) else outcome, asked


async def test_f_155_the_key_goes_to_no_other_host(trial: Trial, tmp_path: Path) -> None:
    async with raw_market(reply(b"content")) as host:
        case = await came(trial, tmp_path, url=f"{host.url}/file")
        assert isinstance(await case.save(), Saved)
        [asked] = host.asked
    sent = " ".join([asked.target, *asked.headers, *asked.headers.values()]).lower()
    assert trial.market.api_key.lower() not in sent
    assert "api-key" not in sent
    moved = httpx.Response(302, headers={"location": "https://cdn.example/x"})
    got, requests = await fetched("https://files.example/1", moved, httpx.Response(200, content=b"x"))
    assert (got, len(requests)) == (b"x", 2)
    assert not any(KEY in str(request.headers) + str(request.url) for request in requests)


NEAR = (
    *("http://files.example/x", "https://127.0.0.1/x", "https://localhost/x", "https://[::1]/x"),
    *("https://10.0.0.1/x", "https://192.168.1.1/x", "https://169.254.169.254/latest", "https://[fe80::1]/x"),
    *("https://[::ffff:127.0.0.1]/x", "https://0.0.0.0/x", "https://2130706433/x", "https://127.1/x"),
    *("https://router.local/x", "https://intranet/x", "https://wiki.intranet./x"),
    *("https://a:b@files.example/x", "ftp://files.example/x"),
    *("file:///etc/passwd", "data:text/plain,x", "https://127.0x1/x", "https://[fe80::1%25eth0]/x"),
    *(f"https://[{address}]/x" for address in HOME if ":" in address),
)


@pytest.mark.parametrize("where", NEAR)
async def test_f_155_no_redirect_leads_home_or_off_https(where: str) -> None:
    moved = httpx.Response(307, headers={"location": where})
    got, asked = await fetched("https://files.example/1", moved, httpx.Response(200, content=b"secret"))
    assert isinstance(got, Problem)
    assert [str(request.url) for request in asked] == ["https://files.example/1"]


async def test_f_155_a_name_that_leads_home_is_not_connected_to(behind_a_name: "Name") -> None:
    for address in HOME:
        behind_a_name.leads_to = [[address]]
        assert kind_of(await behind_a_name.fetch()) is ProblemKind.FILE_NO_LINK
        # A public address beside a private one does not make the name safe.
        behind_a_name.leads_to = [["8.8.8.8", address]]
        assert kind_of(await behind_a_name.fetch()) is ProblemKind.FILE_NO_LINK
    assert behind_a_name.heard == []


async def test_f_155_a_name_that_changes_its_mind_gets_no_byte(behind_a_name: "Name") -> None:
    behind_a_name.leads_to = [["8.8.8.8"], ["127.0.0.1"]]
    assert kind_of(await behind_a_name.fetch()) is ProblemKind.FILE_NO_LINK

    async def told() -> object:
        return behind_a_name.heard

    await until(told, "the end of the connection")
    assert behind_a_name.heard == [b""]


async def _nobody(piece: bytes) -> None:
    raise AssertionError(piece)


@pytest.mark.parametrize("url", [*NEAR, "https://", "", "https://files.example/\n"])
async def test_f_156_a_link_that_is_no_https_to_the_open_network_is_not_followed(url: str) -> None:
    got, asked = await fetched(url)
    assert kind_of(got) is ProblemKind.FILE_NO_LINK
    assert asked == []


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br, identity", "x-gzip", "identity, gzip"])
async def test_a_body_that_is_packed_is_not_kept_as_if_it_were_the_file(encoding: str) -> None:
    """Case 034: we did not request compression, and unpacking the body could fill the disk."""
    packed = gzip.compress(b"content" * 50)
    answer = httpx.Response(200, stream=_Raw(packed), headers={"content-encoding": encoding})
    got, asked = await fetched("https://files.example/1", answer)
    assert isinstance(got, Problem)
    assert got.kind is ProblemKind.UNEXPECTED_ANSWER
    assert asked[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("headers", [{}, {"content-encoding": ""}, {"content-encoding": " Identity "}])
async def test_a_body_that_looks_packed_is_kept_as_it_is(headers: dict[str, str]) -> None:
    packed = gzip.compress(b"content" * 50)
    got, _asked = await fetched(
        "https://files.example/1.gz", httpx.Response(200, stream=_Raw(packed), headers=headers)
    )
    assert got == packed


class _Raw(httpx.AsyncByteStream):
    """A body as it is on the wire, without decoding."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._data


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_f_157_an_expired_link_is_asked_for_anew_once(
    trial: Trial, tmp_path: Path, status: int
) -> None:
    case = await came(trial, tmp_path)
    trial.script(Answer(status=status), Answer(), operation="file")
    case.lead_to(f"{_url(case)}?new=1")
    assert isinstance(await case.save(), Saved)
    assert [one.query for one in trial.market.requests if one.operation == "file"] == ["", "new=1"]
    assert case.trial.market.asked("getChatMessage") == 1


@pytest.mark.parametrize("answers", [[403], [404, 404]])
async def test_f_157_then_it_is_said_to_be_expired(
    trial: Trial, tmp_path: Path, answers: Sequence[int]
) -> None:
    case = await came(trial, tmp_path)
    trial.script(*(Answer(status=status) for status in answers), operation="file")
    if len(answers) > 1:
        case.lead_to(f"{_url(case)}?new=1")
    outcome = await case.save()
    assert isinstance(outcome, Problem)
    assert (outcome.kind, outcome.http_status) == (ProblemKind.FILE_REFUSED, answers[-1])
    assert case.trial.market.asked("getChatMessage") == 1
    assert case.kept == []


def _url(case: Received) -> str:
    chat = case.trial.market.world.chat(case.chat_ref.number)
    assert chat is not None
    said = case.trial.market.world.messages(chat)
    [file] = next(one.files for one in said if one.message_id == case.message_id)
    return f"{case.trial.market.files_url}/file/{file.file_id}"
