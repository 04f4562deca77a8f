"""Searching through the inbox: cached messages are found, also those cached before the index existed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.inbox.reading import backfill as pace
from chat_tui.model.search import SearchQuery, Standing
from chat_tui.store import indexing, search
from tests.store.world import a_chat, buyer, list_chats, read_history
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop, open_store
from tests.support.waiting import until

OpenShop = Callable[..., Shop]


async def test_what_was_read_is_found_and_opened_at_its_place(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    chat = market.world.listed("desc", None, 0, 1)[0]
    market.say(chat.chat_id, "Пришлите синие чайники")
    assert await shop.inbox.fetch_chat(ref(chat.chat_id)) is None
    page = await shop.inbox.search.find(SearchQuery(("чайник", "синий")))
    [hit] = page.hits
    assert (hit.chat_ref.number, page.next_key) == (chat.chat_id, None)
    around = await shop.inbox.chats.timeline(hit.chat_ref, around=hit.message_id, limit=1)
    assert [entry.message.text for entry in around.entries if entry.message] == ["Пришлите синие чайники"]


async def test_a_rare_hit_is_looked_for_until_it_is_found(
    open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "EXAMINED", 3)
    shop = open_shop(background=False)
    list_chats(shop.store, a_chat(1, 1_000), *(a_chat(n, 1_000, "FINISHED") for n in range(2, 12)))
    for number in range(1, 12):
        read_history(shop.store, buyer(number, number * 1_000, "чек", chat_ref=number), chat_ref=number)
    query = SearchQuery(("чек",), standings=frozenset({Standing.WAITING}))
    assert [hit.chat_ref.number for hit in (await shop.inbox.search.find(query)).hits] == [1]
    nothing = await shop.inbox.search.find(SearchQuery(("чек",), since=2**41))
    assert (nothing.hits, nothing.next_key) == ((), None)


async def test_a_cache_from_before_the_index_becomes_findable_by_itself(
    open_shop: OpenShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "INDEX_PAUSE_S", 0.0)
    with monkeypatch.context() as then:
        then.setattr(indexing, "add_message", lambda *_: None)
        store = open_store(tmp_path)
        list_chats(store, a_chat(1))
        read_history(store, *(buyer(n, n, "чайник", chat_ref=1) for n in range(1, 6)), chat_ref=1)
        store.write_cache(
            lambda conn: conn.execute("INSERT INTO cursor SELECT 'unindexed messages', max(id) FROM message")
        ).result()
        store.close()
    inbox = open_shop().inbox

    async def all_is_found() -> bool:
        return len((await inbox.search.find(SearchQuery(("чайники",)))).hits) == 5

    await until(all_is_found)


async def test_coverage_says_whether_the_rest_is_being_read(open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    list_chats(shop.store, a_chat(1, 5_000), a_chat(2, 4_000))
    read_history(shop.store, buyer(1, 5_000, chat_ref=1), chat_ref=1, oldest=True)
    told = await shop.inbox.search.coverage()
    assert (told.chats, told.read, told.oldest_at, told.is_fetching) == (2, 1, 4_000, False)
    for wanted in (True, False):
        shop.inbox.search.fetch_rest(wanted)

        async def is_so(wanted: bool = wanted) -> bool:
            return (await shop.inbox.search.coverage()).is_fetching is wanted

        await until(is_so)
