"""What goes to the terminal beside the picture: calls, copies, the title; and what it says of its window."""

import base64
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

from textual import events
from textual.app import App, ReturnType
from textual.message import Message

from chat_tui.safetext import one_line, stripped
from chat_tui.terminal.driver import TerminalDriver

PAUSE_S: Final = 30.0
"""Least seconds between two calls."""
IDLE_S: Final = 60.0
"""Seconds without a key after which the operator counts as elsewhere."""
LIMIT: Final = 70_000
"""Bytes of UTF-8 that go into one copy: terminals drop longer ones, some with all that follows."""
_CALL_LIMIT: Final = 200
"""Characters of a notification."""
_TITLE_LIMIT: Final = 100


class Copying(Enum):
    """What became of a copy, as far as we know: terminals say nothing of whether it worked."""

    SENT = auto()
    SENT_STRIPPED = auto()
    """Without the control characters of the text."""
    TOO_LONG = auto()
    """Nothing was sent."""


class SideChannels(App[ReturnType]):
    """Calls an operator who looks elsewhere; copies by OSC 52, which works over SSH; names the window."""

    @dataclass
    class Copied(Message):
        """Something was to be copied: the operator is to be told."""

        outcome: Copying
        what: str
        """It is, in the words of whoever copied it; empty = nothing to say."""

    call_by: str = "bell"
    """`bell`, `osc9`, `osc777`, `osc99` or `off`."""
    window_title: str = ""
    """What was said last; empty = the terminal keeps its own."""
    terminal_focused: bool = True
    """Whether the terminal says that its window is in front. Many terminals never say."""

    def __init__(self, *args: Any, clock: Callable[[], float] = time.monotonic, **kwargs: Any) -> None:
        """`clock` gives seconds and only ever advances."""
        super().__init__(*args, **kwargs)
        self._clock = clock
        self._pressed_at = clock()
        self._called_at = -PAUSE_S

    async def on_event(self, event: events.Event) -> None:
        """A key or a click: somebody is there."""
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self._pressed_at = self._clock()
        await super().on_event(event)

    def on_app_blur(self, event: events.AppBlur) -> None:
        """The window went to the background: Textual would take the focus, and the caret, from its widget."""
        event.prevent_default()
        self.terminal_focused = False

    def on_app_focus(self, event: events.AppFocus) -> None:
        """The window came to the front."""
        event.prevent_default()
        self.terminal_focused = True

    @property
    def is_watched(self) -> bool:
        """Whether the window is in front and somebody pressed a key lately."""
        return self.terminal_focused and self._clock() - self._pressed_at < IDLE_S

    def call_operator(self, title: str, words: str, *, is_alarm: bool = False) -> None:
        """Call, unless somebody is there, or was called a moment ago and this is no alarm."""
        is_too_soon = self._clock() - self._called_at < PAUSE_S and not is_alarm
        if self.call_by == "off" or self.is_watched or is_too_soon:
            return
        self._called_at = self._clock()
        self._send_aside(call(self.call_by, title, words, in_tmux=is_inside_tmux(os.environ)))

    def copy_to_clipboard(self, text: str, *, what: str = "") -> None:
        """Send the text without controls to the clipboard of the terminal, also around tmux.

        `Copied` follows, with `what` it is.
        """
        clean = stripped(text)
        raw = clean.encode()
        if len(raw) > LIMIT:
            self.post_message(self.Copied(Copying.TOO_LONG, what))
            return
        self._clipboard = clean
        self._send_aside(copy(raw, in_tmux=is_inside_tmux(os.environ)))
        self.post_message(self.Copied(Copying.SENT if clean == text else Copying.SENT_STRIPPED, what))

    def entitle(self, title: str) -> None:
        """Write over the window, until the terminal is given back; the same title again costs nothing."""
        title = one_line(title, limit=_TITLE_LIMIT)
        if title != self.window_title:
            self.window_title = title
            if isinstance(self._driver, TerminalDriver):
                self._driver.entitle(title)

    def _send_aside(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)


def call(how: str, title: str, words: str, *, in_tmux: bool) -> str:
    """The bytes of one call; nothing in title or words can end it early."""
    title, words = one_line(stripped(title), limit=_CALL_LIMIT), one_line(stripped(words), limit=_CALL_LIMIT)
    match how:
        case "osc9":
            sequence = f"\x1b]9;{title}: {words}\x1b\\"
        case "osc777":
            sequence = f"\x1b]777;notify;{title.replace(';', ',')};{words.replace(';', ',')}\x1b\\"
        case "osc99":
            sequence = f"\x1b]99;i=chat-tui:d=0;{title}\x1b\\\x1b]99;i=chat-tui:d=1:p=body;{words}\x1b\\"
        case _:
            return "\x07"
    return through_tmux(sequence) if in_tmux else sequence


def copy(raw: bytes, *, in_tmux: bool) -> str:
    """What makes a terminal copy these bytes."""
    sequence = f"\x1b]52;c;{base64.b64encode(raw).decode()}\x07"
    # tmux takes the bare one with `set-clipboard on`, the wrapped one with `allow-passthrough on`.
    return sequence + through_tmux(sequence) if in_tmux else sequence


def is_inside_tmux(environ: Mapping[str, str]) -> bool:
    """Whether the program runs in a pane of tmux."""
    return bool(environ.get("TMUX"))


def through_tmux(sequence: str) -> str:
    """The sequence wrapped for the terminal around tmux, which keeps to itself what it does not know.

    `allow-passthrough` of tmux must be on.
    """
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
