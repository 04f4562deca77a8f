"""HTTP statuses and their headers become problems the engine can act on."""

import logging

import httpx
import pytest

from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.words.problems import problem_words
from tests.market.conftest import Connect
from tests.support.refs import ref

K, C = ProblemKind, Certainty
CHAT = ref(1)
DATE = "Sun, 22 Nov 2026 09:59:20 GMT"
PARALLEL = "Hit rate limit of 4 parallel requests for businessId 1"
HOURLY = "Hit rate limit of 1000 requests per 1 hour for resource … for businessId 1185230"


def error(message: str, code: str = "X") -> dict[str, object]:
    return {"status": "ERROR", "errors": [{"code": code, "message": message}]}


async def send(connect: Connect, response: httpx.Response) -> Problem:
    outcome = await connect(lambda _request: response).send_message(CHAT, "m1")
    assert isinstance(outcome, Problem)
    assert outcome.operation == "sendMessageToChat"
    return outcome


@pytest.mark.parametrize(
    ("status", "kind", "certainty"),
    [
        (400, K.BAD_REQUEST, C.REFUSED),
        (401, K.UNAUTHORIZED, C.REFUSED),
        (403, K.FORBIDDEN, C.REFUSED),
        (404, K.NOT_FOUND, C.REFUSED),
        (405, K.BAD_REQUEST, C.REFUSED),
        (408, K.TIMEOUT, C.UNCLEAR),
        (413, K.BAD_REQUEST, C.REFUSED),
        (415, K.BAD_REQUEST, C.REFUSED),
        (420, K.HOURLY_LIMIT, C.REFUSED),
        (423, K.LOCKED, C.REFUSED),
        (429, K.HOURLY_LIMIT, C.REFUSED),
        (499, K.TIMEOUT, C.UNCLEAR),
        (500, K.SERVER, C.UNCLEAR),
        (502, K.SERVER, C.UNCLEAR),
        (503, K.SERVER, C.UNCLEAR),
        (504, K.SERVER, C.UNCLEAR),
    ],
)
async def test_each_status(
    connect: Connect,
    caplog: pytest.LogCaptureFixture,
    status: int,
    kind: ProblemKind,
    certainty: Certainty,
) -> None:
    caplog.set_level(logging.INFO)
    problem = await send(
        connect, httpx.Response(status, json=error("плохо"), headers={"traceparent": "00-ff"})
    )
    assert (problem.kind, problem.certainty, problem.http_status) == (kind, certainty, status)
    assert problem.message == "плохо"
    # Market support asks for it.
    assert f"sendMessageToChat: HTTP {status}, traceparent 00-ff" in caplog.messages


async def test_an_error_without_words_in_a_200_is_not_taken_for_another_server(connect: Connect) -> None:
    problem = await send(connect, httpx.Response(200, json={"status": "ERROR"}))
    assert (problem.kind, problem.certainty, problem.message) == (K.ERROR_ANSWER, C.UNCLEAR, "")
    assert problem_words(problem) == "The Market answered with an error that it did not explain."
    explained = await send(connect, httpx.Response(200, json=error("x", "INTERNAL_ERROR")))
    assert problem_words(explained) == "200: x. The Market answered with this error."


async def test_status_error_in_a_200_is_unclear(connect: Connect) -> None:
    problem = await send(connect, httpx.Response(200, json=error("x", "INTERNAL_ERROR")))
    assert (problem.kind, problem.certainty, problem.message) == (K.ERROR_ANSWER, C.UNCLEAR, "x")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>502</html>", ""),
        (b"", ""),
        (b'{"errors":null}', ""),
        (b'{"errors":[]}', ""),
        (b'{"errors":{}}', ""),
        (b'{"errors":[5]}', ""),
        (b'{"errors":[{"code":"NOT_FOUND"}]}', "NOT_FOUND"),
        (b'{"errors":[{"code":1,"message":2}]}', ""),
        (b'{"error":{"code":403,"message":"denied"}}', "denied"),
        (b'{"errors":[{"message":"\\u001b[2J[/]\xd0\xb0"}]}', "\x1b[2J[/]а"),
        (b'{"errors":[{"message":"a\\ud83d"}]}', "a\ufffd"),
        (b'{"errors":[{"message":"' + b"m" * 9000 + b'"}]}', "m" * 500),
        (b"\xef\xbb\xbf" + b'{"errors":[{"message":"bom"}]}', "bom"),
        (b"[" * 100_000, ""),
        (b'{"errors":[{"message":"\xff"}]}', ""),
    ],
)
async def test_the_servers_words(connect: Connect, body: bytes, message: str) -> None:
    problem = await send(connect, httpx.Response(403, content=body))
    assert (problem.kind, problem.message) == (K.FORBIDDEN, message)


def quota(until: str | None, remaining: str = "0", **more: str) -> dict[str, str]:
    headers = {
        "X-RateLimit-Resource-Limit": "1000",
        "X-RateLimit-Resource-Remaining": remaining,
        "Date": DATE,
    }
    if until is not None:
        headers["X-RateLimit-Resource-Until"] = until
    return {**headers, **more}


@pytest.mark.parametrize(
    ("until", "wait_s"),
    [
        ("Sun, 22 Nov 2026 10:00:00 GMT", 40),
        ("Thu, 22 Nov 2026 10:00:00 GMT", 40),  # wrong weekday, as in the published sample
        ("Wed, 02 Dec 2026 09:59:20 GMT", 864_000),
        (None, None),
        ("not a date", None),
        ("Sun, 22 Nov 2026 08:59:20 GMT", None),
        ("Thu, 99 Foo 2026", None),
        ("Thu, 99 Jul 2026 10:00:00 GMT", None),
        ("Sun, 22 Nov 2126 10:00:00 GMT", None),
    ],
)
async def test_hourly_limit_waits_by_the_servers_clock(
    connect: Connect, until: str | None, wait_s: float | None
) -> None:
    problem = await send(connect, httpx.Response(420, json=error(HOURLY), headers=quota(until)))
    assert (problem.kind, problem.retry_after_s) == (K.HOURLY_LIMIT, wait_s)


@pytest.mark.parametrize(
    ("message", "remaining", "kind"),
    [
        (PARALLEL, "0", K.PARALLEL_LIMIT),
        (PARALLEL, "900", K.PARALLEL_LIMIT),
        (HOURLY, "900", K.HOURLY_LIMIT),
        ("", "900", K.PARALLEL_LIMIT),
        ("", "0", K.HOURLY_LIMIT),
        ("", "x", K.HOURLY_LIMIT),
        ("", "²", K.HOURLY_LIMIT),
        ("", "9" * 5000, K.HOURLY_LIMIT),
    ],
)
async def test_which_limit(connect: Connect, message: str, remaining: str, kind: ProblemKind) -> None:
    headers = quota("Sun, 22 Nov 2026 10:00:00 GMT", remaining)
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    problem = await send(connect, httpx.Response(420, json=error(message), headers=raw))
    assert problem.kind == kind
    assert problem.retry_after_s == (40 if kind == K.HOURLY_LIMIT else None)


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [
        ("3", 3),
        ("0", None),
        ("-3", None),
        ("soon", None),
        ("9" * 30, None),
        ("Sun, 22 Nov 2026 09:59:30 GMT", 10),
    ],
)
async def test_retry_after(connect: Connect, told: str, wait_s: float | None) -> None:
    problem = await send(connect, httpx.Response(503, headers={"Retry-After": told, "Date": DATE}))
    assert (problem.kind, problem.retry_after_s) == (K.SERVER, wait_s)


@pytest.mark.parametrize("status", [200, 404])
async def test_budgets_come_with_every_answer(connect: Connect, status: int) -> None:
    headers = quota("Sun, 22 Nov 2026 10:00:00 GMT", "977")
    client = connect(
        lambda _request: httpx.Response(status, json={"status": "OK"}, headers=headers), wall_ms=lambda: 7_000
    )
    await client.send_message(CHAT, "m1")
    budget = client.budgets["sendMessageToChat"]
    assert (budget.operation, budget.limit, budget.remaining, budget.resets_at) == (
        "sendMessageToChat",
        1000,
        977,
        47_000,
    )
    assert set(client.budgets) == {"sendMessageToChat"}


@pytest.mark.parametrize(
    "spoilt",
    [
        {"X-RateLimit-Resource-Limit": "0"},
        {"X-RateLimit-Resource-Limit": "many"},
        {"X-RateLimit-Resource-Remaining": "-1"},
        {"X-RateLimit-Resource-Until": "soon"},
        {"Date": "today"},
    ],
)
async def test_senseless_budgets_are_not_kept(connect: Connect, spoilt: dict[str, str]) -> None:
    headers = quota("Sun, 22 Nov 2026 10:00:00 GMT", "977") | spoilt
    client = connect(lambda _request: httpx.Response(200, json={"status": "OK"}, headers=headers))
    await client.send_message(CHAT, "m1")
    assert not client.budgets
