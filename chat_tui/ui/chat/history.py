"""The widget that shows the history of a chat and turns keys, wheel and clicks into moves in it.

Not its job: reading pages (`pane`), and where the screen stands in the history (`history_view`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import Final

from textual import events
from textual.geometry import Size
from textual.message import Message as Signal
from textual.strip import Strip

from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Entry, TimelinePage
from chat_tui.ui.chat.history_view import HistoryView
from chat_tui.ui.kit.line_pane import FramedPane
from chat_tui.ui.kit.text import plain
from chat_tui.words.chats import chat_header

_WHEEL: Final = 3
"""Lines that one notch of the mouse wheel passes."""
_NEAR: Final = 40
"""More entries are asked for when fewer than this are left beyond the screen, or fewer than it has rows."""


class Wish(StrEnum):
    """What the operator may want to do with a message."""

    COPY = "copy"
    SAVE = "save"
    VIEW = "view"


class History(FramedPane, can_focus=True):
    """Shows one chat and highlights a message; does not know where its pages come from."""

    DEFAULT_CSS = """
    History {
        padding: 0 1;
    }
    """

    @dataclass
    class OlderWanted(Signal):
        """Entries before a message are wanted."""

        chat_ref: ChatRef
        before: MessageId | None
        """The oldest message held; None while there is none."""
        is_cached: bool
        """Whether the cache has them; otherwise they must come from the Market."""

    @dataclass
    class NewerWanted(Signal):
        """Entries after a message are wanted from the cache."""

        chat_ref: ChatRef
        after: MessageId | None
        """None = the newest entries are wanted, to be shown with `show_newest`."""

    @dataclass
    class SeenTo(Signal):
        """The newest message is on the screen."""

        chat_ref: ChatRef
        message_id: MessageId

    @dataclass
    class Picked(Signal):
        """The operator wants to do something with a message."""

        chat_ref: ChatRef
        entry: Entry
        wish: Wish

    def __init__(self, clock: Callable[[], Millis], zone: tzinfo) -> None:
        """`clock` returns the current time, `zone` is the operator's."""
        super().__init__()
        self._clock = clock
        self._zone = zone
        self._title = ""
        self.view: HistoryView | None = None
        """The chat and the place of the screen in it; None = no chat is shown."""

    @property
    def chat_ref(self) -> ChatRef | None:
        """The chat that is shown; None = no chat is shown."""
        return self.view.window.chat_ref if self.view is not None else None

    @property
    def oldest_id(self) -> MessageId | None:
        """The oldest message held, before which older ones are read; None while there is none."""
        return self.view.window.oldest_id if self.view is not None else None

    @property
    def newest_shown(self) -> MessageId:
        """The newest message that has been on the screen; 0 = none yet."""
        return self.view.newest_shown if self.view is not None else MessageId(0)

    @property
    def is_counting(self) -> bool:
        """Whether a message counts down its time for undo, so that `tick` must be called every second."""
        return self.view is not None and self.view.drawn.is_counting

    def clear(self) -> None:
        """Show no chat: the list beside it says why there is none."""
        self.view = None
        self.entitle(None)
        self.redraw()

    def show(self, page: TimelinePage, item: QueueItem | None, *, at: MessageId | None = None) -> None:
        """Show another chat at its end, or at the first unseen message if the end does not show it.

        With `at`, a message of the page, that message is highlighted in the middle of the screen instead.
        """
        self.view = HistoryView(page, self._clock(), self._zone, self.strip)
        self.view.drawn.about = item.chat.context if item is not None else None
        self.view.open_at(page, at)
        self._moved()
        self.entitle(item)

    def entitle(self, item: QueueItem | None) -> None:
        """Show who and what the chat is about, above the history and in the sender column; None = nothing."""
        title = chat_header(item) if item is not None else ""
        # Setting a title redraws the whole pane, even if it is the same.
        if title != self._title:
            self._title = title
            self.border_title = plain(title, lines=False)
        context = item.chat.context if item is not None else None
        if self.view is not None and context != self.view.drawn.about:
            self.view.drawn.about = context
            self.redraw()

    def extend_older(self, page: TimelinePage) -> None:
        """Add older entries above; the lines on the screen do not move."""
        if (view := self._of(page)) is not None:
            view.extend_older(page)
            self._moved()

    def older_failed(self, why: str) -> None:
        """Older messages could not be read; `why` is a safe sentence. Scrolling up asks again."""
        if self.view is not None:
            self.view.failure = why
            self.redraw()

    def extend_newer(self, page: TimelinePage) -> None:
        """Add newer entries below; the lines on the screen do not move."""
        if (view := self._of(page)) is not None:
            view.is_newer_asked = not view.window.extend_newer(page)
            self._moved()

    def refresh_newest(self, page: TimelinePage) -> None:
        """Take in new and changed entries. At the end the screen follows; elsewhere nothing moves."""
        if (view := self._of(page)) is not None:
            view.refresh_newest(page)
            view.drawn.set_time(self._clock())
            self._moved()

    def show_newest(self, page: TimelinePage) -> None:
        """Replace what was held by the newest page and go to the end."""
        if (view := self._of(page)) is not None:
            view.show_newest(page)
            self._moved()

    def tick(self) -> None:
        """Update countdowns and dates to the current time."""
        if self.view is not None:
            self.view.drawn.set_time(self._clock())
            self.redraw()

    def highlight(self, entry: Entry) -> None:
        """Highlight an entry without moving the screen."""
        if self.view is not None:
            self.view.drawn.marked = entry.key
            self.redraw()

    def action_move(self, step: int) -> None:
        """Highlight the next message (-1: the previous one); a long one is first scrolled to its end."""
        if self.view is not None:
            self.view.step(step)
            self._moved()

    def action_page(self, step: int) -> None:
        """Scroll by a screen (-1: up); one line stays for orientation."""
        self._scroll(step * max(1, self.content_size.height - 1))

    def action_edge(self, end: bool) -> None:
        """Go to the newest message, or (False) to the oldest one held; older ones are then asked for."""
        if self.view is None:
            return
        if end and self.view.window.has_newer:
            # The newest message is not in memory.
            self.post_message(self.NewerWanted(self.view.window.chat_ref, None))
        else:
            self.view.go_to_edge(end=end)
            self._moved()

    def action_fold(self) -> None:
        """Unfold or fold the first long message on the screen."""
        if self.view is not None and self.view.turn_fold(place for place, _line in self.view.frame):
            self._moved()

    def action_pick(self, wish: str) -> None:
        """Ask for something (a value of `Wish`) to be done with the highlighted message.

        Without a highlight it is done with the newest message on the screen, if possible one with files.
        """
        if self.view is not None and (entry := self.view.meant(with_files=wish != Wish.COPY)) is not None:
            self.highlight(entry)
            self.post_message(self.Picked(self.view.window.chat_ref, entry, Wish(wish)))

    def on_click(self, event: events.Click) -> None:
        """Highlight the message under the mouse; unfold or fold a long one."""
        event.stop()
        offset, view = event.get_content_offset(self), self.view
        # None on the frame.
        place = view.place_at(offset.y) if offset is not None and view is not None else None
        if view is not None and place is not None:
            self.highlight(view.window.entries[place])
            if view.turn_fold([place]):
                self._moved()

    def turn_wheel(self, step: int) -> None:
        """Scroll by a few lines."""
        self._scroll(step * _WHEEL)

    def on_resize(self) -> None:
        """Draw for the new size; the first line on the screen stays the same."""
        self._moved()

    def forget(self) -> None:
        """Colours changed: drop everything drawn."""
        if self.view is not None:
            self.view.drawn.forget()
        super().forget()

    def _of(self, page: TimelinePage) -> HistoryView | None:
        """The view of the chat, if the page is its own; None for the late answer to an earlier chat."""
        return self.view if page.chat_ref == self.chat_ref else None

    def _scroll(self, lines: int) -> None:
        if self.view is not None:
            self.view.scroll(lines)
            self._moved()

    def _moved(self) -> None:
        """Draw after a change, ask for more entries near an end, and report the newest message as seen."""
        # Drawn first: only then is it known what is on the screen and how near its ends are.
        self.redraw()
        view, height = self.view, self.content_size.height
        if view is None or height <= 0:
            return
        if view.is_at_end and view.new_below:
            view.new_below = 0
            self.redraw()
        window, near = view.window, max(_NEAR, height)
        if (seen := view.newly_seen()) is not None:
            self.post_message(self.SeenTo(window.chat_ref, seen))
        if view.asks_older(near):
            self.post_message(self.OlderWanted(window.chat_ref, window.oldest_id, window.has_older))
            self.redraw()
        if view.asks_newer(near):
            self.post_message(self.NewerWanted(window.chat_ref, window.newest_id))

    def paint(self, size: Size) -> list[Strip]:
        """The lines of the chat, or the sentence of `say`."""
        if self.view is not None:
            return self.view.paint(size)
        return [self.strip((), size.width)] * size.height
