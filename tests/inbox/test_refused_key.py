"""A refused key is used once, stops sends and reads, and leaves the lead to copies with a good key."""

from collections.abc import Callable

import pytest

from chat_tui.inbox.copies.rate_limit import PLACES
from chat_tui.inbox.events import Event, LinkChanged
from chat_tui.model.link import LinkState
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.store.locks import ByteLock
from tests.inbox.sending.test_delivery import reaches, some_chats, stored
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop
from tests.support.waiting import until

OpenShop = Callable[..., Shop]
SEND = "sendMessageToChat"


async def _is_refused(shop: Shop) -> None:
    async def refused() -> bool:
        link = shop.inbox.link()
        paused = link.sends_paused
        return (
            link.state is LinkState.REFUSED
            and paused is not None
            and paused.kind is ProblemKind.UNAUTHORIZED
            and link.problem is not None
        )

    await until(refused, "a refused key")


async def _rounds(market: Sandbox, count: int) -> None:
    """Wait for `count` more reads of the list, by any copy."""

    def lists() -> int:
        return sum(r.operation == "getChats" and r.status == 200 for r in market.requests)

    wanted = lists() + count

    async def enough() -> bool:
        return lists() >= wanted

    await until(enough, "rounds of the list")


def _refused(market: Sandbox) -> int:
    return sum(request.status == 401 for request in market.requests)


@pytest.mark.parametrize("operation", ["getChats", "getChatHistory", "getBusinessOrders", SEND])
async def test_one_refusal_of_any_operation_stops_all_of_them(
    market: Sandbox, open_shop: OpenShop, operation: str
) -> None:
    shop = open_shop()
    chats = await some_chats(shop, 10)
    await _rounds(market, 3)
    market.script(operation, [Answer(status=401, accept=False)])
    if operation == SEND:
        await shop.inbox.outbox.send_text(chats[1], "Нельзя")
    for chat in chats:
        shop.inbox.chats.open(chat)
        shop.inbox.orders.want(chat)
    await _is_refused(shop)
    # Requests that were in flight at that moment still finish.
    asked = await _quiet(shop, market)
    item = await shop.inbox.outbox.send_text(chats[0], "Ждёт")
    assert isinstance(item, OutboxItem)
    for chat in chats:
        shop.inbox.chats.open(chat)
        shop.inbox.orders.want(chat)
    assert await _quiet(shop, market) == asked
    assert _refused(market) == 1
    held = await stored(shop, item.outbox_id)
    assert held is not None
    assert held.state is OutboxState.QUEUED


async def _quiet(shop: Shop, market: Sandbox) -> int:
    """The number of requests, once none is in flight and none has come for a hundred turns of the engine."""
    places = ByteLock(shop.store.paths.data_dir / "slots.lock")

    async def is_nothing_under_way() -> bool:
        free = [number for number in range(PLACES) if places.try_hold(number)]
        for number in free:
            places.release(number)
        return len(free) == PLACES

    asked = -1
    while asked != len(market.requests):
        asked = len(market.requests)
        for _ in range(100):
            await shop.inbox.sync_plan()
        await until(is_nothing_under_way, "an end of what was under way")
    return asked


async def test_a_refused_leader_leaves_the_lead_to_a_good_key(market: Sandbox, open_shop: OpenShop) -> None:
    bad = open_shop(key="ACMA:gone:gone")
    await _is_refused(bad)
    good = open_shop()
    (chat,) = await some_chats(good, 1)
    asked = _refused(market)
    await _rounds(market, 10)
    assert _refused(market) == asked, "the bad key is used once"
    # An item queued by the copy with the bad key is sent with the good one.
    item = await bad.inbox.outbox.send_text(chat, "Добрый день!")
    assert isinstance(item, OutboxItem)
    await reaches(good, item.outbox_id, OutboxState.CONFIRMED)
    assert bad.inbox.link().state is LinkState.REFUSED


@pytest.mark.parametrize("status", [401, 403])
async def test_a_leader_whose_key_is_revoked_hands_on(
    market: Sandbox, open_shop: OpenShop, status: int
) -> None:
    first = open_shop()
    await some_chats(first, 1)
    second = open_shop()
    await _rounds(market, 2)
    market.script("getChats", [Answer(status=status)])

    async def handed_on() -> bool:
        return second.inbox._engine._copies.leadership.is_ours

    await until(handed_on, "another leader")
    await _rounds(market, 5)
    assert not first.inbox._engine._copies.leadership.is_ours
    assert sum(r.status == status for r in market.requests) == 1
    fresh = (await second.inbox.chats.page(Tab.ALL)).items
    assert fresh


async def test_refreshing_shows_the_key_again_and_leads_again(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    (chat,) = await some_chats(shop, 1)
    market.script("getChats", [Answer(status=401)])
    await _is_refused(shop)
    item = await shop.inbox.outbox.send_text(chat, "Потом")
    assert isinstance(item, OutboxItem)
    held = await stored(shop, item.outbox_id)
    assert held is not None
    assert held.state is OutboxState.QUEUED
    shop.inbox.refresh()
    await reaches(shop, item.outbox_id, OutboxState.CONFIRMED)
    await _rounds(market, 2)
    assert shop.inbox.link().state is LinkState.ONLINE


@pytest.mark.parametrize("operation", ["getChats", "getChatHistory", SEND])
async def test_refreshing_at_the_moment_of_the_refusal_is_not_undone(
    market: Sandbox, open_shop: OpenShop, operation: str
) -> None:
    """The screen refreshes before the engine has finished with the refusal, which is not reported twice."""
    shop = open_shop()
    first, second = await some_chats(shop, 2)
    refusals: list[LinkState] = []

    def refresh(event: Event) -> None:
        if isinstance(event, LinkChanged) and shop.inbox.link().state is LinkState.REFUSED and not refusals:
            refusals.append(LinkState.REFUSED)
            shop.inbox.refresh()

    shop.inbox.subscribe(refresh)
    market.script(operation, [Answer(status=401)])
    item = await shop.inbox.outbox.send_text(first, "Добрый день!")
    assert isinstance(item, OutboxItem)
    shop.inbox.chats.open(second)
    await reaches(shop, item.outbox_id, OutboxState.CONFIRMED)
    await _rounds(market, 2)
    assert refusals
    assert shop.inbox.link().state is LinkState.ONLINE
