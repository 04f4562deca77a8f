"""Short days in virtual time; `python -m tests.soak` runs whole ones."""

from dataclasses import replace

import pytest

from chat_tui.model.quota import Urgency
from tests.soak.promises import POLL_S, broken, table
from tests.soak.run import Plan, simulate
from tests.soak.shop import Order

SHORT = Plan(hours=0.3, conversations=60, old_chats=120, between_s=30.0, quiet_s=650.0)


def test_three_copies_read_each_change_once_whoever_freezes_or_dies() -> None:
    outcome = simulate(replace(SHORT, copies=3))
    assert not broken(outcome), table([outcome])
    assert len(outcome.takeovers_s) == 2
    assert len(outcome.delays_s) > 300
    assert outcome.told > 200


def test_a_seed_replays_to_the_letter() -> None:
    plan = replace(SHORT, hours=0.02, conversations=10, copies=2, old_chats=30, between_s=5.0, quiet_s=1.0)
    one, other = simulate(plan), simulate(plan)
    assert one == other


@pytest.mark.parametrize("order", [pytest.param(Order.OLDEST, marks=pytest.mark.thorough), Order.SHUFFLED])
def test_a_day_later_nothing_is_missed_in_a_list_of_another_order(order: Order) -> None:
    plan = replace(SHORT, hours=0.05, conversations=20, order=order, quiet_s=1.0, has_night=True)
    outcome = simulate(plan)
    assert not broken(outcome), table([outcome])


def test_we_slow_down_as_other_programs_use_the_quota_up() -> None:
    others = 6_000
    outcome = simulate(replace(SHORT, hours=0.9, conversations=40, others_per_hour=others))
    assert not broken(outcome), table([outcome])
    # The quota that others used in a minute is known with the next answer.
    assert outcome.least_left["getChats", Urgency.NEWS] >= 0.05 - others / 60 / 5_000
    assert sum(outcome.pollers[0].values()) < 0.8 * 3600 / POLL_S
