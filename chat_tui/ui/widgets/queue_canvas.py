"""The drawing half of the list: which chats of the window are on the screen, and their lines."""

from collections.abc import Callable
from dataclasses import dataclass

from textual.content import Content
from textual.reactive import reactive
from textual.strip import Strip

from chat_tui.model.ids import ChatId, Millis
from chat_tui.model.queue import QueueItem
from chat_tui.ui.view.queue_rows import Look, queue_row
from chat_tui.ui.widgets.line_pane import FramedPane
from chat_tui.ui.widgets.queue_window import CAP, QueueWindow
from chat_tui.words import glyphs
from chat_tui.words.line import Line, Role, Span, wrap
from chat_tui.words.turn import Patience


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A chat as it was drawn last, and from what."""

    source: tuple[QueueItem, int, Look, Millis]
    lines: tuple[Line, Line]
    strips: tuple[Strip, Strip]


class QueueCanvas(FramedPane):
    """Draws rows of two lines from `top` on; every drawn row is kept until something in it changes."""

    DEFAULT_CSS = """
    QueueCanvas {
        border-subtitle-color: $text-muted;
        border-subtitle-style: none;
    }
    """

    opened: reactive[ChatId | None] = reactive(None, init=False, repaint=False)
    """The chat that is open in the history."""
    empty_text: reactive[Content] = reactive(Content(""), init=False)
    """What stands here while the tab has no chats."""

    def __init__(self, clock: Callable[[], Millis], patience: Patience, *, id: str | None) -> None:
        """`clock` gives the present moment, `patience` the shop's thresholds of a long wait."""
        super().__init__(id=id)
        self._clock = clock
        self._patience = patience
        self._now = clock()
        self._window = QueueWindow()
        self._top = 0
        self._highlighted: ChatId | None = None
        self._drawn: dict[ChatId, _Drawn] = {}

    @property
    def highlighted(self) -> ChatId | None:
        """The chat under the highlight."""
        return self._highlighted

    def tick(self) -> None:
        """Let the ages grow; call it once a minute."""
        self._now = self._clock()
        for place in self._visible():
            old = self._drawn.get(self._window.items[place].chat.chat_id)
            if old is None or self._draw(place).lines != old.lines:
                self._refresh_row(place)

    def render_line(self, y: int) -> Strip:
        """A line of a chat, of the empty text, or nothing."""
        width = self.content_size.width
        if not self._window.items:
            return self._empty_line(y, width)
        place = self._top + y // glyphs.ROW_HEIGHT
        if place >= len(self._window.items):
            return self.blank(width)
        return self._draw(place).strips[y % glyphs.ROW_HEIGHT]

    def forget(self) -> None:
        """Colours changed: draw every row anew."""
        self._drawn.clear()

    def watch_opened(self, old: ChatId | None, new: ChatId | None) -> None:
        """Move the mark of the open chat."""
        for chat_id in (old, new):
            self._refresh_row(self._window.place_of(chat_id))

    @property
    def _rows(self) -> int:
        return max(1, self.content_size.height // glyphs.ROW_HEIGHT)

    def _place(self) -> int | None:
        return self._window.place_of(self._highlighted)

    def _visible(self) -> range:
        # The last row may show its first line only.
        height = -(-self.content_size.height // glyphs.ROW_HEIGHT)
        return range(self._top, min(len(self._window.items), self._top + height))

    def _look_at(self, top: int) -> None:
        """Begin the screen with row `top`, or as near as the window allows."""
        top = max(0, min(top, len(self._window.items) - self._rows))
        if top != self._top:
            self._top = top
            self.refresh()
        self._cue()

    def _reveal(self, place: int) -> None:
        """Bring a row onto the screen; over the edge the list jumps half a screen."""
        if self.content_size.height and not self._top <= place < self._top + self._rows:
            self._look_at(place - self._rows // 2)

    def _cue(self) -> None:
        """Say in the lower border whether there is more in either direction."""
        window = self._window
        above = self._top > 0 or window.has_before
        below = self._top + self._rows < len(window.items) or window.has_after
        arrows = " ".join([*([glyphs.UP] if above else []), *([glyphs.DOWN] if below else [])])
        if (self.border_subtitle or "") != arrows:
            self.border_subtitle = Content(arrows)

    def _refresh_row(self, place: int | None) -> None:
        if place is not None and place in self._visible():
            y = (place - self._top) * glyphs.ROW_HEIGHT
            self.refresh_line(y)
            self.refresh_line(y + 1)

    def _draw(self, place: int) -> _Drawn:
        item, width = self._window.items[place], self.content_size.width
        chat_id = item.chat.chat_id
        look = Look(chat_id == self._highlighted, chat_id == self.opened)
        source = (item, width, look, self._now)
        old = self._drawn.get(chat_id)
        if old is not None and old.source == source:
            return old
        first, second = lines = queue_row(item, self._now, width, look, self._patience)
        if old is not None and old.lines == lines and old.source[1] == width:
            drawn = _Drawn(source, lines, old.strips)
        else:
            drawn = _Drawn(source, lines, (self.strip(first, width), self.strip(second, width)))
        if len(self._drawn) > 2 * CAP:
            self._drawn.clear()
        self._drawn[chat_id] = drawn
        return drawn

    def _empty_line(self, y: int, width: int) -> Strip:
        lines = wrap(self.empty_text.plain, width - 4) if self.empty_text else []
        begin = max(0, (self.content_size.height - len(lines)) // 3)
        if not begin <= y < begin + len(lines):
            return self.blank(width)
        return self.strip((Span("  "), Span(lines[y - begin], Role.MUTED)), width)
