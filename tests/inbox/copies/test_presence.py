"""The list is polled as often as the screens of all copies need it."""

import pytest

from chat_tui.inbox.copies import change_feed
from chat_tui.inbox.copies.leader import NOTED_EVERY_MS, poll_interval_s
from tests.soak.copies import Reader
from tests.soak.stage import SoakStage

MINUTE = 60_000


@pytest.mark.parametrize(
    ("idle_ms", "pause"),
    [
        (0, 5),
        (2 * MINUTE - 1, 5),
        (2 * MINUTE, 15),
        (10 * MINUTE - 1, 15),
        (10 * MINUTE, 60),
        (30 * MINUTE - 1, 60),
        (30 * MINUTE, 300),
        (10**12, 300),
        (-1, 5),
    ],
)
def test_the_rhythm_by_how_long_nobody_was_active(idle_ms: int, pause: int) -> None:
    assert poll_interval_s(5.0, 10**13 - idle_ms, 10**13) == pause


def test_without_any_screen_the_list_is_looked_at_as_if_somebody_were_there() -> None:
    assert poll_interval_s(5.0, None, 10**13) == 5


def pauses(stage: SoakStage, copies: list[Reader]) -> set[float]:
    return {stage.do(copy.presence.poll_interval_s()) for copy in copies}


def test_one_active_operator_sets_the_rhythm_of_all_copies() -> None:
    with SoakStage() as stage:
        one, other = copies = [stage.copy(), stage.copy()]
        for copy in copies:
            stage.do(copy.presence.active())
        stage.let(15 * 60.0)
        assert pauses(stage, copies) == {60.0}
        stage.do(other.presence.active())
        assert pauses(stage, copies) == {5.0}
        stage.do(other.presence.leave())
        assert pauses(stage, copies) == {60.0}, "a copy that has left does not count"
        stage.do(one.presence.leave())
        assert pauses(stage, copies) == {5.0}


def test_who_looks_elsewhere_counts_as_idle_at_once_and_is_back_at_once() -> None:
    with SoakStage() as stage:
        copy = stage.copy()
        stage.do(copy.presence.active())
        stage.do(copy.presence.away())
        assert pauses(stage, [copy]) == {15.0}
        stage.do(copy.presence.active())
        assert pauses(stage, [copy]) == {5.0}


def test_activity_is_written_down_seldom() -> None:
    with SoakStage() as stage:
        copy = stage.copy()
        written = stage.kernel.commits["state", copy.number]
        for _ in range(60):
            stage.do(copy.presence.active())
            stage.let(1.0)
        assert stage.kernel.commits["state", copy.number] - written == 60_000 / NOTED_EVERY_MS


def test_whoever_comes_back_makes_the_leader_look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_feed, "LOOK_S", change_feed.SURE_S)
    with SoakStage(30) as stage:
        leader, other = stage.copy(), stage.copy()
        is_here = True
        stage.start(leader, lambda: False)
        stage.start(other, lambda: is_here)
        stage.let(60.0)
        is_here = False
        stage.let(40 * 60.0)
        polls = len(stage.asked("getChats"))
        stage.let(200.0)
        assert len(stage.asked("getChats")) - polls <= 1, "at night the list is polled rarely"
        polls = len(stage.asked("getChats"))
        is_here = True
        stage.let(60.0)
        assert len(stage.asked("getChats")) - polls >= 5
