"""A pretend Market for the tests of the whole screen."""

from collections.abc import Iterator

import pytest

from chat_tui.sandbox.serve import Sandbox
from tests.support.ready import open_market


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A small shop in which nobody acts by himself."""
    with open_market() as sandbox:
        yield sandbox
