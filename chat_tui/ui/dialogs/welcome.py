"""The greeting for a newly connected shop: how many wait, and the way to the longest-waiting chat."""

from collections.abc import Callable
from datetime import tzinfo
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.model.queue import Tab
from chat_tui.ui.kit.dialog import Dialog, framed
from chat_tui.ui.kit.news import News, NewsCame
from chat_tui.ui.kit.text import plain
from chat_tui.words.status import notice
from chat_tui.words.times import waiting_words


class Welcome(Dialog[bool]):
    """Counts during the first reading; returns True to open the longest-waiting chat, or None."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,n", "go_on", show=False)]

    def __init__(self, inbox: InboxApi, *, now: Callable[[], Millis], zone: tzinfo) -> None:
        super().__init__()
        self._inbox = inbox
        self._now = now
        self._zone = zone
        self._news = News(inbox, self)

    def compose(self) -> ComposeResult:
        yield framed(
            _("The shop is connected"),
            Static("", id="state", classes="muted"),
            Static("", id="count"),
            Static("", id="notice", classes="warn"),
            keys=(("Enter", _("answer the longest waiting")), ("Esc", _("to the list"))),
        )

    async def on_mount(self) -> None:
        """Count the chats that are there, and again whenever something changes."""
        self._news.start()
        await self._count()

    def on_unmount(self) -> None:
        """Stop listening for news."""
        self._news.stop()

    @on(NewsCame)
    async def _hear(self) -> None:
        self._news.read()
        await self._count()

    def action_go_on(self) -> None:
        """Open the longest-waiting chat."""
        if self.is_enter_meant():
            self.finish(True)

    async def _count(self) -> None:
        link = self._inbox.link()
        is_read = link.fresh_at is not None
        # Before the list was read, a zero would be taken for the result.
        waiting = (await self._inbox.chats.counts())[Tab.WAITING]
        # Of the chat that opens, as its row says it: disputes come first.
        first = await self._inbox.chats.next_waiting(None)
        item = None if first is None else await self._inbox.chats.item(first)
        since = None
        if item is not None:
            since = item.chat.updated_at if item.waiting_since is None else item.waiting_since
        words = waiting_words(waiting, since, self._now() + link.clock_ahead)
        state = _("Up to date.") if is_read else _("Loading the chats…")
        self.say(state, "state")
        self.query_one("#count", Static).update(plain(words if waiting or is_read else "", "bold"))
        self.say(notice(link, self._now(), self._zone), "notice")
