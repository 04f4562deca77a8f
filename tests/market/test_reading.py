"""Broken and hostile answers to reads: one bad item costs itself and nothing else."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from chat_tui.model.chat import (
    Chat,
    ChatContext,
    ContextKind,
    KeyRights,
    NewChat,
    Order,
    OrderItem,
    Return,
    Shop,
)
from chat_tui.model.ids import UNKNOWN_TIME, CampaignId, ChatId, MessageId, OrderId, ReturnId
from chat_tui.model.message import Attachment, Message
from chat_tui.model.paging import ChatsPage, MessagesPage
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.market.conftest import Connect

CHAT = ChatId(14820317)
Json = dict[str, Any]


def message(**changes: Any) -> Json:
    whole = {
        "messageId": 12,
        "createdAt": "2026-11-22T09:14:55.070+03:00",
        "sender": "CUSTOMER",
        "message": "да",
    }
    return {key: value for key, value in (whole | changes).items() if value is not ...}


def chat(**changes: Any) -> Json:
    whole = {
        "chatId": 14820317,
        "context": {
            "type": "ORDER",
            "customer": {"name": "Ольга К.", "publicId": "w3k9"},
            "campaignId": 21098765,
            "orderId": 51230874561,
        },
        "type": "CHAT",
        "status": "WAITING_FOR_PARTNER",
        "createdAt": "2026-11-21T18:02:11.482+03:00",
        "updatedAt": "2026-11-22T09:14:55.070+03:00",
    }
    return {key: value for key, value in (whole | changes).items() if value is not ...}


GOOD = Message(CHAT, MessageId(99), 1795328095070, "CUSTOMER", "да")


def answering(body: bytes | Json, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _request: httpx.Response(200, content=raw, headers=headers)


async def read_messages(connect: Connect, *items: Any, raw: bytes = b"") -> MessagesPage:
    """The items and one good message after them, as getChatHistory gives them."""
    texts = [raw] if raw else [json.dumps(item).encode() for item in items]
    listed = b",".join([*texts, json.dumps(message(messageId=99)).encode()])
    body = b'{"status":"OK","result":{"messages":[' + listed + b'],"paging":{}}}'
    page = await connect(answering(body)).get_chat_history(CHAT)
    assert isinstance(page, MessagesPage)
    assert page.messages[-1] == GOOD
    return page


async def read_chats(connect: Connect, *items: Any) -> ChatsPage:
    body = {"status": "OK", "result": {"chats": [*items, chat(chatId=99)], "paging": {}}}
    page = await connect(answering(body)).get_chats()
    assert isinstance(page, ChatsPage)
    assert page.chats[-1].chat_id == 99
    return page


async def test_a_page_of_chats_as_documented(connect: Connect) -> None:
    result = {"chats": [chat()], "paging": {"nextPageToken": "eyJpZCI6MTQ4MjAzMTd9"}}
    page = await connect(answering({"status": "OK", "result": result})).get_chats()
    context = ChatContext("ORDER", OrderId(51230874561), None, CampaignId(21098765), "Ольга К.", "w3k9")
    expected = Chat(CHAT, context, "CHAT", "WAITING_FOR_PARTNER", 1795273331482, 1795328095070)
    assert page == ChatsPage((expected,), "eyJpZCI6MTQ4MjAzMTd9")


@pytest.mark.parametrize("bad", ["12", 12.0, None, True, -1, 0, 2**63, [], {}, ...])
async def test_bad_message_ids_cost_only_their_message(connect: Connect, bad: Any) -> None:
    page = await read_messages(connect, message(messageId=bad))
    assert (page.messages, page.skipped) == ((GOOD,), 1)


async def test_an_id_of_five_thousand_digits(connect: Connect) -> None:
    raw = json.dumps(message(messageId=7)).replace(": 7,", ": " + "7" * 5000 + ",").encode()
    page = await read_messages(connect, raw=raw)
    assert (page.messages, page.skipped) == ((GOOD,), 1)


@pytest.mark.parametrize(
    "item", [None, 5, "x", [], {}, message(message=5), message(message=["a"]), message(sender=1)]
)
async def test_items_of_wrong_types_are_counted(connect: Connect, item: Any) -> None:
    page = await read_messages(connect, item)
    assert (page.messages, page.skipped) == ((GOOD,), 1)


@pytest.mark.parametrize(
    ("field", "needed"), [("messageId", True), ("createdAt", True), ("sender", True), ("message", False)]
)
async def test_missing_fields_of_messages(connect: Connect, field: str, needed: bool) -> None:
    page = await read_messages(connect, message(**{field: ...}))
    assert (len(page.messages), page.skipped) == ((1, 1) if needed else (2, 0))


@pytest.mark.parametrize("field", ["chatId", "context", "type", "status", "createdAt", "updatedAt"])
async def test_missing_fields_of_chats(connect: Connect, field: str) -> None:
    page = await read_chats(connect, chat(**{field: ...}))
    assert (len(page.chats), page.skipped) == (1, 1)


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
    assert page.chats[0].context == ChatContext("DIRECT")


@pytest.mark.parametrize("chats", [{}, None, 5, "x", ...])
async def test_a_list_that_is_none_counts_as_one(connect: Connect, chats: Any) -> None:
    result = {"paging": {"nextPageToken": "t"}} | ({} if chats is ... else {"chats": chats})
    page = await connect(answering({"status": "OK", "result": result})).get_chats()
    assert page == ChatsPage((), "t", skipped=1)


async def test_unknown_words_and_fields_are_kept_and_ignored(connect: Connect) -> None:
    extra = {f"новое{n}": {"deep": [n]} for n in range(50)}
    strange = chat(
        status="WAITING_FOR_ROBOT", type="GROUP", context={"type": "SUBSCRIPTION", **extra}, **extra
    )
    [first, _] = (await read_chats(connect, strange)).chats
    assert (first.status, first.kind, first.context.kind) == ("WAITING_FOR_ROBOT", "GROUP", "SUBSCRIPTION")
    [said, _] = (await read_messages(connect, message(sender="BOT", **extra))).messages
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
    assert [m.text for m in page.messages[:-1]] == [
        "ok \ufffd конец",
        "\ufffd\ufffd",
        "😀",
        "\\ud83d",
        "\\\ufffd",
    ]
    assert page.skipped == 0


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
    [first, _] = (await read_messages(connect, message(payload=payload))).messages
    assert (first.text, first.attachments) == ("да", files)


async def test_a_sticker_is_an_empty_message(connect: Connect) -> None:
    [first, _] = (await read_messages(connect, message(message=None, payload=None))).messages
    assert first.is_empty


@pytest.mark.parametrize("moment", ["", "2017-11-21T00:00:00+26:00", 1511211600, None, {}])
async def test_an_unreadable_moment_is_unknown(connect: Connect, moment: Any) -> None:
    [first, _] = (await read_messages(connect, message(createdAt=moment))).messages
    assert first.created_at == UNKNOWN_TIME


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'{"a":"\xff"}',
        '{"status":"OK","result":{"chats":[]}}'.encode("utf-16"),
        '{"status":"OK","result":{"chats":[]}}'.encode("utf-16-le"),
        b'{"status":"OK","result":{"chats":[NaN]}}',
        b'{"status":"OK","result":{"chats":[' + b"[" * 100_000,
        b'{"status":"OK","result":{"chats":[{"chatId":1',
        b'{"status":"OK"}',
        b'{"status":"OK","result":null}',
        b'{"status":"OK","result":[]}',
        b'{"status":"ERROR","result":{"chats":[]}}',
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
    assert await connect(answering(body)).get_chats() == ChatsPage((), token)


async def test_a_page_of_history_tells_the_servers_clock(connect: Connect) -> None:
    body = {"status": "OK", "result": {"messages": []}}
    page = await connect(answering(body, date="Sun, 22 Nov 2026 10:00:00 GMT")).get_chat_history(CHAT)
    assert page == MessagesPage((), None, server_time=1795341600000)


async def test_five_thousand_messages_and_a_text_of_a_million(connect: Connect) -> None:
    many = [message(messageId=n + 100) for n in range(5000)]
    page = await read_messages(connect, *many, message(messageId=7, message="я" * 1_000_000))
    assert (len(page.messages), page.skipped) == (5002, 0)


async def test_one_chat_one_message(connect: Connect) -> None:
    found = await connect(answering({"status": "OK", "result": chat()})).get_chat(CHAT)
    assert isinstance(found, Chat)
    assert found.chat_id == CHAT
    single = connect(answering({"status": "OK", "result": message(messageId=99)}))
    assert await single.get_chat_message(CHAT, MessageId(99)) == GOOD


@pytest.mark.parametrize("result", [chat(chatId=0), message(messageId=0), {}, {"chatId": "5"}])
async def test_single_things_that_cannot_be_used(connect: Connect, result: Json) -> None:
    client = connect(answering({"status": "OK", "result": result}))
    about = NewChat(ContextKind.ORDER, 1)
    for outcome in (
        await client.get_chat(CHAT),
        await client.get_chat_message(CHAT, MessageId(1)),
        await client.create_chat(about),
    ):
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty) == (ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR)


async def test_a_new_chat_needs_the_ok(connect: Connect) -> None:
    about = NewChat(ContextKind.RETURN, 8812045)
    good = connect(answering({"status": "OK", "result": {"chatId": 14820402}}))
    assert await good.create_chat(about) == 14820402
    assert isinstance(await connect(answering({"result": {"chatId": 1}})).create_chat(about), Problem)


async def test_key_rights_in_either_spelling(connect: Connect) -> None:
    scopes = ["communication", "inventory-and-order-processing:read-only", "ALL_METHODS_READ_ONLY"]
    body = {"status": "OK", "result": {"apiKey": {"name": "терминал", "authScopes": scopes}}}
    assert await connect(answering(body)).get_key_rights() == KeyRights(
        "терминал", ("COMMUNICATION", "INVENTORY_AND_ORDER_PROCESSING_READ_ONLY", "ALL_METHODS_READ_ONLY")
    )


async def test_orders(connect: Connect) -> None:
    order = {
        "orderId": 51230874561,
        "campaignId": 21098765,
        "status": "DELIVERY",
        "substatus": "DELIVERY_SERVICE_RECEIVED",
        "creationDate": "2026-11-19T20:41:07+03:00",
        "items": [{"offerName": "Чайник", "count": 1}, {"offerId": "SKU", "count": "2"}, 5],
        "delivery": {"dates": {"fromDate": "2026-11-23"}, "estimated": True},
    }
    spare = {"orderId": 2, "status": "NEW", "items": None, "delivery": {"dates": "soon"}}
    body = {"orders": [order, {"orderId": 0, "status": "x"}, 7, spare], "paging": {}}
    assert await connect(answering(body)).get_orders([OrderId(51230874561)]) == (
        Order(
            order_id=OrderId(51230874561),
            campaign_id=CampaignId(21098765),
            status="DELIVERY",
            substatus="DELIVERY_SERVICE_RECEIVED",
            created_at=1795110067000,
            items=(OrderItem("Чайник", 1), OrderItem("SKU", 0)),
            delivery_from="2026-11-23",
            delivery_to="2026-11-23",
            estimated=True,
        ),
        Order(OrderId(2), None, "NEW", "", UNKNOWN_TIME, (), "", "", False),
    )


async def test_a_return(connect: Connect) -> None:
    result = {
        "id": 8812045,
        "orderId": 51230874561,
        "creationDate": "2026-11-21T12:00:00+03:00",
        "refundStatus": "PREMODERATION_DECISION_WAITING",
        "items": [{"shopSku": "KETTLE-17-BLK", "count": 1}],
        "returnType": "RETURN",
        "fastReturn": False,
    }
    client = connect(answering({"status": "OK", "result": result}))
    assert await client.get_return(CampaignId(21098765), OrderId(51230874561), ReturnId(8812045)) == Return(
        ReturnId(8812045),
        OrderId(51230874561),
        1795251600000,
        "PREMODERATION_DECISION_WAITING",
        False,
        (OrderItem("KETTLE-17-BLK", 1),),
    )


async def test_shops_of_all_pages(connect: Connect) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        token = request.url.params.get("pageToken")
        number = 1 if token is None else 2
        shop = {
            "id": number,
            "domain": "Уютная кухня",
            "business": {"id": 1185230, "name": "Кухни"},
            "placementType": "FBS",
            "apiAvailability": "AVAILABLE",
        }
        paging = {"nextPageToken": "второй"} if token is None else {}
        return httpx.Response(200, json={"campaigns": [{"id": 0}, shop], "paging": paging})

    assert await connect(answer).get_shops() == tuple(
        Shop(CampaignId(n), "Уютная кухня", 1185230, "Кухни", "FBS", "AVAILABLE") for n in (1, 2)
    )


async def test_shops_that_never_end_are_a_problem(connect: Connect) -> None:
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"campaigns": [], "paging": {"nextPageToken": "same"}})

    assert isinstance(await connect(answer).get_shops(), Problem)
    assert len(asked) == 2
