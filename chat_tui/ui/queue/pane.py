"""The list of chats: brings pages of the inbox to the list widget and keeps still what the operator reads."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import tzinfo

from textual.app import ComposeResult
from textual.containers import Vertical

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.queue import QueueItem, QueueKey, Tab
from chat_tui.settings.hours import read_hours
from chat_tui.settings.schema import QueueSettings
from chat_tui.terminal.keys import bind
from chat_tui.ui import keys
from chat_tui.ui.keys import Where
from chat_tui.ui.kit.text import plain
from chat_tui.ui.queue.list import QueueList
from chat_tui.words.chats import Patience
from chat_tui.words.times import MINUTE

PAGE = 64
"""Chats asked for at once."""


class QueuePane(Vertical):
    """One tab of the queue. Rows under the eyes never jump: a new order waits until it is asked for."""

    def __init__(
        self, inbox: InboxApi, waits: QueueSettings, *, clock: Callable[[], Millis], zone: tzinfo
    ) -> None:
        """`waits` says how long is long, `clock` is the Market's, which wrote the times of the chats."""
        super().__init__(id="queue-pane")
        self._inbox = inbox
        patience = Patience(waits.warn * MINUTE, waits.late * MINUTE, read_hours(waits.hours), zone)
        self.list = QueueList(clock, patience=patience)
        self.list.heading = plain(_("Chats"))
        bind(self.list, keys.bindings(Where.LIST), freed=keys.freed(Where.LIST))
        self._held_back: set[ChatRef] = set()
        self._is_read = False
        """Whether the operator has pressed a key here: what came in before nobody had read."""
        self.tab = Tab.WAITING

    def compose(self) -> ComposeResult:
        yield self.list

    async def show_tab(self, tab: Tab) -> None:
        """Show the beginning of a tab."""
        self.tab = tab
        await self.apply_order(from_top=True)

    async def apply_order(self, *, from_top: bool = False) -> None:
        """Read the window again in today's order; the highlight stays on its chat where it can."""
        rows = self.list.items
        tab = self.tab
        # Deep in a long list the window is read where it stands, else what is read would slip away.
        if rows and not from_top and self.list.has_before and self.list.tab == tab:
            page = await self._inbox.chats.page(tab, after=_just_before(rows[0].key), limit=len(rows))
        else:
            page = await self._inbox.chats.page(tab, limit=max(PAGE, 0 if from_top else len(rows)))
        if tab != self.tab:
            return
        # While the very first list comes in, nobody has chosen a row yet: the highlight stays on top.
        at_top = from_top or not (self._is_read or self.list.opened or self._is_fresh)
        self._held_back.clear()
        self.list.held_back = 0
        self.list.empty_text = plain(self._empty_words())
        # Whoever looks at another pane expects the longest wait on top; whoever moves here, a still list.
        self.list.show(page, keeps_line=self.list.has_focus or self.list.has_before)
        if at_top and page.items and not self.list.is_led:
            self.list.highlight(page.items[0].chat.chat_ref)

    async def hear(self, changed: Iterable[ChatRef]) -> None:
        """Chats changed: their rows are renewed; a new order is applied, or held back while reading."""
        if not (self._is_read and self.list.has_focus and self.list.items):
            await self.apply_order()
            return
        tab = self.tab
        stood = {row.chat.chat_ref for row in self.list.items}
        now: dict[ChatRef, tuple[QueueItem | None, QueueItem | None]] = {}
        for chat_ref in changed:
            in_tab = await self._inbox.chats.item(chat_ref, tab)
            has_left = in_tab is None and chat_ref in stood
            now[chat_ref] = in_tab, await self._inbox.chats.item(chat_ref) if has_left else None
        if self.tab != tab or self.list.tab != tab:
            # Another tab was asked for: its rows may be older than this news, which moves no highlight.
            await (self.hear(now) if self.list.tab == self.tab else self.apply_order())
            return
        # Only now, with nothing awaited any more: the order may have been applied meanwhile.
        places = {row.chat.chat_ref: row.key for row in self.list.items}
        renewed = []
        for chat_ref, (in_tab, left) in now.items():
            if in_tab is not None and places.get(chat_ref) != in_tab.key:
                self._held_back.add(chat_ref)
            else:
                self._held_back.discard(chat_ref)
            if in_tab is not None:
                renewed.append(in_tab)
            elif left is not None and chat_ref in places:
                # It left the tab: its row stays, and says so.
                renewed.append(replace(left, key=places[chat_ref]))
        self.list.refresh_items(renewed)
        # The badge counts chats, not news: one that changed twice is one.
        self.list.held_back = len(self._held_back)

    def on_key(self) -> None:
        """The operator is at work in the list: its order holds still from now on."""
        self._is_read = True

    async def on_queue_list_more_wanted(self, message: QueueList.MoreWanted) -> None:
        """The highlight comes near the end of what is loaded."""
        message.stop()
        tab = self.tab
        if message.after:
            page = await self._inbox.chats.page(tab, after=message.key, limit=PAGE)
            if tab == self.tab:
                self.list.extend_after(page)
        else:
            page = await self._inbox.chats.page(tab, before=message.key, limit=PAGE)
            if tab == self.tab:
                self.list.extend_before(page)

    async def on_queue_list_edge_wanted(self, message: QueueList.EdgeWanted) -> None:
        """Home or End beyond what is loaded."""
        message.stop()
        self.list.show(await self._inbox.chats.page(self.tab, from_end=message.end, limit=PAGE))

    @property
    def _is_fresh(self) -> bool:
        """Whether the Market's list was ever read."""
        return self._inbox.link().fresh_at is not None

    def _empty_words(self) -> str:
        if not self._is_fresh:
            return _("Reading the chats from the Market…")
        return {
            Tab.WAITING: _("Nobody waits for an answer. New chats appear here by themselves."),
            Tab.DISPUTES: _("No disputes."),
            Tab.RETURNS: _("No chats about returns."),
            Tab.QUESTIONS: _("No questions."),
            Tab.SNOOZED: _("Nothing is snoozed."),
            Tab.ALL: _("No chats yet. They appear here as soon as a buyer writes; a starts one."),
        }[self.tab]


def _just_before(key: QueueKey) -> QueueKey:
    """A key after which the chat of `key` itself comes first."""
    return replace(key, chat=ChatRef(key.chat.business, key.chat.number - 1))
