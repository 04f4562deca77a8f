"""No network at the start, lost, back; a key refused midway; a login page; a wrong clock: the list stays."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.inbox.service import Inbox
from chat_tui.model.link import LinkState
from chat_tui.model.problem import ProblemKind
from chat_tui.model.queue import Tab
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop, client_of, open_store
from tests.support.waiting import until

OpenShop = Callable[..., Shop]
CALM = replace(QUICK, poll_s=0.1)
LOGIN = Answer(status=200, body="<html>Войдите в сеть</html>", headers={"content-type": "text/html"})

FOR_LONG = 1_000
"""Number of faulty answers, removed by the test: a state that ends on its own may end before it is seen."""


async def listed(shop: Shop) -> int:
    return (await shop.inbox.chats.counts())[Tab.ALL]


def is_in(shop: Shop, state: LinkState) -> Callable[[], Awaitable[bool]]:
    async def asks() -> bool:
        return shop.inbox.link().state is state

    return asks


async def is_whole(shop: Shop) -> bool:
    return await listed(shop) == 30


async def test_it_starts_without_a_network_and_goes_on_when_there_is_one(
    market: Sandbox, open_shop: OpenShop
) -> None:
    market.script("getCampaigns", [Answer(cut="reset")])
    market.script("getChats", [Answer(cut="reset")] * FOR_LONG)
    shop = open_shop(settings=CALM)
    await until(is_in(shop, LinkState.OFFLINE))
    market._script.clear()
    await until(lambda: is_whole(shop))
    assert shop.inbox.link().state is LinkState.ONLINE


async def test_the_network_goes_and_comes_back_and_the_list_never_goes_blank(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(settings=CALM)
    await until(lambda: is_whole(shop))
    market.script("getChats", [Answer(cut="reset")] * FOR_LONG)
    await until(is_in(shop, LinkState.OFFLINE))
    assert await listed(shop) == 30
    assert shop.inbox.link().fresh_at is not None
    market._script.clear()
    await until(is_in(shop, LinkState.ONLINE))


async def test_a_login_page_in_place_of_the_list_changes_nothing_and_is_said(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(settings=CALM)
    await until(lambda: is_whole(shop))
    market.script("getChats", [LOGIN] * FOR_LONG)
    await until(is_in(shop, LinkState.OFFLINE))
    problem = shop.inbox.link().problem
    assert problem is not None
    assert problem.kind is ProblemKind.UNEXPECTED_ANSWER
    assert await listed(shop) == 30


async def test_a_key_refused_in_the_middle_ends_all_asking(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(settings=CALM)
    await until(lambda: is_whole(shop))
    refused = Answer(status=401, body={"status": "ERROR", "errors": [{"code": "UNAUTHORIZED"}]})
    for operation in ("getChats", "getChatHistory", "getChat"):
        market.script(operation, [refused] * 50)
    await until(is_in(shop, LinkState.REFUSED))
    # A history that is being read is finished; after that there are no requests.
    await until(lambda: _is_quiet(market))
    assert await listed(shop) == 30
    assert shop.inbox.link().sends_paused is not None


async def _is_quiet(market: Sandbox) -> bool:
    before = len(market.requests)
    started = time.monotonic()

    async def waited() -> bool:
        return time.monotonic() - started > 5 * CALM.poll_s

    await until(waited)
    return len(market.requests) == before


@pytest.fixture
async def shifted(market: Sandbox, tmp_path: Path) -> AsyncIterator[Callable[[int], Shop]]:
    shops: list[Shop] = []

    def open_one(ahead_ms: int) -> Shop:
        store = open_store(tmp_path)
        inbox = Inbox(
            store,
            lambda: client_of(market),
            settings=CALM,
            wall_ms=lambda: time.time_ns() // 1_000_000 + ahead_ms,
        )
        inbox.start()
        shops.append(Shop(inbox, store))
        return shops[-1]

    yield open_one
    for shop in shops:
        await shop.close()


@pytest.mark.parametrize("hours", [-30, -2, 2, 24 * 400])
async def test_a_wrong_clock_keeps_neither_list_nor_news_away(
    market: Sandbox, shifted: Callable[[int], Shop], hours: int
) -> None:
    shop = shifted(hours * 3_600_000)
    await until(lambda: is_whole(shop))
    chat = (await shop.inbox.chats.page(Tab.ALL)).items[-1].chat.chat_ref
    market.say(chat.number, "Который час?")

    async def arrived() -> bool:
        item = await shop.inbox.chats.item(chat)
        return item is not None and item.snippet == "Который час?"

    await until(arrived)


async def test_a_used_up_quota_of_the_list_is_said_with_its_end_and_kept(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(settings=CALM)
    await until(lambda: is_whole(shop))
    market.quotas.leave("getChats", market.business_id, 0)

    async def told() -> bool:
        return "getChats" in shop.inbox.link().waits

    await until(told)
    assert shop.inbox.link().state is LinkState.ONLINE, "the Market is online: histories and sends continue"
    asked = [request for request in market.requests if request.operation == "getChats"]
    await until(lambda: _is_quiet(market))
    again = [request for request in market.requests if request.operation == "getChats"]
    assert len(again) == len(asked)
