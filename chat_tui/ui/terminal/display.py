"""While the terminal takes no output nothing is drawn; afterwards the whole screen is, once."""

from typing import Any, Final

from rich.console import RenderableType
from textual.app import App, ReturnType
from textual.screen import Screen
from textual.timer import Timer

from chat_tui.ui.terminal.driver import TerminalDriver

_BEHIND: Final = 20
"""Queued writes at which the terminal counts as stalled."""
_LOOK_AGAIN: Final = 0.05


class PatientDisplay(App[ReturnType]):
    """Drawing never waits for the terminal."""

    _stale: Timer | None = None

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if self._stale is None and self._queued() <= _BEHIND:
            super()._display(screen, renderable)
        elif self._stale is None:
            self._stale = self.set_interval(_LOOK_AGAIN, self._draw_when_taken)

    def _draw_when_taken(self) -> None:
        if self._stale is not None and self._queued() == 0:
            self._stale.stop()
            self._stale = None
            self.refresh(layout=True)

    def _queued(self) -> int:
        return self._driver.queued if isinstance(self._driver, TerminalDriver) else 0
