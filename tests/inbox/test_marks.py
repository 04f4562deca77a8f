"""What the operator marks in the list is seen by every copy of the program."""

from collections.abc import Callable

from chat_tui.inbox.events import ChatsChanged, Event, OutboxChanged
from chat_tui.model.ids import ChatId
from chat_tui.model.queue import Tab
from chat_tui.sandbox.serve import Sandbox
from tests.support.shop import Shop
from tests.support.waiting import until

OpenShop = Callable[..., Shop]
FAR = 2**41
"""A moment in 2039."""


async def longest_waiting(shop: Shop) -> ChatId:
    async def is_known() -> bool:
        return await shop.inbox.next_waiting(None) is not None

    await until(is_known)
    chat_id = await shop.inbox.next_waiting(None)
    assert chat_id is not None
    return chat_id


async def test_a_mark_is_told_and_undone(market: Sandbox, open_shop: OpenShop) -> None:
    inbox = (shop := open_shop()).inbox
    chat_id = await longest_waiting(shop)
    heard: list[Event] = []
    inbox.subscribe(heard.append)
    for mark in (inbox.mark_done(chat_id), inbox.snooze(chat_id, FAR), inbox.snooze(chat_id, None)):
        assert await mark is None
        assert await inbox.queue_item(chat_id, Tab.WAITING) is None
        assert await inbox.next_waiting(None) != chat_id
    assert await inbox.queue_item(chat_id, Tab.SNOOZED) is not None

    async def told() -> bool:
        return ChatsChanged(frozenset({chat_id})) in heard

    await until(told)
    assert await inbox.unmark(chat_id) is None
    assert await inbox.queue_item(chat_id, Tab.WAITING) is not None


async def test_another_copy_sees_a_mark(market: Sandbox, open_shop: OpenShop) -> None:
    first, other = open_shop(), open_shop()
    chat_id = await longest_waiting(first)
    heard: list[Event] = []
    other.inbox.subscribe(heard.append)
    assert await first.inbox.mark_done(chat_id) is None
    assert await other.inbox.queue_item(chat_id, Tab.WAITING) is None

    async def told() -> bool:
        return OutboxChanged(chat_id) in heard

    await until(told)
