"""The lines around the panes: above them the tabs, the link and what is wrong, below them the keys."""

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
"""Another tab is wanted by a click."""


@dataclass(eq=False)
class Lines:
    """Has the widgets of these lines and brings to them what the inbox knows."""

    terminal: TerminalApp[None]
    inbox: InboxApi
    now: Callable[[], Millis]
    zone: tzinfo

    def __post_init__(self) -> None:
        self._tabs, self._status = TabBar(), StatusLine()
        self.top = Horizontal(self._tabs, self._status, id="top")
        self.notice, self.hints = NoticeLine(), HintLine()

    def show_link(self) -> None:
        """Show how the connection is, and what is to be known of it."""
        link = self.inbox.link()
        self._status.show(link, self.now())
        self.notice.say(notice(link, self.now(), self.zone))

    async def count(self, tab: Tab) -> None:
        """Count the chats of all tabs, of which `tab` is shown; how many wait stands in the title, too."""
        counts = await self.inbox.chats.counts()
        self._tabs.show(tab, counts)
        self.terminal.entitle(window_title(counts[Tab.WAITING]))
