"""Reading a chat's history into the cache, whatever order the Market returns it in."""

from collections.abc import Callable, Iterator
from typing import Literal

import pytest

from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.timeline import Coverage, TimelinePage
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop
from tests.support.waiting import until

OpenShop = Callable[..., Shop]


async def whole(shop: Shop, chat_ref: ChatRef) -> list[int]:
    """Every message of the chat in the cache, oldest first."""
    ids: list[int] = []
    before: MessageId | None = None
    while True:
        page = await shop.inbox.chats.timeline(chat_ref, before=before, limit=50)
        found = [entry.message.message_id for entry in page.entries if entry.message is not None]
        ids = [*found, *ids]
        if not page.has_older:
            return ids
        before = MessageId(found[0])


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A pretend Market with a chat of many pages."""
    with Sandbox.start(chats=130, seed=3, buyers=False, long_chat=220) as sandbox:
        yield sandbox


def long_chat(market: Sandbox) -> ChatRef:
    """The chat with the longest history."""
    chats = market.world.listed("desc", None, 0, 130)
    return ref(max(chats, key=lambda chat: len(market.world.messages(chat))).chat_id)


@pytest.mark.parametrize("order", ["desc", "asc", "shuffled"])
@pytest.mark.parametrize("inclusive", [True, False])
async def test_every_order_ends_in_the_same_history(
    market: Sandbox, open_shop: OpenShop, order: Literal["desc", "asc", "shuffled"], *, inclusive: bool
) -> None:
    market.behaviour.message_order = order
    market.behaviour.from_inclusive = inclusive
    shop = open_shop(background=False)
    chat = long_chat(market)
    assert await shop.inbox.fetch_chat(chat) is None
    market.say(chat.number, "Последнее слово")
    assert await shop.inbox.fetch_chat(chat) is None

    async def read_more() -> bool:
        shop.inbox.chats.want_older(chat)
        return (await shop.inbox.chats.timeline(chat)).coverage == Coverage.DONE

    await until(read_more)
    ids = await whole(shop, chat)
    assert ids == sorted(set(ids))
    there = market.world.chat(chat.number)
    assert there is not None
    assert len(ids) == len(market.world.messages(there))


async def test_opening_reads_one_page_and_older_ones_come_on_need(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(background=False)
    chat = long_chat(market)
    await shop.inbox.fetch_chat(chat)
    assert len(await whole(shop, chat)) == 50
    shop.inbox.chats.want_older(chat)

    async def more() -> TimelinePage | None:
        return (
            await shop.inbox.chats.timeline(chat, limit=100) if len(await whole(shop, chat)) == 100 else None
        )

    page = await until(more)
    assert page.coverage == Coverage.HAVE_MORE


async def test_a_forgotten_page_token_is_replaced_by_reading_from_the_top(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(background=False)
    chat = long_chat(market)
    await shop.inbox.fetch_chat(chat)
    words = {"status": "ERROR", "errors": [{"code": "BAD_REQUEST", "message": "Bad page token"}]}
    market.script("getChatHistory", [Answer(status=400, body=words)])
    shop.inbox.chats.want_older(chat)

    async def more() -> bool:
        return len(await whole(shop, chat)) > 50

    await until(more)
