"""The history of the open chat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import Final

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message as Signal
from textual.strip import Strip

from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Entry, TimelinePage
from chat_tui.ui.chat.history_view import TOP, DrawnEntries, HistoryView
from chat_tui.ui.chat.window import TimelineWindow
from chat_tui.ui.kit.line_pane import FramedPane, lonely_lines
from chat_tui.ui.kit.text import plain
from chat_tui.words.chats import chat_header

_WHEEL: Final = 3
"""Lines that one notch of the mouse wheel passes."""
_NEAR: Final = 40
"""Entries left beyond a small screen at which more are asked for."""


class Wish(StrEnum):
    """What may be wanted of a message."""

    COPY = "copy"
    SAVE = "save"
    VIEW = "view"


class History(FramedPane, can_focus=True):
    """Shows one chat, its highlight on a message; knows nothing of where its pages come from."""

    DEFAULT_CSS = """
    History {
        padding: 0 1;
    }
    """

    @dataclass
    class OlderWanted(Signal):
        """Entries before a message are wanted: from the cache, or from the Market if it has no more."""

        chat_ref: ChatRef
        before: MessageId | None
        is_cached: bool

    @dataclass
    class NewerWanted(Signal):
        """Entries after a message are wanted from the cache; None = the newest ones, by `show_newest`."""

        chat_ref: ChatRef
        after: MessageId | None

    @dataclass
    class SeenTo(Signal):
        """The newest message is on the screen."""

        chat_ref: ChatRef
        message_id: MessageId

    @dataclass
    class Picked(Signal):
        """Something is wanted of a message: the one under the highlight, else the newest on the screen."""

        chat_ref: ChatRef
        entry: Entry
        wish: Wish

    def __init__(self, clock: Callable[[], Millis], zone: tzinfo, *, id: str | None = None) -> None:
        """`clock` gives the present moment, `zone` is the operator's."""
        super().__init__(id=id)
        self._clock = clock
        self._zone = zone
        self._title = ""
        self._words = ""
        """What stands here while no chat is open."""
        self.view: HistoryView | None = None
        """The open chat as it is on the screen; None = none is open."""

    @property
    def chat_ref(self) -> ChatRef | None:
        """The chat that is shown."""
        return self.view.window.chat_ref if self.view is not None else None

    @property
    def oldest_id(self) -> MessageId | None:
        """The oldest message held; older ones are asked for from here."""
        return self.view.window.oldest_id if self.view is not None else None

    @property
    def newest_shown(self) -> MessageId:
        """The newest message that was on the screen; 0 while none was."""
        return self.view.newest_shown if self.view is not None else MessageId(0)

    @property
    def is_counting(self) -> bool:
        """Whether a message held for undo is shown, so that `tick` is wanted every second."""
        return self.view is not None and self.view.drawn.is_counting

    def say(self, words: Content) -> None:
        """Show no chat but a sentence: nothing is open, or why it cannot be."""
        self.view, self._words = None, words.plain
        self.entitle(None)
        self.redraw()

    def show(self, page: TimelinePage, item: QueueItem | None, *, at: MessageId | None = None) -> None:
        """Show a chat newly opened: at its end, or at the first unseen message if that is off the screen.

        `at`, a message of the page, is marked and comes to the middle of the screen instead.
        """
        window = TimelineWindow(page)
        drawn = DrawnEntries(window, self._clock(), self._zone, self.strip)
        drawn.about = item.chat.context if item is not None else None
        self.view = HistoryView(window, drawn, self.strip)
        self.view.open_at(page, at)
        self._moved()
        self.entitle(item)

    def entitle(self, item: QueueItem | None) -> None:
        """Write who and what the chat is about: above the history and in the sender column."""
        title = chat_header(item) if item is not None else ""
        if title != self._title:
            self._title = title
            self.border_title = plain(title, lines=False)
        context = item.chat.context if item is not None else None
        if self.view is not None and context != self.view.drawn.about:
            self.view.drawn.about = context
            self.redraw()

    def extend_older(self, page: TimelinePage) -> None:
        """Add entries above; what is on the screen stays where it is."""
        if (view := self._of(page)) is not None:
            view.extend_older(page)
            self._moved()

    def older_failed(self, why: str) -> None:
        """Older messages could not be read; `why` is one safe sentence. Scrolling up asks again."""
        if self.view is not None:
            self.view.failure = why
            self.redraw()

    def extend_newer(self, page: TimelinePage) -> None:
        """Add entries below; what is on the screen stays where it is."""
        if (view := self._of(page)) is not None:
            view.is_newer_asked = not view.window.extend_newer(page)
            self._moved()

    def refresh_newest(self, page: TimelinePage) -> None:
        """Messages or echoes came or changed. At the end the screen follows, elsewhere nothing moves."""
        if (view := self._of(page)) is not None:
            view.refresh_newest(page)
            view.drawn.set_time(self._clock())
            self._moved()

    def show_newest(self, page: TimelinePage) -> None:
        """Go to the end with this page, whatever was shown of the chat."""
        if (view := self._of(page)) is not None:
            view.show_newest(page)
            self._moved()

    def tick(self) -> None:
        """Let countdowns and dates follow the clock."""
        if self.view is not None:
            self.view.drawn.set_time(self._clock())
            self.redraw()

    def highlight(self, entry: Entry) -> None:
        """Put the highlight on an entry, without moving the screen."""
        if self.view is not None:
            self.view.drawn.marked = entry.key
            self.redraw()

    def action_move(self, step: int) -> None:
        """Highlight the next message (-1: the one before); a long one first passes to its end."""
        if self.view is not None:
            self.view.step(step)
            self._moved()

    def action_page(self, step: int) -> None:
        """Scroll by a screen; one line stays for orientation."""
        self._scroll(step * max(1, self.content_size.height - 1))

    def action_edge(self, end: bool) -> None:
        """Go to the newest message, or (False) to the oldest one held: older ones come by themselves."""
        if self.view is None:
            return
        if end and self.view.window.has_newer:
            self.post_message(self.NewerWanted(self.view.window.chat_ref, None))
        else:
            self.view.go_to_edge(end=end)
            self._moved()

    def action_fold(self) -> None:
        """Unfold (or fold) the first long message on the screen."""
        if self.view is not None and self.view.turn_fold(place for place, _line in self.view.frame):
            self._moved()

    def action_pick(self, wish: str) -> None:
        """Ask for something (a value of `Wish`) of the highlighted message.

        Without a highlight it goes to the newest message on the screen that has what is wanted.
        """
        if self.view is None:
            return
        among = self.view.on_screen
        if wish != Wish.COPY:
            among = [entry for entry in among if entry.message and entry.message.attachments] or among
        entry = self.view.highlighted or (among[-1] if among else None)
        if entry is not None:
            self.highlight(entry)
            self.post_message(self.Picked(self.view.window.chat_ref, entry, Wish(wish)))

    def on_click(self, event: events.Click) -> None:
        """Highlight the message under the mouse; unfold (or fold) a long one."""
        event.stop()
        offset, view = event.get_content_offset(self), self.view
        if offset is None or view is None or not offset.y < len(view.frame):
            return
        place = view.frame[offset.y][0]
        if place != TOP:
            self.highlight(view.window.entries[place])
            if view.turn_fold([place]):
                self._moved()

    def turn_wheel(self, step: int) -> None:
        """Scroll by a few lines."""
        self._scroll(step * _WHEEL)

    def on_resize(self) -> None:
        """Draw for the new size; the place of the screen stays."""
        self._moved()

    def forget(self) -> None:
        """Colours changed: draw everything anew."""
        if self.view is not None:
            self.view.drawn.forget()
        super().forget()

    def _of(self, page: TimelinePage) -> HistoryView | None:
        """The open chat, if the page is of it: it may answer what was asked of another."""
        return self.view if page.chat_ref == self.chat_ref else None

    def _scroll(self, lines: int) -> None:
        if self.view is not None:
            self.view.scroll(lines)
            self._moved()

    def _moved(self) -> None:
        """After anything moved: draw, ask for more near an end, tell that the end is seen."""
        # Painted first: only then is it known what is on the screen and how near its ends are.
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
        """The lines of the open chat, or why none is."""
        if self.view is not None:
            return self.view.paint(size)
        return [self.strip(line, size.width) for line in lonely_lines(self._words, *size)]
