"""Commits of other copies are published within one look; own commits once, by the code that made them."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from chat_tui.clock import boot_clock
from chat_tui.inbox.context import EngineContext, InboxSettings
from chat_tui.inbox.copies import change_feed
from chat_tui.inbox.copies.change_feed import ChangeFeed
from chat_tui.inbox.copies.copies import Company
from chat_tui.inbox.copies.rate_limit import Quotas
from chat_tui.inbox.events import ChatsChanged, Event, EventBus, LinkMonitor, OutboxChanged, TimelineChanged
from chat_tui.model.ids import OutboxId
from chat_tui.model.outbox import NewItem, OutboxKind
from chat_tui.model.quota import Urgency
from chat_tui.store import chats, outbox
from chat_tui.store.database import Connection
from chat_tui.store.locks import COPIES, ByteLock
from tests.inbox.simulation.kernel import new_chat
from tests.soak.copies import Reader
from tests.soak.stage import SoakStage
from tests.support.refs import ref
from tests.support.shop import open_store
from tests.support.waiting import until

CHAT = ref(7)


def save_chat(conn: Connection, updated_at: int) -> None:
    chats.save_page(conn, (replace(new_chat(CHAT), updated_at=updated_at),), 1)


def queue(conn: Connection, outbox_id: str) -> None:
    outbox.enqueue(
        conn,
        NewItem(outbox_id=OutboxId(outbox_id), chat_ref=CHAT, kind=OutboxKind.TEXT, text="x", created_at=1),
    )


@pytest.fixture
def stage() -> Iterator[SoakStage]:
    with SoakStage() as stage:
        yield stage


def watching(stage: SoakStage) -> tuple[Reader, list[Event]]:
    """A copy that only watches, and the events that it publishes."""
    copy, heard = stage.copy(), list[Event]()
    copy.ctx.bus.subscribe(heard.append)
    stage.spawn(copy, copy.watch.run())
    stage.let(change_feed.SURE_S + 1.0)
    heard.clear()
    return copy, heard


def test_a_chat_that_another_copy_saved_is_told_once(stage: SoakStage) -> None:
    _ours, heard = watching(stage)
    other = stage.copy()
    stage.tell(other.ctx.store.write_cache, save_chat, 5)
    stage.let(change_feed.SURE_S + 1.0)
    assert heard == [ChatsChanged(frozenset({CHAT})), TimelineChanged(CHAT)]
    heard.clear()
    stage.let(60.0)
    assert heard == []


def test_what_this_copy_commits_is_not_told_again(stage: SoakStage) -> None:
    ours, heard = watching(stage)
    stage.tell(ours.ctx.store.write_cache, save_chat, 5)
    stage.tell(ours.ctx.store.write_state, queue, "o1")
    stage.let(60.0)
    assert heard == []


@pytest.mark.parametrize("place", range(3))
def test_what_is_committed_while_a_copy_begins_to_watch_is_told(stage: SoakStage, place: int) -> None:
    """Another copy may queue an item before any of the reads with which this copy starts."""
    ours, other, heard = stage.copy(), stage.copy(), list[Event]()
    ours.ctx.bus.subscribe(heard.append)
    store, asked = ours.ctx.store, count()

    def interrupted(ask: Callable[..., Any]) -> Callable[..., Any]:
        def after_the_other(*arguments: Any) -> Any:
            if next(asked) == place:
                other.ctx.store.write_state(queue, "o1")
            return ask(*arguments)

        return after_the_other

    with (
        patch.object(store, "read", interrupted(store.read)),
        patch.object(store, "data_version", interrupted(store.data_version)),
    ):
        stage.spawn(ours, ours.watch.run())
        stage.let(change_feed.SURE_S + 1.0)
    assert OutboxChanged(CHAT) in heard


def test_outbox_and_drafts_of_another_copy_are_told(stage: SoakStage) -> None:
    _ours, heard = watching(stage)
    other = stage.copy()
    stage.tell(other.ctx.store.write_state, queue, "o1")
    stage.let(change_feed.SURE_S + 1.0)
    assert OutboxChanged(CHAT) in heard
    heard.clear()
    stage.tell(other.ctx.store.write_state, _draft)
    stage.let(change_feed.SURE_S + 1.0)
    assert OutboxChanged(ref(8)) in heard
    assert OutboxChanged(CHAT) not in heard


def _draft(conn: Connection) -> None:
    conn.execute("INSERT INTO draft (chat_id, copy, text, caret, at) VALUES (8, 'c', 'x', 0, 1)")


def test_what_another_copy_asked_is_counted_here_too(stage: SoakStage) -> None:
    ours, _heard = watching(stage)
    other = stage.copy()
    stage.do(other.budgets.take("getChats", Urgency.NEWS))
    stage.let(change_feed.SURE_S + 1.0)
    assert ours.ctx.link.now.budgets["getChats"].remaining == 4_999


def test_changes_from_before_the_first_look_are_told_if_the_files_were_open_by_then(stage: SoakStage) -> None:
    ours, heard = stage.copy(), list[Event]()
    ours.ctx.bus.subscribe(heard.append)
    stage.tell(stage.copy().ctx.store.write_cache, save_chat, 5)
    stage.spawn(ours, ours.watch.run())
    stage.let(change_feed.SURE_S + 1.0)
    assert TimelineChanged(CHAT) in heard


def test_a_commit_that_counts_after_it_was_in_the_log_is_not_left_until_the_database_is_asked(
    stage: SoakStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "SURE_S", 3_600.0)
    stamp = [1]
    monkeypatch.setattr(change_feed, "_stamp", lambda _: (stamp[0], 0))
    ours, heard = stage.copy(), list[Event]()
    ours.ctx.bus.subscribe(heard.append)
    stage.spawn(ours, ours.watch.run())
    stage.let(10.0)
    stamp[0] = 2
    # The disk is slow.
    stage.let(0.3)
    stage.tell(stage.copy().ctx.store.write_cache, save_chat, 5)
    stage.let(2 * change_feed.LOOK_S)
    assert TimelineChanged(CHAT) in heard


async def test_the_files_themselves_show_that_somebody_has_committed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With real files the next look sees a commit, not only the look that always queries the database."""
    monkeypatch.setattr(change_feed, "SURE_S", 3_600.0)
    ours, other = open_store(tmp_path), open_store(tmp_path)
    heard: list[Event] = []
    bus = EventBus()
    link = LinkMonitor(bus, lambda: 1)
    bus.subscribe(heard.append)
    markets: object = None
    ctx = EngineContext(ours, markets, bus, link, InboxSettings(), lambda: 1)  # type: ignore[arg-type]

    async def hurry() -> None:
        """Poll nothing."""

    budgets = Quotas(ours, boot_clock(), lambda: 1)
    company = Company(ours, ByteLock(ours.paths.data_dir / COPIES), boot_clock(), "ours", "")
    running = asyncio.create_task(ChangeFeed(ctx, budgets, hurry, lambda: False, company).run())
    try:
        for number in range(1, 9):
            await other.write_cache(save_chat, number)
            await other.write_state(queue, f"o{number}")
            await until(lambda: _are_in(heard, TimelineChanged(CHAT), OutboxChanged(CHAT)))
            heard.clear()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await asyncio.to_thread(ours.close)
        await asyncio.to_thread(other.close)


async def _are_in(heard: list[Event], *events: Event) -> bool:
    return all(event in heard for event in events)
