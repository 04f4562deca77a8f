"""When an item may be tried again: waits apply to their kind, and no wall clock prolongs them."""

from dataclasses import replace

import pytest

from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.sending.retry import LONGEST_HOLD_S, RetrySchedule
from chat_tui.model.ids import OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.support.clock import FrozenClock
from tests.support.refs import ref

NOW = 1_700_000_000_000
YEAR_MS = 365 * 86_400_000


def item(name: str, **changes: object) -> OutboxItem:
    queued = OutboxItem(
        OutboxId(name),
        ref(1),
        1,
        OutboxKind.TEXT,
        "Да",
        "",
        0,
        "",
        OutboxState.QUEUED,
        not_before=NOW + 5_000,
        created_at=NOW,
    )
    return replace(queued, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wall", "longest"), [(NOW, 5.0), (0, 5.0), (NOW - YEAR_MS, 5.0), (NOW + YEAR_MS, 0.0)]
)
async def test_an_undo_hold_is_never_longer_than_it_was_made(wall: int, longest: float) -> None:
    waits = RetrySchedule(InboxSettings(), lambda: wall)
    held = item("a")
    waits.see([held])
    assert waits.seconds(held) == pytest.approx(longest, abs=0.1)


async def test_a_told_moment_holds_every_text_and_no_file() -> None:
    waits = RetrySchedule(InboxSettings(), lambda: NOW)
    told = item(
        "a", state=OutboxState.WAITING, problem=ProblemKind.HOURLY_LIMIT.value, not_before=NOW + 40_000
    )
    text, file = item("b", not_before=0), item("c", not_before=0, kind=OutboxKind.FILE)
    waits.see([text, file, told])
    assert waits.seconds(text) == pytest.approx(40.0, abs=0.1)
    assert waits.is_held(text)
    assert waits.seconds(file) <= 0


@pytest.mark.parametrize("rest_s", [1e-13, 0.0004, 0.0016])
async def test_a_rest_is_waited_for_in_ticks_of_the_clock(rest_s: float) -> None:
    """A shorter wait ends before the clock has moved, and would be started again at once."""
    waits = RetrySchedule(InboxSettings(), lambda: NOW, FrozenClock("this start"))
    held = item("a")
    waits.pause(held, rest_s)
    assert rest_s < waits.seconds(held) == pytest.approx(0.001 if rest_s < 0.001 else 0.002)


async def test_a_far_moment_is_checked_once_an_hour() -> None:
    waits = RetrySchedule(InboxSettings(), lambda: NOW)
    far = Problem(ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, retry_after_s=10 * 86_400.0)
    assert waits.turned_away(item("a"), far) == LONGEST_HOLD_S


async def test_what_another_copy_was_refused_is_not_tried_at_once() -> None:
    waits = RetrySchedule(InboxSettings(), lambda: NOW)
    waits.see([item("a", not_before=0)])
    refused = item("a", not_before=0, state=OutboxState.WAITING, problem=ProblemKind.LOCKED.value, attempt=1)
    waits.see([refused])
    assert waits.seconds(refused) >= 60.0 - 0.1
