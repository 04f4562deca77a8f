"""One copy polls the list for all, and another takes over as soon as that one is dead or asleep."""

import asyncio

import pytest

from chat_tui.inbox.copies.leader import PATIENCE_MS, Leadership
from chat_tui.store import copies
from tests.inbox.simulation.virtual import STARTED_MS, VirtualClock
from tests.soak.copies import FrozenLocks, Reader
from tests.soak.stage import SoakStage

PERIOD_S = 5.0
SILENCE_S = 3 * PERIOD_S + PATIENCE_MS / 1000


def claims(stage: SoakStage, copy: Reader) -> bool:
    return stage.do(copy.leadership.claim(PERIOD_S))


def test_one_leads_and_goes_on_leading() -> None:
    with SoakStage() as stage:
        one, other = stage.copy(), stage.copy()
        for _ in range(20):
            assert claims(stage, one)
            assert not claims(stage, other)
            stage.let(PERIOD_S)
        assert (one.leadership.is_ours, other.leadership.is_ours) == (True, False)


def test_a_killed_leader_is_replaced_at_once() -> None:
    with SoakStage() as stage:
        one, other = stage.copy(), stage.copy()
        assert claims(stage, one)
        one.is_alive = False
        stage.kernel.free(one.number)
        assert claims(stage, other)


def test_one_that_resigns_is_replaced_at_once() -> None:
    with SoakStage() as stage:
        one, other = stage.copy(), stage.copy()
        assert claims(stage, one)
        one.leadership.resign()
        assert claims(stage, other)
        assert not claims(stage, one)


def test_a_frozen_leader_is_replaced_when_it_was_silent_for_long_and_notices_it_when_it_wakes() -> None:
    with SoakStage() as stage:
        one, other = stage.copy(), stage.copy()
        assert claims(stage, one)
        # It is frozen and still holds the lock of its term.
        stage.let(SILENCE_S - 1.0)
        assert not claims(stage, other)
        stage.let(1.1)
        assert claims(stage, other)
        assert not claims(stage, one)
        assert not one.leadership.is_ours
        for _ in range(3):
            stage.let(PERIOD_S)
            assert claims(stage, other)
            assert not claims(stage, one)
        assert list(stage.kernel.locks["leader"].values()) == [other.number], "the old lock is released"


@pytest.mark.parametrize("seed", range(20))
def test_of_several_at_once_one_wins(seed: int) -> None:
    async def all_at_once(copies: list[Reader]) -> list[bool]:
        return await asyncio.gather(*(copy.leadership.claim(PERIOD_S) for copy in copies))

    with SoakStage() as stage:
        copies = [stage.copy() for _ in range(5)]
        for copy in copies:
            copy.random.seed(seed * 10 + copy.number)
        assert sum(stage.do(all_at_once(copies))) == 1
        stage.let(SILENCE_S + 1.0)
        # The leader is frozen: the others try to take over at the same moment.
        rest = [copy for copy in copies if not copy.leadership.is_ours]
        assert sum(stage.do(all_at_once(rest))) == 1


def test_a_row_of_another_start_of_the_machine_means_nothing() -> None:
    with SoakStage() as stage:
        one, other = stage.copy(), stage.copy()
        assert claims(stage, one)
        stage.kernel.locks.clear()
        later = Leadership(
            other.ctx.store, FrozenLocks(other, "leader after the start"), VirtualClock("another start")
        )
        assert stage.do(later.claim(PERIOD_S))
        assert stage.rows("SELECT term, boot FROM leader") == [(0, "another start")]


def test_a_beat_from_the_future_is_no_sign_of_life() -> None:
    with SoakStage() as stage:
        one, other = stage.copy(), stage.copy()
        assert claims(stage, one)
        far = STARTED_MS + 10**9
        assert stage.tell(one.ctx.store.write_state, copies.beat, 0, far, one.clock.boot).result()
        assert claims(stage, other)


def test_while_nothing_can_be_written_whoever_leads_goes_on() -> None:
    with SoakStage() as stage:
        one, other = stage.copy(), stage.copy()
        assert claims(stage, one)
        stage.kernel.is_disk_full = True
        stage.let(SILENCE_S + 1.0)
        assert claims(stage, one)
        assert not claims(stage, other)
