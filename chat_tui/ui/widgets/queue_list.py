"""The list of chats: a window of rows, with a highlight that nothing but the operator moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from chat_tui.locale import ngettext
from chat_tui.model.ids import ChatId, Millis
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
from chat_tui.ui.widgets.queue_canvas import QueueCanvas
from chat_tui.words import glyphs
from chat_tui.words.turn import Patience

_WHEEL: Final = 2
"""Chats that one notch of the mouse wheel passes."""


class QueueList(QueueCanvas, can_focus=True):
    """Shows a tab of the queue; knows nothing of where its pages come from."""

    held_back: reactive[int] = reactive(0, init=False, repaint=False)
    """How many chats came or moved while the order is held back."""
    heading: reactive[Content] = reactive(Content(""), init=False, repaint=False)
    """The words in the upper border."""

    @dataclass
    class Opened(Message):
        """The operator wants to read this chat."""

        chat_id: ChatId

    @dataclass
    class Highlighted(Message):
        """The highlight went to another chat; None when the list became empty."""

        chat_id: ChatId | None

    @dataclass
    class MoreWanted(Message):
        """The highlight is near an end of the window: chats after (before) `key` are wanted."""

        after: bool
        key: QueueKey

    @dataclass
    class EdgeWanted(Message):
        """The first or last chats of the tab are wanted; `show` then highlights the outermost one."""

        end: bool

    def __init__(
        self,
        clock: Callable[[], Millis],
        *,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        id: str | None = None,
    ) -> None:
        """`clock` gives the present moment, `patience` the shop's thresholds of a long wait."""
        super().__init__(clock, patience, id=id)
        self._edge: bool | None = None
        self._stood_at = 0
        """The row of the highlight before its chat left the tab."""
        self._asked: set[bool] = set()

    @property
    def highlighted_item(self) -> QueueItem | None:
        """The highlighted chat as the list shows it."""
        place = self._place()
        return None if place is None else self._window.items[place]

    @property
    def items(self) -> Sequence[QueueItem]:
        """The window, in its order."""
        return tuple(self._window.items)

    @property
    def is_led(self) -> bool:
        """Whether the highlight belongs to the open chat: always while the keys are elsewhere."""
        return self.opened is not None and self.screen.focused is not self

    @property
    def tab(self) -> Tab | None:
        """The tab whose chats are shown; None before the first page."""
        return self._window.tab

    @property
    def has_before(self) -> bool:
        """Whether the tab has chats before the window."""
        return self._window.has_before

    def show(self, page: QueuePage, *, keeps_line: bool = True) -> None:
        """Replace the window. The highlighted chat keeps its line; a vanished one yields to its neighbour.

        Without `keeps_line` the window is shown from its beginning, as long as the highlight can be seen.
        """
        place = self._place()
        self._stood_at = place if place is not None else self._stood_at
        line = self._stood_at - self._top
        is_new_tab = page.tab != self._window.tab
        self._window.replace(page)
        self._now = self._clock()
        found = None if is_new_tab or self._edge is not None else self._place()
        if found is None:
            found = min(self._stood_at, len(page.items) - 1)
            if self._edge is not None or is_new_tab:
                found = len(page.items) - 1 if self._edge else 0
                line = self._rows if self._edge else 0
            self._set_highlight(page.items[found].chat.chat_id if page.items else None)
        self._edge = None
        self._asked.clear()
        self._top = found - line if keeps_line else 0
        self._settle()

    def extend_before(self, page: QueuePage) -> None:
        """Add a page in front; nothing moves on the screen."""
        moved = self._window.extend_before(page)
        self._top += moved
        self._answered(after=False, is_useful=moved > 0)

    def extend_after(self, page: QueuePage) -> None:
        """Add a page at the end; nothing moves on the screen."""
        last = self._window.items[-1:]
        self._top -= self._window.extend_after(page)
        self._answered(after=True, is_useful=self._window.items[-1:] != last)

    def refresh_items(self, items: Sequence[QueueItem]) -> None:
        """Show newer values of chats where they stand; their order does not change."""
        self._now = self._clock()
        for place in self._window.update(items):
            self._refresh_row(place)

    def highlight(self, chat_id: ChatId) -> None:
        """Move the highlight to a chat of the window; others are ignored. No message follows."""
        place = self._window.place_of(chat_id)
        if place is not None:
            self._move_to(place, is_told=False)

    def follow(self, chat_id: ChatId | None) -> None:
        """This chat is open: the highlight is on it, and on no row where this tab does not show it."""
        self.opened = chat_id
        if chat_id is None or chat_id == self._highlighted:
            return
        place = self._window.place_of(chat_id)
        if place is not None:
            self._move_to(place, is_told=False)
            return
        left = self._place()
        self._stood_at = left if left is not None else self._stood_at
        self._set_highlight(chat_id, is_told=False)
        self._refresh_row(left)

    def take_highlight(self) -> None:
        """The list has the keys: a highlight on no row comes back to where it stood."""
        if self._place() is None and self._window.items:
            self._move_to(min(self._stood_at, len(self._window.items) - 1))

    def action_move_down(self) -> None:
        """Highlight the next chat."""
        self._move_by(1)

    def action_move_up(self) -> None:
        """Highlight the previous chat."""
        self._move_by(-1)

    def action_page_down(self) -> None:
        """Move highlight and list by a screen."""
        self._look_at(self._top + self._rows)
        self._move_by(self._rows)

    def action_page_up(self) -> None:
        """Move highlight and list back by a screen."""
        self._look_at(self._top - self._rows)
        self._move_by(-self._rows)

    def action_move_first(self) -> None:
        """Highlight the first chat of the tab."""
        self._go_to_edge(end=False)

    def action_move_last(self) -> None:
        """Highlight the last chat of the tab."""
        self._go_to_edge(end=True)

    def action_open(self) -> None:
        """Open the highlighted chat."""
        if self._highlighted is not None:
            self.post_message(self.Opened(self._highlighted))

    def on_click(self, event: events.Click) -> None:
        """Highlight and open the chat under the mouse."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = self._top + offset.y // glyphs.ROW_HEIGHT
        if place < len(self._window.items):
            self._move_to(place)
            self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look further down; the highlight stays on its chat."""
        event.stop()
        self._look_at(self._top + _WHEEL)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look further up; the highlight stays on its chat."""
        event.stop()
        self._look_at(self._top - _WHEEL)

    def on_resize(self) -> None:
        """Keep the highlight on the screen."""
        self._settle()

    def watch_heading(self) -> None:
        """Write the upper border."""
        self._entitle()

    def watch_held_back(self) -> None:
        """Write the badge beside the words of the upper border."""
        self._entitle()

    def _entitle(self) -> None:
        title = self.heading
        if self.held_back:
            badge = ngettext("+{n} new", "+{n} new", self.held_back).format(n=self.held_back)
            title = Content.assemble(title, "  ", (badge, "bold $text-accent"))
        self.border_title = title

    def _go_to_edge(self, *, end: bool) -> None:
        if self._window.has_after if end else self._window.has_before:
            self._edge = end
            self.post_message(self.EdgeWanted(end))
        elif self._window.items:
            self._move_to(len(self._window.items) - 1 if end else 0)

    def _move_by(self, rows: int) -> None:
        last = len(self._window.items) - 1
        if last >= 0:
            self._move_to(max(0, min(last, (self._place() or 0) + rows)))

    def _move_to(self, place: int, *, is_told: bool = True) -> None:
        before = self._place()
        self._set_highlight(self._window.items[place].chat.chat_id, is_told=is_told)
        self._refresh_row(before)
        self._refresh_row(place)
        self._reveal(place)
        self._want_more(place)

    def _set_highlight(self, chat_id: ChatId | None, *, is_told: bool = True) -> None:
        if self.is_led and chat_id != self.opened:
            return
        if chat_id != self._highlighted:
            self._highlighted = chat_id
            if is_told:
                self.post_message(self.Highlighted(chat_id))

    def _settle(self) -> None:
        """After the window or the size changed: a legal first row, the highlight on the screen."""
        self._look_at(self._top)
        place = self._place()
        if place is not None:
            self._reveal(place)
            self._want_more(place)
        self.refresh()

    def _want_more(self, place: int) -> None:
        window = self._window
        if place + self._rows >= len(window.items) and window.has_after:
            self._ask(after=True, key=window.items[-1].key)
        if place < self._rows and window.has_before:
            self._ask(after=False, key=window.items[0].key)

    def _answered(self, *, after: bool, is_useful: bool) -> None:
        # A page of nothing new is not asked for again until the list is shown anew.
        if is_useful:
            self._asked.discard(after)
        self._settle()

    def _ask(self, *, after: bool, key: QueueKey) -> None:
        if after not in self._asked:
            self._asked.add(after)
            self.post_message(self.MoreWanted(after, key))
