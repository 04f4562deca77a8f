"""What is known of a send after each way in which the network or the server can fail it."""

import asyncio
import gzip
import logging
import socket
from typing import Any

import httpx
import pytest

from chat_tui.market.network import Deadlines
from chat_tui.model.chat import Page
from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.words.problems import problem_words
from tests.market.conftest import SILENCE_IS_SHORT, Connect
from tests.support.raw_market import Script, raw_market, reply
from tests.support.refs import ref

CHAT = ref(14820317)
HALF = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"status"'
PORTAL = "<html>Войдите в сеть</html>"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_nothing_listens(connect: Connect) -> None:
    outcome = await connect(f"http://127.0.0.1:{free_port()}").send_message(CHAT, "m1")
    assert isinstance(outcome, Problem)
    assert (outcome.kind, outcome.certainty) == (ProblemKind.OFFLINE, Certainty.NOT_SENT)
    assert problem_words(outcome) == "No network. Retrying automatically.", "without the library's words"


async def test_full_backlog_is_given_up_at_the_connect_deadline(connect: Connect) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        client = connect(f"http://127.0.0.1:{port}", deadlines=Deadlines(connect=0.3))
        outcome = await client.send_message(CHAT, "m1")
        for filler in fillers:
            filler.close()
    assert isinstance(outcome, Problem)
    assert (outcome.kind, outcome.certainty) == (ProblemKind.OFFLINE, Certainty.NOT_SENT)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        pytest.param(Script(end="hold"), ProblemKind.TIMEOUT, id="silence"),
        pytest.param(Script(end="reset"), ProblemKind.CUT, id="reset"),
        pytest.param(Script(), ProblemKind.CUT, id="closed"),
        pytest.param(Script(read="nothing", end="reset"), ProblemKind.CUT, id="reset unread"),
        pytest.param(Script((HALF,)), ProblemKind.CUT, id="half an answer"),
        pytest.param(Script((HALF,), end="hold"), ProblemKind.TIMEOUT, id="half, then silence"),
        pytest.param(Script((reply(PORTAL),)), ProblemKind.UNEXPECTED_ANSWER, id="portal"),
        pytest.param(Script((reply(""),)), ProblemKind.UNEXPECTED_ANSWER, id="empty"),
        pytest.param(Script((b"HTTP/1.1 204 No\r\n\r\n",)), ProblemKind.UNEXPECTED_ANSWER, id="204"),
        pytest.param(Script((b"SSH-2.0-OpenSSH_9.9\r\n",)), ProblemKind.CUT, id="not http"),
        pytest.param(Script((reply('{"status":"FINE"}'),)), ProblemKind.UNEXPECTED_ANSWER, id="other word"),
        pytest.param(Script((reply('["OK"]'),)), ProblemKind.UNEXPECTED_ANSWER, id="list"),
        pytest.param(Script((reply('{"status":"OK"'),)), ProblemKind.UNEXPECTED_ANSWER, id="cut json"),
        pytest.param(Script((reply("[" * 100_000),)), ProblemKind.UNEXPECTED_ANSWER, id="deep"),
        pytest.param(
            Script((b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2_000_000 + b"\r\n\r\n",)),
            ProblemKind.CUT,
            id="header",
        ),
        pytest.param(
            Script((b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",)),
            ProblemKind.CUT,
            id="101",
        ),
    ],
)
async def test_unclear_after_the_first_byte(connect: Connect, script: Script, kind: ProblemKind) -> None:
    deadlines = SILENCE_IS_SHORT if script.end == "hold" else Deadlines()
    async with raw_market(script) as market:
        outcome = await connect(market, deadlines=deadlines).send_message(CHAT, "m1")
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty, outcome.message) == (kind, Certainty.UNCLEAR, "")
        assert market.connections == 1  # nothing below this client retries


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", *[b" "] * 99], id="body"),
        pytest.param([b"HTTP/1.1 200 OK\r\n", *[b"X: 1\r\n"] * 99], id="headers"),
    ],
)
async def test_dripping_answer_ends_at_the_total_deadline(connect: Connect, pieces: list[bytes]) -> None:
    async with raw_market(Script(pieces, pause_s=0.3)) as market:
        outcome = await connect(market, deadlines=Deadlines(total=1.5)).send_message(CHAT, "m1")
    # A client that reads it to the end has an answer, or one that was cut.
    assert isinstance(outcome, Problem)
    assert (outcome.kind, outcome.certainty) == (ProblemKind.TIMEOUT, Certainty.UNCLEAR)


@pytest.mark.parametrize("headers", [{}, {"content_type": "text/plain; charset=windows-1251"}])
async def test_ok_whatever_its_content_type(connect: Connect, headers: dict[str, Any]) -> None:
    answer = reply('{"status":"OK"}', date="Sun, 22 Nov 2026 10:00:00 GMT", **headers)
    async with raw_market(answer) as market:
        assert await connect(market).send_message(CHAT, "m1") == Accepted(1795341600000)


async def test_a_thousand_continues_come_before_the_answer(connect: Connect) -> None:
    async with raw_market(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000 + reply()) as market:
        assert isinstance(await connect(market).send_message(CHAT, "m1"), Accepted)


async def test_each_request_has_its_own_connection(connect: Connect) -> None:
    kept = reply(connection="keep-alive")
    async with raw_market(Script((kept,), end="hold"), Script((kept,), end="hold")) as market:
        client = connect(market)
        assert isinstance(await client.send_message(CHAT, "m1"), Accepted)
        assert isinstance(await client.send_message(CHAT, "m2"), Accepted)
        assert market.connections == 2


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
async def test_redirects_are_refusals(connect: Connect, status: int) -> None:
    async with raw_market(reply()) as other, raw_market(reply("", status, location=other.url)) as market:
        outcome = await connect(market).send_message(CHAT, "m1")
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty, outcome.http_status) == (
            ProblemKind.UNEXPECTED_ANSWER,
            Certainty.REFUSED,
            status,
        )
        assert (market.connections, other.connections) == (1, 0)


async def test_a_refusal_stays_one_when_its_words_are_lost(
    connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    head = b"HTTP/1.1 404 No\r\nContent-Length: 100\r\ntraceparent: 00-ab\r\n\r\n{"
    async with raw_market(Script((head,), end="hold"), Script((head,), end="reset")) as market:
        client = connect(market, deadlines=SILENCE_IS_SHORT)
        for _ in range(2):
            outcome = await client.send_message(CHAT, "m1")
            assert isinstance(outcome, Problem)
            assert (outcome.kind, outcome.certainty) == (ProblemKind.NOT_FOUND, Certainty.REFUSED)
        assert caplog.messages.count("sendMessageToChat: HTTP 404, traceparent 00-ab") == 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply(gzip.compress(b"0" * 30_000_000), content_encoding="gzip"), id="bomb"),
        pytest.param(reply('{"status":"OK"}', content_encoding="gzip"), id="plain as gzip"),
        pytest.param(reply('{"status":"OK"}', content_encoding="br"), id="br"),
    ],
)
async def test_compressed_answers_are_not_even_opened(connect: Connect, answer: bytes) -> None:
    async with raw_market(answer) as market:
        client = connect(market)
        outcome = await client.send_message(CHAT, "m1")
        assert market.asked[0].headers["accept-encoding"] == "identity"
    assert isinstance(outcome, Problem)
    assert (outcome.kind, outcome.certainty) == (ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR)


async def test_too_large_answers_are_left_unread(connect: Connect) -> None:
    blanks = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    announced = b"HTTP/1.1 200 OK\r\nContent-Length: 8388609\r\n\r\n"
    async with raw_market(Script([chunked, *[blanks] * 200]), Script([announced], end="hold")) as market:
        for _ in range(2):
            outcome = await connect(market).get_chats()
            assert isinstance(outcome, Problem)
            assert (outcome.kind, outcome.certainty) == (ProblemKind.TOO_LARGE, Certainty.UNCLEAR)


async def test_large_but_honest_answer(connect: Connect) -> None:
    body = '{"status":"OK","result":{"chats":[]}}' + " " * 8_000_000
    async with raw_market(reply(body)) as market:
        assert await connect(market).get_chats() == Page((), None)


async def test_a_cancellation_passes_and_frees_the_place(connect: Connect) -> None:
    async with raw_market(*[Script(end="hold")] * 5, reply()) as market:
        client = connect(market)
        for _ in range(5):
            market.arrived.clear()
            sending = asyncio.create_task(client.send_message(CHAT, "m1"))
            await market.arrived.wait()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
        assert isinstance(await client.send_message(CHAT, "m2"), Accepted)


@pytest.mark.parametrize(
    ("error", "certainty"),
    [
        (httpx.ConnectError("x"), Certainty.NOT_SENT),
        (httpx.ConnectTimeout("x"), Certainty.NOT_SENT),
        (httpx.PoolTimeout("x"), Certainty.NOT_SENT),
        (httpx.ReadTimeout("x"), Certainty.UNCLEAR),
        (httpx.WriteError("x"), Certainty.UNCLEAR),
        (httpx.RemoteProtocolError("x"), Certainty.UNCLEAR),
    ],
)
async def test_a_transport_that_tells_no_phase(
    connect: Connect, error: httpx.HTTPError, certainty: Certainty
) -> None:
    def fail(_request: httpx.Request) -> httpx.Response:
        raise error

    outcome = await connect(fail).send_message(CHAT, "m1")
    assert isinstance(outcome, Problem)
    assert outcome.certainty == certainty


async def test_a_proxy_that_refuses_the_tunnel_got_nothing(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with raw_market(reply("", 403), Script(end="hold")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        client = connect("https://market.invalid", deadlines=SILENCE_IS_SHORT)
        for _ in range(2):
            outcome = await client.send_message(CHAT, "m1")
            assert isinstance(outcome, Problem)
            assert (outcome.kind, outcome.certainty) == (ProblemKind.OFFLINE, Certainty.NOT_SENT)
        assert [asked.method for asked in proxy.asked] == ["CONNECT", "CONNECT"]
        assert "api-key" not in proxy.asked[0].headers


async def test_loopback_ignores_proxies(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    async with raw_market(reply()) as decoy, raw_market(reply()) as market:
        monkeypatch.setenv("HTTP_PROXY", decoy.url)
        monkeypatch.setenv("ALL_PROXY", decoy.url)
        assert isinstance(await connect(market).send_message(CHAT, "m1"), Accepted)
        assert decoy.connections == 0
