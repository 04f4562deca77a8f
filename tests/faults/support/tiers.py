"""The cases of a matrix that run every time, and those that run only as thorough tests."""

from collections.abc import Iterable
from typing import Any

import pytest


def with_quick(cases: Iterable[Any], *quick: Any) -> list[Any]:
    """All cases for `parametrize`; those not in `quick` are thorough."""
    every = list(cases)
    assert all(case in every for case in quick), "a quick case is not one of the cases"
    return [case if case in quick else thorough(case) for case in every]


def thorough(case: Any) -> Any:
    """A case that only `pytest -m thorough` runs."""
    values = case if isinstance(case, tuple) else (case,)
    return pytest.param(*values, marks=pytest.mark.thorough)
