"""Every copy of the program sees the operator's marks in the list."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from chat_tui.inbox.context import EngineContext, InboxSettings
from chat_tui.inbox.copies.change_feed import SNOOZES_EVERY_S, SnoozeTimer
from chat_tui.inbox.events import (
    ChatsChanged,
    Event,
    EventBus,
    LinkChanged,
    LinkMonitor,
    MarksChanged,
    OutboxChanged,
)
from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.mark import Hold, Marked, Pin
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.store import marks, outbox
from chat_tui.store.database import Connection, Store
from tests.inbox.simulation import virtual
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop, open_store
from tests.support.waiting import until

OpenShop = Callable[..., Shop]
FAR = 2**41
"""A moment in 2039."""
CHAT = ref(7)


async def longest_waiting(shop: Shop) -> ChatRef:
    async def is_known() -> ChatRef | None:
        return await shop.inbox.chats.next_waiting(None)

    chat_ref = await until(is_known)
    assert chat_ref is not None
    return chat_ref


async def test_a_mark_is_told_and_undone(market: Sandbox, open_shop: OpenShop) -> None:
    inbox = (shop := open_shop()).inbox
    chat_ref = await longest_waiting(shop)
    heard: list[Event] = []
    inbox.subscribe(heard.append)
    made = []
    for making in (
        inbox.marks.done(chat_ref),
        inbox.marks.snooze(chat_ref, FAR),
        inbox.marks.snooze(chat_ref, None),
    ):
        made.append(await making)
        assert await inbox.chats.item(chat_ref, Tab.WAITING) is None
        assert await inbox.chats.next_waiting(None) != chat_ref
    assert await inbox.chats.item(chat_ref, Tab.SNOOZED) is not None

    async def told() -> bool:
        return MarksChanged(chat_ref) in heard

    await until(told)
    for mark in made[::-1]:
        assert isinstance(mark, Marked)
        assert await inbox.marks.take_back(mark) is None
    assert await inbox.chats.item(chat_ref, Tab.WAITING) is not None
    last = made[-1]
    assert isinstance(last, Marked)
    assert await inbox.marks.take_back(last) == Problem(ProblemKind.GONE), "the mark is no longer there"


async def test_a_mark_makes_nobody_read_the_outbox_or_the_history(
    market: Sandbox, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(settings=replace(QUICK, poll_s=3600.0, scan_s=3600.0, backfill=False))
    chat_ref = await longest_waiting(shop)

    async def is_fresh() -> bool:
        return shop.inbox.link().fresh_at is not None

    await until(is_fresh)
    looked: list[object] = []
    due = outbox.due

    def noted(conn: Connection) -> object:
        looked.append(conn)
        return due(conn)

    monkeypatch.setattr(outbox, "due", noted)
    heard: list[Event] = []
    shop.inbox.subscribe(heard.append)
    assert isinstance(await shop.inbox.marks.put(chat_ref, Pin(is_set=True)), Marked)

    async def told() -> bool:
        return bool(heard)

    await until(told)
    await asyncio.sleep(0.2)
    assert [event for event in heard if not isinstance(event, LinkChanged)] == [MarksChanged(chat_ref)]
    assert looked == [], "a mark queues nothing"


async def test_another_copy_sees_a_mark(market: Sandbox, open_shop: OpenShop) -> None:
    first, other = open_shop(), open_shop()
    chat_ref = await longest_waiting(first)
    heard: list[Event] = []
    other.inbox.subscribe(heard.append)
    assert isinstance(await first.inbox.marks.done(chat_ref), Marked)
    assert await other.inbox.chats.item(chat_ref, Tab.WAITING) is None

    async def told() -> bool:
        return OutboxChanged(chat_ref) in heard

    await until(told)


class AtOnce:
    """A store that answers before virtual time has moved."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, *query: Any, **words: Any) -> "asyncio.Future[Any]":
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        answer.set_result(self._store.read(*query, **words).result())
        return answer


def test_a_snooze_that_runs_out_is_told_by_every_copy_at_its_moment(tmp_path: Path) -> None:
    """A timed snooze brings the chat back automatically while the program runs."""
    store = open_store(tmp_path)
    store.write_state(marks.put, CHAT, Hold(snoozed=MessageId(1), until=1_000_000 + 90_000), 1).result()
    store.write_state(marks.put, ref(8), Hold(snoozed=MessageId(1)), 1).result()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        wall = lambda: 1_000_000 + int(loop.time() * 1000)  # noqa: E731
        heard: list[tuple[float, Event]] = []
        running = []
        no_market: Any = None
        for _copy in range(2):
            bus = EventBus()
            link = LinkMonitor(bus, wall)
            bus.subscribe(lambda event: heard.append((loop.time(), event)))
            ctx = EngineContext(cast("Store", AtOnce(store)), no_market, bus, link, InboxSettings(), wall)
            running.append(asyncio.create_task(SnoozeTimer(ctx).run()))
        await asyncio.sleep(89.5)
        assert heard == []
        await asyncio.sleep(3600)
        assert [event for _at, event in heard] == [ChatsChanged(frozenset({CHAT}))] * 2
        assert all(90 <= at <= 90 + SNOOZES_EVERY_S for at, _event in heard)
        for task in running:
            task.cancel()

    virtual.run(run())
    store.close()
