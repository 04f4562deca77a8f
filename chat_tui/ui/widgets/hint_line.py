"""The keys of the focused pane, at the bottom of the screen."""

from collections.abc import Sequence

from textual.strip import Strip

from chat_tui.ui.view.hints import hints_line
from chat_tui.ui.widgets.line_pane import LinePane


class HintLine(LinePane):
    """One line of keys and words."""

    DEFAULT_CSS = """
    HintLine { height: 1; width: 1fr; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without hints."""
        super().__init__(id=id)
        self._hints: tuple[tuple[str, str], ...] = ()

    def show(self, hints: Sequence[tuple[str, str]]) -> None:
        """Draw these keys and words, the most used first, help last."""
        if tuple(hints) != self._hints:
            self._hints = tuple(hints)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """As many hints as fit."""
        width = self.content_size.width
        return self.strip(hints_line(self._hints, width), width)
