"""The client and the pretend Market, which share no code, understand each other."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chat_tui.market.access import Access
from chat_tui.market.client import MarketClient
from chat_tui.model.chat import Chat, ContextKind, Message, NewChat, Page, Sender
from chat_tui.model.ids import BusinessId, CampaignId, ChatRef, OrderId, ReturnId
from chat_tui.model.outbox import Accepted
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.support.refs import ref
from tests.support.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(chats=60, seed=5) as running:
        yield running


def client_of(sandbox: Sandbox, key: str = "") -> MarketClient:
    business_id = BusinessId(sandbox.business_id)
    return MarketClient(Access(sandbox.url, key or sandbox.api_key, business_id=business_id))


async def all_chats(client: MarketClient) -> list[Chat]:
    chats: list[Chat] = []
    token = None
    while True:
        page = await client.get_chats(page_token=token)
        assert isinstance(page, Page)
        assert page.unreadable == ()
        chats += page.items
        token = page.next_token
        if token is None:
            return chats


async def newest(client: MarketClient, chat_ref: ChatRef) -> Message:
    page = await client.get_chat_history(chat_ref)
    assert isinstance(page, Page)
    assert page.server_time is not None
    assert page.unreadable == ()
    return max(page.items, key=lambda message: message.message_id)


async def test_reading_and_writing(sandbox: Sandbox, tmp_path: Path) -> None:
    client = client_of(sandbox)
    chats = {chat.chat_ref: chat for chat in await all_chats(client)}
    assert len(chats) == 60
    chat = next(chat for chat in chats.values() if chat.context.kind == ContextKind.ORDER)
    assert isinstance(await client.send_message(chat.chat_ref, "Добрый день! 😀\nПроверим."), Accepted)
    sent = await newest(client, chat.chat_ref)
    assert (sent.sender, sent.text) == (Sender.PARTNER, "Добрый день! 😀\nПроверим.")
    assert await client.get_chat_message(chat.chat_ref, sent.message_id) == sent

    file = tmp_path / "spooled"
    file.write_bytes(bytes(range(256)) * 1000)
    outcome = await client.send_file(
        chat.chat_ref, path=file, name="гарантия.pdf", size=256_000, media_type="application/pdf"
    )
    assert isinstance(outcome, Accepted)
    [attached] = (await newest(client, chat.chat_ref)).attachments
    assert (attached.name, attached.size) == ("гарантия.pdf", 256_000)

    order_id = chat.context.order_id
    assert order_id is not None
    assert await client.create_chat(NewChat(ContextKind.ORDER, order_id)) == chat.chat_ref
    assert isinstance(await client.get_chat(chat.chat_ref), Chat)
    assert client.budgets["sendMessageToChat"].limit == 1000
    await client.aclose()


async def test_orders_returns_shops_and_rights(sandbox: Sandbox) -> None:
    client = client_of(sandbox)
    chats = await all_chats(client)
    about = next(chat.context for chat in chats if chat.context.kind == ContextKind.RETURN)
    shops = await client.get_shops()
    assert not isinstance(shops, Problem)
    assert about.campaign_id in {shop.campaign_id for shop in shops}
    rights = await client.get_key_rights()
    assert not isinstance(rights, Problem)
    assert rights.may_write
    orders = await client.get_orders([OrderId(about.order_id or 0)])
    assert not isinstance(orders, Problem)
    assert [order.order_id for order in orders] == [about.order_id]
    found = await client.get_return(
        CampaignId(about.campaign_id or 0), OrderId(about.order_id or 0), ReturnId(about.return_id or 0)
    )
    assert not isinstance(found, Problem)
    assert found.order_id == about.order_id
    await client.aclose()


async def test_refusals(sandbox: Sandbox) -> None:
    strange = client_of(sandbox, sandbox.revoked_key)
    outcome = await strange.get_chats()
    assert isinstance(outcome, Problem)
    assert (outcome.kind, outcome.certainty) == (ProblemKind.UNAUTHORIZED, Certainty.REFUSED)
    assert outcome.message
    reader = client_of(sandbox, sandbox.read_only_key)
    refused = await reader.send_message(ref(1), "m1")
    assert isinstance(refused, Problem)
    assert refused.kind == ProblemKind.FORBIDDEN
    known = client_of(sandbox)
    missing = await known.get_chat(ref(1))
    assert isinstance(missing, Problem)
    assert missing.kind == ProblemKind.NOT_FOUND
    for client in (strange, reader, known):
        await client.aclose()
