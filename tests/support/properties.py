"""The examples that property tests try: the same few in every quick run, many new ones in a long run."""

from typing import Any, Final

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

FEW: Final = 50
MANY: Final = 1_000
_USUAL: Final = (HealthCheck.too_slow, HealthCheck.function_scoped_fixture)
"""A slow machine says nothing about a property, and our properties do not rely on a fresh `tmp_path`."""


def choose(config: pytest.Config) -> None:
    """Set the default profile. Call it before modules with properties are imported: they copy the default.

    A quick run draws no random examples; a failure in a long run prints how to reproduce it.
    """
    common: dict[str, Any] = {
        "deadline": None,
        "database": None,
        "suppress_health_check": _USUAL,
        "print_blob": True,
    }
    settings.register_profile("quick", max_examples=FEW, derandomize=True, **common)
    settings.register_profile("thorough", max_examples=MANY, derandomize=False, **common)
    settings.load_profile("thorough" if is_long(config) else "quick")


def is_long(config: pytest.Config) -> bool:
    """Whether the thorough tests were selected."""
    return str(config.getoption("markexpr")) == "thorough"


def enrol(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a long run, mark every property as a thorough test, with its many examples."""
    if is_long(config):
        for item in items:
            if is_hypothesis_test(getattr(item, "obj", None)):
                item.add_marker("thorough")


def examples(few: int) -> int:
    """The number of examples for a property that is slower, or faster, than most."""
    return few * settings().max_examples // FEW
