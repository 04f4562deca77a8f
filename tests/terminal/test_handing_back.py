"""Answers and typed keys are read before the terminal is handed over; input for an editor is not ours."""

import os
import re
import shlex
import sys
import time
from itertools import cycle
from pathlib import Path

import pytest

from tests.support.pty_program import PtyProgram, plain_environment

pytestmark = pytest.mark.terminal

GIVES_BACK = b"\x1b[23;0t"
"""The old title is restored last, before typed input is read and discarded."""
TYPED_ON_S = 1.0
"""A hand that types on; half of what the program bears, and long enough to meet the shell without it."""
SHELL = """
{python} -m tests.terminal.repaired {report} {draft}
stty -echo -icanon min 0 time 3
echo "LEFT<$(head -c 200 | od -An -c | tr -d ' \\n')>"
echo over
"""


class Mute(PtyProgram):
    """A terminal that answers when the test says so."""

    def _answer(self, times: int) -> None:
        self.asked = getattr(self, "asked", 0) + times


def shell(kind: type[PtyProgram], report: Path, draft: Path) -> PtyProgram:
    places = {"python": sys.executable, "report": str(report), "draft": str(draft)}
    words = SHELL.format(**{name: shlex.quote(place) for name, place in places.items()})
    return kind(["sh", "-c", words], environment=plain_environment())


def test_answers_on_their_way_are_read_before_the_end(report: Path, draft: Path) -> None:
    with shell(Mute, report, draft) as program:
        program.wait_for_text("noted: ready;")
        program.feed_at_once("\x1b[20~")  # F9 quits
        program.wait_for(lambda: GIVES_BACK in program.raw)
        program.feed_at_once("\x1b[?2026;2$y\x1b[?2004;1$y")
        program.feed_at_once("\x1b[?62;22c")
        program.wait_for_text("over")
        assert "LEFT<>" in program.text


def test_letters_typed_on_into_a_crash_are_not_the_shells(report: Path, draft: Path) -> None:
    with shell(PtyProgram, report, draft) as program:
        program.wait_for_text("noted: ready;")
        program.feed_at_once("\x1bOQ6Gg")  # F2 fails
        program.wait_for(lambda: GIVES_BACK in program.raw)
        letters, begun = cycle("6Gg\x1b[B\rnn"), time.monotonic()
        while time.monotonic() < begun + TYPED_ON_S:
            program.feed_at_once(next(letters))
            program.pump(0.05)
        program.wait_for_text("over")
        assert "LEFT<>" in program.text
        assert "chat-tui crashed" in program.text


EDITOR = """#!/bin/sh
printf '\\033[>c\\033]11;?\\033\\\\'
echo "the editor is open"
while [ ! -e {go} ]; do sleep 0.05; done
"""
ANSWERS = "\x1b[>41;390;0c\x1b]10;rgb:dddd/dddd/dddd\x1b\\\x1b]11;rgb:1111/1111/1111\x07"


@pytest.mark.parametrize("typed", [ANSWERS, ":q!\r", "nnq" + ANSWERS + "q\x11"])
def test_what_was_typed_for_the_editor_is_neither_text_nor_command(
    report: Path, draft: Path, tmp_path: Path, typed: str
) -> None:
    editor, go = tmp_path / "editor", tmp_path / "go"
    editor.write_text(EDITOR.format(go=shlex.quote(str(go))))
    editor.chmod(0o700)
    program = PtyProgram.python(
        *("-m", "tests.terminal.repaired", str(report), str(draft)),
        environment=plain_environment(EDITOR=str(editor), TMPDIR=str(tmp_path)),
    )
    with program:
        program.wait_for_text("noted: ready;")
        program.feed_at_once("cчерновик")
        program.wait_for_text("length 8;")
        program.feed_at_once("\x05")
        program.wait_for_text("the editor is open")
        program.feed_at_once(typed)
        os.close(os.open(go, os.O_CREAT))
        program.wait_for_text("noted: ready edited;")
        program.feed_until("!", lambda: "черновик!" in program.text)
        assert re.search("║ черновик!+ +║", program.text)
        assert "noted: ready edited;" in program.text
