"""Answers of a terminal into the list and the box of the real program: the short form of `answers`."""

import random

import pytest

from tests.faults.hostile.answers import control
from tests.faults.support.seeds import a_seed
from tests.faults.support.window import CTRL_Q, Window
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.terminal


def say(window: Window, chance: random.Random) -> None:
    """Send forty random answers, each cut somewhere into two writes."""
    for _ in range(40):
        said = control(chance).encode()
        cut = chance.randrange(1, len(said))
        window.feed(said[:cut])
        window.feed(said[cut:])


def test_nothing_of_it_is_typed_and_nothing_runs(market: Sandbox) -> None:
    chance = random.Random(a_seed())
    with Window(market) as window:
        window.ready()
        say(window, chance)
        window.pump(0.2)
        assert window.text.startswith("[1 Waiting ")
        assert "To: " not in window.text
        window.write("typed")
        say(window, chance)
        window.feed_at_once(" on")
        window.wait_for(lambda: "typed on" in window.box)
        assert "║ typed on  " in window.box
        window.feed(CTRL_Q)
        assert window.wait_exit() == 0
