"""The history of the open chat."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import Final

from textual.content import Content
from textual.message import Message as Signal

from chat_tui.model.ids import ChatId, MessageId, Millis
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Coverage, Entry, TimelinePage
from chat_tui.ui.text import plain
from chat_tui.ui.view.timeline_rows import counts_down
from chat_tui.ui.widgets.history_moves import HistoryMoves
from chat_tui.ui.widgets.timeline_window import TimelineWindow, first_unseen, is_theirs, nearest_to
from chat_tui.words.chats import chat_header

_NEAR: Final = 40
"""Entries left beyond a small screen at which more are asked for."""


class Wish(StrEnum):
    """What may be wanted of a message."""

    COPY = "copy"
    SAVE = "save"
    VIEW = "view"


class History(HistoryMoves, can_focus=True):
    """Shows one chat; knows nothing of where its pages come from."""

    @dataclass
    class OlderWanted(Signal):
        """Entries before a message are wanted: from the cache, or from the Market if it has no more."""

        chat_id: ChatId
        before: MessageId | None
        is_cached: bool

    @dataclass
    class NewerWanted(Signal):
        """Entries after a message are wanted from the cache; None = the newest ones, by `show_newest`."""

        chat_id: ChatId
        after: MessageId | None

    @dataclass
    class SeenTo(Signal):
        """The newest message is on the screen."""

        chat_id: ChatId
        message_id: MessageId

    @dataclass
    class Picked(Signal):
        """Something is wanted of a message: the one under the highlight, else the newest on the screen."""

        chat_id: ChatId
        entry: Entry
        wish: Wish

    def __init__(self, clock: Callable[[], Millis], zone: tzinfo, *, id: str | None = None) -> None:
        """`clock` gives the present moment, `zone` is the operator's."""
        super().__init__(clock, zone, id=id)
        self._title = ""
        self._is_newer_asked = False
        self._seen_told: MessageId | None = None
        self._newest_shown = MessageId(0)

    @property
    def chat_id(self) -> ChatId | None:
        """The chat that is shown."""
        return self._window.chat_id if self._window is not None else None

    @property
    def oldest_id(self) -> MessageId | None:
        """The oldest message held; older ones are asked for from here."""
        return self._window.oldest_id if self._window is not None else None

    @property
    def newest_shown(self) -> MessageId:
        """The newest message that was on the screen; 0 while none was."""
        return self._newest_shown

    @property
    def is_at_end(self) -> bool:
        """Whether the newest line is on the screen and new ones will follow."""
        return self._anchor is None and self._open_at is None

    @property
    def is_counting(self) -> bool:
        """Whether a message held for undo is shown, so that `tick` is wanted every second."""
        entries = self._window.entries if self._window is not None else []
        return any(
            counts_down(entry) and entry.item.not_before > self._now for entry in entries if entry.item
        )

    def say(self, words: Content) -> None:
        """Show no chat but a sentence: nothing is open, or why it cannot be."""
        self._forget_chat()
        self._window, self._words = None, words
        self.entitle(None)
        self._update()

    def show(self, page: TimelinePage, item: QueueItem | None, *, at: MessageId | None = None) -> None:
        """Show a chat newly opened: at its end, or at the first unseen message if that is off the screen.

        `at`, a message of the page, is marked and comes to the middle of the screen instead.
        """
        self._forget_chat()
        self._window = TimelineWindow(page)
        if at is None:
            self._first_unseen = self._open_at = first_unseen(page)
        else:
            self._open_at = nearest_to(page, at)
            self._marked = f"m{at}"
            self._unfolded.add(self._marked)
        self._newest_shown = self._window.newest_id or MessageId(0)
        self._about = item.chat.context if item is not None else None
        self._moved()
        self.entitle(item)

    def entitle(self, item: QueueItem | None) -> None:
        """Write who and what the chat is about: above the history and in the sender column."""
        context = item.chat.context if item is not None else None
        title = chat_header(item) if item is not None else ""
        if title != self._title:
            self._title = title
            self.border_title = plain(title, lines=False)
        if context != self._about:
            self._about = context
            self._update()

    def extend_older(self, page: TimelinePage) -> None:
        """Add entries above; what is on the screen stays where it is."""
        if self._window is None or page.chat_id != self._window.chat_id:
            return
        row, spot = next(
            ((row, spot) for row, spot in enumerate(self._frame) if spot[1] >= 0 <= spot[0]), (0, None)
        )
        key = self._window.entries[spot[0]].key if spot is not None else ""
        is_useful = self._window.extend_older(page)
        self._failure = ""
        if is_useful or self._window.coverage is Coverage.DONE:
            self._is_asked = False
        if self._anchor is not None and spot is not None:
            self._pin(key, spot[1], row)
        self._moved()

    def older_failed(self, why: str) -> None:
        """Older messages could not be read; `why` is one safe sentence. Scrolling up asks again."""
        self._failure = why
        self._update()

    def extend_newer(self, page: TimelinePage) -> None:
        """Add entries below; what is on the screen stays where it is."""
        if self._window is not None and page.chat_id == self._window.chat_id:
            self._is_newer_asked = not self._window.extend_newer(page)
            self._moved()

    def refresh_newest(self, page: TimelinePage) -> None:
        """Messages or echoes came or changed. At the end the screen follows, elsewhere nothing moves."""
        if self._window is None or page.chat_id != self._window.chat_id:
            return
        if not self._window.refresh_newest(page) and self.is_at_end:
            self._window = TimelineWindow(page)
        self._now = self._clock()
        if not self.is_at_end:
            known = max(self._newest_shown, page.seen or MessageId(0))
            self._new_below = sum(is_theirs(entry.message, known) for entry in page.entries)
        self._moved()

    def show_newest(self, page: TimelinePage) -> None:
        """Go to the end with this page, whatever was shown of the chat."""
        if self._window is not None and page.chat_id == self._window.chat_id:
            self._window = TimelineWindow(page)
            self._anchor = None
            self._is_newer_asked = self._is_asked = False
            self._moved()

    def tick(self) -> None:
        """Let countdowns and dates follow the clock."""
        self._now = self._clock()
        self._update()

    def action_move_first(self) -> None:
        """Go to the oldest message held; older ones come by themselves."""
        self._anchor = ("", 0)
        self._moved()

    def action_move_last(self) -> None:
        """Go to the newest message."""
        if self._window is not None and self._window.has_newer:
            self.post_message(self.NewerWanted(self._window.chat_id, None))
            return
        self._anchor = None
        self._moved()

    def action_copy(self) -> None:
        """Copy something of a message."""
        self._pick(Wish.COPY, self.on_screen)

    def action_save(self) -> None:
        """Save the file of a message."""
        self._pick(Wish.SAVE, self._with_files)

    def action_view(self) -> None:
        """View the file of a message."""
        self._pick(Wish.VIEW, self._with_files)

    @property
    def _with_files(self) -> list[Entry]:
        shown = self.on_screen
        return [entry for entry in shown if entry.message and entry.message.attachments] or shown

    def _pick(self, wish: Wish, among: list[Entry]) -> None:
        """Ask for something of the highlighted entry; without one, of the newest of these, which gets it."""
        entry = self.highlighted or (among[-1] if among else None)
        if entry is None or self._window is None:
            return
        self.highlight(entry)
        self.post_message(self.Picked(self._window.chat_id, entry, wish))

    def on_resize(self) -> None:
        """Draw for the new size; the anchor stays."""
        self._painted = []
        self._moved()

    def _moved(self) -> None:
        """After anything moved: draw, ask for more near an end, tell that the end is seen."""
        super()._moved()
        window = self._window
        if window is None or self.content_size.height <= 0:
            return
        if self._anchor is None:
            self._end_reached(window)
        first, last = (self._frame[0][0], self._frame[-1][0]) if self._frame else (0, 0)
        near = max(_NEAR, self.content_size.height)
        if first < near:
            self._ask_older(window)
        if window.has_newer and last + near >= len(window.entries) and not self._is_newer_asked:
            self._is_newer_asked = True
            self.post_message(self.NewerWanted(window.chat_id, window.newest_id))

    def _ask_older(self, window: TimelineWindow) -> None:
        if self._is_asked or self._failure or (window.coverage is Coverage.DONE and not window.has_older):
            return
        self._is_asked = True
        self.post_message(self.OlderWanted(window.chat_id, window.oldest_id, window.has_older))
        self._update()

    def _end_reached(self, window: TimelineWindow) -> None:
        newest = window.newest_id
        if self._new_below:
            self._new_below = 0
            self._update()
        if newest is None:
            return
        self._newest_shown = newest
        if self._seen_told is None or newest > self._seen_told:
            self._seen_told = newest
            self.post_message(self.SeenTo(window.chat_id, newest))

    def _forget_chat(self) -> None:
        self._anchor = self._open_at = self._marked = self._first_unseen = self._seen_told = None
        self._is_asked = self._is_newer_asked = False
        self._failure, self._new_below, self._newest_shown = "", 0, MessageId(0)
        self._unfolded.clear()
        self._drawn.clear()
        self._frame = []
        self._now = self._clock()
