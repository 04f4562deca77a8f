"""Drawing writes only what changes, and nothing at all while the terminal takes no output."""

from typing import Any, Final

from rich.console import RenderableType
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ReturnType
from textual.geometry import Offset, Size
from textual.screen import Screen
from textual.timer import Timer

from chat_tui.ui.terminal.cells import Cells
from chat_tui.ui.terminal.driver import TerminalDriver

_BEHIND: Final = 20
"""Queued writes at which the terminal counts as stalled."""
_LOOK_AGAIN: Final = 0.05
_SETTLED: Final = 0.1
"""Seconds after the last new size at which the terminal is asked once more: of many at once one gets lost."""
_LARGE: Final = 2000
"""Characters of a frame that the terminal shall show at once, where it can."""


class PatientDisplay(App[ReturnType]):
    """Drawing never waits for the terminal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stale: Timer | None = None
        self._settling: Timer | None = None
        self._cells = Cells()
        self._drawn_on = 0
        self._cursor_at = Offset(-1, -1)

    def on_resize(self, event: events.Resize) -> None:
        """A terminal of another size shows what it likes."""
        self._cells.forget()
        self._ask_size_soon()

    def _ask_size_soon(self) -> None:
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLED, self._ask_size)

    def _ask_size(self) -> None:
        if isinstance(self._driver, TerminalDriver):
            size = Size(*self._driver._get_terminal_size())
            if size != self.size:
                self.post_message(events.Resize(size, size))
            elif size != self.screen._compositor.size:
                self.screen.post_message(events.Resize(size, size))

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        driver = self._driver
        if not isinstance(driver, TerminalDriver) or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
        elif self._stale is not None:
            self.post_display_hook()
        elif screen._compositor.size != self.size:
            # Of many sizes at once a screen may come to believe an older one.
            self._ask_size_soon()
            self.post_display_hook()
        elif driver.queued > _BEHIND:
            self._stale = self.set_interval(_LOOK_AGAIN, self._draw_when_taken)
        elif not self._batch_count and self._running and not self._closed:
            self._draw(driver, renderable)

    def _draw(self, driver: TerminalDriver, frame: LayoutUpdate | ChopsUpdate) -> None:
        if driver.takeovers != self._drawn_on:
            self._cells.forget()
            self._drawn_on = driver.takeovers
        output = self._cells.update(frame, self.console)
        output += self._cursor_moves(bool(output))
        if output:
            if len(output) > _LARGE:
                self._begin_update()
            driver.write(output)
            if len(output) > _LARGE:
                self._end_update()
        self.post_display_hook()

    def _cursor_moves(self, is_drawn: bool) -> str:
        """The cursor is hidden; where text is typed it tells input methods where to show their words."""
        place = self.screen.outer_size.clamp_offset(self.cursor_position)
        focused = self.focused
        is_typing = focused is not None and focused.check_consume_key("a", "a")
        if place == self._cursor_at and not (is_drawn and is_typing):
            return ""
        self._cursor_at = place
        return self._cells.place_cursor(*place)

    def _draw_when_taken(self) -> None:
        driver = self._driver
        if self._stale is not None and isinstance(driver, TerminalDriver) and driver.queued == 0:
            self._stale.stop()
            self._stale = None
            self.refresh(layout=True)
