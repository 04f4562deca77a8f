"""A pretend Market for the tests of the whole screen."""

from collections.abc import Iterator

import pytest

from tests.support.ready import open_market
from tests.support.sandbox import Sandbox


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A small shop in which no buyer acts on their own."""
    with open_market() as sandbox:
        yield sandbox
