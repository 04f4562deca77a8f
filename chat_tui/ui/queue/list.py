"""The widget of the list of chats: rows of a tab, and a highlight that only the operator moves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from chat_tui.locale import _, ngettext
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage
from chat_tui.ui.kit.line_pane import FramedPane, lonely_lines
from chat_tui.ui.kit.text import plain
from chat_tui.ui.queue.view import DrawnChats, Look, QueueView, finished_line
from chat_tui.words.chats import Patience
from chat_tui.words.line import Span

_WHEEL: Final = 2
"""Chats that one notch of the mouse wheel passes."""


class QueueList(FramedPane, can_focus=True):
    """Shows a tab of the queue; does not know where its pages come from."""

    DEFAULT_CSS = """
    QueueList {
        border-subtitle-color: $text-muted;
        border-subtitle-style: none;
    }
    """

    empty_text: reactive[Content] = reactive(Content(""), init=False, repaint=False)
    """The sentence shown while the tab has no chats."""
    held_back: reactive[int] = reactive(0, init=False, repaint=False)
    """How many chats came in or moved while the order is held back."""

    @dataclass
    class Opened(Message):
        """The operator goes into this chat."""

        chat_ref: ChatRef

    @dataclass
    class Highlighted(Message):
        """The highlight moved to another chat; None = the list is empty."""

        chat_ref: ChatRef | None

    @dataclass
    class MoreWanted(Message):
        """The highlight is near an end of the window: more chats are wanted there."""

        after: bool
        """Whether the chats after `key` are wanted; False = those before it."""
        key: QueueKey

    @dataclass
    class EdgeWanted(Message):
        """The first or last chats of the tab are wanted; `show` then highlights the outermost one."""

        end: bool
        """Whether the last ones are wanted; False = the first ones."""

    def __init__(self, clock: Callable[[], Millis], patience: Patience) -> None:
        """`clock` returns the current time; `patience` holds the shop's thresholds for a long wait."""
        super().__init__()
        self._clock = clock
        self._drawn = DrawnChats(clock(), patience, self.strip)
        self.view = QueueView(lambda: self.content_size.height)
        self._is_left = False
        """Whether the operator went on to another pane: then the highlight stays on its chat."""
        self._edge: bool | None = None
        """The end of the tab that was asked for: True = the last chats, False = the first; None = neither."""
        self.watch_held_back()

    @property
    def highlighted(self) -> ChatRef | None:
        """The highlighted chat, which need not be in the window; None = no chat."""
        return self.view.highlighted

    def show(self, page: QueuePage, *, keeps_line: bool = True) -> None:
        """Replace the window. The highlighted chat keeps its line; if it is gone, its neighbour takes over,
        unless the operator went on to another pane: then he may be writing in that chat.

        Without `keeps_line` the window is shown from its beginning, or as near to it as shows the highlight.
        """
        self._drawn.now = self._clock()
        place = self.view.show(page, edge=self._edge, keeps_line=keeps_line)
        if place is not None and not self._is_left:
            self._set_highlight(page.items[place].chat.chat_ref if page.items else None)
        self._edge = None
        self.on_resize()

    def extend_before(self, page: QueuePage) -> None:
        """Add a page in front; the rows on the screen do not move."""
        self.view.extend_before(page)
        self.on_resize()

    def extend_after(self, page: QueuePage) -> None:
        """Add a page at the end; the rows on the screen do not move."""
        self.view.extend_after(page)
        self.on_resize()

    def refresh_items(self, items: Sequence[QueueItem]) -> None:
        """Show newer values of chats in their present places; the order does not change."""
        self.view.window.update(items)
        self.tick()

    def tick(self) -> None:
        """Update the ages; to be called once a minute."""
        self._drawn.now = self._clock()
        self.redraw()

    def highlight(self, chat_ref: ChatRef) -> None:
        """Highlight a chat. If it is not in the window, no row is highlighted. No `Highlighted` follows."""
        place = self.view.window.place_of(chat_ref)
        if place is None:
            # The highlight returns there in `take_highlight`.
            self.view.remember()
        self._set_highlight(chat_ref, is_reported=False)
        self._reveal(place)

    def highlight_first(self) -> None:
        """Highlight the first chat, unless the operator went on to another pane."""
        if not self._is_left and self.view.window.items:
            self._move_to(0)

    def leave(self, chat_ref: ChatRef | None) -> None:
        """The operator went on to another pane, which shows this chat: the highlight stays on it."""
        self._is_left = chat_ref is not None
        if chat_ref is not None:
            self.highlight(chat_ref)

    def take_highlight(self) -> None:
        """The operator came to the list: if no row is highlighted, highlight the one that was last."""
        self._is_left = False
        if self.view.place is None:
            items = self.view.window.items
            self._set_highlight(items[self.view.last_place].chat.chat_ref if items else None)
        self._reveal(self.view.place)

    def action_move(self, step: int) -> None:
        """Highlight the next chat (-1: the previous one)."""
        last = len(self.view.window.items) - 1
        if last >= 0:
            self._move_to(max(0, min(last, (self.view.place or 0) + step)))

    def action_page(self, step: int) -> None:
        """Move highlight and list by a screen (-1: up)."""
        rows = step * self.view.rows
        self.view.look_at(self.view.top + rows)
        self.action_move(rows)

    def action_edge(self, end: bool) -> None:
        """Highlight the last (False: the first) chat of the tab."""
        window = self.view.window
        if window.has_after if end else window.has_before:
            # The end is not in memory: its page replaces the window, and `show` highlights it.
            self._edge = end
            self.post_message(self.EdgeWanted(end))
        elif window.items:
            self._move_to(len(window.items) - 1 if end else 0)

    def action_open(self) -> None:
        """Open the highlighted chat."""
        if self.highlighted is not None:
            self.post_message(self.Opened(self.highlighted))

    def on_click(self, event: events.Click) -> None:
        """Highlight and open the chat under the mouse."""
        event.stop()
        offset = event.get_content_offset(self)
        if offset is None:
            return
        place = self.view.place_at(offset.y)
        if place is not None:
            self._move_to(place)
            self.action_open()

    def turn_wheel(self, step: int) -> None:
        """Scroll the list; the highlight stays on its chat."""
        self.view.look_at(self.view.top + step * _WHEEL)
        self._moved()

    watch_empty_text = FramedPane.redraw

    def watch_held_back(self) -> None:
        """Write the upper border, with a badge for the number of chats held back."""
        title = Content(_("Chats"))
        if self.held_back:
            badge = ngettext("+{n} new", "+{n} new", self.held_back).format(n=self.held_back)
            title = Content.assemble(title, "  ", (badge, "bold $text-accent"))
        self.border_title = title

    def paint(self, size: Size) -> list[Strip]:
        """The rows on the screen, or the sentence of an empty tab."""
        width, height = size
        if not self.view.window.items:
            lines = lonely_lines(self.empty_text.plain, width - 4, height)
            return [self.strip((Span("  "), *line) if line else (), width) for line in lines]
        strips: list[Strip] = []
        look_there = Look.LEFT if self._is_left else Look.HIGHLIGHTED
        for place, item in enumerate(self.view.shown, self.view.top):
            if place == self.view.window.line_at:
                strips.append(self.strip(finished_line(width), width))
            look = look_there if item.chat.chat_ref == self.highlighted else Look.PLAIN
            strips += self._drawn.strips(item, width, look)
        strips += [self.strip((), width)] * (height - len(strips))
        # The last row may have room for its first line only.
        return strips[:height]

    def forget(self) -> None:
        """Colours changed: drop every row drawn."""
        self._drawn.forget()
        super().forget()

    def _move_to(self, place: int) -> None:
        self._set_highlight(self.view.window.items[place].chat.chat_ref)
        self._reveal(place)

    def _set_highlight(self, chat_ref: ChatRef | None, *, is_reported: bool = True) -> None:
        if chat_ref != self.highlighted:
            self.view.highlighted = chat_ref
            if is_reported:
                self.post_message(self.Highlighted(chat_ref))

    def on_resize(self) -> None:
        """After a new size or window, keep the first row within the window and show the highlight."""
        self.view.look_at(self.view.top)
        self._reveal(self.view.place)

    def _reveal(self, place: int | None) -> None:
        """Scroll to the highlight, which is at this place, and ask for more chats if an end is near."""
        if place is not None:
            self.view.reveal(place)
            for after, key in self.view.wanted_around(place):
                self.post_message(self.MoreWanted(after, key))
        self._moved()

    def _moved(self) -> None:
        """Draw what changed, and show in the lower border whether there are more chats above and below."""
        self.redraw()
        arrows = self.view.arrows
        if (self.border_subtitle or "") != arrows:
            self.border_subtitle = plain(arrows)
