"""Changes after a page of the list that failed once: the next round reads up to them."""

import time
from collections.abc import Callable, Iterator
from itertools import count

import pytest

from chat_tui.model.problem import Problem
from chat_tui.model.queue import Tab
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop

OpenShop = Callable[..., Shop]
CHATS = 45


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """Three pages of chats whose last messages all have different times.

    On a fast machine all of the times can be equal. Then no page shows the order of the list, and a copy that
    has just started rightly reads it to its end.
    """
    moments = count(time.time_ns() // 1_000_000)
    with Sandbox.start(chats=CHATS, seed=3, long_chat=20, now_ms=lambda: next(moments)) as sandbox:
        yield sandbox


async def round_of(shop: Shop) -> Problem | None:
    """One scan of the list's top and the histories of what it found, without a scan of all chats."""
    report = await shop.inbox._asking.ask(shop.inbox._engine.reading.sync.round)
    return report.problem


def listed_after(market: Sandbox) -> int:
    return len([request for request in market.requests if request.operation == "getChats"])


@pytest.mark.parametrize(
    "fault", [Answer(cut="close", cut_after=10), Answer(status=400, accept=False)], ids=["cut", "400"]
)
@pytest.mark.parametrize("again", [False, True], ids=["same copy", "next start"])
async def test_news_behind_a_page_that_failed_are_read_by_the_next_round(
    market: Sandbox, open_shop: OpenShop, fault: Answer, *, again: bool
) -> None:
    shop = open_shop(background=False)
    assert (await shop.inbox.sync_once()).problem is None
    chats = [chat.chat_id for chat in market.world.listed("asc", None, 0, CHATS)]
    for chat in chats:
        market.say(chat, f"новое {chat}")
    market.script("getChats", [Answer(), Answer(), fault])
    await round_of(shop)
    if again:
        await shop.close()
        shop = open_shop(background=False)
    assert await round_of(shop) is None
    assert await round_of(shop) is None, "the number of histories that a round reads"
    found = await shop.inbox.chats.page(Tab.ALL, limit=100)
    assert {item.chat.chat_ref.number: item.snippet for item in found.items} == {
        c: f"новое {c}" for c in chats
    }
    before = listed_after(market)
    assert await round_of(shop) is None
    assert listed_after(market) == before + 1, "without changes a scan costs one page"
