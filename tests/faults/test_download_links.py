"""F-155 … F-157: where the link of a buyer's file may lead, and what becomes of one that has expired."""

import asyncio
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.model.file import Saved
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.sandbox.faults import Answer
from tests.faults.support.received import Received, came, kind_of
from tests.faults.support.trial import Trial
from tests.support.raw_market import raw_market, reply
from tests.support.waiting import until

KEY = "ACMA:sentinel:1"


async def fetched(url: str, *answers: httpx.Response) -> tuple[Any, list[httpx.Request]]:
    """What becomes of a link when the Market is the real one, and what was asked of whom."""
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
    *("https://router.local/x", "https://intranet/x", "https://a:b@files.example/x", "ftp://files.example/x"),
    *("file:///etc/passwd", "data:text/plain,x"),
)


@pytest.mark.parametrize("where", NEAR)
async def test_f_155_no_redirect_leads_home_or_off_https(where: str) -> None:
    moved = httpx.Response(307, headers={"location": where})
    got, asked = await fetched("https://files.example/1", moved, httpx.Response(200, content=b"secret"))
    assert isinstance(got, Problem)
    assert [str(request.url) for request in asked] == ["https://files.example/1"]


async def test_f_155_a_name_that_leads_home_gets_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        told = await reader.read(100)
        writer.close()
        await writer.wait_closed()
        heard.append(told)

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    home = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: home)
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    client = MarketClient(Access("https://api.market.example", KEY))
    async with server:
        outcome = await client.fetch_file(f"https://files.example:{port}/x", _nobody, limit=10)
        await client.aclose()

        async def told() -> object:
            return heard

        await until(told, "the end of the connection")
    assert kind_of(outcome) is ProblemKind.FILE_NO_LINK
    assert heard == [b""]


async def _nobody(piece: bytes) -> None:
    raise AssertionError(piece)


@pytest.mark.parametrize("url", [*NEAR, "https://", "", "https://files.example/\n"])
async def test_f_156_a_link_that_is_no_https_to_the_open_network_is_not_followed(url: str) -> None:
    got, asked = await fetched(url)
    assert kind_of(got) is ProblemKind.FILE_NO_LINK
    assert asked == []


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_f_157_an_expired_link_is_asked_for_anew_once(
    trial: Trial, tmp_path: Path, status: int
) -> None:
    case = await came(trial, tmp_path)
    trial.script(Answer(status=status), Answer(), operation="file")
    case.lead_to(f"{_url(case)}?new=1")
    assert isinstance(await case.save(), Saved)
    assert [one.query for one in trial.market.requests if one.operation == "file"] == ["", "new=1"]
    assert _asked(case, "getChatMessage") == 1


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
    assert _asked(case, "getChatMessage") == 1
    assert case.kept == []


def _url(case: Received) -> str:
    chat = case.trial.market.world.chat(case.chat_id)
    assert chat is not None
    said = case.trial.market.world.messages(chat)
    [file] = next(one.files for one in said if one.message_id == case.message_id)
    return f"{case.trial.market.files_url}/file/{file.file_id}"


def _asked(case: Received, operation: str) -> int:
    return sum(one.operation == operation for one in case.trial.market.requests)
