"""The real program on a read-only disk (case 028)."""

import contextlib
import os
import re
from pathlib import Path

import pytest

from tests.faults.support.program import inbox, run, surroundings
from tests.support.pty_program import PtyProgram
from tests.support.read_only import mount_read_only
from tests.support.sandbox import Sandbox

CTRL_Q = "\x11"


def above_the_box(program: PtyProgram) -> str:
    """The text between the open chat and the box, with its lines joined."""
    return " ".join(program.text.partition("╯")[2].partition("╭")[0].split())


def numbers(rows: str) -> list[str]:
    """The listed chats, without the waits, which may change until the next run."""
    return [row.split()[0] for row in rows.splitlines()]


@pytest.mark.terminal
def test_the_whole_home_can_only_be_read(market: Sandbox) -> None:
    listed = numbers(run("list", environ=surroundings(market)).stdout)
    assert run("show", listed[0], environ=surroundings(market)).returncode == 0
    with contextlib.ExitStack() as undo:
        mount_read_only(Path(os.environ["HOME"]), undo)
        again = run("list", environ=surroundings(market))
        assert (again.returncode, numbers(again.stdout)) == (0, listed)
        assert again.stderr.count("\n") == 1
        assert "is on a read-only disk: mount it as writable again. View only:" in again.stderr
        with inbox(environ=surroundings(market)) as program:
            program.wait_for_text("view only", timeout=30)
            program.wait_for_text("read-only disk", timeout=30)
            program.feed("6g\rc")
            program.wait_for_text("╔═ To: ")
            program.feed("\r")
            program.wait_for(lambda: "is on a read-only disk: mount it as writable" in above_the_box(program))
            program.wait_for(
                lambda: bool(re.search("nothing (was|new is loaded or) sent", above_the_box(program)))
            )
            program.feed(CTRL_Q)
            assert program.wait_exit() == 0
