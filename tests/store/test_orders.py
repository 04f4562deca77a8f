"""Orders and returns in the cache: saved as they came, due when they are old, requested once."""

from dataclasses import replace
from typing import Any

import pytest

from chat_tui.model.chat import Chat, ContextKind
from chat_tui.model.ids import CampaignId, ChatRef, OrderId, ReturnId
from chat_tui.model.order import FRESH_MS, Money, Order, OrderDelivery, OrderLine, Reading, Return
from chat_tui.store import orders
from chat_tui.store.database import Store
from tests.store.world import CHAT, a_chat, list_chats
from tests.support.refs import ref

ORDER = OrderId(51_230_874_561)
RETURN = ReturnId(8_812_045)
NOW = 1_790_000_000_000

WHOLE = Order(
    ORDER,
    CampaignId(21_098_765),
    "DELIVERY",
    "DELIVERY_SERVICE_RECEIVED",
    NOW - 5_000,
    (OrderLine("Чайник", 2, Money("4980.10", "RUR")), OrderLine("SKU", None)),
    Money("4980.10", "RUR"),
    OrderDelivery("PICKUP", "Маркет", "2026-11-23", "2026-11-24", "", "2026-11-30", "Москва", True),
)
BARE = Order(OrderId(2), None, "", "", 0, ())
RETURNED = Return(RETURN, ORDER, NOW - 9_000, "REFUNDED", True, (OrderLine("SKU", 1),), Money("2490", "RUR"))


def save(store: Store, *found: Order, asked: tuple[OrderId, ...] = (), at: int = NOW) -> None:
    asked = asked or tuple(order.order_id for order in found)
    store.write_cache(orders.save_orders, asked, found, at).result()


def read(store: Store, order_id: OrderId = ORDER) -> Reading[Order] | None:
    return store.read(orders.order, order_id).result()


def due(store: Store, *chats: ChatRef, now: int = NOW) -> tuple[OrderId, ...]:
    return store.read(orders.due_orders, chats, now - FRESH_MS, now).result()


@pytest.mark.parametrize("order", [WHOLE, BARE, replace(WHOLE, status="ROBOT\ud800")])
def test_an_order_is_kept_as_it_came(store: Store, order: Order) -> None:
    save(store, order)
    kept = replace(order, status=order.status.replace("\ud800", "\ufffd"))
    assert read(store, order.order_id) == Reading(kept, NOW)


def test_a_newer_reading_takes_the_place_of_the_old_one(store: Store) -> None:
    save(store, WHOLE)
    newer = replace(WHOLE, status="DELIVERED", lines=WHOLE.lines[:1])
    save(store, newer, at=NOW + 7)
    assert read(store) == Reading(newer, NOW + 7)


def test_what_did_not_come_was_not_found(store: Store) -> None:
    assert read(store) is None
    save(store, BARE, asked=(ORDER, BARE.order_id))
    assert read(store) == Reading(None, NOW)
    assert read(store, BARE.order_id) == Reading(BARE, NOW)


def test_what_was_told_once_stays_and_is_not_asked_for_at_once_again(store: Store) -> None:
    list_chats(store, a_chat())
    save(store, WHOLE)
    later = NOW + 2 * FRESH_MS
    assert due(store, CHAT, now=later) == (ORDER,)
    save(store, asked=(ORDER,), at=later)
    assert read(store) == Reading(WHOLE, NOW)
    assert due(store, CHAT, now=later) == ()


@pytest.mark.parametrize("found", [RETURNED, replace(RETURNED, lines=(), amount=None), None])
def test_a_return_is_kept_as_it_came(store: Store, found: Return | None) -> None:
    assert store.read(orders.returned, RETURN).result() is None
    store.write_cache(orders.save_return, RETURN, found, NOW).result()
    assert store.read(orders.returned, RETURN).result() == Reading(found, NOW)


@pytest.mark.parametrize(
    ("age", "is_due"),
    [(0, False), (FRESH_MS - 1, False), (FRESH_MS, False), (FRESH_MS + 1, True), (-1, True)],
)
def test_an_old_order_is_due_and_one_from_the_future_too(store: Store, age: int, is_due: bool) -> None:
    list_chats(store, a_chat())
    save(store, WHOLE, at=NOW - age)
    assert due(store, CHAT) == ((ORDER,) if is_due else ())


def test_many_chats_about_one_order_ask_for_it_once(store: Store) -> None:
    list_chats(store, a_chat(1), a_chat(2), a_chat(3, order_id=7), a_chat(4, order_id=None))
    found = due(store, *map(ref, (1, 2, 3, 4, 5)))
    assert sorted(found) == [7, ORDER]


def test_a_return_is_due_with_the_shop_that_its_order_told(store: Store) -> None:
    list_chats(
        store,
        a_chat(1, about=ContextKind.RETURN, return_id=RETURN, campaign_id=None),
        a_chat(2, about=ContextKind.RETURN, return_id=9, order_id=None),
    )
    chats = [ref(1), ref(2)]
    wanted: Any = (orders.due_returns, chats, NOW - FRESH_MS, NOW)
    assert store.read(*wanted).result() == ((RETURN, ORDER, None),)
    save(store, WHOLE)
    assert store.read(*wanted).result() == ((RETURN, ORDER, WHOLE.campaign_id),)
    store.write_cache(orders.save_return, RETURN, None, NOW).result()
    assert store.read(*wanted).result() == ()


def test_orders_of_waiting_chats_fill_the_batch_the_longest_wait_first(store: Store) -> None:
    list_chats(
        store,
        a_chat(1, 3_000, order_id=31),
        a_chat(2, 2_000, order_id=32),
        a_chat(3, 1_000, "FINISHED", order_id=33),
        a_chat(4, 9_000, "WAITING_FOR_ARBITER", order_id=34, kind="ARBITRAGE"),
        a_chat(5, 500, order_id=35),
    )
    save(store, asked=(OrderId(32),))
    unread = store.read(orders.unread_waiting, 10, besides=[OrderId(35)]).result()
    assert unread == (34, 31)
    assert store.read(orders.unread_waiting, 1).result() == (34,)


def test_the_other_chats_of_a_buyer_and_of_an_order(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def others(number: int) -> tuple[ChatRef, ...]:
        found = store.read(orders.of_chat, ref(number), NOW).result()
        assert found is not None
        return tuple(item.chat.chat_ref for item in found.others)

    def by(chat: Chat, public_id: str | None) -> Chat:
        return replace(chat, context=replace(chat.context, customer_public_id=public_id))

    list_chats(
        store,
        by(a_chat(1, order_id=11), "w3k9"),
        by(a_chat(2, 2_000, order_id=12), "w3k9"),
        by(a_chat(3, 3_000, order_id=None), "w3k9"),
        by(a_chat(4, 4_000, order_id=11), None),
    )
    assert others(1) == (ref(3), ref(2))
    assert others(4) == (ref(1),)
    monkeypatch.setattr(orders, "OTHERS", 1)
    assert others(1) == (ref(3),)


def test_looking_up_a_buyer_uses_an_index(store: Store) -> None:
    plan = "EXPLAIN QUERY PLAN SELECT chat_id FROM chat WHERE customer_public_id = 'x' AND chat_id <> 1"
    steps = store.read(lambda conn: conn.execute(plan).fetchall()).result()
    assert "chat_customer" in str(steps)
