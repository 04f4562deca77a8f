"""The demo as a newcomer meets it: the whole program on a terminal, with its pretend Market."""

import os
import sys
from pathlib import Path

import pytest

from chat_tui.paths import locate
from tests.support.pty_program import PtyProgram

DEMO = [sys.executable, "-P", "-m", "chat_tui", "demo", "--chats", "12"]
PATIENCE_S = 30


def program(size: tuple[int, int] = (110, 32)) -> PtyProgram:
    return PtyProgram(DEMO, size=size, environment={**os.environ, "TERM": "xterm-256color"})


def processes_of(place: Path) -> list[int]:
    """The processes that were told to keep their journal there."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.fsencode(place) in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:  # it ended meanwhile
            continue
    return found


@pytest.mark.terminal
def test_an_answer_is_confirmed_and_still_there_at_the_next_start() -> None:
    settings = locate().settings_file
    settings.parent.mkdir(parents=True)
    settings.write_text("[sending]\nundo_seconds = 0\n")
    data = locate("demo-1-12").data
    with program() as demo:
        demo.wait_for_text("online", timeout=PATIENCE_S)
        demo.feed("n")
        demo.wait_for_text("To: ", timeout=PATIENCE_S)
        demo.feed("Good day from a test!\r")
        demo.wait_for_text("confirmed", timeout=PATIENCE_S)
        demo.feed("\x11")
        assert demo.wait_exit(timeout=PATIENCE_S) == 0
        assert all(end in demo.raw for end in (b"\x1b[?1049l", b"\x1b[?2004l", b"\x1b[?25h"))
        assert "ACMA" not in demo.text
    assert processes_of(data) == []
    with program() as demo:
        demo.wait_for_text("online", timeout=PATIENCE_S)
        demo.feed("6")
        demo.wait_for_text("You: Go", timeout=PATIENCE_S)
        demo.feed("\x11")
        assert demo.wait_exit(timeout=PATIENCE_S) == 0
