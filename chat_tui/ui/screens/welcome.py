"""The first look at a shop that was just connected: how many wait, and then the longest-waiting chat."""

from collections.abc import Callable
from datetime import tzinfo
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as UiMessage
from textual.widgets import Static

from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.model.queue import Tab
from chat_tui.ui.screens.dialog import Dialog, EnterPause, keys_line
from chat_tui.ui.screens.news import News
from chat_tui.ui.text import plain
from chat_tui.words.status import notice
from chat_tui.words.times import waiting_words


class Welcome(Dialog[bool]):
    """Counts while the first round of reading goes on; gives True to open the chat that waits longest."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,n", "go_on", show=False)]

    class NewsCame(UiMessage):
        """The engine has news."""

    def __init__(self, inbox: Inbox, *, now: Callable[[], Millis], zone: tzinfo) -> None:
        super().__init__()
        self._inbox = inbox
        self._now = now
        self._zone = zone
        self._pause = EnterPause()
        self._news = News(lambda: self.post_message(self.NewsCame()))
        self._unsubscribe: Callable[[], None] | None = None

    def compose(self) -> ComposeResult:
        """What is being done, how many wait, what is wrong, keys."""
        with Vertical(id="box", classes="-small") as box:
            box.border_title = Content(_("The shop is connected"))
            yield Static("", id="state", classes="muted")
            yield Static("", id="count")
            yield Static("", id="notice", classes="warn")
            keys = keys_line(("Enter", _("answer who waits longest")), ("Esc", _("to the list")))
            yield Static(keys, id="keys")

    async def on_mount(self) -> None:
        """Count what is there already, and again with all news."""
        self._unsubscribe = self._inbox.subscribe(self._news.hear)
        await self._count()

    def on_unmount(self) -> None:
        """Hear no more."""
        if self._unsubscribe is not None:
            self._unsubscribe()

    async def on_welcome_news_came(self) -> None:
        """Something came, or the link changed."""
        self._news.read()
        await self._count()

    def action_go_on(self) -> None:
        """Open the chat that waits longest."""
        if self._pause.is_over():
            self.finish(True)

    async def _count(self) -> None:
        link = self._inbox.link()
        is_read = link.fresh_at is not None
        waiting = (await self._inbox.tab_counts())[Tab.WAITING]
        since = await self._inbox.longest_wait()
        words = waiting_words(waiting, since, self._now() + link.clock_ahead)
        state = _("Everything new is read.") if is_read else _("Reading the chats…")
        self.query_one("#state", Static).update(plain(state))
        self.query_one("#count", Static).update(plain(words if waiting or is_read else "", "bold"))
        self.query_one("#notice", Static).update(plain(notice(link, self._now(), self._zone)))
