"""The tabs 1 to 6 with their counts."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.strip import Strip

from chat_tui.model.queue import Tab
from chat_tui.ui.view.tabs import TabPlace, tabs_line
from chat_tui.ui.widgets.line_pane import LinePane


class TabBar(LinePane):
    """One line; the active tab stands in brackets."""

    DEFAULT_CSS = """
    TabBar { height: 1; width: 1fr; }
    """

    @dataclass
    class TabWanted(Message):
        """The operator clicked a tab."""

        tab: Tab

    def __init__(self, *, id: str | None = None) -> None:
        """Begin on the first tab, with no counts."""
        super().__init__(id=id)
        self._active = Tab.WAITING
        self._counts: Mapping[Tab, int] = {}

    @property
    def active(self) -> Tab:
        """The tab whose chats are shown."""
        return self._active

    def show(self, active: Tab, counts: Mapping[Tab, int]) -> None:
        """Draw the bar again if anything in it changed."""
        if (active, counts) != (self._active, self._counts):
            self._active, self._counts = active, dict(counts)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The tabs, in the longest form that fits."""
        width = self.content_size.width
        return self.strip(tabs_line(self._active, self._counts, width)[0], width)

    def on_click(self, event: events.Click) -> None:
        """Ask for the tab under the mouse."""
        event.stop()
        place = self._place_at(event.x)
        if place is not None:
            self.post_message(self.TabWanted(place.tab))

    def _place_at(self, x: int) -> TabPlace | None:
        places = tabs_line(self._active, self._counts, self.content_size.width)[1]
        return next((place for place in places if place.start <= x < place.end), None)
