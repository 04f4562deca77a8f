"""The pane of the list of chats: reads pages, and holds a new order back while the list is in use."""

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
from chat_tui.words.status import unread_words
from chat_tui.words.times import MINUTE

PAGE = 64
"""Chats read at once."""


class QueuePane(Vertical):
    """One tab of the queue. Rows do not jump while the operator is in the list: a new order must wait."""

    def __init__(
        self, inbox: InboxApi, waits: QueueSettings, *, clock: Callable[[], Millis], zone: tzinfo
    ) -> None:
        """`waits` sets what a long wait is; `clock` is the Market's, by which chats have their times."""
        super().__init__(id="queue-pane")
        self._inbox = inbox
        self._clock = clock
        self._zone = zone
        patience = Patience(waits.warn * MINUTE, waits.late * MINUTE, read_hours(waits.hours), zone)
        self.list = QueueList(clock, patience)
        self._window = self.list.view.window
        bind(self.list, keys.bindings(Where.LIST), freed=keys.freed(Where.LIST))
        self._held_back: set[ChatRef] = set()
        """Chats that came in or moved while the order is held back."""
        self._late: set[ChatRef] = set()
        """Chats of which there was news while the tab that is wanted was being read."""
        self._is_read = False
        """Whether the operator has pressed a key in the list or gone on from it: then a row was chosen."""
        self.tab = Tab.WAITING
        """The tab that is wanted; the list shows another one until its first page is read."""

    def compose(self) -> ComposeResult:
        yield self.list

    async def show_tab(self, tab: Tab) -> None:
        """Show a tab from its beginning."""
        self.tab = tab
        await self.apply_order(from_top=True)

    async def apply_order(self, *, from_top: bool = False) -> None:
        """Read the window again in the current order; the highlight stays on its chat if possible."""
        rows = self._window.items
        tab = self.tab
        # Deep in a long list the window is read from its own first row, so that its rows stay in memory.
        if rows and not from_top and self._window.has_before and self._window.tab == tab:
            page = await self._inbox.chats.page(tab, after=_just_before(rows[0].key), limit=len(rows))
        else:
            page = await self._inbox.chats.page(tab, limit=max(PAGE, 0 if from_top else len(rows)))
        # Another tab may have been wanted while this one was read.
        if tab != self.tab:
            return
        # While the list is read for the first time no row has been chosen: the highlight stays on top.
        at_top = from_top or not (self._is_read or self._is_fresh)
        self._held_back.clear()
        self.list.held_back = 0
        self.show_words()
        # In another pane the operator expects the longest wait on top, in the list one that does not move.
        self.list.show(page, keeps_line=self.list.has_focus or self._window.has_before)
        if at_top:
            self.list.highlight_first()
        if late := self._late:
            self._late = set()
            await self.hear(late)

    async def hear(self, changed: Iterable[ChatRef]) -> None:
        """Show chats that changed. A new order is applied, or held back while the operator is in the list.

        While the list is read for the first time, nothing in it is new and nothing is held back.
        """
        if not (self._is_read and self._is_fresh and self.list.has_focus and self._window.items):
            await self.apply_order()
            return
        tab = self.tab
        stood = {row.chat.chat_ref for row in self._window.items}
        now: dict[ChatRef, tuple[QueueItem | None, QueueItem | None]] = {}
        for chat_ref in changed:
            in_tab = await self._inbox.chats.item(chat_ref, tab)
            # A chat that left is read again without the tab, for its new state.
            has_left = in_tab is None and chat_ref in stood
            now[chat_ref] = in_tab, await self._inbox.chats.item(chat_ref) if has_left else None
        if self.tab != tab or self._window.tab != tab:
            # Another tab was wanted meanwhile, and its rows may be older than this news.
            if self._window.tab == self.tab:
                await self.hear(now)
            else:
                self._late |= now.keys()
            return
        # Read only now that nothing is awaited: the order may have been applied meanwhile.
        places = {row.chat.chat_ref: row.key for row in self._window.items}
        renewed = []
        end = self._window.items[-1].key if self._window.has_after else None
        for chat_ref, (in_tab, left) in now.items():
            is_below = end is not None and in_tab is not None and chat_ref not in places and in_tab.key > end
            # Far down in the list, where it is read when the operator comes there, nothing waits for `r`.
            if in_tab is not None and places.get(chat_ref) != in_tab.key and not is_below:
                self._held_back.add(chat_ref)
            else:
                self._held_back.discard(chat_ref)
            if in_tab is not None:
                renewed.append(in_tab)
            elif left is not None and chat_ref in places:
                # The chat left the tab: its row stays in its place and shows the new state.
                renewed.append(replace(left, key=places[chat_ref]))
        self.list.refresh_items(renewed)
        # The badge counts chats, not changes: a chat that changed twice counts once.
        self.list.held_back = len(self._held_back)

    def leave(self, chat_ref: ChatRef | None) -> None:
        """The operator went on to another pane, which shows this chat."""
        self._is_read = True
        self.list.leave(chat_ref)

    def on_key(self) -> None:
        """The operator uses the list: its order is held back from now on."""
        self._is_read = True

    async def on_queue_list_more_wanted(self, message: QueueList.MoreWanted) -> None:
        """Read the chats beyond an end of the window."""
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
        """Read the first or last chats of the tab."""
        message.stop()
        self.list.show(await self._inbox.chats.page(self.tab, from_end=message.end, limit=PAGE))

    @property
    def _is_fresh(self) -> bool:
        """Whether the Market's list has ever been read."""
        return self._inbox.link().fresh_at is not None

    def show_words(self) -> None:
        """Say in an empty tab why it is empty, and what to do."""
        link = self._inbox.link()
        if link.fresh_at is None:
            words = unread_words(link, self._clock(), self._zone, keys.key_of("refresh"))
        else:
            words = _nothing_in(self.tab)
        self.list.empty_text = plain(words)


def _nothing_in(tab: Tab) -> str:
    """The sentence of an empty tab, with the key that leads on."""
    names = ("tab_6", "new_chat", "snooze")
    everything, start, snooze = (keys.key_of(name) for name in names)
    return {
        Tab.WAITING: _("Nobody is waiting for an answer. New messages appear here. {all} shows all chats."),
        Tab.DISPUTES: _("There are no disputes. {all} shows all chats."),
        Tab.RETURNS: _("There are no chats about returns. {start} starts one."),
        Tab.QUESTIONS: _("There are no questions. {all} shows all chats."),
        Tab.SNOOZED: _("Nothing is snoozed. {snooze} in a chat snoozes it."),
        Tab.ALL: _("There are no chats yet. They appear here as soon as a buyer writes; {start} starts one."),
    }[tab].format(all=everything, start=start, snooze=snooze)


def _just_before(key: QueueKey) -> QueueKey:
    """A key after which the chat of `key` itself comes first: `page` starts after a key, not at it."""
    return replace(key, chat=ChatRef(key.chat.business, key.chat.number - 1))
