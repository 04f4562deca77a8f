"""The short form of the operator's day; `python -m tests.operators_day` is the long one.

The quick tests of the templates include one answer in four keys.
"""

import pytest

from tests.faults.support.seeds import a_seed
from tests.operators_day import Day, live

pytestmark = [pytest.mark.terminal, pytest.mark.thorough]


def test_a_waiting_buyer_is_answered_in_few_keys_and_nobody_else() -> None:
    """U01: a text and `Enter`, or `/`, two letters, `Enter`, `Enter`; then the next chat opens by itself."""
    day = live(Day(a_seed()), answers=6, messages=30, chats=120)
    assert day.wrong == []
    assert day.answers == 6
    assert day.said == 30
    assert set(day.keys) <= {0}
