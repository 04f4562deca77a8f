"""No value of a variable that Textual or Rich reads can stop the screen from opening."""

import subprocess
import sys
from pathlib import Path

import pytest

from chat_tui.terminal.environment import prepare
from tests.support.pty_program import ROOT, PtyProgram, plain_environment

HUGE = "9" * 400
ODD = [
    {"TEXTUAL_DRIVER": "no.such:Driver"},
    {"TEXTUAL_COLOR_SYSTEM": "pink"},
    {"TEXTUAL_THEME": "no-such-theme"},
    {"TEXTUAL_DIM_FACTOR": HUGE},
    {"TEXTUAL_FPS": HUGE, "TEXTUAL_SLOW_THRESHOLD": HUGE},
    {"TEXTUAL_FPS": "0", "TEXTUAL_SMOOTH_SCROLL": "1", "TEXTUAL_SPEEDUPS": ""},
    {"ESCDELAY": HUGE},
    {"ESCDELAY": "-1", "TEXTUAL_ANIMATIONS": "Å"},
    {"TEXTUAL_DEBUG": "1", "TEXTUAL_FILTERS": "dim,,x", "TEXTUAL_ALLOW_SIGNALS": "1"},
    {"COLUMNS": "-3", "LINES": HUGE},
    {"COLUMNS": "0x50", "LINES": ""},
    {"UNICODE_VERSION": "9999999999999.x", "FORCE_COLOR": "\udcff", "TTY_COMPATIBLE": "?"},
    {"TERM_PROGRAM": "\udcff", "COLORTERM": "no colour", "LC_TERMINAL": "iTerm2"},
    {"JUPYTER_COLUMNS": "a", "JUPYTER_LINES": "b", "TTY_INTERACTIVE": "7"},
]
OPENS = """
import asyncio, os
from chat_tui.terminal.environment import prepare
prepare(os.environ)
from tests.terminal.test_repairs import AskingApp
async def main():
    async with AskingApp().run_test():
        print("open")
asyncio.run(main())
"""


TOGETHER = [
    {name: value for odd in ODD[start::2] for name, value in odd.items()} for start in range(2)
]  # fmt: skip
"""The same values in two processes; no variable stops another from being read."""


@pytest.mark.thorough
@pytest.mark.parametrize("environ", ODD, ids=[ascii(sorted(odd))[:40] for odd in ODD])
def test_the_screen_opens(environ: dict[str, str]) -> None:
    opens(environ)


@pytest.mark.parametrize("environ", TOGETHER, ids=["one half", "other half"])
def test_the_screen_opens_with_many_at_once(environ: dict[str, str]) -> None:
    opens(environ)


def opens(environ: dict[str, str]) -> None:
    """In a process of its own, whose environment Textual reads as it is imported."""
    told = subprocess.run(
        [sys.executable, "-c", OPENS],
        env=plain_environment(**environ),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.stdout, told.returncode) == ("open\n", 0), told.stderr[-600:]


def test_what_can_be_followed_is_kept() -> None:
    kept = {
        "TEXTUAL_ANIMATIONS": "basic",
        "TEXTUAL_COLOR_SYSTEM": "256",
        "TEXTUAL_DISABLE_KITTY_KEY": "1",
        "ESCDELAY": "25",
        "TERM": "xterm",
        "TEXTUALLY": "not Textual's",
    }
    environ = {**kept, "TEXTUAL": "debug", "TEXTUAL_NEW_ONE": "?", "COLUMNS": "10", "LINES": "9"}
    prepare(environ)
    assert environ == {**kept, "TEXTUAL_SMOOTH_SCROLL": "0"}


LATER = [pytest.param(*size, marks=pytest.mark.thorough) for size in (("500", "3"), ("many", "-1"))]


@pytest.mark.terminal
@pytest.mark.parametrize(("columns", "lines"), [("40", "10"), *LATER])
def test_the_size_is_the_terminals_own(tmp_path: Path, columns: str, lines: str) -> None:
    program = PtyProgram(
        [sys.executable, "-m", "tests.terminal.repaired", str(tmp_path / "r"), str(tmp_path / "d")],
        environment=plain_environment(COLUMNS=columns, LINES=lines),
        size=(91, 23),
    )
    with program:
        program.wait_for_text("noted: ready;")
        program.wait_for(lambda: has_edge_at(program, 91))
        program.resize(71, 20)
        program.wait_for(lambda: has_edge_at(program, 71))


def has_edge_at(program: PtyProgram, columns: int) -> bool:
    """Whether the box reaches to the last column."""
    return any(line.endswith(("╮", "╗")) and len(line) == columns for line in program.text.splitlines())
