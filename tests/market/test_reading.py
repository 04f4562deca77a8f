"""Broken and hostile pages: one bad item costs itself and nothing else."""

import json
from typing import Any

import pytest

from chat_tui.model.chat import Attachment, Chat, ChatContext, Message, Page
from chat_tui.model.ids import UNKNOWN_TIME, CampaignId, OrderId
from chat_tui.model.problem import Problem, ProblemKind
from tests.market.conftest import Connect
from tests.market.examples import CHAT, GOOD, Json, answering, chat, message


async def read_messages(connect: Connect, *items: Any, raw: bytes = b"") -> Page[Message]:
    """The items and one good message after them, read from an answer of getChatHistory."""
    texts = [raw] if raw else [json.dumps(item).encode() for item in items]
    listed = b",".join([*texts, json.dumps(message(messageId=99)).encode()])
    body = b'{"status":"OK","result":{"messages":[' + listed + b'],"paging":{}}}'
    page = await connect(answering(body)).get_chat_history(CHAT)
    assert isinstance(page, Page)
    assert page.items[-1] == GOOD
    return page


async def read_chats(connect: Connect, *items: Any) -> Page[Chat]:
    body = {"status": "OK", "result": {"chats": [*items, chat(chatId=99)], "paging": {}}}
    page = await connect(answering(body)).get_chats()
    assert isinstance(page, Page)
    assert page.items[-1].chat_ref.number == 99
    return page


async def test_a_page_of_chats_as_documented(connect: Connect) -> None:
    result = {"chats": [chat()], "paging": {"nextPageToken": "eyJpZCI6MTQ4MjAzMTd9"}}
    page = await connect(answering({"status": "OK", "result": result})).get_chats()
    context = ChatContext("ORDER", OrderId(51230874561), None, CampaignId(21098765), "Ольга К.", "w3k9")
    expected = Chat(CHAT, context, "CHAT", "WAITING_FOR_PARTNER", 1795273331482, 1795328095070)
    assert page == Page((expected,), "eyJpZCI6MTQ4MjAzMTd9")


@pytest.mark.parametrize("bad", ["12", 12.0, None, True, -1, 0, 2**63, [], {}, ...])
async def test_bad_message_ids_cost_only_their_message(connect: Connect, bad: Any) -> None:
    page = await read_messages(connect, message(messageId=bad))
    assert (page.items, len(page.unreadable)) == ((GOOD,), 1)


async def test_an_id_of_five_thousand_digits(connect: Connect) -> None:
    raw = json.dumps(message(messageId=7)).replace(": 7,", ": " + "7" * 5000 + ",").encode()
    page = await read_messages(connect, raw=raw)
    assert (page.items, len(page.unreadable)) == ((GOOD,), 1)


@pytest.mark.parametrize(
    "item", [None, 5, "x", [], {}, message(message=5), message(message=["a"]), message(sender=1)]
)
async def test_items_of_wrong_types_are_counted(connect: Connect, item: Any) -> None:
    page = await read_messages(connect, item)
    assert (page.items, len(page.unreadable)) == ((GOOD,), 1)


@pytest.mark.parametrize(
    ("field", "needed"), [("messageId", True), ("createdAt", True), ("sender", True), ("message", False)]
)
async def test_missing_fields_of_messages(connect: Connect, field: str, needed: bool) -> None:
    page = await read_messages(connect, message(**{field: ...}))
    assert (len(page.items), len(page.unreadable)) == ((1, 1) if needed else (2, 0))


@pytest.mark.parametrize("field", ["chatId", "context", "type", "status", "createdAt", "updatedAt"])
async def test_missing_fields_of_chats(connect: Connect, field: str) -> None:
    page = await read_chats(connect, chat(**{field: ...}))
    assert (len(page.items), len(page.unreadable)) == (1, 1)


@pytest.mark.parametrize(
    "context",
    [
        {"type": "DIRECT"},
        {"type": "DIRECT", "customer": None, "orderId": None},
        {
            "type": "DIRECT",
            "customer": {"name": 5, "publicId": ""},
            "orderId": "7",
            "returnId": -1,
            "campaignId": 0,
        },
        {"type": "DIRECT", "customer": "Иван", "orderId": 2**63, "returnId": 1.0, "campaignId": True},
    ],
)
async def test_optional_parts_of_a_context_are_blank(connect: Connect, context: Json) -> None:
    page = await read_chats(connect, chat(context=context))
    assert page.items[0].context == ChatContext("DIRECT")


@pytest.mark.parametrize("chats", [{}, None, 5, "x", ...])
async def test_a_list_that_is_none_counts_as_one(connect: Connect, chats: Any) -> None:
    result = {"paging": {"nextPageToken": "t"}} | ({} if chats is ... else {"chats": chats})
    page = await connect(answering({"status": "OK", "result": result})).get_chats()
    assert isinstance(page, Page)
    assert (page.items, page.next_token, len(page.unreadable)) == ((), "t", 1)


async def test_unknown_words_and_fields_are_kept_and_ignored(connect: Connect) -> None:
    extra = {f"новое{n}": {"deep": [n]} for n in range(50)}
    strange = chat(
        status="WAITING_FOR_ROBOT", type="GROUP", context={"type": "SUBSCRIPTION", **extra}, **extra
    )
    [first, _] = (await read_chats(connect, strange)).items
    assert (first.status, first.kind, first.context.kind) == ("WAITING_FOR_ROBOT", "GROUP", "SUBSCRIPTION")
    [said, _] = (await read_messages(connect, message(sender="BOT", **extra))).items
    assert said.sender == "BOT"


async def test_a_lone_surrogate_costs_one_letter(connect: Connect) -> None:
    texts = [
        rb"ok \ud83d \u043a\u043e\u043d\u0435\u0446",
        rb"\uDE00\uD83D",
        rb"\ud83d\ude00",
        rb"\\ud83d",
        rb"\\\ud83d",
    ]
    listed = b",".join(
        b'{"messageId":%d,"createdAt":"","sender":"CUSTOMER","message":"%s"}' % (number, text)
        for number, text in enumerate(texts, 1)
    )
    page = await read_messages(connect, raw=listed)
    assert [m.text for m in page.items[:-1]] == [
        "ok \ufffd конец",
        "\ufffd\ufffd",
        "😀",
        "\\ud83d",
        "\\\ufffd",
    ]
    assert page.unreadable == ()


@pytest.mark.parametrize(
    ("payload", "files"),
    [
        (..., ()),
        (None, ()),
        ([], ()),
        (
            [{"name": "photo.jpg", "url": "https://f.example/1", "size": 482133}],
            (Attachment("photo.jpg", "https://f.example/1", 482133),),
        ),
        ([{"url": "https://f.example/1", "size": 0}], (Attachment(None, "https://f.example/1", 0),)),
        ([{"name": "a"}], (Attachment("a", None, None),)),
        ([{"name": 5, "url": [], "size": -1}], (Attachment(None, None, None),)),
        ([{"name": "", "url": "", "size": 2**31}], (Attachment(None, None, None),)),
        ([{"name": "a", "url": "u" * 2001, "size": "5"}], (Attachment("a", None, None),)),
        ([{"name": "a", "size": True}, 5], (Attachment("a", None, None), Attachment(None, None, None))),
        ({}, (Attachment(None, None, None),)),
        ("x", (Attachment(None, None, None),)),
    ],
)
async def test_files(connect: Connect, payload: Any, files: tuple[Attachment, ...]) -> None:
    [first, _] = (await read_messages(connect, message(payload=payload))).items
    assert (first.text, first.attachments) == ("да", files)


async def test_a_sticker_is_an_empty_message(connect: Connect) -> None:
    [first, _] = (await read_messages(connect, message(message=None, payload=None))).items
    assert first.is_empty


@pytest.mark.parametrize("moment", ["", "2017-11-21T00:00:00+26:00", 1511211600, None, {}])
async def test_an_unreadable_moment_is_unknown(connect: Connect, moment: Any) -> None:
    [first, _] = (await read_messages(connect, message(createdAt=moment))).items
    assert first.created_at == UNKNOWN_TIME


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"a":"\xff"}',
        b'{"status":"OK","result":{"chats":[],"messages":[]},"note":"\xff"}',
        '{"status":"OK","result":{"chats":[]}}'.encode("utf-16"),
        '{"status":"OK","result":{"chats":[]}}'.encode("utf-16-le"),
        b'{"status":"OK","result":{"chats":[NaN]}}',
        b'{"status":"OK","result":{"chats":[' + b"[" * 100_000,
        b'{"status":"OK","result":{"chats":[{"chatId":1',
        b'{"status":"OK"}',
        b'{"status":"OK","result":null}',
        b'{"status":"OK","result":[]}',
        b'{"status":"OK","result":{"chats":[],"paging":5}}',
        b'{"status":"OK","result":{"chats":[],"paging":{"nextPageToken":5}}}',
        b'{"status":"OK","result":{"chats":[],"paging":{"nextPageToken":"' + b"t" * 8193 + b'"}}}',
    ],
)
async def test_garbled_pages_are_problems(connect: Connect, body: bytes) -> None:
    client = connect(answering(body))
    for outcome in (await client.get_chats(), await client.get_chat_history(CHAT)):
        assert isinstance(outcome, Problem)
        assert outcome.kind == ProblemKind.UNEXPECTED_ANSWER


@pytest.mark.parametrize(
    ("paging", "token"),
    [
        (b"null", None),
        (b"{}", None),
        (b'{"nextPageToken":""}', None),
        (b'{"nextPageToken":null}', None),
        (b'{"nextPageToken":"' + b"t" * 8192 + b'"}', "t" * 8192),
    ],
)
async def test_page_tokens(connect: Connect, paging: bytes, token: str | None) -> None:
    body = b'\xef\xbb\xbf{"status":"OK","result":{"chats":[],"paging":' + paging + b"}}"
    assert await connect(answering(body)).get_chats() == Page((), token)


async def test_a_page_of_history_tells_the_servers_clock(connect: Connect) -> None:
    body = {"status": "OK", "result": {"messages": []}}
    page = await connect(answering(body, date="Sun, 22 Nov 2026 10:00:00 GMT")).get_chat_history(CHAT)
    empty: Page[Message] = Page((), None, server_time=1795341600000)
    assert page == empty


async def test_five_thousand_messages_and_a_text_of_a_million(connect: Connect) -> None:
    many = [message(messageId=n + 100) for n in range(5000)]
    page = await read_messages(connect, *many, message(messageId=7, message="я" * 1_000_000))
    assert (len(page.items), len(page.unreadable)) == (5002, 0)
