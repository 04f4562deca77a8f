"""An error of the program itself: one sentence, and no private data on the screen or in the log."""

import stat

import pytest

from chat_tui.paths import locate
from tests.faults.support.broken import SECRET
from tests.faults.support.tiers import with_quick
from tests.faults.support.window import Kept, Window, log
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.terminal

SENTENCE = "chat-tui crashed because of an error in the program."


@pytest.mark.parametrize("where", with_quick(["handler", "worker", "drawing"], "worker"))
def test_f_104_an_error_of_the_program(market: Sandbox, where: str) -> None:
    with Window(market, program=("-m", "tests.faults.support.broken", where)) as window:
        window.ready().write("typed a moment ago")
        window.feed("\x05")
        window.check(1)
        left = window.raw.rpartition(b"\x1b[?1049l")[2].replace(b"\r\n", b" ")
        assert left.count(SENTENCE.encode()) == 1
        assert str(locate().log).encode() in left.replace(b" ", b"")
        assert SECRET.encode() not in window.raw
    assert Kept(market).drafts == ("typed a moment ago",)
    assert SECRET not in log()
    assert "broken.py" in log()
    assert "RuntimeError" in log()
    assert stat.S_IMODE(locate().log.stat().st_mode) == 0o600
