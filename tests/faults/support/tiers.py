"""Which cases of a matrix run every time, and which only when the thorough tests are asked for."""

from collections.abc import Iterable
from typing import Any

import pytest


def with_quick(cases: Iterable[Any], *quick: Any) -> list[Any]:
    """All cases for `parametrize`; those that are not named in `quick` are thorough."""
    every = list(cases)
    assert all(case in every for case in quick), "a representative that is no case"
    return [case if case in quick else thorough(case) for case in every]


def thorough(case: Any) -> Any:
    """A case that `pytest -m thorough` runs."""
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.thorough)
