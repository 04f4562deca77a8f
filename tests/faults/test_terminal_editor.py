"""Writing in an own editor while everything else goes on."""

import os
import signal
from pathlib import Path

import pytest

from chat_tui.sandbox.serve import Sandbox
from tests.faults.support.processes import await_true
from tests.faults.support.window import CTRL_Q, Kept, Window, settings

pytestmark = pytest.mark.terminal

EDITOR = """#!/bin/sh
env > "$NOTES/env"
stat -c %a "$1" "$(dirname "$1")" > "$NOTES/modes"
printf 'from\\033[31m the editor\\nsecond line\\n' > "$1"
echo "$1" > "$NOTES/path.new" && mv "$NOTES/path.new" "$NOTES/path"
echo "the editor is open"
while [ ! -e "$NOTES/go" ]; do sleep 0.05; done
"""


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """Where the editor leaves its notes."""
    editor = tmp_path / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o700)
    settings("[sending]\nundo_seconds = 1\n")
    return tmp_path


def edit(window: Window, notes: Path) -> Path:
    """Press Ctrl+E and wait until the editor has saved; its file."""
    (notes / "path").unlink(missing_ok=True)
    window.feed("\x05")
    window.wait_for((notes / "path").exists)
    window.wait_for_text("the editor is open")
    return Path((notes / "path").read_text().strip())


def test_a_text_is_edited_while_a_message_goes_out(market: Sandbox, notes: Path) -> None:
    """Promised: U44."""
    with Window(market, NOTES=str(notes), EDITOR=str(notes / "editor"), TMPDIR=str(notes)) as window:
        window.ready().write("").send("goes out meanwhile")
        window.feed_at_once("before")
        window.wait_for_text("before")
        path = edit(window, notes)
        assert window.attributes == window.found
        assert (notes / "modes").read_text().split() == ["600", "700"]
        assert market.api_key not in (notes / "env").read_text()
        await_true(lambda: [e.text for e in market.ledger] == ["goes out meanwhile"], "the send")
        rounds = len(market.requests)
        await_true(lambda: len(market.requests) > rounds + 1, "the sync")
        # Ctrl-C is the editor's: it ends, the program does not, and the text is as it was.
        window.feed("\x03")
        window.wait_for_text("The editor ended with code")
        window.wait_for_text("before")
        assert not path.parent.exists()

        (notes / "go").touch()
        window.feed("\x05")
        window.wait_for_text("from the editor")
        window.wait_for_text("second line")
        window.feed("\x1a")
        window.wait_for(lambda: "before" in window.box and "from the editor" not in window.box)
        window.feed(CTRL_Q)
        window.wait_for(lambda: window.has_ended or "Leave?" in window.text)
        if not window.has_ended:
            window.feed("\r")
        window.check(0)
    assert "before" in Kept(market).drafts
    assert [entry.name for entry in notes.iterdir() if entry.name.startswith("chat-tui-")] == []


def test_an_end_in_between_keeps_what_the_editor_has_saved(market: Sandbox, notes: Path) -> None:
    with Window(market, NOTES=str(notes), EDITOR=str(notes / "editor"), TMPDIR=str(notes)) as window:
        window.ready().write("before")
        edit(window, notes)
        window.send_signal(signal.SIGTERM)
        window.check(143)
    assert Kept(market).drafts == ("from the editor\nsecond line",)
    assert [entry.name for entry in notes.iterdir() if entry.name.startswith("chat-tui-")] == []


def test_a_kill_in_between_keeps_what_was_in_the_box(market: Sandbox, notes: Path) -> None:
    with Window(market, NOTES=str(notes), EDITOR=str(notes / "editor"), TMPDIR=str(notes)) as window:
        window.ready().write("before")
        edit(window, notes)
        os.kill(window.pid, signal.SIGKILL)
        assert window.wait_exit() == -signal.SIGKILL
        (notes / "go").touch()
    assert Kept(market).drafts == ("before",)
