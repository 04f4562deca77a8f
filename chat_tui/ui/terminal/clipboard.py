"""Copying through the terminal (OSC 52), which works over SSH and says nothing of whether it worked."""

import base64
import os
from typing import Final

from textual.app import App, ReturnType

from chat_tui.locale import _
from chat_tui.safetext import stripped
from chat_tui.ui.terminal import tmux
from chat_tui.ui.text import notify

LIMIT: Final = 70_000
"""Bytes of UTF-8 that go into one sequence: terminals drop longer ones, some with all that follows."""


class Copying(App[ReturnType]):
    """Textual would send any length with whatever controls are in it, and no word to the operator."""

    def copy_to_clipboard(self, text: str, *, what: str = "") -> None:
        """Send the text to the clipboard of the terminal, also around tmux, and say so.

        `what` it is stands above the sentence.
        """
        clean = stripped(text)
        raw = clean.encode()
        if len(raw) > LIMIT:
            notify(self, _("This is too long for the terminal's clipboard."), severity="warning", title=what)
            return
        self._clipboard = clean
        if self._driver is not None:
            self._driver.write(sequence(raw, in_tmux=tmux.is_inside(os.environ)))
        if clean == text:
            notify(self, _("Sent to the terminal's clipboard."), title=what)
        else:
            words = _("Sent to the terminal's clipboard, without its control characters.")
            notify(self, words, title=what)


def sequence(raw: bytes, *, in_tmux: bool) -> str:
    """What makes a terminal copy these bytes."""
    copy = f"\x1b]52;c;{base64.b64encode(raw).decode()}\x07"
    # tmux takes the bare one with `set-clipboard on`, the wrapped one with `allow-passthrough on`.
    return copy + tmux.passed_through(copy) if in_tmux else copy
