"""Calling an operator who looks elsewhere: a bell, or a notification of the desktop."""

import os
import time
from collections.abc import Callable
from typing import Any, Final

from textual import events
from textual.app import ReturnType

from chat_tui.safetext import one_line, stripped
from chat_tui.ui.terminal import tmux
from chat_tui.ui.terminal.focus import KeptFocus

PAUSE_S: Final = 30.0
"""Least seconds between two calls."""
IDLE_S: Final = 60.0
"""Seconds without a key after which the operator counts as elsewhere."""
_LIMIT: Final = 200
"""Characters of a notification."""

OFF: Final = "off"
BELL: Final = "bell"


class Attentive(KeptFocus[ReturnType]):
    """Knows whether somebody sits before the screen, and calls if nobody does."""

    call_by: str = BELL
    """`bell`, `osc9`, `osc777`, `osc99` or `off`."""

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

    @property
    def is_watched(self) -> bool:
        """Whether the window is in front and somebody pressed a key lately."""
        return self.terminal_focused and self._clock() - self._pressed_at < IDLE_S

    def call_operator(self, title: str, words: str, *, is_alarm: bool = False) -> None:
        """Call, unless somebody is there, or was called a moment ago and this is no alarm."""
        is_too_soon = self._clock() - self._called_at < PAUSE_S and not is_alarm
        if self.call_by == OFF or self.is_watched or is_too_soon:
            return
        self._called_at = self._clock()
        if self._driver is not None:
            self._driver.write(sequence(self.call_by, title, words, in_tmux=tmux.is_inside(os.environ)))


def sequence(how: str, title: str, words: str, *, in_tmux: bool) -> str:
    """The bytes of one call; nothing in title or words can end it early."""
    title, words = one_line(stripped(title), limit=_LIMIT), one_line(stripped(words), limit=_LIMIT)
    match how:
        case "osc9":
            call = f"\x1b]9;{title}: {words}\x1b\\"
        case "osc777":
            call = f"\x1b]777;notify;{title.replace(';', ',')};{words.replace(';', ',')}\x1b\\"
        case "osc99":
            call = f"\x1b]99;i=chat-tui:d=0;{title}\x1b\\\x1b]99;i=chat-tui:d=1:p=body;{words}\x1b\\"
        case _:
            return "\x07"
    return tmux.passed_through(call) if in_tmux else call
