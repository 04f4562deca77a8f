"""The short form of the end-to-end run; `python -m tests.faults.sending.end_to_end` is the long one."""

import pytest

from tests.faults.sending.end_to_end import run
from tests.faults.support.seeds import a_seed


@pytest.mark.thorough
def test_every_message_arrives_exactly_once_whatever_fails() -> None:
    outcome = run(processes=3, messages=40, faults=0.3, seed=a_seed(), patience_s=60.0)
    assert (outcome.once, outcome.lost, outcome.more) == (40, 0, 0), outcome.table()
