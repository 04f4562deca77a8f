"""How much of the history a search covers."""

import pytest

from chat_tui.model.search import SearchCoverage
from chat_tui.store import search
from chat_tui.store.database import Store
from tests.store.world import a_chat, buyer, list_chats, read_history
from tests.support.refs import ref

OTHER = ref(77)


@pytest.fixture(autouse=True)
def _listed(store: Store) -> None:
    list_chats(store, a_chat(updated_at=10_000), a_chat(OTHER, 20_000))


def covered(store: Store) -> tuple[int, int, int | None]:
    told = store.read(search.coverage).result()
    return told.chats, told.read, told.oldest_at


def test_coverage_tells_what_is_read_and_back_to_when(store: Store) -> None:
    assert covered(store) == (2, 0, 20_000)
    read_history(store, buyer(1, 20_000, chat_ref=OTHER), chat_ref=OTHER)
    assert covered(store) == (2, 0, 20_000), "before its first message some may be missing"
    read_history(store, buyer(9, 3_000, chat_ref=OTHER), chat_ref=OTHER, newest=False)
    read_history(store, chat_ref=OTHER, oldest=True)
    assert covered(store) == (2, 1, 10_000)
    read_history(store, buyer(5, 5_000), buyer(6, 10_000))
    assert covered(store) == (2, 1, 5_000), "this chat is here from 5,000 on"
    read_history(store, buyer(2, 2_000), newest=False, oldest=True)
    assert covered(store) == (2, 2, 2_000), "all is read, back to the first message"


def test_coverage_does_not_count_on_a_chat_with_newer_messages_to_read(store: Store) -> None:
    read_history(store, oldest=True, chat_ref=OTHER)
    read_history(store, buyer(5, 5_000), buyer(6, 10_000))
    assert covered(store)[2] == 5_000
    list_chats(store, a_chat(updated_at=30_000))
    assert covered(store)[2] == 30_000


def test_coverage_looks_at_some_chats_only_and_claims_no_more(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 6):
        list_chats(store, a_chat(number, 50_000 - number))
        read_history(
            store, buyer(1, 100, chat_ref=number), buyer(2, 50_000 - number, chat_ref=number), chat_ref=number
        )
    assert covered(store)[2] == 20_000
    monkeypatch.setattr(search, "_UNREAD", search._UNREAD.replace("LIMIT 200", "LIMIT 3"))
    monkeypatch.setattr(search, "LOOKED_AT", 3)
    assert covered(store)[2] == 49_997


def test_an_empty_cache_covers_nothing_and_misses_nothing(store: Store) -> None:
    store.write_cache(lambda conn: conn.execute("DELETE FROM chat").rowcount).result()
    told = store.read(search.coverage).result()
    assert (told, told.share) == (SearchCoverage(0, 0, None), 1.0)
