"""How the open chat shares its room: the box first, then what is told at the caret, then the history."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize

from chat_tui.ui.widgets.compose import Compose
from chat_tui.ui.widgets.history import History

BOX_LEAST, BOX_MOST = 3, 10
"""Rows of the box with its frame."""


class TalkRoom(Vertical):
    """The history above the box, with the line between them in which the box tells something."""

    def __init__(self, history: History, box: Compose) -> None:
        super().__init__(id="talk-pane")
        self._history = history
        self._box = box

    def compose(self) -> ComposeResult:
        yield self._history
        yield self._box.told
        yield self._box

    @on(Compose.Told)
    @on(Resize)
    def _share_out(self) -> None:
        """At every size the whole box is on the screen, its recipient and the caret with it."""
        height, width = self.size.height, max(1, self.size.width - 2)
        told = min(self._box.told.lines_in(width), max(1, height - BOX_LEAST - 1))
        self._box.told.styles.max_height = max(1, told)
        self._box.styles.max_height = max(BOX_LEAST, min(BOX_MOST, height - told - 1))
