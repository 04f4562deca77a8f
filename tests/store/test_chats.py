"""Merging pages of the list."""

import pytest

from chat_tui.model.chat import ChatStatus, Shop
from chat_tui.model.ids import CampaignId, ChatRef
from chat_tui.model.queue import Tab
from chat_tui.store import chats
from chat_tui.store.database import Store
from tests.store.world import CHAT, a_chat, buyer, list_chats, own, read_history
from tests.support.refs import ref
from tests.support.stored import shops


def the_chat(store: Store) -> object:
    found = store.read(chats.item, CHAT, now=0).result()
    assert found is not None
    return found.chat


def test_a_new_chat_is_told_once(store: Store) -> None:
    assert list_chats(store, a_chat()) == {CHAT}
    assert list_chats(store, a_chat()) == frozenset()
    assert the_chat(store) == a_chat()


def test_a_later_entry_of_the_same_page_wins_wherever_it_stands(store: Store) -> None:
    late = a_chat(updated_at=2_000, status=ChatStatus.FINISHED)
    list_chats(store, late, a_chat(updated_at=1_000))
    assert the_chat(store) == late


def test_an_older_page_overwrites_nothing(store: Store) -> None:
    late = a_chat(updated_at=2_000, status=ChatStatus.FINISHED)
    list_chats(store, late)
    assert list_chats(store, a_chat(updated_at=1_999)) == frozenset()
    assert the_chat(store) == late


@pytest.mark.parametrize(
    "changed",
    [
        a_chat(status=ChatStatus.FINISHED),
        a_chat(kind="ARBITRAGE"),
        a_chat(name="Мария П."),
        a_chat(updated_at=1_001),
    ],
)
def test_what_changed_at_the_same_or_a_later_time_is_taken_and_told(store: Store, changed: object) -> None:
    list_chats(store, a_chat())
    assert list_chats(store, changed) == {CHAT}  # type: ignore[arg-type]
    assert the_chat(store) == changed


def test_an_unreadable_date_brings_the_status_and_keeps_the_place(store: Store) -> None:
    list_chats(store, a_chat(updated_at=2_000))
    assert list_chats(store, a_chat(updated_at=0, status=ChatStatus.FINISHED)) == {CHAT}
    assert the_chat(store) == a_chat(updated_at=2_000, status=ChatStatus.FINISHED)


def test_an_unstorable_chat_costs_only_itself(store: Store) -> None:
    assert list_chats(store, a_chat(2**63), a_chat(0), a_chat(5, name="x\ud83d")) == {ref(5)}
    found = store.read(chats.page, Tab.ALL, now=0).result()
    assert [item.chat.context.customer_name for item in found.items] == ["x\ufffd"]


def test_absurd_dates_are_held_within_what_a_row_can_hold(store: Store) -> None:
    list_chats(store, a_chat(updated_at=2**60))
    found = store.read(chats.item, CHAT, now=0).result()
    assert found is not None
    assert found.chat.updated_at == 2**42


def test_unknown_words_are_kept(store: Store) -> None:
    odd = a_chat(status="WAITING_FOR_ROBOT", kind="GROUP", about="SUBSCRIPTION")
    list_chats(store, odd)
    assert the_chat(store) == odd


def test_a_listed_status_takes_the_known_talk_into_account(store: Store) -> None:
    list_chats(store, a_chat(updated_at=1_000, status=ChatStatus.NEW))
    read_history(store, buyer(1, 900), buyer(2, 1_000))
    list_chats(store, a_chat(updated_at=1_000, status=ChatStatus.WAITING_FOR_PARTNER))
    found = store.read(chats.item, CHAT, now=0).result()
    assert found is not None
    assert found.waiting_since == 900


def test_shops_are_replaced_and_name_their_chats(store: Store) -> None:
    shop = Shop(CampaignId(21_098_765), "Дом и сад", 7, "ООО", "FBS", "AVAILABLE")
    store.write_cache(chats.save_shops, [Shop(CampaignId(1), "Старый", 7, "", "", "")]).result()
    store.write_cache(chats.save_shops, [shop]).result()
    list_chats(store, a_chat())
    assert store.read(shops).result() == (shop,)
    found = store.read(chats.item, CHAT, now=0).result()
    assert found is not None
    assert found.shop_name == "Дом и сад"


def behind(store: Store) -> tuple[ChatRef, ...]:
    return store.read(chats.behind, 10).result()


def test_behind_are_waiting_chats_never_read_and_read_chats_the_list_knows_more_of(store: Store) -> None:
    quiet = ChatStatus.WAITING_FOR_CUSTOMER
    list_chats(store, a_chat(1, 3_000), a_chat(2, 2_000), a_chat(3, 1_000, quiet), a_chat(4, 1_000, quiet))
    read_history(store, own(1, 1_000, chat_ref=4), chat_ref=4)
    assert behind(store) == (ref(2), ref(1))
    list_chats(store, a_chat(4, 5_000, quiet))
    assert behind(store) == (ref(2), ref(1), ref(4))
    read_history(store, own(2, 5_000, chat_ref=4), chat_ref=4)
    assert behind(store) == (ref(2), ref(1))


def test_a_new_chat_is_read_to_learn_whether_a_buyer_wrote_in_it(store: Store) -> None:
    list_chats(store, a_chat(updated_at=1_000, status=ChatStatus.NEW))
    assert behind(store) == (CHAT,)
    read_history(store, buyer(1, 1_000))
    assert behind(store) == ()
    found = store.read(chats.item, CHAT, now=0).result()
    assert found is not None
    assert found.waiting_since == 1_000


def test_behind_rests_after_three_vain_reads_until_the_list_tells_more(store: Store) -> None:
    list_chats(store, a_chat(updated_at=2_000))
    for left in (2, 1, 0):
        assert behind(store) == (CHAT,)
        read_history(store, buyer(1, 1_000))
        assert bool(behind(store)) is bool(left)
    list_chats(store, a_chat(updated_at=3_000))
    assert behind(store) == (CHAT,)
