"""Delivery when its own machine fails: no busy loop, nothing doubled, nothing lost."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import drafts, outbox
from chat_tui.store.errors import StoreBusy, StoreProblem
from chat_tui.store.locks import CHATS, ByteLock
from tests.inbox.simulation.stage import Stage
from tests.support.refs import ref

S = OutboxState
WHILE_S = 60.0
MOST = 22
"""Tries in that time: one per scan of 3 s, one at the start, one for a wake-up."""


class Failing:
    """Calls `real` unless it is set to fail; counts the failures."""

    def __init__(self, real: Callable[..., Any], failure: Callable[[], Any]) -> None:
        self.real = real
        self.failure = failure
        self.times = 0
        self.is_broken = True

    def __call__(self, *arguments: Any, **words: Any) -> Any:
        if not self.is_broken:
            return self.real(*arguments, **words)
        self.times += 1
        return self.failure()


# -- not readable, not lockable, not as expected -----------------------------------------------------


@pytest.mark.parametrize("error", [StoreBusy("busy"), StoreProblem("damaged")])
def test_an_outbox_that_cannot_be_read_is_asked_again_after_a_pause(stage: Stage, error: Exception) -> None:
    def failed() -> asyncio.Future[Any]:
        answer = stage.loop.create_future()
        answer.set_exception(error)
        return answer

    read = Failing(stage.copy._store.read, failed)
    stage.copy._store.read = read  # type: ignore[method-assign]
    outbox_id = stage.send("Да")
    stage.let(WHILE_S)
    assert 10 <= read.times <= MOST
    assert stage.item(outbox_id).state == S.QUEUED
    read.is_broken = False
    stage.reaches(outbox_id, S.CONFIRMED)


def test_an_unexpected_error_of_a_step_is_told_once_and_tried_again_after_a_pause(stage: Stage) -> None:
    sender = stage.copy.delivery._sender

    async def fail() -> None:
        raise ZeroDivisionError

    sender.advance = advance = Failing(sender.advance, fail)  # type: ignore[method-assign]
    other = stage.loop.create_task(_told(stage))
    outbox_id = stage.send("Да")
    stage.loop.run_until_complete(asyncio.sleep(1.0))
    assert [type(error) for error in stage.failures] == [ZeroDivisionError]
    stage.loop.run_until_complete(asyncio.sleep(WHILE_S))
    assert 10 <= advance.times == len(stage.failures) <= MOST
    stage.failures.clear()
    other.cancel()
    advance.is_broken = False
    stage.reaches(outbox_id, S.CONFIRMED)
    assert stage.posted() == ["Да"]


async def _told(stage: Stage) -> None:
    """Events wake delivery all the time; that shortens no pause."""
    while True:
        await asyncio.sleep(0.2)
        stage.copy.delivery.wake()


def test_a_removed_lock_file_sends_nothing_and_does_not_spin(stage: Stage, tmp_path: Path) -> None:
    lock = ByteLock(tmp_path / CHATS)
    (tmp_path / "chats.lock").unlink()
    asked: list[int] = []

    def try_hold(chat_id: int) -> bool:
        asked.append(chat_id)
        return lock.try_hold(chat_id)

    stage.copy.delivery._locks.try_hold = try_hold  # type: ignore[assignment]
    one, other = stage.send("Да"), stage.send("Нет", 2)
    stage.let(WHILE_S)
    assert 10 <= asked.count(1) <= MOST
    assert 10 <= asked.count(2) <= MOST
    assert [stage.item(outbox_id).state for outbox_id in (one, other)] == [S.QUEUED, S.QUEUED]
    assert stage.market.posts == 0


# -- a full disk (F-105, F-106) ----------------------------------------------------------------------


def test_f_105_full_at_enqueue_leaves_the_text_in_the_box(stage: Stage) -> None:
    copy, kernel = stage.copy, stage.world.kernel
    assert stage.wait_for(stage.world.ask(copy, copy.type_text(ref(1), "Важное")))
    kernel.is_disk_full = True
    said = stage.wait_for(stage.world.ask(copy, copy.send_text(ref(1), "Важное")))
    assert isinstance(said, Problem)
    assert said.kind == ProblemKind.STORAGE
    stage.let(WHILE_S)
    kernel.is_disk_full = False
    assert [row.text for row in drafts.kept(kernel.conn, ref(1))] == ["Важное"]
    assert outbox.open_items(kernel.conn) == ()
    assert stage.market.posts == 0


def test_f_105_full_before_the_attempt_sends_nothing(stage: Stage) -> None:
    stage.reaches(stage.send("прежнее"), S.CONFIRMED)
    outbox_id = stage.send("Важное")
    assert stage.item(outbox_id).state == S.QUEUED
    stage.world.kernel.is_disk_full = True
    stage.let(WHILE_S)
    assert stage.item(outbox_id).state == S.QUEUED
    assert stage.market.posts == 1
    stage.world.kernel.is_disk_full = False
    stage.reaches(outbox_id, S.CONFIRMED)
    assert stage.posted() == ["прежнее", "Важное"]


@pytest.mark.parametrize("restarts", [False, True])
@pytest.mark.parametrize("outcome", ["accepted", "answer lost", "refused"])
def test_f_106_full_after_the_answer_is_looked_up_and_not_sent_again(
    stage: Stage, outcome: str, *, restarts: bool
) -> None:
    post = stage.market.post

    async def fill_up(item: OutboxItem) -> Any:
        answer = await post(item)
        stage.world.kernel.is_disk_full = True
        return answer

    stage.market.post = fill_up  # type: ignore[method-assign]
    stage.market.script.append(outcome)
    outbox_id = stage.send("Важное")
    stage.let(WHILE_S)
    assert stage.item(outbox_id).state == S.SENDING
    stage.market.post = post  # type: ignore[method-assign]
    if restarts:
        stage.kill(stage.copy)
    stage.world.kernel.is_disk_full = False
    if restarts:
        stage.open()
    stage.reaches(outbox_id, S.UNCONFIRMED if outcome == "refused" else S.CONFIRMED)
    assert stage.market.posts == 1
