"""Writing in the operator's own editor while everything else continues."""

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.faults.support.processes import await_true
from tests.faults.support.tiers import with_quick
from tests.faults.support.window import CTRL_Q, Kept, Window, data, settings
from tests.support.sandbox import Sandbox

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
    """The directory in which the editor records its runs."""
    editor = tmp_path / "editor"
    editor.write_text(EDITOR)
    editor.chmod(0o700)
    settings("[queue]\nauto_advance = false\n[sending]\nundo_seconds = 1\n")
    return tmp_path


def edit(window: Window, notes: Path) -> Path:
    """Press Ctrl+E and wait until the editor has saved; return its file."""
    (notes / "path").unlink(missing_ok=True)
    window.feed("\x05")
    window.wait_for((notes / "path").exists)
    window.wait_for_text("the editor is open")
    return Path((notes / "path").read_text().strip())


def left() -> list[Path]:
    """The editor files that are kept."""
    return sorted((data() / "edited").glob("*/message.txt"))


def test_a_text_is_edited_while_a_message_goes_out(market: Sandbox, notes: Path) -> None:
    """Promised: U44."""
    with Window(market, NOTES=str(notes), EDITOR=str(notes / "editor")) as window:
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
        # Ctrl-C goes to the editor: the editor ends, the program does not, and the saved text is there.
        window.feed("\x03")
        window.wait_for_text("A signal ended the editor (2)")
        window.wait_for_text("from the editor")
        await_true(lambda: not path.parent.exists(), "the end of the file")
        window.feed_until("\x1a", lambda: "before" in window.box and "from the editor" not in window.box)

        (notes / "go").touch()
        window.feed("\x05")
        window.wait_for_text("from the editor")
        window.wait_for_text("second line")
        window.feed_until("\x1a", lambda: "before" in window.box and "from the editor" not in window.box)
        window.feed_until(CTRL_Q, lambda: window.has_ended or "Quit?" in window.text)
        if not window.has_ended:
            window.feed("\r")
        window.check(0)
    assert "before" in Kept(market).drafts
    assert left() == []


@pytest.mark.parametrize("number", with_quick([signal.SIGTERM, signal.SIGHUP], signal.SIGTERM))
def test_an_end_in_between_keeps_what_the_editor_has_saved(
    market: Sandbox, notes: Path, number: signal.Signals
) -> None:
    with Window(market, NOTES=str(notes), EDITOR=str(notes / "editor")) as window:
        window.ready().write("before")
        path = edit(window, notes)
        window.send_signal(number)
        window.check(128 + number)
    assert Kept(market).drafts == ("from the editor\nsecond line",)
    assert left() == [path], "the editor's last save must be found there"


def test_a_kill_in_between_loses_neither_the_box_nor_what_was_saved(market: Sandbox, notes: Path) -> None:
    environment: dict[str, Any] = {"NOTES": str(notes), "EDITOR": str(notes / "editor")}
    with Window(market, **environment) as window:
        # The whole list is there: the chat that waits longest is the same after the next start.
        window.ready().wait_for_text("Waiting 15")
        window.write("before")
        path = edit(window, notes)
        os.kill(window.pid, signal.SIGKILL)
        assert window.wait_exit() == -signal.SIGKILL
        (notes / "go").touch()
    assert Kept(market).drafts == ("before",)
    assert left() == [path]
    with Window(market, **environment) as window:
        window.ready().wait_for_text("Waiting 15")
        window.feed("n")
        window.wait_for_text("An editor saved this text")
        window.feed("y")
        window.wait_for(lambda: "from the editor" in window.box)
        window.feed(CTRL_Q)
        window.wait_exit()
    assert Kept(market).drafts == ("from the editor\nsecond line",)
    assert left() == []


ENDS = {
    "code 1": ("printf 'twenty minutes\\n' > \"$1\"; exit 1", "ended with code 1", "twenty minutes", 0),
    "code 130": ("printf 'to be sent' > \"$1\"; exit 130", "ended with code 130", "to be sent", 0),
    "a signal": ("printf 'not lost' > \"$1\"; kill -9 $$", "A signal ended the editor (9)", "not lost", 0),
    "another inode": ('echo moved > "$1.new"; mv "$1.new" "$1"; exit 2', "code 2", "moved", 0),
    "a full disk": (': > "$1"; exit 4', "code 4: the text is unchanged", "before", 0),
    "a text beside": ('echo saved > "$1.save"; kill -15 $$', "What the editor saved", "before", 1),
    "cp1251": ("printf '\\344\\356\\341' > \"$1\"", "did not save UTF-8", "before", 1),
    "nothing": ('rm "$1"', "left no readable file", "before", 0),
    "a pipe": ('rm "$1"; mkfifo "$1"', "something that is not a file", "before", 1),
    "at once": ("exit 0", "The editor returned at once", "before", 1),
}


def test_however_an_editor_ends_nothing_is_lost(market: Sandbox, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    with Window(market, size=(120, 40), EDITOR=f"sh {editor}") as window:
        window.ready().write("before")
        for what, (script, said, text, kept) in ENDS.items():
            editor.write_text(script)
            for path in left():
                shutil.rmtree(path.parent)
            window.feed_until("\x05", lambda: said in window.text)  # noqa: B023
            window.wait_for(lambda: text in window.box)  # noqa: B023
            assert "\ufffd" not in window.box, what
            await_true(lambda: len(left()) == kept, what)  # noqa: B023
            if text != "before":
                window.feed_until("\x1a", lambda: "before" in window.box and text not in window.box)  # noqa: B023
        window.feed_until(CTRL_Q, lambda: window.has_ended)
        window.check(0)


def test_what_is_saved_in_a_window_later_is_found(market: Sandbox, notes: Path) -> None:
    editor = notes / "late"
    editor.write_text(
        '(while [ ! -e "$NOTES/go" ]; do sleep 0.05; done; printf late > "$1") >/dev/null 2>&1 &'
    )
    with Window(market, size=(120, 40), NOTES=str(notes), EDITOR=f"sh {editor}") as window:
        window.ready().write("before")
        window.feed("\x05")
        window.wait_for_text("The editor returned at once")
        (notes / "go").touch()
        window.wait_for_text("The editor has saved its text")
        window.feed("\x05")
        window.wait_for_text("An editor saved this text")
        window.feed("y")
        window.wait_for(lambda: "late" in window.box and "before" not in window.box)
        window.feed(CTRL_Q)
        window.check(0)
    assert Kept(market).drafts == ("late",)
    assert left() == []
