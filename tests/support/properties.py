"""Which examples the property tests try: the same few in every quick run, many new ones in a long one."""

from typing import Final

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

FEW: Final = 50
MANY: Final = 1_000
_USUAL: Final = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
"""How slow the machine is says nothing about a property; and no directory of a test is empty twice."""


def choose(config: pytest.Config) -> None:
    """Before any module with properties is imported: they take over what is the default by then.

    In a quick run nothing is drawn by chance; a failure of a long one prints what repeats it.
    """
    common = {"deadline": None, "database": None, "suppress_health_check": _USUAL, "print_blob": True}
    settings.register_profile("quick", max_examples=FEW, derandomize=True, **common)
    settings.register_profile("thorough", max_examples=MANY, derandomize=False, **common)
    settings.load_profile("thorough" if is_long(config) else "quick")


def is_long(config: pytest.Config) -> bool:
    """Whether the long proofs are asked for."""
    return str(config.getoption("markexpr")) == "thorough"


def enrol(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a long run every property is one of the long proofs, with its many examples."""
    if is_long(config):
        for item in items:
            if is_hypothesis_test(getattr(item, "obj", None)):
                item.add_marker("thorough")


def examples(few: int) -> int:
    """The number of examples for a property that is dearer, or cheaper, than most."""
    return few * settings().max_examples // FEW
