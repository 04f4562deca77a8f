"""Case 035, waits that the Market orders, and clocks: a wait lasts as long as ordered, whatever is set.

The wall clock is set while the program runs, across its restart, and across a restart of the machine.
"""

from collections.abc import Iterator

import pytest

from chat_tui.model.ids import OutboxId
from chat_tui.model.outbox import Accepted, OutboxItem, OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.inbox.simulation.market import BEGINNING
from tests.inbox.simulation.stage import Stage

HOUR, DAY = 3600, 86_400
BACK = {"an hour back": -HOUR, "a day back": -DAY, "to 1970": -BEGINNING // 1000}
STEPS = {"right": 0, **BACK, "an hour on": HOUR, "a day on": DAY}
LATE_S = 60.0
"""The delay that is still right: the outbox is scanned only from time to time."""


class ToldToWait(Stage):
    """A shop whose Market answers the first request with the time to wait."""

    def __init__(self, told_s: float = 0.0, undo_s: float = 0.0) -> None:
        super().__init__(undo_s=undo_s)
        self.begun = 0.0
        self.posted_at: list[float] = []
        self.refusal: Problem | None = None
        if told_s or not undo_s:
            self.refusal = Problem(ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, retry_after_s=told_s)
        post = self.market.post

        async def posted(item: OutboxItem) -> Accepted | Problem:
            self.posted_at.append(self.loop.time())
            refusal, self.refusal = self.refusal, None
            return refusal or await post(item)

        self.market.post = posted  # type: ignore[method-assign]

    def refused(self) -> OutboxId:
        """A text that was ordered to wait, from this moment on."""
        outbox_id = self.send("m1")
        self.reaches(outbox_id, OutboxState.WAITING)
        self.begun = self.posted_at[0]
        return outbox_id

    def set_clock(self, step: str) -> None:
        self.world.wall_jump += STEPS[step] * 1000

    def restart(self, *, machine: bool = False) -> None:
        """Kill every copy, and the machine if asked, and start one."""
        self.kill(*self.world.copies)
        if machine:
            self.world.kernel.boot += "'"
            self.world.kernel.started_at = self.loop.time()
        self.copy = self.open()

    def sent_after(self, outbox_id: OutboxId, posts: int = 2, look_s: float = 20.0) -> float:
        """Seconds from the start of the wait to the next request, or to when the item was returned."""
        end = self.loop.time() + 3 * HOUR
        while len(self.posted_at) < posts and self.item(outbox_id).state is not OutboxState.FAILED:
            assert self.loop.time() < end, "it is not sent at all"
            self.let(look_s)
        at = self.posted_at[-1] if len(self.posted_at) == posts else self.loop.time()
        return at - self.begun


@pytest.fixture
def scenes() -> Iterator[list[ToldToWait]]:
    made: list[ToldToWait] = []
    yield made
    for scene in made:
        scene.close()


@pytest.mark.parametrize("how", ["while it runs", "over a restart"])
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("told_s", [HOUR, 5.0])
def test_a_told_wait_is_as_long_as_it_was_told(
    scenes: list[ToldToWait], told_s: float, step: str, how: str
) -> None:
    scenes.append(scene := ToldToWait(told_s))
    outbox_id = scene.refused()
    scene.let(told_s / 2)
    scene.set_clock(step)
    if how == "over a restart":
        scene.restart()
    assert told_s <= scene.sent_after(outbox_id) <= told_s + LATE_S


def test_told_to_wait_for_no_time_waits_for_none(scenes: list[ToldToWait]) -> None:
    scenes.append(scene := ToldToWait(0.0))
    outbox_id = scene.send("m1")
    scene.begun = scene.loop.time()
    scene.set_clock("a day back")
    assert scene.sent_after(outbox_id) <= LATE_S


def test_restarts_with_a_clock_that_is_set_back_each_time_add_up_to_nothing(scenes: list[ToldToWait]) -> None:
    scenes.append(scene := ToldToWait(HOUR))
    outbox_id = scene.refused()
    for _ in range(5):
        scene.let(600.0)
        scene.set_clock("a day back")
        scene.restart()
    assert HOUR <= scene.sent_after(outbox_id) <= HOUR + LATE_S


@pytest.mark.parametrize("told_s", [HOUR, 5.0])
def test_over_a_start_of_the_machine_with_a_right_clock(scenes: list[ToldToWait], told_s: float) -> None:
    scenes.append(scene := ToldToWait(told_s))
    outbox_id = scene.refused()
    scene.let(told_s / 2)
    scene.restart(machine=True)
    assert told_s <= scene.sent_after(outbox_id) <= told_s + LATE_S


@pytest.mark.parametrize("step", BACK)
def test_over_a_start_of_the_machine_it_begins_anew_at_most(scenes: list[ToldToWait], step: str) -> None:
    scenes.append(scene := ToldToWait(HOUR))
    outbox_id = scene.refused()
    scene.let(HOUR / 2)
    scene.set_clock(step)
    scene.restart(machine=True)
    assert HOUR <= scene.sent_after(outbox_id) <= HOUR / 2 + HOUR + LATE_S


@pytest.mark.parametrize("step", ["an hour on", "a day on"])
def test_a_clock_that_was_set_on_with_the_start_of_the_machine_holds_nothing(
    scenes: list[ToldToWait], step: str
) -> None:
    scenes.append(scene := ToldToWait(HOUR))
    outbox_id = scene.refused()
    scene.set_clock(step)
    scene.restart(machine=True)
    assert scene.sent_after(outbox_id) <= LATE_S


def test_who_comes_later_after_a_start_of_the_machine_waits_no_longer(scenes: list[ToldToWait]) -> None:
    scenes.append(scene := ToldToWait(HOUR))
    outbox_id = scene.refused()
    scene.set_clock("a day back")
    scene.restart(machine=True)
    started = scene.loop.time() - scene.begun
    scene.let(HOUR / 2)
    scene.set_clock("an hour back")
    scene.restart()
    scene.open()
    assert started + HOUR - 1.0 <= scene.sent_after(outbox_id) <= started + HOUR + LATE_S


@pytest.mark.parametrize("step", ["a day back", "a day on"])
def test_two_copies_keep_to_the_same_end(scenes: list[ToldToWait], step: str) -> None:
    scenes.append(scene := ToldToWait(HOUR))
    outbox_id = scene.refused()
    scene.let(HOUR / 3)
    scene.set_clock(step)
    scene.open()
    other = scene.send("m2", chat_id=2, copy=scene.world.copies[-1])
    scene.let(HOUR / 3)
    scene.kill(scene.world.copies[0])
    assert HOUR <= scene.sent_after(outbox_id) <= HOUR + LATE_S, "the other chat must wait, too"
    scene.reaches(other, OutboxState.CONFIRMED)


def test_a_disk_that_takes_no_note_of_it_makes_it_no_shorter_and_no_longer(scenes: list[ToldToWait]) -> None:
    scenes.append(scene := ToldToWait(600.0))
    outbox_id = scene.refused()
    scene.set_clock("a day back")
    scene.world.kernel.is_disk_full = True
    scene.restart(machine=True)
    started = scene.loop.time() - scene.begun
    scene.let(500.0)
    assert scene.item(outbox_id).told_boot != scene.world.kernel.boot
    scene.world.kernel.is_disk_full = False
    assert started + 600.0 - 1.0 <= scene.sent_after(outbox_id) <= started + 600.0 + LATE_S


@pytest.mark.parametrize("how", ["while it runs", "over a restart", "over a start of the machine"])
@pytest.mark.parametrize("step", STEPS)
def test_an_undo_hold_is_as_long_as_it_was_made(scenes: list[ToldToWait], step: str, how: str) -> None:
    scenes.append(scene := ToldToWait(undo_s=20.0))
    outbox_id = scene.send("m1")
    scene.begun = scene.loop.time()
    scene.let(12.0)
    scene.set_clock(step)
    if how != "while it runs":
        scene.restart(machine=how == "over a start of the machine")
    took = scene.sent_after(outbox_id, posts=1, look_s=1.0)
    if how != "over a start of the machine":
        assert 19.0 <= took <= 25.0
    else:
        assert took <= 12.0 + 25.0
