"""Windows of any size, and many sizes at once."""

import pytest

from tests.faults.support.tiers import with_quick
from tests.faults.support.window import CTRL_Q, Kept, Window, settings
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.terminal

TEXT = "typed before, and "
LEFT = "\x1b[D"


def test_f_088_f_089_small_odd_and_back(market: Sandbox) -> None:
    """Promised: U04."""
    settings("[sync]\npoll_seconds = 1\n")
    with Window(market) as window:
        window.ready().write(TEXT + "behind")
        window.feed(LEFT * len("behind"))
        window.wait_for(lambda: window.screen.cursor.x == len("║ " + TEXT))
        addressee = window.box.partition("═")[0]
        before = window.settled()
        window.resize(20, 5)
        window.wait_for(lambda: "too small" in " ".join(window.text.split()))
        window.feed("q")
        for size in [(1, 1), (0, 0), (500, 200), (200, 2), (80, 24)]:
            window.resize(*size)
            window.pump(0.05)
        window.wait_for(lambda: window.lasting == before)
        window.feed("here ")
        window.wait_for_text(TEXT + "here behind")
        assert window.box.partition("═")[0] == addressee
        window.feed(CTRL_Q)
        window.check(0)
    assert Kept(market).drafts == (TEXT + "here behind",)


@pytest.mark.parametrize("count", with_quick([60, 200], 60))
def test_f_090_two_hundred_sizes_while_text_arrives(market: Sandbox, count: int) -> None:
    settings("[sync]\npoll_seconds = 1\n")
    with Window(market) as window:
        # It waits long, so it is near the top of the list, where its latest message is seen.
        chat_id = 14_800_006
        window.ready().write(TEXT)
        for n in range(count):
            window.resize(30 + n * 7 % 120, 8 + n * 3 % 40)
            window.pump(0.005)
            if not n % 10:
                market.say(chat_id, f"text {n}")
        window.resize(100, 30)
        window.wait_for(lambda: is_whole(window, 100, 30) and f"text {count - 10}" in window.text)
        # A complete redraw shows the same.
        shown = window.settled()
        window.screen.reset()
        window.resize(99, 30)
        window.wait_for(lambda: is_whole(window, 99, 30))
        window.resize(100, 30)
        window.wait_for(lambda: window.lasting == shown)
        window.feed(CTRL_Q)
        window.check(0)


def is_whole(window: Window, columns: int, rows: int) -> bool:
    """Whether the picture reaches its last row and column."""
    lines = window.text.splitlines()
    return (
        len(lines) == rows
        and lines[-1].rstrip().endswith("keys")
        and lines[-2].endswith(("╯", "╝"))
        and (len(lines[-2]) == columns)
    )
