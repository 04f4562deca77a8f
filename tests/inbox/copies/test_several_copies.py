"""Several copies of the program on one directory: one sends the requests, all see the answers."""

import threading
from collections.abc import Callable
from dataclasses import replace

from chat_tui.inbox.events import ChatsChanged, Event, OutboxChanged, TimelineChanged
from chat_tui.model.ids import ChatRef
from chat_tui.model.link import LinkState
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Draft
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop
from tests.support.waiting import until

OpenShop = Callable[..., Shop]
CALM = replace(QUICK, poll_s=0.2)
LISTED_ONCE = 5
"""Pages of 20 in a shop with 30 chats: two from the top, two of all chats, one of the active ones."""
SILENT = replace(QUICK, poll_s=3600.0)
"""A copy that reads the list once and keeps the lead as long as it lives."""


async def is_listed(shop: Shop) -> bool:
    return bool((await shop.inbox.chats.counts())[Tab.ALL])


def newest_chat(market: Sandbox) -> ChatRef:
    return ref(market.world.listed("desc", None, 0, 1)[0].chat_id)


def hearing(shop: Shop) -> list[Event]:
    heard: list[Event] = []
    shop.inbox.subscribe(heard.append)
    return heard


async def test_one_copy_polls_the_list_for_all(market: Sandbox, open_shop: OpenShop) -> None:
    first = open_shop(settings=SILENT)

    async def is_done() -> bool:
        # The top, all chats, and the active ones; then the next round is an hour away.
        return (
            market.asked("getChats") == LISTED_ONCE and (await first.inbox.sync_plan()).listed_at is not None
        )

    await until(is_done)
    others = [open_shop(settings=CALM) for _ in range(2)]
    heard = [hearing(other) for other in others]
    chat = newest_chat(market)

    async def are_watching() -> bool:
        return all(other.inbox.link().fresh_at is not None for other in others)

    await until(are_watching)
    assert await first.inbox.drafts.save(Draft(chat, "typed elsewhere", 0)) is None

    async def told() -> bool:
        return all(OutboxChanged(chat) in events for events in heard)

    await until(told)
    assert market.asked("getChats") == LISTED_ONCE, "the others neither lead nor send requests"


async def test_another_copy_takes_over_when_the_leader_leaves(market: Sandbox, open_shop: OpenShop) -> None:
    first = open_shop(settings=SILENT)
    await until(lambda: is_listed(first))
    other = open_shop(settings=CALM)
    await first.close()
    asked = market.asked("getChats")

    async def asks() -> bool:
        return market.asked("getChats") > asked + 2

    await until(asks)
    assert other.inbox.link().fresh_at is not None


async def test_what_one_copy_reads_the_others_show(market: Sandbox, open_shop: OpenShop) -> None:
    leader = open_shop(settings=CALM)
    await until(lambda: is_listed(leader))
    other = open_shop(settings=SILENT)
    chat = newest_chat(market)
    heard = hearing(other)
    market.say(chat.number, "Вы тут?")

    async def seen() -> bool:
        item = await other.inbox.chats.item(chat)
        return item is not None and item.snippet == "Вы тут?" and TimelineChanged(chat) in heard

    await until(seen)
    assert any(isinstance(event, ChatsChanged) and chat in event.chat_refs for event in heard)


async def test_what_one_copy_sends_the_others_show(market: Sandbox, open_shop: OpenShop) -> None:
    sender = open_shop(settings=CALM)
    await until(lambda: is_listed(sender))
    other = open_shop(settings=SILENT)
    chat = newest_chat(market)
    heard = hearing(other)
    # An item that is confirmed between two looks of the other copy is only news of its chat.
    market.script("sendMessageToChat", [Answer(until=(seen := threading.Event()))])
    assert isinstance(await sender.inbox.outbox.send_text(chat, "Здравствуйте!"), OutboxItem)

    async def told() -> bool:
        return OutboxChanged(chat) in heard

    await until(told)
    seen.set()


async def test_a_copy_that_only_watches_knows_how_fresh_the_list_is(
    market: Sandbox, open_shop: OpenShop
) -> None:
    leader = open_shop(settings=SILENT)
    await until(lambda: is_listed(leader))
    other = open_shop(settings=CALM)

    async def knows() -> bool:
        return other.inbox.link().fresh_at is not None

    await until(knows)


async def test_the_network_away_is_known_to_whoever_only_watches(
    market: Sandbox, open_shop: OpenShop
) -> None:
    leader = open_shop(settings=CALM, url="http://127.0.0.1:9")

    async def is_offline(shop: Shop) -> bool:
        return shop.inbox.link().state is LinkState.OFFLINE

    await until(lambda: is_offline(leader))
    other = open_shop(settings=SILENT, url="http://127.0.0.1:9")
    await until(lambda: is_offline(other))


async def test_quotas_are_counted_together(market: Sandbox, open_shop: OpenShop) -> None:
    first, second = open_shop(settings=SILENT), open_shop(settings=SILENT)
    await until(lambda: is_listed(first))

    async def agree() -> bool:
        ours, theirs = (shop.inbox.link().budgets.get("getChats") for shop in (first, second))
        left = market.quotas.remaining("getChats", market.business_id)
        return ours is not None and theirs is not None and ours.remaining == theirs.remaining == left

    await until(agree)
