"""However the terminal or its owner ends the program, text, rows and terminal are as they should be."""

import resource
import signal
import sys
import threading
from pathlib import Path

import pytest

from chat_tui.model.outbox import OutboxState
from tests.faults.support.processes import await_true
from tests.faults.support.tiers import with_quick
from tests.faults.support.trial import SEND
from tests.faults.support.window import CTRL_Q, Kept, Window, settings
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox

pytestmark = pytest.mark.terminal

FORTY = "forty letters that are not sent, not yet"
SENDING = "this one is on its way"


@pytest.fixture
def held(market: Sandbox) -> threading.Event:
    """Accept the next send, and answer it when this event is set."""
    settings("[queue]\nauto_advance = false\n[sending]\nundo_seconds = 0\n[sync]\npoll_seconds = 1\n")
    event = threading.Event()
    market.script(SEND, [Answer(until=event)])
    return event


def busy(window: Window) -> None:
    """Wait until one row is sending and forty letters are in the box."""
    window.ready().write("").send(SENDING)
    await_true(lambda: SENDING in texts(window.market), "the send at the Market")
    window.feed_at_once(FORTY)
    window.wait_for_text(FORTY)


def texts(market: Sandbox) -> list[str]:
    return [entry.text or "" for entry in market.ledger]


def check_kept(market: Sandbox) -> None:
    """A1 to A3: the draft and the one row are there, and the Market has the text once."""
    kept = Kept(market)
    assert FORTY in kept.drafts
    assert [(row.text, row.state) for row in kept.rows] == [(SENDING, kept.rows[0].state)]
    assert kept.rows[0].state in {OutboxState.SENDING, OutboxState.UNCONFIRMED, OutboxState.WAITING}
    assert texts(market).count(SENDING) == 1


@pytest.mark.parametrize("number", with_quick([signal.SIGTERM, signal.SIGHUP], signal.SIGTERM))
def test_f_091_f_092_a_signal(market: Sandbox, held: threading.Event, number: signal.Signals) -> None:
    with Window(market) as window:
        busy(window)
        window.send_signal(number)
        window.check(128 + number)
    held.set()
    check_kept(market)


@pytest.mark.thorough
def test_f_092_the_terminal_is_closed(market: Sandbox, held: threading.Event) -> None:
    with Window(market) as window:
        busy(window)
        window.hang_up()
        assert window.wait_exit(reading=False) == 129
    held.set()
    check_kept(market)


def test_f_092_f_095_the_input_ends_and_no_signal_tells(market: Sandbox, held: threading.Event) -> None:
    ignoring = "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN); import chat_tui.cli as c; "
    with Window(market, program=("-c", f"{ignoring}sys.exit(c.main())")) as window:
        busy(window)
        window.hang_up()
        assert window.wait_exit(reading=False) == 129
    held.set()
    check_kept(market)


def tabs_behind_waiting(screen: str) -> str:
    return screen.partition("\n")[0].partition(" 2 ")[2]


def test_f_093_stopped_and_continued(market: Sandbox, held: threading.Event) -> None:
    with Window(market) as window:
        busy(window)
        before = window.settled()
        window.send_signal(signal.SIGTSTP)
        stopped(window)
        window.check_terminal()
        held.set()
        window.screen.reset()
        window.send_signal(signal.SIGCONT)
        window.wait_for(lambda: FORTY in window.text and "confirmed" in window.text)
        # The pending answer has been confirmed, so that one chat less waits.
        window.wait_for(lambda: tabs_behind_waiting(window.text) == tabs_behind_waiting(before))
        window.feed("!")
        window.wait_for_text(FORTY + "!")
        # Stopped by a signal that cannot be handled, with the screen overwritten meanwhile.
        window.send_signal(signal.SIGSTOP)
        stopped(window)
        window.screen.reset()
        window.send_signal(signal.SIGCONT)
        window.wait_for_text(FORTY + "!")
        window.feed(CTRL_Q)
        window.check(0)
    assert texts(market).count(SENDING) == 1


def test_f_094_control_keys_ask_or_do_nothing(market: Sandbox) -> None:
    with Window(market) as window:
        window.ready().write(FORTY)
        window.feed("\x03")
        window.wait_for_text("Ctrl+C does not quit the")
        # The notice covers the box for a while: the letter typed there is checked in the draft.
        window.feed("\x1c!")
        if sys.platform == "linux":  # macOS cannot ask for the limits of another process
            assert resource.prlimit(window.pid, resource.RLIMIT_CORE) == (0, 0)
        window.feed(CTRL_Q)
        window.check(0)
    assert FORTY + "!" in Kept(market).drafts


def stopped(window: Window) -> None:
    """Read until the kernel has stopped the program and all its output is read."""
    stat = Path(f"/proc/{window.pid}/stat")
    window.wait_for(lambda: stat.read_text().rpartition(")")[2].split()[0] == "T")
    while window.pump(0):
        pass
