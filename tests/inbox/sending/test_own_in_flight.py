"""Our own message, read from the history before its slow answer comes, is shown once and is not new."""

import threading
from collections.abc import Callable

import pytest

from chat_tui.model.outbox import OutboxItem, OutboxState
from tests.inbox.sending.test_delivery import reaches, some_chats
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop
from tests.support.waiting import until

OpenShop = Callable[..., Shop]


@pytest.mark.parametrize("text", ["Да", "Добрый день!\r\nЖдём", "  с краю "])
async def test_a_slow_answer_shows_one_message(market: Sandbox, open_shop: OpenShop, text: str) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    assert await shop.inbox.fetch_chat(chat) is None
    before = (await shop.inbox.chats.timeline(chat)).entries
    go_on = threading.Event()
    market.script("sendMessageToChat", [Answer(until=go_on)])
    item = await shop.inbox.outbox.send_text(chat, text)
    assert isinstance(item, OutboxItem)

    async def is_accepted() -> bool:
        return any(sent.chat_id == chat.number for sent in market.ledger)

    try:
        await until(is_accepted)
        await shop.inbox.fetch_chat(chat)
        page = await shop.inbox.chats.timeline(chat)
        assert len(page.entries) == len(before) + 1
        last = page.entries[-1]
        assert last.message is not None
        assert last.item is not None
        assert (last.item.outbox_id, last.item.state) == (item.outbox_id, OutboxState.SENDING)
        theirs = [e.message for e in page.entries if e.message is not None and e.item is None]
        assert theirs == [e.message for e in before], "our own message is not new"
    finally:
        go_on.set()
    await reaches(shop, item.outbox_id, OutboxState.CONFIRMED)
    assert len((await shop.inbox.chats.timeline(chat)).entries) == len(before) + 1
