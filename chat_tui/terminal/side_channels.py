"""Output beside the screen: notifications, copies, the window title; and whether the window has the focus."""

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
"""Seconds between two calls at least."""
IDLE_S: Final = 60.0
"""Seconds without a key after which the operator counts as away."""
LIMIT: Final = 70_000
"""Bytes of UTF-8 in one copy: terminals drop longer ones, some with everything that follows."""
_CALL_LIMIT: Final = 200
"""Characters in the title and in the text of a notification."""
_TITLE_LIMIT: Final = 100
"""Characters in the window title."""


class Copying(Enum):
    """The outcome of a copy, as far as we know: terminals do not report whether it worked."""

    SENT = auto()
    SENT_STRIPPED = auto()
    """Sent without the control characters of the text."""
    TOO_LONG = auto()
    """Nothing was sent."""


class SideChannels(App[ReturnType]):
    """Notifies an operator who looks elsewhere; copies by OSC 52, which works over SSH; sets the title."""

    @dataclass
    class Copied(Message):
        """Something was to be copied; the operator should see the outcome."""

        outcome: Copying
        what: str
        """The name of the copied text for the operator; empty = show no notice."""

    call_by: str = "bell"
    """`bell`, `osc9`, `osc777`, `osc99` or `off`."""
    window_title: str = ""
    """The title that we set last; empty = the terminal keeps its own."""
    terminal_focused: bool = True
    """Whether the window has the focus; stays True in the many terminals that never report it."""

    def __init__(self, *args: Any, clock: Callable[[], float] = time.monotonic, **kwargs: Any) -> None:
        """`clock` returns seconds and never goes back."""
        super().__init__(*args, **kwargs)
        self._clock = clock
        self._pressed_at = clock()
        self._called_at = -PAUSE_S

    async def on_event(self, event: events.Event) -> None:
        """Note when a key or a click came: somebody is there."""
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self._pressed_at = self._clock()
        await super().on_event(event)

    def on_app_blur(self, event: events.AppBlur) -> None:
        """The window lost the focus. Textual's handler would remove focus and caret from the widget."""
        event.prevent_default()
        self.terminal_focused = False

    def on_app_focus(self, event: events.AppFocus) -> None:
        """The window got the focus."""
        event.prevent_default()
        self.terminal_focused = True

    @property
    def is_watched(self) -> bool:
        """Whether the window has the focus and somebody pressed a key within `IDLE_S`."""
        return self.terminal_focused and self._clock() - self._pressed_at < IDLE_S

    def call_operator(self, title: str, words: str, *, is_alarm: bool = False) -> None:
        """Notify, unless somebody is there or was called within `PAUSE_S`; an alarm needs no pause."""
        is_too_soon = self._clock() - self._called_at < PAUSE_S and not is_alarm
        if self.call_by == "off" or self.is_watched or is_too_soon:
            return
        self._called_at = self._clock()
        self._send_aside(call(self.call_by, title, words, in_tmux=is_inside_tmux(os.environ)))

    def copy_to_clipboard(self, text: str, *, what: str = "") -> None:
        """Send the text without controls to the terminal's clipboard, also through tmux; post `Copied`."""
        clean = stripped(text)
        raw = clean.encode()
        if len(raw) > LIMIT:
            self.post_message(self.Copied(Copying.TOO_LONG, what))
            return
        self._clipboard = clean
        self._send_aside(copy(raw, in_tmux=is_inside_tmux(os.environ)))
        self.post_message(self.Copied(Copying.SENT if clean == text else Copying.SENT_STRIPPED, what))

    def entitle(self, title: str) -> None:
        """Set the window title, until the terminal is restored; the same title again sends nothing."""
        title = one_line(title, limit=_TITLE_LIMIT)
        if title != self.window_title:
            self.window_title = title
            if isinstance(self._driver, TerminalDriver):
                self._driver.entitle(title)

    def _send_aside(self, sequence: str) -> None:
        if self._driver is not None:
            self._driver.write(sequence)


def call(how: str, title: str, words: str, *, in_tmux: bool) -> str:
    """The sequence of one notification; nothing in title or words can end it early."""
    title, words = one_line(stripped(title), limit=_CALL_LIMIT), one_line(stripped(words), limit=_CALL_LIMIT)
    match how:
        case "osc9":
            sequence = f"\x1b]9;{title}: {words}\x1b\\"
        case "osc777":
            # A semicolon ends the title.
            sequence = f"\x1b]777;notify;{title.replace(';', ',')};{words.replace(';', ',')}\x1b\\"
        case "osc99":
            sequence = f"\x1b]99;i=chat-tui:d=0;{title}\x1b\\\x1b]99;i=chat-tui:d=1:p=body;{words}\x1b\\"
        case _:
            return "\x07"
    return through_tmux(sequence) if in_tmux else sequence


def copy(raw: bytes, *, in_tmux: bool) -> str:
    """The sequence that makes a terminal copy these bytes."""
    sequence = f"\x1b]52;c;{base64.b64encode(raw).decode()}\x07"
    # tmux accepts the bare sequence with `set-clipboard on`, the wrapped one with `allow-passthrough on`.
    return sequence + through_tmux(sequence) if in_tmux else sequence


def is_inside_tmux(environ: Mapping[str, str]) -> bool:
    """Whether the program runs in a pane of tmux."""
    return bool(environ.get("TMUX"))


def through_tmux(sequence: str) -> str:
    """The sequence wrapped so that tmux passes it to the outer terminal, if its `allow-passthrough` is on."""
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
