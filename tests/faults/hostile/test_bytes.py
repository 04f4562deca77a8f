"""Section C of the fault catalogue, F-067 to F-074, in the bytes of a real terminal: list, names, history."""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.faults.support.hostile_inbox import FIRST, LAST, SIZE
from tests.faults.support.payloads import PAYLOADS, STEERING
from tests.support.pty_program import ROOT, PtyProgram, plain_environment

pytestmark = pytest.mark.terminal

_SEQUENCE = re.compile(r"\x1b(?:\][^\x07\x1b]*(?:\x07|\x1b\\)|\[[0-?]*[ -/]*[@-~]|[@-Z\\^_]|.)|[\r\n]")
_DRAWING = re.compile(r"\x1b\[[\d;]*([mHABCD])")
START = "the beginning of the conversation"
"""The line above the oldest message, drawn when the last page of the history has been read."""


def shown(root: Path, *more: str) -> PtyProgram:
    """The inbox with the longest-waiting chat open, completely drawn."""
    program = PtyProgram.python("-m", "tests.faults.support.hostile_inbox", str(root), *more, size=SIZE)
    program.wait_for(lambda: LAST.encode() in program.raw, timeout=30)
    program.feed_at_once("\r")
    program.wait_for(lambda: f"╔═ {FIRST}" in program.text and START in program.text, timeout=30)
    while program.pump(0.3):
        pass
    return program


def sequences(program: PtyProgram) -> set[str]:
    """The kinds of sequences that the program wrote, without their positions and colours."""
    written = _DRAWING.sub(r"\\x1b[\1", program.raw.decode())
    written = re.sub(r"\d+ waiting", "some waiting", written)
    return set(_SEQUENCE.findall(written))


def unseen(screen: str) -> list[str]:
    """What a buyer is to see of the payloads but is not in all of list, name and history."""
    return [one.seen for one in PAYLOADS if one.fault < 75 and screen.count(one.seen[:6]) < 3]


def test_f_067_to_f_074_no_byte_of_a_payload_reaches_the_terminal(tmp_path: Path) -> None:
    with shown(tmp_path / "hostile") as hostile, shown(tmp_path / "harmless", "harmless") as harmless:
        hostile.wait_for(lambda: unseen(hostile.text) == [])
        assert sequences(hostile) <= sequences(harmless)
        written = hostile.raw.decode()
        assert not STEERING.search(_SEQUENCE.sub("", written))
        steering = [one.text for one in PAYLOADS if STEERING.search(one.text.replace("\n", ""))]
        own = harmless.raw.decode()
        assert [text for text in steering if text in written and text not in own] == []
        for name in (FIRST, LAST):
            rows = [
                [line[4:30] for line in each.text.splitlines() if name in line[:20]]
                for each in (hostile, harmless)
            ]
            assert rows[0] == rows[1] != []
        assert hostile.screen.cursor.hidden == harmless.screen.cursor.hidden
        assert hostile.screen.title == f"chat-tui · {len(PAYLOADS) + 2} waiting"


@pytest.mark.thorough
@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here")
def test_f_081_tmux_agrees_about_the_width_of_every_row(tmp_path: Path) -> None:
    columns, rows = SIZE
    environment = plain_environment(LC_ALL="C.UTF-8")

    def tmux(*words: str) -> str:
        command = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null", *words]
        return subprocess.check_output(command, text=True, env=environment, cwd=ROOT)

    def look() -> str:
        return tmux("capture-pane", "-p", "-N")

    def seen(words: str) -> str:
        deadline = time.monotonic() + 30
        while words not in (screen := look()) or screen != look():
            assert time.monotonic() < deadline, screen
            time.sleep(0.1)
        return screen

    program = [sys.executable, "-m", "tests.faults.support.hostile_inbox", str(tmp_path / "shop")]
    tmux("new-session", "-d", "-x", str(columns), "-y", str(rows), *program)
    try:
        seen(LAST)
        tmux("send-keys", "Enter")
        seen(f"╔═ {FIRST}")
        screen = seen(START)
    finally:
        tmux("kill-server")
    lines = screen.split("\n")[:rows]
    assert "漢字" in screen
    assert [line for line in lines if "│" in line and cell_len(line.rstrip()) != columns] == []
