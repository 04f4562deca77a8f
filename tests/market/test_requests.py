"""The requests to the Market, byte for byte where it matters."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from chat_tui import __version__
from chat_tui.clock import wall_clock_ms
from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.market.network import Deadlines
from chat_tui.market.transport import Request, Transport
from chat_tui.model.chat import ContextKind, KeyRights, NewChat
from chat_tui.model.ids import BusinessId, CampaignId, MessageId, OrderId, ReturnId
from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.market.conftest import KEY, Connect
from tests.support.raw_market import raw_market, reply
from tests.support.refs import ref

CHAT = ref(14820317)
BASE = "/v2/businesses/1185230"
Call = Callable[[MarketClient], Any]


@pytest.mark.parametrize(
    ("call", "method", "target", "body"),
    [
        (lambda c: c.get_chats(), "POST", f"{BASE}/chats?limit=20", {}),
        (
            lambda c: c.get_chats(statuses=["NEW", "WAITING_FOR_PARTNER", "NEW"], limit=500),
            "POST",
            f"{BASE}/chats?limit=20",
            {"statuses": ["NEW", "WAITING_FOR_PARTNER"]},
        ),
        (lambda c: c.get_chat(CHAT), "GET", f"{BASE}/chat?chatId=14820317", None),
        (
            lambda c: c.get_chat_history(CHAT, limit=500),
            "POST",
            f"{BASE}/chats/history?chatId=14820317&limit=100",
            {},
        ),
        (
            lambda c: c.get_chat_history(CHAT, from_message_id=MessageId(90311244), page_token="t", limit=0),
            "POST",
            f"{BASE}/chats/history?chatId=14820317&limit=1&pageToken=t",
            {"messageIdFrom": 90311244},
        ),
        (
            lambda c: c.get_chat_message(CHAT, MessageId(90311244)),
            "GET",
            f"{BASE}/chats/message?chatId=14820317&messageId=90311244",
            None,
        ),
        (
            lambda c: c.send_message(CHAT, 'Добрый день!\n"😀"'),
            "POST",
            f"{BASE}/chats/message?chatId=14820317",
            {"message": 'Добрый день!\n"😀"'},
        ),
        (
            lambda c: c.create_chat(NewChat(ContextKind.RETURN, 8812045)),
            "POST",
            f"{BASE}/chats/new",
            {"context": {"type": "RETURN", "id": 8812045}},
        ),
        (lambda c: c.get_shops(), "GET", "/v2/campaigns?limit=100", None),
        (lambda c: c.get_key_rights(), "POST", "/v2/auth/token", None),
        (
            lambda c: c.get_orders([OrderId(51230874561), OrderId(51230874561)]),
            "POST",
            "/v1/businesses/1185230/orders?limit=50",
            {"orderIds": [51230874561]},
        ),
        (
            lambda c: c.get_return(CampaignId(21098765), OrderId(51230874561), ReturnId(8812045)),
            "GET",
            "/v2/campaigns/21098765/orders/51230874561/returns/8812045",
            None,
        ),
    ],
)
async def test_every_operation(
    connect: Connect, call: Call, method: str, target: str, body: dict[str, Any] | None
) -> None:
    async with raw_market(reply()) as market:
        await call(connect(market))
        [asked] = market.asked
        await call(connect(market, read_only=True))
        changes_something = {"message", "context"} & set(body or {})
        assert len(market.asked) == (1 if changes_something else 2)
    assert (asked.method, asked.target) == (method, target)
    assert asked.headers["api-key"] == KEY
    assert asked.headers["x-market-integration"] == f"chat-tui/{__version__}"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["connection"] == "close"
    assert (json.loads(asked.body) if asked.body else None) == body
    if body is not None:
        assert asked.headers["content-type"] == "application/json"
    elif method == "POST":
        assert asked.headers["content-length"] == "0"


async def test_an_oauth_token_may_everything_unasked() -> None:
    async with raw_market(reply()) as market:
        access = Access(market.url, oauth_token="y0_token", business_id=BusinessId(1185230))
        client = MarketClient(access)
        assert await client.get_key_rights() == KeyRights("OAuth", ("ALL_METHODS",))
        assert market.connections == 0
        await client.send_message(CHAT, "m1")
        await client.aclose()
        assert market.asked[0].headers["authorization"] == "Bearer y0_token"
        assert "api-key" not in market.asked[0].headers


@pytest.mark.parametrize("token", ["a&limit=1", "x\r\nY: 1", "a b+c%26=#?/", "токен 😀", "t" * 8192])
async def test_odd_page_tokens_arrive_whole_and_alone(connect: Connect, token: str) -> None:
    async with raw_market(reply()) as market:
        await connect(market).get_chats(page_token=token)
        [asked] = market.asked
    assert parse_qs(asked.target.partition("?")[2], strict_parsing=True) == {
        "limit": ["20"],
        "pageToken": [token],
    }
    assert "y" not in asked.headers


async def test_a_base_address_with_a_path(connect: Connect) -> None:
    async with raw_market(reply()) as market:
        await connect(f"{market.url}/play/").send_message(CHAT, "m1")
        assert market.asked[0].target == f"/play{BASE}/chats/message?chatId=14820317"


async def test_orders_are_asked_fifty_at_a_time(connect: Connect) -> None:
    batches = []

    def answer(request: httpx.Request) -> httpx.Response:
        ids = json.loads(request.content)["orderIds"]
        batches.append(len(ids))
        return httpx.Response(200, json={"orders": [{"orderId": n, "status": "NEW"} for n in ids]})

    orders = await connect(answer).get_orders([OrderId(n) for n in range(1, 122)])
    assert not isinstance(orders, Problem)
    assert [order.order_id for order in orders] == list(range(1, 122))
    assert batches == [50, 50, 21]
    assert await connect(answer).get_orders([]) == ()
    assert len(batches) == 3


async def test_a_refused_batch_is_the_answer(connect: Connect) -> None:
    outcome = await connect(lambda _request: httpx.Response(403)).get_orders([OrderId(1)])
    assert isinstance(outcome, Problem)
    assert outcome.kind == ProblemKind.FORBIDDEN


async def test_read_only_writes_nothing(connect: Connect, tmp_path: Any) -> None:
    async with raw_market(reply()) as market:
        client = connect(market, read_only=True)
        file = tmp_path / "a.txt"
        file.write_bytes(b"x")
        for outcome in (
            await client.send_message(CHAT, "m1"),
            await client.create_chat(NewChat(ContextKind.ORDER, 1)),
            await client.send_file(CHAT, path=file, name="a.txt", size=1, media_type="text/plain"),
        ):
            assert isinstance(outcome, Problem)
            assert (outcome.kind, outcome.certainty) == (ProblemKind.READ_ONLY, Certainty.NOT_SENT)
        assert market.connections == 0


@pytest.mark.parametrize(
    ("method", "path", "leaves"),
    [
        ("GET", "/v2/businesses/5/chat", True),
        ("GET", "/v2/campaigns", True),
        ("POST", "/v2/businesses/5/chats", True),
        ("POST", "/v2/businesses/5/chats/history", True),
        ("POST", "/v1/businesses/5/orders", True),
        ("POST", "/v2/auth/token", True),
        ("POST", "/v2/businesses/5/chats/message", False),
        ("POST", "/v2/businesses/5/chats/file/send", False),
        ("POST", "/v2/businesses/5/chats/new", False),
        ("POST", "/v2/businesses/5/chats/", False),
        ("POST", "/v2/businesses/5/chats/history/../message", False),
        ("POST", "/v2/businesses/5/chats?", False),
        ("POST", "/v2/businesses/5/something/of/tomorrow", False),
        ("PUT", "/v2/businesses/5/chats", False),
        ("DELETE", "/v2/businesses/5/chat", False),
        ("get", "/v2/campaigns", False),
    ],
)
async def test_read_only_is_kept_where_the_bytes_go_whoever_asks(
    method: str, path: str, leaves: bool
) -> None:
    async with raw_market(reply()) as market:
        transport = Transport(
            Access(market.url, api_key=KEY), Deadlines(), None, wall_ms=wall_clock_ms, read_only=True
        )
        outcome = await transport.ask(Request("anything", method, path, {}, b"{}"))
        await transport.aclose()
        assert market.connections == leaves
        if not leaves:
            assert outcome == Problem(ProblemKind.READ_ONLY, Certainty.NOT_SENT, "anything")


async def test_half_a_character_is_refused_before_the_network(connect: Connect) -> None:
    async with raw_market(reply()) as market:
        outcome = await connect(market).send_message(CHAT, "a\ud83d")
        assert isinstance(outcome, Problem)
        assert (outcome.kind, outcome.certainty) == (ProblemKind.BAD_REQUEST, Certainty.REFUSED)
        assert market.connections == 0
        assert isinstance(await connect(market).send_message(CHAT, "a😀"), Accepted)
