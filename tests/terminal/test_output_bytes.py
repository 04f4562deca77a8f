"""No control character of a widget's text reaches the terminal."""

import re

import pytest

from tests.support.pty_program import PtyProgram
from tests.terminal.repaired import PAYLOADS

pytestmark = pytest.mark.terminal

_TEXTUALS_OWN = re.compile(r"\x1b\[[<>=?]?[\d;:]*[ $]?[a-zA-Z]|[\r\n]")


def test_no_control_character_of_a_widget_reaches_the_terminal(program: PtyProgram) -> None:
    before = len(program.raw)
    program.feed_at_once("\x1b[21~")
    program.wait_for_text("noted: ready shown;")
    program.wait_for(lambda: program.text.count("|") >= 2 * len(PAYLOADS))
    while program.pump(0.2):
        pass
    written = bytes(program.raw[before:])
    for payload in PAYLOADS:
        assert payload.encode() not in written
    left = _TEXTUALS_OWN.sub("", written.decode())
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", left), repr(left)
    assert b"gpj" in written


def test_nothing_is_written_while_nothing_happens(same_program: PtyProgram) -> None:
    program = same_program
    program.feed_at_once("cтекст")
    program.wait_for_text("length 5;")
    while program.pump(0.3):
        pass
    before = len(program.raw)
    program.pump(1.2)
    assert len(program.raw) == before


def test_mouse_moves_are_not_asked_for(same_program: PtyProgram) -> None:
    assert b"\x1b[?1003h" not in same_program.raw
    assert b"\x1b[?1002h" in same_program.raw


def test_a_size_that_comes_late_does_not_stay_on_the_screen(program: PtyProgram) -> None:
    program.feed_at_once("\x1b[23~")
    program.wait_for_text("late;")
    program.feed("c" + "x" * 60)
    program.wait_for_text("x" * 60)
