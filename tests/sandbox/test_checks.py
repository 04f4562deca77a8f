"""Bad requests are refused in the documented words: contract sections 2, 5 and 7."""

from typing import Any

import pytest

from chat_tui.sandbox.access import SHOPS
from tests.sandbox.conftest import Asking, said

_CHAT = 14_800_100


@pytest.mark.parametrize(
    ("method", "path", "more", "status", "words"),
    [
        ("POST", "/chats?limit=50", {"json": {}}, 400,
         "Parameter limit must be less than or equal to 20 (rejected value: 50)"),
        ("POST", "/chats?limit=0", {"json": {}}, 400,
         "Parameter limit must be greater than or equal to 1 (rejected value: 0)"),
        ("POST", "/chats?limit=x", {"json": {}}, 400, "Type mismatch: 'limit'"),
        ("POST", f"/chats/history?chatId={_CHAT}&limit=101", {"json": {}}, 400,
         "Parameter limit must be less than or equal to 100 (rejected value: 101)"),
        ("POST", "/chats", {}, 400, "Required request body is missing"),
        ("POST", f"/chats/history?chatId={_CHAT}", {}, 400, "Required request body is missing"),
        ("POST", "/chats/history", {"json": {}}, 400, "Required request parameter 'chatId' is not present"),
        ("POST", "/chats/message", {"json": {"message": "x"}}, 400,
         "Required request parameter 'chatId' is not present"),
        ("POST", "/chats/message", {"json": {"message": "x", "chatId": _CHAT}}, 400,
         "Required request parameter 'chatId' is not present"),
        ("GET", "/chat", {}, 400, "Required request parameter 'chatId' is not present"),
        ("GET", "/chat?chatId=abc", {}, 400, "Type mismatch: 'chatId'"),
        ("GET", f"/chat?chatId={2**63}", {}, 400, "Type mismatch: 'chatId'"),
        ("GET", f"/chats/message?chatId={_CHAT}", {}, 400,
         "Required request parameter 'messageId' is not present"),
        ("GET", "/chat?chatId=5", {}, 404, "Can't find chat by id: '5'"),
        ("GET", f"/chats/message?chatId={_CHAT}&messageId=5", {}, 404,
         f"Can't find message by id: '5' for chat '{_CHAT}'"),
        ("POST", f"/chats/message?chatId={_CHAT}", {"json": {}}, 400,
         "'message' must not be null (rejected value: null)"),
        ("POST", f"/chats/message?chatId={_CHAT}", {"json": {"message": ""}}, 400,
         "'message' size must be between 1 and 4096 (rejected value: '')"),
        ("POST", "/chats/new", {"json": {}}, 400, "'context' must not be null (rejected value: null)"),
        ("POST", "/chats/new", {"json": {"context": {"type": "ORDER", "id": 1}}}, 404,
         "Order not found: '1'"),
        ("POST", "/chats", {"json": {"orderIds": [1]}}, 400,
         "Parameter orderIds is not supported. Use contexts"),
        ("POST", "/chats/new", {"json": {"orderId": 1}}, 400,
         "Parameter orderId is not supported. Use context"),
        ("GET", "/v2/nothing", {}, 404, "Resource not found"),
        ("GET", "/v3/businesses/1185230/chat", {}, 404, "Resource not found"),
        ("PUT", "/chats", {}, 405, "Request method 'PUT' not supported"),
        ("POST", "/chats", {"content": b"{}", "headers": {"Content-Type": "text/plain"}}, 415,
         "Content type 'text/plain' not supported"),
        ("POST", f"/chats/file/send?chatId={_CHAT}", {"json": {}}, 415,
         "Content type 'application/json' not supported"),
        ("POST", f"/chats/file/send?chatId={_CHAT}", {"files": {"other": b"x"}}, 400,
         "Required request part 'file' is not present"),
        ("GET", "/v2/businesses/abc/chat?chatId=1", {}, 400, "Type mismatch: 'businessId'"),
        ("POST", "/chats", {"json": {"statuses": []}}, 400,
         "'statuses' size must be between 1 and 2147483647 (rejected size: 0)"),
        ("POST", "/chats", {"json": {"statuses": ["NEW", None]}}, 400,
         "'statuses' elements must be not null (rejected value: '['NEW', null]')"),
        ("POST", "/chats", {"json": {"statuses": "NEW"}}, 400, "Illegal input at 'statuses'"),
        ("POST", "/chats", {"json": {"statuses": ["SLEEPING"]}}, 400, "Illegal input at 'statuses'"),
        ("POST", f"/chats/message?chatId={_CHAT}", {"json": {"message": 7}}, 400,
         "Illegal input at 'message'"),
        ("POST", "/chats", {"content": b'{"statuses":["NE', "headers": {"Content-Type": "application/json"}},
         400, "Unexpected end of content"),
        ("POST", "/chats", {"content": b"{}", "headers": {"Content-Type": "json"}}, 415,
         "Unknown content-type: 'json'"),
        ("POST", "/chats", {"json": {}, "headers": {"X-Business-Id": "abc"}}, 400,
         "Incorrect X-Business-Id header value: 'abc'"),
        ("GET", "/v2/campaigns/5/orders/7", {}, 404, "Campaign not found '5'"),
        ("GET", f"/v2/campaigns/{SHOPS[0].campaign_id}/orders/7", {}, 404,
         f"Order not found: partnerId = '{SHOPS[0].campaign_id}', orderId = '7'"),
    ],
)  # fmt: skip
def test_words(ask: Asking, method: str, path: str, more: dict[str, Any], status: int, words: str) -> None:
    answer = ask.request(method, path, **more)
    assert (answer.status_code, said(answer)) == (status, words)
    assert answer.json()["status"] == "ERROR"
    assert ask.sandbox.ledger == []


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":"\xff"}',
        b"[]",
        b"{",
        b'{"statuses":"NEW"}',
        b'{"statuses":["SLEEPING"]}',
        b'{"statuses":[]}',
        b'{"statuses":["NEW","NEW"]}',
        b'{"contexts":[{"type":"DIRECT","id":1}]}',
        b'{"contexts":[{"type":"ORDER"}]}',
    ],
)
def test_bodies_that_make_no_sense(ask: Asking, body: bytes) -> None:
    answer = ask.request("POST", "/chats", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_a_body_over_512_kb_is_too_big(ask: Asking) -> None:
    answer = ask.request("POST", "/chats", json={"x": "y" * 600_000})
    assert answer.status_code == 400
    assert said(answer) == (
        "The request is too big: Maximum allowed request size must be less than 512 KB, but passed 0.57 MB"
    )


def test_405_says_what_would_do(ask: Asking) -> None:
    assert ask.request("DELETE", "/chats/message").headers["allow"] == "GET, POST"


@pytest.mark.parametrize(("text", "status"), [("я" * 4096, 200), ("я" * 4097, 400), ("😀" * 2049, 400)])
def test_the_length_of_a_text_is_counted_in_utf16_units(ask: Asking, text: str, status: int) -> None:
    assert ask.send(_CHAT, text).status_code == status
    assert len(ask.sandbox.ledger) == (status == 200)


@pytest.mark.parametrize(("size", "status"), [(0, 200), (5_242_880, 200), (5_242_881, 400), (9_000_000, 400)])
def test_the_size_of_a_file(ask: Asking, size: int, status: int) -> None:
    answer = ask.send_file(_CHAT, "x.bin", b"\0" * size)
    assert answer.status_code == status
    assert [sent.size for sent in ask.sandbox.ledger] == ([size] if status == 200 else [])


def test_a_page_token_of_another_question_is_bad(ask: Asking) -> None:
    token = ask.chats(limit=2).json()["result"]["paging"]["nextPageToken"]
    assert ask.chats(limit=2, pageToken=token).status_code == 200
    assert ask.chats(limit=2, page_token=token).status_code == 200
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    for answer in (
        ask.chats({"statuses": ["NEW"]}, pageToken=token),
        ask.history(_CHAT, pageToken=token),
        ask.chats(pageToken=flipped),
        ask.chats(pageToken="nonsense"),
        ask.chats(pageToken="ё"),
    ):
        assert (answer.status_code, said(answer)) == (400, "Bad page token")


def test_page_tokens_tell_nothing(ask: Asking) -> None:
    token = ask.chats(limit=2).json()["result"]["paging"]["nextPageToken"]
    assert "1480" not in token
    assert len(token) == 20
