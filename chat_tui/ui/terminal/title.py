"""The title of the terminal's window: how many wait, seen while another window is in front."""

from typing import Final

from textual.app import App, ReturnType

from chat_tui.safetext import one_line
from chat_tui.ui.terminal.driver import TerminalDriver

_LIMIT: Final = 100


class Titled(App[ReturnType]):
    """Textual sets no title. The one from before comes back when the terminal is given back."""

    window_title: str = ""
    """What was said last; empty = the terminal keeps its own."""

    def entitle(self, title: str) -> None:
        """Write over the window; the same title again costs nothing."""
        title = one_line(title, limit=_LIMIT)
        if title != self.window_title:
            self.window_title = title
            if isinstance(self._driver, TerminalDriver):
                self._driver.entitle(title)
