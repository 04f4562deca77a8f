"""Orders and returns for the panel: requested in batches, once, and a missing right reported once."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chat_tui.inbox.events import Event, OrdersChanged
from chat_tui.inbox.reading.orders import OrderReader
from chat_tui.model.chat import Chat, ContextKind
from chat_tui.model.ids import ChatRef, OrderId
from chat_tui.model.link import LinkState
from chat_tui.model.order import FRESH_MS, ChatOrder, Order
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.sandbox.access import NO_ORDERS_KEY
from chat_tui.store import chats, orders
from tests.store.world import a_chat
from tests.support.faults import Answer
from tests.support.properties import examples
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop, open_store
from tests.support.waiting import until

OpenShop = Callable[..., Shop]


async def chats_about(shop: Shop, kind: ContextKind) -> list[ChatRef]:
    """Chats of the sandbox about an order or a return, once they are in the cache."""

    def read(conn: Any) -> list[ChatRef]:
        rows = conn.execute("SELECT chat_id FROM chat WHERE context_kind = ? ORDER BY 1", (kind,))
        return [ref(row[0]) for row in rows]

    async def found() -> bool:
        return bool(shop.store.read(read).result())

    await until(found, "a chat in the cache")
    return shop.store.read(read).result()


async def known(shop: Shop, chat_ref: ChatRef) -> ChatOrder:
    found = await shop.inbox.orders.of_chat(chat_ref)
    assert found is not None
    return found


async def wanted(shop: Shop, chat_ref: ChatRef, *, is_return: bool = False) -> ChatOrder:
    """Request the order or return of a chat and wait until there is an answer."""
    shop.inbox.orders.want(chat_ref)

    async def is_known() -> bool:
        it = await known(shop, chat_ref)
        is_order = (it.order or it.order_problem) is not None
        return is_order and (not is_return or (it.returned or it.return_problem) is not None)

    await until(is_known, "the order")
    return await known(shop, chat_ref)


async def test_a_wanted_order_is_read_once_and_told(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    heard: list[Event] = []
    shop.inbox.subscribe(heard.append)
    [chat_ref, *_others] = await chats_about(shop, ContextKind.ORDER)
    assert (await known(shop, chat_ref)).order is None
    found = await wanted(shop, chat_ref)
    assert found.order is not None
    assert found.order.what is not None
    assert found.order.what.order_id == found.item.chat.context.order_id
    assert found.order.what.lines[0].price is not None
    assert found.order_problem is None

    async def is_told() -> bool:
        return OrdersChanged() in heard

    await until(is_told, "that it was read")
    assert shop.inbox.link().budgets["getBusinessOrders"].limit == 10_000
    shop.inbox.orders.want(chat_ref)
    await wanted(shop, chat_ref)
    assert market.asked("getBusinessOrders") == 1


async def test_the_orders_of_all_who_wait_come_with_the_first(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    [chat_ref, *_others] = await chats_about(shop, ContextKind.ORDER)

    async def all_listed() -> bool:
        return shop.store.read(chats.counts, 0).result()[Tab.ALL] == 30

    await until(all_listed, "all chats")
    assert shop.store.read(orders.unread_waiting, 50).result()
    await wanted(shop, chat_ref)
    assert shop.store.read(orders.unread_waiting, 50).result() == ()
    assert market.asked("getBusinessOrders") == 1


async def test_a_wanted_return_is_read(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    [chat_ref, *_others] = await chats_about(shop, ContextKind.RETURN)
    found = await wanted(shop, chat_ref, is_return=True)
    assert found.returned is not None
    assert found.returned.what is not None
    assert found.returned.what.return_id == found.item.chat.context.return_id
    assert found.returned.what.refund_status
    await wanted(shop, chat_ref, is_return=True)
    assert market.asked("getReturn") == 1


async def test_a_return_the_market_does_not_know(market: Sandbox, open_shop: OpenShop) -> None:
    market.script("getReturn", [Answer(404)])
    shop = open_shop()
    [chat_ref, *_others] = await chats_about(shop, ContextKind.RETURN)
    found = await wanted(shop, chat_ref, is_return=True)
    assert found.returned is not None
    assert found.returned.what is None
    assert found.return_problem is None


async def test_a_missing_right_is_named_and_asked_for_once_until_refresh(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(key=NO_ORDERS_KEY)
    [first, second, *_others] = await chats_about(shop, ContextKind.RETURN)
    found = await wanted(shop, first, is_return=True)
    assert found.order_problem is not None
    assert found.return_problem is not None
    assert found.order_problem.kind is ProblemKind.FORBIDDEN
    assert "inventory-and-order-processing:read-only" in found.order_problem.scopes
    assert "finance-and-accounting" not in found.return_problem.scopes
    await wanted(shop, second, is_return=True)
    assert (market.asked("getBusinessOrders"), market.asked("getReturn")) == (1, 1)
    assert shop.inbox.link().state is LinkState.ONLINE, "the chats can still be read"
    assert shop.inbox.link().problem is None

    shop.inbox.refresh()
    shop.inbox.orders.want(first)

    async def asked_again() -> bool:
        return (market.asked("getBusinessOrders"), market.asked("getReturn")) == (2, 2)

    await until(asked_again, "a second try")


async def test_a_refresh_reads_what_is_fresh_again(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop()
    [chat_ref, *_others] = await chats_about(shop, ContextKind.ORDER)
    first = await wanted(shop, chat_ref)
    assert first.order is not None
    await asyncio.sleep(0.002)
    shop.inbox.refresh()
    shop.inbox.orders.want(chat_ref)

    async def asked_again() -> bool:
        return market.asked("getBusinessOrders") == 2

    await until(asked_again, "a second reading")


async def test_trouble_is_told_and_passes(market: Sandbox, open_shop: OpenShop) -> None:
    market.script("getBusinessOrders", [Answer(503)])
    shop = open_shop()
    [chat_ref, *_others] = await chats_about(shop, ContextKind.ORDER)
    found = await wanted(shop, chat_ref)
    assert found.order is None
    assert found.order_problem is not None
    assert found.order_problem.kind is ProblemKind.SERVER
    shop.inbox.orders.want(chat_ref)

    async def is_read() -> bool:
        it = await known(shop, chat_ref)
        return it.order is not None and it.order_problem is None

    await until(is_read, "the order after the trouble")


async def test_an_order_read_before_is_there_without_a_network(
    market: Sandbox, open_shop: OpenShop, tmp_path: Path
) -> None:
    shop = open_shop()
    [chat_ref, *_others] = await chats_about(shop, ContextKind.ORDER)
    read = (await wanted(shop, chat_ref)).order
    assert read is not None
    await shop.close()
    offline = open_shop(url="http://127.0.0.1:9")
    again = await known(offline, chat_ref)
    assert again.order == read
    assert again.order_problem is None, "a fresh order has no problem"


async def test_a_chat_nobody_knows_has_no_order(market: Sandbox, open_shop: OpenShop) -> None:
    assert await open_shop(background=False).inbox.orders.of_chat(ref(5)) is None


class Counting:
    """A context whose Market counts its requests and whose store is real."""

    def __init__(self, shop: Shop, *, answers: Sequence[Problem] = ()) -> None:
        self.store = shop.store
        self.client = self.bus = self.link = self
        self.budgets: dict[str, object] = {}
        self.batches: list[tuple[OrderId, ...]] = []
        self.told: list[object] = []
        self._answers = list(answers)
        self.now = 1_000_000

    def wall_ms(self) -> int:
        return self.now

    async def ask(self, _urgency: object, call: Callable[..., Any], *args: Any) -> Any:
        return await getattr(self, call.__name__)(*args)

    async def get_orders(self, batch: tuple[OrderId, ...]) -> tuple[Order, ...] | Problem:
        self.batches.append(batch)
        await asyncio.sleep(0)
        if self._answers:
            return self._answers.pop(0)
        return tuple(Order(number, None, "DELIVERY", "", 0, ()) for number in batch)

    def publish(self, event: object) -> None:
        self.told.append(event)

    def count(self, _budgets: object) -> None:
        pass

    failed = publish


async def settled(reads: OrderReader) -> None:
    assert reads._round is not None
    await reads._round


def list_orders(shop: Shop, *order_ids: int, status: str = "WAITING_FOR_CUSTOMER") -> list[ChatRef]:
    """Chats about these orders that do not wait for an answer."""
    listed = [a_chat(1_000 + n, status=status, order_id=order_id) for n, order_id in enumerate(order_ids)]
    shop.store.write_cache(chats.save_page, listed, 1).result()
    return [chat.chat_ref for chat in listed]


@settings(max_examples=examples(6))
@given(st.integers(0, 120), st.integers(1, 3))
@example(101, 2)
def test_however_many_chats_want_their_orders_no_batch_is_over_50_and_none_is_asked_twice(
    count: int, times: int
) -> None:
    order_ids = [*range(1, count + 1), *range(1, count // 2 + 1)]

    async def live(shop: Shop) -> None:
        ctx: Any = Counting(shop)
        reads = OrderReader(ctx, asyncio.create_task)
        for _ in range(times):
            for chat_ref in list_orders(shop, *order_ids):
                reads.want(chat_ref)
            if order_ids:
                await settled(reads)
        assert all(len(batch) <= 50 for batch in ctx.batches)
        in_all = [number for batch in ctx.batches for number in batch]
        assert sorted(in_all) == sorted(set(order_ids))
        assert len(ctx.batches) == -(-len(set(order_ids)) // 50)

    in_a_fresh_store(live)


def in_a_fresh_store(live: Callable[[Shop], Any]) -> None:
    with tempfile.TemporaryDirectory() as name:
        store = open_store(Path(name))
        try:
            asyncio.run(live(Shop(None, store)))  # type: ignore[arg-type]
        finally:
            store.close()


def test_what_is_wanted_while_a_request_is_under_way_goes_with_the_next() -> None:
    async def live(shop: Shop) -> None:
        ctx: Any = Counting(shop)
        reads = OrderReader(ctx, asyncio.create_task)
        first, *rest = list_orders(shop, 1, 2, 3, 4)
        reads.want(first)
        while not ctx.batches:
            await asyncio.sleep(0)
        for chat_ref in rest:
            reads.want(chat_ref)
        await settled(reads)
        assert [sorted(batch) for batch in ctx.batches] == [[1], [2, 3, 4]]

    in_a_fresh_store(live)


@pytest.mark.parametrize(
    ("kind", "times"),
    [(ProblemKind.FORBIDDEN, 1), (ProblemKind.OFFLINE, 2), (ProblemKind.HOURLY_LIMIT, 2)],
)
def test_only_a_missing_right_is_not_asked_for_again(kind: ProblemKind, times: int) -> None:
    async def live(shop: Shop) -> None:
        ctx: Any = Counting(shop, answers=[Problem(kind, Certainty.REFUSED)])
        reads = OrderReader(ctx, asyncio.create_task)
        [chat_ref] = list_orders(shop, 1)
        for _ in range(2):
            reads.want(chat_ref)
            await settled(reads)
        assert len(ctx.batches) == times

    in_a_fresh_store(live)


def test_an_old_order_is_read_again() -> None:
    async def live(shop: Shop) -> None:
        ctx: Any = Counting(shop)
        reads = OrderReader(ctx, asyncio.create_task)
        [chat_ref] = list_orders(shop, 1)
        for later, times in ((0, 1), (FRESH_MS, 1), (1, 2)):
            ctx.now += later
            reads.want(chat_ref)
            await settled(reads)
            assert len(ctx.batches) == times

    in_a_fresh_store(live)


async def test_the_other_chats_are_those_of_the_buyer_else_of_the_order(
    market: Sandbox, open_shop: OpenShop
) -> None:
    shop = open_shop(background=False)

    def by(chat: Chat, public_id: str | None) -> Chat:
        return replace(chat, context=replace(chat.context, customer_public_id=public_id))

    listed = [
        by(a_chat(1, order_id=11), "w3k9"),
        by(a_chat(2, order_id=None, about="DIRECT"), "w3k9"),
        by(a_chat(3, order_id=11), None),
    ]
    shop.store.write_cache(chats.save_page, listed, 1).result()
    of_buyer, of_order = await known(shop, ref(1)), await known(shop, ref(3))
    assert [item.chat.chat_ref.number for item in of_buyer.others] == [2]
    assert of_buyer.are_others_of_buyer
    assert [item.chat.chat_ref.number for item in of_order.others] == [1]
    assert not of_order.are_others_of_buyer
