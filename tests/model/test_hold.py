"""The rest of a wait, by two clocks of which one can be set (case 035, waits and clocks)."""

from dataclasses import replace
from typing import Any

import pytest

from chat_tui.model import mark
from chat_tui.model.ids import OutboxId
from chat_tui.model.mark import Clocks
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from tests.support.refs import ref

WALL = 1_700_000_000_000
UP = 50_000_000
THEN = Clocks(WALL, UP, "this start")
HOUR, DAY = 3_600_000, 86_400_000
STEPS = (0, 1, -1, HOUR, -HOUR, DAY, -DAY, -WALL, 300 * 366 * DAY)


def told(length: int, **changes: Any) -> OutboxItem:
    """An item whose wait of this length was set at `THEN`."""
    item = OutboxItem(
        OutboxId("a"), ref(1), 1, OutboxKind.TEXT, "Да", "", 0, "", OutboxState.WAITING, 0, WALL - DAY
    )
    return replace(item, **{**mark.told(length, THEN), **changes})


def later(passed: int, step: int = 0, boot: str = "this start", uptime: int | None = None) -> Clocks:
    return Clocks(WALL + passed + step, UP + passed if uptime is None else uptime, boot)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("length", [HOUR, 5_000, 1, 0])
def test_while_the_machine_runs_the_clock_on_the_wall_has_no_part_in_it(length: int, step: int) -> None:
    for passed in (0, length // 2, length, length + 1, DAY):
        assert mark.left(told(length), later(passed, step)) == max(length - passed, 0)


@pytest.mark.parametrize("length", [HOUR, 5_000, 1, 0])
def test_after_another_start_an_honest_clock_on_the_wall_is_believed(length: int) -> None:
    for passed in (0, length // 2, length, length + 1, DAY):
        now = later(passed, boot="another", uptime=20_000)
        assert mark.left(told(length), now) == max(length - passed, 0)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("uptime", [0, 20_000, UP + DAY])
def test_after_another_start_it_is_believed_no_further_than_the_wait_was_long(step: int, uptime: int) -> None:
    for length in (HOUR, 5_000, 0):
        assert 0 <= mark.left(told(length), later(1_000, step, "another", uptime)) <= length


@pytest.mark.parametrize("step", STEPS)
def test_what_is_noted_after_another_start_runs_out_whatever_the_wall_says(step: int) -> None:
    item = told(HOUR)
    now = later(600_000, step, "another", 20_000)
    rest = mark.left(item, now)
    noted = mark.told_again(item, now)
    assert (noted is None) == (rest == 0)
    if noted is None:
        return
    item = replace(item, **noted)
    assert item.not_before == told(HOUR).not_before, "it is known by its end"
    for passed in (0, rest // 2, rest, HOUR):
        for again in STEPS:
            then = Clocks(WALL + again, 20_000 + passed, "another")
            assert mark.left(item, then) == max(rest - passed, 0)
            assert mark.told_again(item, then) is None, "once for each start"


def test_a_start_without_a_name_is_known_by_its_clock_that_has_not_come_so_far() -> None:
    item = told(HOUR, told_boot="")
    assert mark.left(item, later(600_000, -DAY, "")) == HOUR - 600_000
    assert mark.left(item, later(600_000, 0, "", uptime=UP - 1)) == HOUR - 600_000
    assert mark.left(item, later(600_000, -DAY, "", uptime=UP - 1)) == HOUR


def test_what_an_older_copy_wrote_waits_until_its_end_by_the_wall_and_an_hour_at_most() -> None:
    item = told(5_000, told_at=0, told_boot="", told_uptime=0)
    assert mark.left(item, later(2_000)) == 3_000
    assert mark.left(item, later(2_000, -DAY)) == HOUR
    assert mark.told_again(item, later(2_000)) is not None


def test_an_older_copy_that_moves_only_the_end_moves_it_by_both_clocks() -> None:
    item = told(5_000, not_before=WALL + 20_000 + 30_000)
    assert mark.left(item, later(20_000)) == 30_000


def test_a_wait_that_began_after_its_end_is_none_that_can_be_counted() -> None:
    item = told(5_000, told_at=WALL + DAY)
    assert mark.left(item, later(2_000)) == 3_000


@pytest.mark.parametrize("step", STEPS)
def test_an_undo_hold_of_an_older_copy_is_no_longer_than_it_was_made(step: int) -> None:
    held = told(5_000, state=OutboxState.QUEUED, created_at=WALL, told_at=0, told_boot="", told_uptime=0)
    assert mark.left(held, later(1_000, step)) <= 5_000


def test_what_waits_for_nothing_waits_for_nothing() -> None:
    for item in (told(HOUR, **mark.AT_ONCE), told(HOUR, not_before=0)):
        for step in STEPS[:-1]:
            assert mark.left(item, later(0, step)) == 0
            assert mark.told_again(item, later(0, step)) is None
