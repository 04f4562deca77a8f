"""Lines that could once be broken without a failing test (case 034): each has its own test here."""

import asyncio
from typing import Any

import pytest

from chat_tui.inbox import multi
from chat_tui.inbox.context import InboxSettings
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.search import SearchCoverage
from tests.inbox.simulation.stage import Stage
from tests.support.refs import ref

S = OutboxState


@pytest.mark.parametrize("chats", [(1, 2), (2, 1)])
def test_what_another_copy_is_told_during_a_read_holds_what_was_about_to_go(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, chats: tuple[int, int]
) -> None:
    known, unknown = chats
    stage.reaches(stage.send("прежнее", known), S.CONFIRMED)
    other = stage.open(InboxSettings(undo_s=0.0))
    real = stage.market.history

    async def slow(*arguments: Any) -> Any:
        await asyncio.sleep(2.0)
        return await real(*arguments)

    monkeypatch.setattr(type(stage.market), "history", lambda _, *arguments: slow(*arguments))
    held = stage.send("ждёт чтения", unknown, other)
    stage.let(0.2)
    stage.market.script.append("wait")
    told = stage.send("получает отказ", known)
    stage.reaches(told, S.WAITING)
    at, posts = stage.loop.time(), stage.market.posts
    stage.let(15.0)
    assert stage.market.posts == posts, "no copy sends when one was ordered to wait"
    assert stage.item(held).attempt == 0
    stage.reaches(held, S.SENT, S.CONFIRMED)
    assert stage.loop.time() >= at + 19.0


@pytest.mark.parametrize(("older_ms", "state"), [(1_000, S.CONFIRMED), (4_900, S.CONFIRMED), (5_100, S.SENT)])
def test_our_message_may_be_a_little_older_than_its_attempt(
    stage: Stage, older_ms: int, state: OutboxState
) -> None:
    """Two of the Market's machines may differ in time; an older message than that is another one."""
    stage.reaches(stage.send("прежнее"), S.CONFIRMED)
    stage.world.referee.keeps_times = False
    real = stage.market.accept

    def accept(item: OutboxItem) -> None:
        real(item)
        message = stage.market.ledger[ref(1)][-1].message
        object.__setattr__(message, "created_at", item.attempt_at - older_ms)

    stage.market.accept = accept  # type: ignore[method-assign]
    outbox_id = stage.send("Да")
    item = stage._until(outbox_id, lambda item: item.state == S.CONFIRMED or item.is_released)
    assert item.state == state


@pytest.mark.parametrize(
    ("oldest", "expected"),
    [((100, 300), 300), ((300, 100), 300), ((100, 100), 100), ((100, None), None), ((7,), 7)],
)
def test_a_search_of_several_goes_as_far_back_as_the_least_known(
    oldest: tuple[int | None, ...], expected: int | None
) -> None:
    parts = [SearchCoverage(chats=2, read=1, oldest_at=at, is_fetching=False) for at in oldest]
    empty = SearchCoverage(chats=0, read=0, oldest_at=None, is_fetching=False)
    assert multi.coverage([*parts, empty]).oldest_at == expected
