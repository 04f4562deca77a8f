"""If the interface cannot work, it says so in one line before it draws anything."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import TextIO

import pytest

from chat_tui.terminal.environment import Colours, Unfit, prepare, refusal
from chat_tui.words.problems import unfit_words


@pytest.fixture
def terminal() -> Iterator[TextIO]:
    master, slave = os.openpty()
    with open(slave, "w") as stream:
        yield stream
    os.close(master)


@pytest.mark.parametrize(
    "term", ["xterm-256color", "tmux-256color", "linux", "xterm-ghostty", "screen.xterm", "vt220"]
)
def test_a_usual_terminal_is_accepted(terminal: TextIO, term: str) -> None:
    assert refusal({"TERM": term}, terminal, terminal, terminal) is None


@pytest.mark.parametrize("environ", [{}, {"TERM": ""}, {"TERM": "dumb"}, {"TERM": "nosuch"}])
def test_a_poor_terminal_is_refused_in_one_line(terminal: TextIO, environ: dict[str, str]) -> None:
    why = refusal(environ, terminal, terminal, terminal)
    assert why is not None
    words = unfit_words(why)
    assert "TERM" in words
    assert "\n" not in words


def test_a_pipe_is_refused(terminal: TextIO) -> None:
    with open(os.devnull) as nothing:
        assert refusal({"TERM": "xterm"}, nothing, terminal, terminal) is Unfit.INPUT
        assert refusal({"TERM": "xterm"}, terminal, nothing, terminal) is Unfit.OUTPUT
        assert refusal({"TERM": "xterm"}, terminal, terminal, nothing) is Unfit.OUTPUT
    assert "input" in unfit_words(Unfit.INPUT)
    assert "output" in unfit_words(Unfit.OUTPUT)
    assert refusal({"TERM": "xterm"}, None, terminal, terminal)
    assert refusal({"TERM": "xterm"}, nothing, terminal, terminal)


def test_a_stream_without_a_file_is_refused(terminal: TextIO) -> None:
    assert refusal({"TERM": "xterm"}, io.StringIO(), terminal, terminal)


def test_textual_is_told_not_to_animate_and_not_imported() -> None:
    environ = {"TEXTUAL_ANIMATIONS": "full"}
    prepare(environ)
    assert environ == {
        "TEXTUAL_ANIMATIONS": "full",
        "TEXTUAL_SMOOTH_SCROLL": "0",
        "TEXTUAL_COLOR_SYSTEM": "standard",
    }
    probe = "import sys, chat_tui.terminal.environment; print('textual' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", probe], text=True).strip() == "False"


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Colours.ALL),
        ({"TERM": "tmux-256color", "COLORTERM": " 24bit "}, Colours.ALL),
        ({"TERM": "xterm-direct"}, Colours.ALL),
        ({"TERM": "xterm-kitty"}, Colours.ALL),
        ({"TERM": "alacritty"}, Colours.ALL),
        ({"TERM": "foot-extra"}, Colours.ALL),
        ({"TERM": "xterm-256color", "COLORTERM": "yes"}, Colours.MANY),
        ({"TERM": "screen-256color-bce"}, Colours.MANY),
        ({"TERM": "tmux-256color"}, Colours.MANY),
        ({"TERM": "xterm-16color"}, Colours.SIXTEEN),
        ({"TERM": "linux"}, Colours.SIXTEEN),
        ({"TERM": "screen"}, Colours.SIXTEEN),
        ({"TERM": "tmux"}, Colours.SIXTEEN),
        ({"TERM": "footer"}, Colours.SIXTEEN),
        ({}, Colours.SIXTEEN),
    ],
)
def test_textual_gets_the_colours_that_the_terminal_has(environ: dict[str, str], found: Colours) -> None:
    prepare(environ)
    assert environ["TEXTUAL_COLOR_SYSTEM"] == found


@pytest.mark.parametrize("wanted", ["256", "standard", "truecolor"])
def test_the_operator_knows_better(wanted: str) -> None:
    environ = {"TERM": "linux", "TEXTUAL_COLOR_SYSTEM": wanted}
    prepare(environ)
    assert environ["TEXTUAL_COLOR_SYSTEM"] == wanted


def test_colours_to_be_found_out_are_found_out_here() -> None:
    environ = {"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "auto"}
    prepare(environ)
    assert environ["TEXTUAL_COLOR_SYSTEM"] == "256"
