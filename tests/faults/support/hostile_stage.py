"""The panes of the main screen in one test app, and the bytes with which they are drawn."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, cast

from textual.app import ComposeResult
from textual.filter import LineFilter
from textual.screen import Screen

from chat_tui.model.queue import QueueItem, QueuePage, Tab
from chat_tui.model.timeline import Entry
from chat_tui.terminal.app import TerminalApp
from chat_tui.terminal.display import Cells, ControlFilter
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.chat.history import History
from chat_tui.ui.kit.bars import NoticeLine
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.text import plain
from chat_tui.ui.queue.list import QueueList
from chat_tui.words.chats import Patience, recipient
from tests.ui.pane_samples import NOW, queue_item, timeline_page

SIZE = (100, 40)
TALL = (100, 520)
"""Large enough for all texts at once."""


class HostileApp(TerminalApp[None]):
    """The widgets of the main screen without an inbox; `filtered` is the second line of defence."""

    CSS = "QueueList { height: 1fr; } History { height: 2fr; } ChoiceList { height: 160; }"

    def __init__(self, *, filtered: bool = False) -> None:
        super().__init__(farewell="")
        self.list = QueueList(lambda: NOW, Patience())
        self.history = History(lambda: NOW, UTC)
        self.box = Compose()
        self.notice = NoticeLine()
        self.filtered = filtered
        self.quits = 0

    def compose(self) -> ComposeResult:
        yield self.notice
        yield self.list
        yield self.history
        yield self.box

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [one for one in filters if self.filtered or not isinstance(one, ControlFilter)]

    async def action_quit(self) -> None:
        self.quits += 1

    def action_send_now(self) -> None:
        self.quits += 1

    # -- the panes -----------------------------------------------------------------------------------

    def talk(self, *entries: Entry, **about: Any) -> None:
        item = queue_item(1, **about)
        self.history.show(timeline_page(*entries), item)
        self.box.border_title = plain(recipient(item), lines=False)

    def rows(self, *items: QueueItem) -> None:
        self.list.show(QueuePage(Tab.WAITING, items, has_before=False, has_after=False))

    async def dialog(self, screen: Screen[Any]) -> None:
        await self.push_screen(screen)

    async def clear(self) -> None:
        """Remove everything shown."""
        self.clear_notifications()
        await self.query(ChoiceList).remove()
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        self.notice.say("")
        self.rows()
        self.talk()
        self.box.load("", 0)

    # -- output --------------------------------------------------------------------------------------

    def written(self) -> str:
        """The bytes that redraw the whole screen, as the driver would get them."""
        frame = self.screen._compositor.render_update(full=True, screen_stack=self._background_screens)
        return Cells().update(cast("Any", frame), self.console)
