"""A pretend Market for the tests of the whole screen."""

from collections.abc import Iterator

import pytest

from chat_tui.sandbox.serve import Sandbox


@pytest.fixture
def market() -> Iterator[Sandbox]:
    """A small shop in which nobody acts by himself."""
    with Sandbox.start(chats=30, seed=3) as sandbox:
        yield sandbox
