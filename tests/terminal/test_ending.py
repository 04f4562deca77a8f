"""However the program ends, the terminal is restored, the text is kept and no message is shown."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.pty_program import RESTORED, PtyProgram
from tests.terminal.repaired import SECRET

pytestmark = pytest.mark.terminal


def is_restored(program: PtyProgram) -> bool:
    """Whether all modes were reset after they were set."""
    return all(program.raw.rfind(mode) > program.raw.rfind(mode[:-1] + b"h") for mode in RESTORED[:3]) and (
        program.raw.rfind(RESTORED[3]) > program.raw.rfind(b"\x1b[?25l")
    )


@pytest.mark.parametrize(
    "number",
    [
        pytest.param(signal.SIGTERM, marks=pytest.mark.thorough),
        signal.SIGHUP,
        signal.SIGINT,
        pytest.param(signal.SIGQUIT, marks=pytest.mark.thorough),
    ],
)
def test_a_signal_ends_it_in_order(program: PtyProgram, draft: Path, number: signal.Signals) -> None:
    program.feed_at_once("cне отправлено")
    program.wait_for_text("length 13;")
    program.send_signal(number)
    assert program.wait_exit() == 128 + number
    assert draft.read_text() == "не отправлено"
    assert is_restored(program)


def test_a_closed_terminal_ends_it(program: PtyProgram, draft: Path) -> None:
    program.feed_at_once("cтекст")
    program.wait_for_text("length 5;")
    program.hang_up()
    assert program.wait_exit(reading=False) == 129
    assert draft.read_text() == "текст"


def test_a_signal_ends_it_while_the_terminal_takes_no_output(program: PtyProgram, draft: Path) -> None:
    before = program.attributes
    ticks = draft.with_suffix(".ticks")
    program.feed_at_once("\x1b[19~")
    wait_unread(lambda: ticks.exists() and int(ticks.read_text() or 0) > 80)
    program.send_signal(signal.SIGTERM)
    assert program.wait_exit(reading=False) == 143
    assert draft.exists()
    assert program.attributes[:4] == before[:4] or program.attributes[3] & 8  # ECHO is back


def test_it_goes_on_while_the_terminal_takes_no_output(program: PtyProgram, draft: Path) -> None:
    ticks = draft.with_suffix(".ticks")
    program.feed_at_once("\x1b[19~")
    wait_unread(lambda: ticks.exists() and int(ticks.read_text() or 0) > 120)
    at_least = int(ticks.read_text())
    read = len(program.raw)
    program.wait_for(lambda: f"tick {at_least}" in program.text or shown_tick(program) > at_least)
    assert len(program.raw) - read < 40_000
    program.feed_at_once("n")
    program.wait_for_text("noted: ready n;")
    assert "pane" in program.text


@pytest.mark.parametrize(
    ("key", "where"),
    [
        ("\x1bOQ", "handler"),
        pytest.param("\x1bOR", "timer", marks=pytest.mark.thorough),
        pytest.param("\x1bOS", "worker", marks=pytest.mark.thorough),
        ("\x1b[15~", "render"),
        pytest.param("\x1b[17~", "rich", marks=pytest.mark.thorough),
        ("\x1b[18~", "unmount"),
    ],
)
def test_a_crash_shows_one_sentence_and_no_words(
    program: PtyProgram, report: Path, draft: Path, key: str, where: str
) -> None:
    program.feed_at_once("cтекст\x1b[27u" + key)
    assert program.wait_exit() == 1, where
    assert SECRET.encode() not in program.raw
    assert b"Traceback" not in program.raw
    assert str(report).encode() in program.raw.replace(b"\r\n", b"")
    assert is_restored(program)
    assert draft.read_text() == "текст"
    told = report.read_text()
    assert SECRET not in told
    assert "repaired.py" in told


def shown_tick(program: PtyProgram) -> int:
    words = program.text.partition("tick ")[2].split()
    return int(words[0]) if words else 0


def wait_unread(is_so: Callable[[], bool], timeout: float = 20) -> None:
    deadline = time.monotonic() + timeout
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)
