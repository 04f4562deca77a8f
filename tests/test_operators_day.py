"""The short form of the operator's day; `python -m tests.operators_day` is the long one.

The quick tests of the templates include one answer in four keys.
"""

import pytest

from tests.faults.support.seeds import a_seed
from tests.operators_day import MOST_KEYS, Day, live

pytestmark = [pytest.mark.terminal, pytest.mark.thorough]


def test_a_waiting_buyer_is_answered_in_four_keys_and_nobody_else() -> None:
    """U01: `n` → `/` + two letters + Enter for a template → `Enter` sends → the next is one key away."""
    day = live(Day(a_seed()), answers=6, messages=30, chats=120)
    assert day.wrong == []
    assert day.answers == 6
    assert day.said == 30
    assert set(day.keys) <= {MOST_KEYS}
