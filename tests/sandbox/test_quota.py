"""Quotas, requests in flight, and the headers of every answer: contract section 7."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import httpx
import pytest

from chat_tui.sandbox.access import SHOPS
from tests.sandbox.conftest import Asking, said
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox


class _Clock:
    now = 1_795_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> _Clock:
    return _Clock()


@pytest.fixture
def sandbox(clock: _Clock) -> Iterator[Sandbox]:
    with Sandbox.start(chats=20, now_ms=clock) as running:
        yield running


def _left(answer: httpx.Response) -> int:
    return int(answer.headers["x-ratelimit-resource-remaining"])


def test_every_answer_tells_the_quota_the_date_and_a_trace(ask: Asking, clock: _Clock) -> None:
    answer = ask.chats()
    assert answer.headers["x-ratelimit-resource-limit"] == "5000"
    assert _left(answer) == 4999
    until = parsedate_to_datetime(answer.headers["x-ratelimit-resource-until"]).timestamp()
    date = parsedate_to_datetime(answer.headers["date"]).timestamp()
    assert date == clock.now // 1000
    assert until == date + 3600
    assert answer.headers["connection"] == "close"
    version, trace, span, flags = answer.headers["traceparent"].split("-")
    assert (version, len(trace), len(span), flags) == ("00", 32, 16, "01")


def test_errors_carry_the_headers_too(ask: Asking) -> None:
    ask.headers = {}
    answer = ask.chats()
    assert answer.status_code == 401
    assert _left(answer) == 5000
    assert "traceparent" in answer.headers


def test_operations_have_their_own_quotas(ask: Asking) -> None:
    ask.chats()
    assert _left(ask.request("GET", "/v2/campaigns")) == 999
    assert _left(ask.chats()) == 4998


def test_4xx_count_and_5xx_do_not(ask: Asking) -> None:
    assert _left(ask.chats(limit=50)) == 4999
    ask.sandbox.script("getChats", [Answer(status=500, accept=True), Answer(status=503, accept=False)])
    assert _left(ask.chats()) == 4999
    assert _left(ask.chats()) == 4999
    ask.sandbox.script("getChats", [Answer(status=404, accept=False)])
    assert _left(ask.chats()) == 4998


def test_an_empty_quota_refuses_until_its_hour_is_over(ask: Asking, clock: _Clock) -> None:
    ask.sandbox.quotas.leave("getChats", ask.sandbox.business_id, 1)
    assert ask.chats().status_code == 200
    answer = ask.chats()
    assert answer.status_code == 420
    assert said(answer).startswith("Hit rate limit of 5000 requests per 1 hour for resource ")
    assert said(answer).endswith("for businessId 1185230")
    assert _left(answer) == 0
    clock.now += 3_600_000
    assert _left(ask.chats()) == 4999


def test_a_quota_can_be_told_to_end_soon(ask: Asking, clock: _Clock) -> None:
    ask.sandbox.quotas.leave("getChats", ask.sandbox.business_id, 0, until=clock.now + 40_000)
    answer = ask.chats()
    until = parsedate_to_datetime(answer.headers["x-ratelimit-resource-until"]).timestamp()
    assert (answer.status_code, until) == (420, clock.now // 1000 + 40)
    clock.now += 40_000
    assert ask.chats().status_code == 200


def test_the_fifth_request_at_once_is_refused(ask: Asking) -> None:
    go_on = threading.Event()
    ask.sandbox.script("getChats", [Answer(until=go_on)] * 4)
    with ThreadPoolExecutor(4) as pool:
        held = [pool.submit(ask.chats) for _ in range(4)]
        while ask.sandbox.unused("getChats"):
            pass
        refused = ask.request("GET", "/v2/campaigns")
        go_on.set()
        assert [one.result().status_code for one in held] == [200] * 4
    assert (refused.status_code, said(refused)) == (
        420,
        "Hit rate limit of 4 parallel requests for businessId 1185230",
    )
    assert ask.sandbox.quotas.peak == 5
    assert ask.chats().status_code == 200


def test_the_parallel_limit_can_be_lowered(ask: Asking) -> None:
    ask.sandbox.behaviour.parallel_limit = 0
    assert said(ask.chats()) == "Hit rate limit of 0 parallel requests for businessId 1185230"


def test_orders_may_be_asked_for_six_at_once_and_returns_may_not(ask: Asking) -> None:
    ask.sandbox.behaviour.parallel_limit = 0
    answer = ask.request("POST", f"/v1/businesses/{ask.sandbox.business_id}/orders", json={})
    assert answer.status_code == 200
    answer = ask.request("GET", f"/v2/campaigns/{SHOPS[0].campaign_id}/orders/1/returns/1")
    assert said(answer) == "Hit rate limit of 0 parallel requests for businessId 1185230"


def test_answers_that_take_time_let_the_fifth_at_once_be_refused(ask: Asking) -> None:
    ask.sandbox.behaviour.latency_s, ask.sandbox.behaviour.latency_spread = 0.6, 0.5
    with ThreadPoolExecutor(8) as pool:
        statuses = [answer.status_code for answer in pool.map(lambda _: ask.chats(), range(8))]
    assert set(statuses) == {200, 420}
