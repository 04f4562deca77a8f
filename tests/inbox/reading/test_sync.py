"""The list and the histories of changed chats, against the sandbox on a real socket."""

from collections.abc import Callable

from chat_tui.inbox.events import ChatsChanged, Event
from chat_tui.model.ids import ChatRef
from chat_tui.model.link import LinkState
from chat_tui.model.problem import ProblemKind
from chat_tui.model.queue import Tab
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop
from tests.support.waiting import until

OpenShop = Callable[..., Shop]


async def all_chats(shop: Shop) -> list[ChatRef]:
    page = await shop.inbox.chats.page(Tab.ALL, limit=1000)
    return [item.chat.chat_ref for item in page.items]


async def test_a_round_brings_every_chat_of_the_market(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    report = await shop.inbox.sync_once()
    assert report.problem is None
    assert report.chats >= 30
    assert len(await all_chats(shop)) == 30


async def test_those_who_wait_are_known_by_their_first_unanswered_message(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(background=False)
    await shop.inbox.sync_once()
    waiting = (await shop.inbox.chats.page(Tab.WAITING)).items
    assert waiting
    assert all(item.snippet or item.newest_has_file for item in waiting if item.waiting_since)


async def test_a_new_message_is_in_the_cache_after_the_next_poll(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop()
    chat = (await until(lambda: all_chats(shop)))[-1]
    market.say(chat.number, "Есть кто живой?")

    async def arrived() -> bool:
        item = await shop.inbox.chats.item(chat)
        return item is not None and item.snippet == "Есть кто живой?"

    await until(arrived)
    item = await shop.inbox.chats.item(chat)
    assert item is not None
    assert item.waiting_since is not None


async def test_events_name_the_changed_chat(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    chat = (await until(lambda: all_chats(shop)))[-1]
    heard: list[Event] = []
    shop.inbox.subscribe(heard.append)
    market.say(chat.number, "Ещё вопрос")

    async def named() -> bool:
        return any(isinstance(event, ChatsChanged) and chat in event.chat_refs for event in heard)

    await until(named)


async def test_a_list_that_is_not_newest_first_is_read_all_the_same(
    market: Sandbox, open_shop: OpenShop
) -> None:
    market.behaviour.chat_order = "shuffled"
    shop = open_shop(background=False)
    await shop.inbox.sync_once()
    assert len(await all_chats(shop)) == 30


async def test_offline_keeps_the_cache_and_says_so(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    await shop.inbox.sync_once()
    await shop.close()
    cut_off = open_shop(url="http://127.0.0.1:9")

    async def offline() -> bool:
        return cut_off.inbox.link().state == LinkState.OFFLINE

    await until(offline)
    assert len(await all_chats(cut_off)) == 30
    assert cut_off.inbox.link().fresh_at is not None, "the screen shows the age of the cache"


async def test_a_wrong_key_stops_asking_and_says_so(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(key="ACMA:wrong:key")

    async def refused() -> bool:
        return shop.inbox.link().state == LinkState.REFUSED

    await until(refused)
    problem = shop.inbox.link().problem
    assert problem is not None
    assert problem.kind == ProblemKind.UNAUTHORIZED


async def test_a_page_of_html_changes_nothing_in_the_cache(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    await shop.inbox.sync_once()
    market.script(
        "getChats",
        [Answer(status=200, body="<html>Войдите в сеть</html>", headers={"content-type": "text/html"})],
    )
    report = await shop.inbox.sync_once()
    assert report.problem is not None
    assert report.problem.kind == ProblemKind.UNEXPECTED_ANSWER
    assert len(await all_chats(shop)) == 30


async def test_endless_empty_pages_end_a_round(market: Sandbox, open_shop: OpenShop) -> None:
    market.behaviour.paging = "endless"
    shop = open_shop(background=False)
    report = await shop.inbox.sync_once()
    assert report.requests < 30


async def test_the_same_token_for_ever_ends_a_round(market: Sandbox, open_shop: OpenShop) -> None:
    market.behaviour.paging = "loop"
    shop = open_shop(background=False)
    report = await shop.inbox.sync_once()
    assert report.requests < 60
