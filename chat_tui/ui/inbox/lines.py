"""The lines around the panes: above them the tabs, the link and notices, below them the keys."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo

from textual.containers import Horizontal

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import Millis
from chat_tui.model.queue import Tab
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui.kit.bars import HintLine, NoticeLine, StatusLine, TabBar
from chat_tui.words.status import notice, window_title

TabWanted = TabBar.TabWanted
"""Another tab was clicked."""


@dataclass(eq=False)
class Lines:
    """Owns the widgets of these lines and updates them from the inbox."""

    terminal: TerminalApp[None]
    inbox: InboxApi
    now: Callable[[], Millis]
    zone: tzinfo

    def __post_init__(self) -> None:
        self._tabs, self._status = TabBar(), StatusLine()
        self.top = Horizontal(self._tabs, self._status, id="top")
        self.notice, self.hints = NoticeLine(), HintLine()

    def show_link(self) -> None:
        """Show the state of the connection, and a notice if there is something to know about it."""
        link = self.inbox.link()
        self._status.show(link, self.now())
        self.notice.say(notice(link, self.now(), self.zone))

    async def count(self, tab: Tab) -> None:
        """Show the counts of all tabs, `tab` being the open one, and how many wait in the window title."""
        counts = await self.inbox.chats.counts()
        self._tabs.show(tab, counts)
        self.terminal.entitle(window_title(counts[Tab.WAITING]))
