"""Clocks that jump and time zones that change: waits do not depend on the wall clock."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest

from chat_tui.clock import wall_clock_ms
from chat_tui.model.outbox import OutboxState
from chat_tui.sandbox.times import http_date
from tests.faults.sending.test_limits import hourly
from tests.faults.support.checks import read_rows
from tests.faults.support.processes import Process, await_true
from tests.faults.support.tiers import with_quick
from tests.faults.support.trial import Trial
from tests.support.faults import Answer, lost
from tests.support.shop import QUICK, item_of
from tests.support.waiting import until

Start = Callable[..., Process]
HOUR_MS = 3_600_000
JUMPS = {
    "an hour on": HOUR_MS,
    "an hour back": -HOUR_MS,
    "a year on": 366 * 24 * HOUR_MS,
    "to 1970": -wall_clock_ms() + 1_000,
}


class JumpingClock:
    """A wall clock that a test sets."""

    def __init__(self) -> None:
        self.ahead_ms = 0

    def __call__(self) -> int:
        return wall_clock_ms() + self.ahead_ms


@pytest.mark.parametrize("jump", with_quick(JUMPS, "an hour on", "to 1970"))
async def test_f_126_the_clock_jumps_while_an_outcome_is_looked_up(trial: Trial, jump: str) -> None:
    (chat,) = await trial.warm(1)
    clock = JumpingClock()
    trial.open(wall_ms=clock)
    trial.script(lost("reset"))
    begun = time.monotonic()
    outbox_id = await trial.send(chat, "m1")
    await until(lambda: _posted(trial))
    clock.ahead_ms = JUMPS[jump]
    await trial.unconfirmed(outbox_id)
    assert QUICK.settle_s <= time.monotonic() - begun
    assert await trial.shop.inbox.outbox.resend(await item_of(trial.shop.inbox, outbox_id)) is None
    await trial.confirmed(outbox_id)
    await trial.check()


async def _posted(trial: Trial) -> bool:
    return bool(trial.posts()) and trial.market.idle


@pytest.mark.parametrize("jumps", [("an hour on", "to 1970", "an hour back"), ("a year on",)])
async def test_f_126_the_clock_jumps_during_a_told_wait(trial: Trial, jumps: tuple[str, ...]) -> None:
    (chat,) = await trial.warm(1)
    clock = JumpingClock()
    trial.open(wall_ms=clock)
    end = (wall_clock_ms() // 1000 + 2) * 1000
    trial.script(hourly(http_date(end)))
    outbox_id = await trial.send(chat, "m1")
    await trial.reaches(outbox_id, OutboxState.WAITING)
    for jump in jumps:
        clock.ahead_ms = JUMPS[jump]
        listed = len(trial.posts("getChats"))
        await until(partial(_listed, trial, listed + 2))
    if "a year on" in jumps:
        # By the wall clock it is old now, and an old item is not sent without asking.
        await trial.reaches(outbox_id, OutboxState.FAILED)
    else:
        await trial.confirmed(outbox_id)
        assert [post.at for post in trial.posts()][1] >= end - 1_000, "sent too early"
    assert len(trial.posts()) <= 2, "no burst of requests"
    await trial.check()


async def _listed(trial: Trial, least: int) -> bool:
    return len(trial.posts("getChats")) >= least


@pytest.mark.parametrize("jump", with_quick(["an hour on", "an hour back", "to 1970"], "an hour back"))
async def test_f_126_the_clock_jumps_in_an_undo_hold(trial: Trial, jump: str) -> None:
    (chat,) = await trial.warm(1)
    clock = JumpingClock()
    trial.open(wall_ms=clock, settings=replace(QUICK, undo_s=0.6))
    outbox_id = await trial.send(chat, "m1")
    clock.ahead_ms = JUMPS[jump]
    await trial.confirmed(outbox_id)
    await trial.check()


async def test_f_126_two_copies_whose_clocks_disagree_steal_no_row(trial: Trial, start: Start) -> None:
    (chat,) = await trial.warm(1)
    trial.script(Answer(delay_s=0.3))
    owner = start().ready()
    other = start(ahead_ms=HOUR_MS).ready()
    owner.ask("send", chat=chat, text="m1")
    other.ask("clock", ahead_ms=-HOUR_MS)
    await_true(lambda: not other.ask("open_items")["items"])
    assert len(trial.posts()) == 1
    assert trial.texts(chat) == ["m1"]


async def test_f_127_the_time_zone_changes_between_two_runs(trial: Trial, start: Start) -> None:
    (chat,) = await trial.warm(1)
    held = replace(QUICK, undo_s=0.6)
    before = wall_clock_ms()
    east = start(settings=held, background=False, surroundings={"TZ": "Asia/Kamchatka"}).ready()
    said = east.ask("send", chat=chat, text="m1")
    east.close()
    assert before <= said["created_at"] <= wall_clock_ms(), "stored in UTC"
    west = start(settings=held, surroundings={"TZ": "America/Los_Angeles"}).ready()
    await_true(lambda: trial.market.ledger)
    # Time zones differ by hours, busy machines by seconds.
    assert said["not_before"] <= trial.market.ledger[0].at <= said["not_before"] + 1_800_000
    await_true(lambda: not west.ask("open_items")["items"])
    west.close()
    (row,) = read_rows(trial.root)
    assert (row.created_at, row.state) == (said["created_at"], OutboxState.CONFIRMED)


async def test_f_127_in_the_night_of_the_shift(trial: Trial, start: Start) -> None:
    (chat,) = await trial.warm(1)
    # 2026-10-25 at 00:59:59.7 UTC: in Berlin 02:59 becomes 02:00 during the hold.
    ahead_ms = 1_792_889_999_700 - wall_clock_ms()
    process = start(
        settings=replace(QUICK, undo_s=0.6), ahead_ms=ahead_ms, surroundings={"TZ": "Europe/Berlin"}
    ).ready()
    begun = time.monotonic()
    said = process.ask("send", chat=chat, text="m1")
    assert said["not_before"] - said["created_at"] == 600
    await_true(lambda: not process.ask("open_items")["items"])
    assert time.monotonic() - begun > 0.5
    assert trial.texts(chat) == ["m1"]
