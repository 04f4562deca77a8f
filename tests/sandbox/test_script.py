"""Scripted answers to single requests: fault catalogue sections A and B."""

import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.sandbox.conftest import Asking
from tests.support import faults
from tests.support.faults import Answer

_CHAT = 14_800_100
_SEND = "sendMessageToChat"


def _accepted(ask: Asking) -> list[str]:
    return [sent.text for sent in ask.sandbox.ledger]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (faults.accepted_then("reset"), httpx.ReadError),
        (faults.accepted_then("close"), httpx.RemoteProtocolError),
        (faults.half_answer(), httpx.RemoteProtocolError),
    ],
)
def test_accepted_but_the_answer_is_lost(ask: Asking, answer: Answer, error: type[Exception]) -> None:
    ask.sandbox.script(_SEND, [answer])
    with pytest.raises(error):
        ask.send(_CHAT, "m1")
    assert _accepted(ask) == ["m1"]
    assert ask.send(_CHAT, "m2").status_code == 200


@pytest.mark.parametrize(
    ("answer", "error"),
    [(faults.lost("reset"), httpx.ReadError), (faults.lost("close"), httpx.RemoteProtocolError)],
)
def test_not_accepted_and_no_answer(ask: Asking, answer: Answer, error: type[Exception]) -> None:
    ask.sandbox.script(_SEND, [answer])
    with pytest.raises(error):
        ask.send(_CHAT, "m1")
    assert _accepted(ask) == []


@pytest.mark.parametrize("accept", [False, True])
def test_a_burst_of_5xx(ask: Asking, accept: bool) -> None:
    ask.sandbox.script(_SEND, faults.burst(503, 2, accept=accept))
    answers = [ask.send(_CHAT, text) for text in ("m1", "m2", "m3")]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].json()["errors"][0]["message"].startswith("Service temporarily unavailable")
    assert _accepted(ask) == (["m1", "m2", "m3"] if accept else ["m3"])


def test_a_gateway_that_speaks_html(ask: Asking) -> None:
    ask.sandbox.script(_SEND, [faults.bad_gateway()])
    answer = ask.send(_CHAT, "m1")
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert "<html>" in answer.text
    assert _accepted(ask) == []


def test_a_captive_portal(ask: Asking) -> None:
    ask.sandbox.script("*", [faults.portal()])
    answer = ask.chats()
    assert (answer.status_code, answer.text) == (200, faults.PORTAL)


def test_an_answer_held_until_the_test_lets_go(ask: Asking) -> None:
    go_on = threading.Event()
    ask.sandbox.script(_SEND, [Answer(until=go_on)])
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(ask.send, _CHAT, "m1")
        while not ask.sandbox.ledger:
            pass
        assert not held.done()
        go_on.set()
        assert held.result().json() == {"status": "OK"}


def test_a_late_answer(ask: Asking) -> None:
    ask.sandbox.script(_SEND, [Answer(delay_s=0.03)])
    assert ask.send(_CHAT, "m1").elapsed.total_seconds() >= 0.03


def test_own_headers_and_bodies(ask: Asking) -> None:
    wait = {"retry-after": "3", "x-ratelimit-resource-until": "not a date", "traceparent": ""}
    ask.sandbox.script(_SEND, [Answer(status=420, body={"status": "ERROR"}, headers=wait, accept=False)])
    answer = ask.send(_CHAT, "m1")
    assert answer.json() == {"status": "ERROR"}
    assert answer.headers["retry-after"] == "3"
    assert answer.headers["x-ratelimit-resource-until"] == "not a date"
    assert "traceparent" not in answer.headers


def test_a_200_with_an_empty_body(ask: Asking) -> None:
    ask.sandbox.script(_SEND, [Answer(status=200, body=b"")])
    assert ask.send(_CHAT, "m1").content == b""
    assert _accepted(ask) == ["m1"]


def test_a_redirect(ask: Asking) -> None:
    there = {"location": "http://127.0.0.1:1/"}
    ask.sandbox.script(_SEND, [Answer(status=307, headers=there, accept=False)])
    assert ask.send(_CHAT, "m1").headers["location"] == there["location"]


def test_bytes_as_they_are(ask: Asking) -> None:
    # Without "close" the client would keep the connection and might meet its end with the next request.
    final = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nOK"
    raw = b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + final
    ask.sandbox.script(_SEND, [Answer(raw=raw), Answer(raw=final, drip_s=0.001)])
    assert ask.send(_CHAT, "m1").text == "OK"
    assert ask.send(_CHAT, "m2").text == "OK"
    assert _accepted(ask) == ["m1", "m2"]


def test_an_upload_cut_in_the_middle(ask: Asking) -> None:
    ask.sandbox.script("sendFileToChat", [Answer(read=50_000, cut="reset"), Answer(read=0, cut="reset")])
    for _ in range(2):
        with pytest.raises(httpx.TransportError):
            ask.send_file(_CHAT, "x", b"\0" * 4_000_000)
    assert ask.sandbox.ledger == []
    assert ask.send_file(_CHAT, "x", b"\0").status_code == 200


def test_one_answer_per_request_in_order(ask: Asking) -> None:
    ask.sandbox.script("getChats", [Answer(status=500), Answer()])
    ask.sandbox.script("*", [Answer(status=503)])
    assert ask.sandbox.unused("getChats") == 2
    assert [ask.chats().status_code for _ in range(4)] == [500, 200, 503, 200]
    assert ask.sandbox.unused("getChats") == 0


def test_a_client_that_hangs_up_leaves_no_request_in_flight(ask: Asking) -> None:
    given_up = threading.Event()
    ask.sandbox.script("getChats", [Answer(until=given_up)] * 6)
    for _ in range(6):
        with pytest.raises(httpx.ReadTimeout):
            ask.request("POST", "/chats", json={}, timeout=httpx.Timeout(60, read=0.01))
    given_up.set()
    while len(ask.sandbox.requests) < 6 or not ask.sandbox.idle:
        pass
    assert ask.chats().status_code == 200


def test_records_of_requests(ask: Asking) -> None:
    ask.chats(limit=3)
    ask.request("GET", "/v2/nothing")
    first, second = ask.sandbox.requests
    assert (first.operation, first.method, first.query, first.status) == ("getChats", "POST", "limit=3", 200)
    assert (second.operation, second.status, second.in_flight) == ("", 404, 1)
