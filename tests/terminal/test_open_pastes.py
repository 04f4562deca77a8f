"""A paste without an end mark ends automatically: keys act again, and none of its text is lost."""

import signal
from pathlib import Path

import pytest
from textual import events
from textual.message import Message

from chat_tui.terminal.parser import TolerantParser
from tests.support.clock import ToldClock
from tests.support.pty_program import PtyProgram

BEGIN, END = "\x1b[200~", "\x1b[201~"


def told(messages: list[Message]) -> list[str]:
    return [
        f"pasted {message.text}" if isinstance(message, events.Paste) else getattr(message, "key", "")
        for message in messages
    ]


@pytest.mark.parametrize("rest", ["", "\x1b", "\x1b[20", "\x1b[201"])
def test_it_ends_after_quiet_seconds_without_the_half_of_a_mark(rest: str) -> None:
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    found = [*parser.feed(BEGIN + "one\rtwo" + rest)]
    clock.now += 1.9
    found += parser.tick()
    assert found == []
    clock.now += 0.2
    found += parser.tick()
    found += parser.feed("n")
    assert told(found) == ["pasted one\rtwo", "n"]


def test_a_stream_that_goes_on_keeps_it_open_and_a_hand_does_not() -> None:
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    found = [*parser.feed(BEGIN)]
    for _ in range(10):
        clock.now += 1.5
        found += [*parser.feed("x" * 100), *parser.tick()]
    assert found == []
    for _ in range(20):
        clock.now += 0.2
        found += [*parser.feed("y"), *parser.tick()]
    assert told(found)[0].startswith("pasted " + "x" * 1000)
    assert set(told(found)[1:]) == {"y"}


def test_the_rest_that_comes_after_a_hole_is_no_command_and_sends_nothing() -> None:
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    [*parser.feed(BEGIN + "before" + END)]
    clock.now += 1
    marked = parser.marks_pastes
    assert marked
    found = [*parser.feed(BEGIN + "one\r")]
    clock.now += 30
    found += parser.tick()
    assert not parser.marks_pastes
    found += parser.feed("two\rq")
    clock.now += 0.05
    found += parser.feed("three" + END)
    assert told(found) == ["pasted one\r", "pasted two\rqthree"]
    clock.now += 1
    found = [*parser.tick(), *parser.feed("n")]
    assert told(found) == ["n"]
    assert parser.marks_pastes


def test_keys_that_come_together_after_it_are_keys() -> None:
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    found = [*parser.feed(BEGIN + "one")]
    clock.now += 3
    found += [*parser.tick(), *parser.feed("!\x1b[27un")]
    clock.now += 0.2
    assert told([*found, *parser.tick()]) == ["pasted one", "exclamation_mark", "escape", "n"]


def test_an_empty_one_is_nothing() -> None:
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    found = [*parser.feed(BEGIN)]
    clock.now += 5
    assert told([*found, *parser.tick(), *parser.feed("n")]) == ["n"]


@pytest.mark.terminal
def test_its_text_is_in_the_box_and_keys_act_again(program: PtyProgram) -> None:
    program.feed_at_once("c" + BEGIN + "вставлено\rи не закончено")
    program.wait_for_text("length 24;")
    assert "sent" not in program.text
    program.feed_at_once("!\x1b[27un")
    program.wait_for_text("noted: ready n;")
    assert "закончено!" in program.text


@pytest.mark.terminal
@pytest.mark.parametrize(
    "end",
    [
        pytest.param("SIGHUP", marks=pytest.mark.thorough),
        "SIGTERM",
        pytest.param("closed", marks=pytest.mark.thorough),
    ],
)
def test_an_end_of_everything_keeps_it(program: PtyProgram, draft: Path, end: str) -> None:
    program.feed_at_once("cнаписано,")
    program.wait_for_text("length 9;")
    # The program shows nothing of a paste while it is open: the blank before it tells that all was read.
    program.feed_at_once(" " + BEGIN + "вставлено\x1b[2")
    program.wait_for_text("length 10;")
    if end == "closed":
        program.hang_up()
    else:
        program.send_signal(signal.Signals[end])
    code = program.wait_exit(reading=end != "closed")
    assert code == (143 if end == "SIGTERM" else 129)
    assert draft.read_text() == "написано, вставлено"
