"""The drawing half of the history: from an anchor in the window to the lines on the screen.

The place of the screen in the history is the entry and the line within it that stand in its first row, never
a number of lines: whatever comes above or below, that line stays where it is. Without an anchor the newest
line stands in the last row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import islice

from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip

from chat_tui.model.chat import ChatContext
from chat_tui.model.ids import Millis
from chat_tui.model.timeline import Entry
from chat_tui.ui.view.history_words import below_line, empty_words, top_line
from chat_tui.ui.view.timeline_rows import EntryLines, Lead, Scene, counts_down, entry_day, entry_lines
from chat_tui.ui.widgets.line_pane import FramedPane
from chat_tui.ui.widgets.timeline_window import CAP, TimelineWindow
from chat_tui.words.line import Line, Role, Span, spread, wrap
from chat_tui.words.times import day_of

Spot = tuple[int, int]
"""An entry's place in the window and a line of it; lines above 0 stand over its text (its date)."""
TOP = -1
"""The place of the line above the oldest entry."""


@dataclass(slots=True)
class _Drawn:
    """An entry as it was drawn last, and from what."""

    source: tuple[Entry, int, Millis, ChatContext | None, Lead, bool, bool]
    lines: EntryLines
    strips: dict[int, Strip] = field(default_factory=dict)


class HistoryCanvas(FramedPane):
    """Draws the lines between an anchor and the end of the screen."""

    DEFAULT_CSS = """
    HistoryCanvas {
        padding: 0 1;
    }
    """

    def __init__(self, clock: Callable[[], Millis], zone: tzinfo, *, id: str | None) -> None:
        """`clock` gives the present moment, `zone` is the operator's."""
        super().__init__(id=id)
        self._clock = clock
        self._zone = zone
        self._now = clock()
        self._today = self._now
        self._about: ChatContext | None = None
        self._window: TimelineWindow | None = None
        self._words = Content("")
        self._anchor: tuple[str, int] | None = None
        self._anchor_place = 0
        self._open_at: str | None = None
        self._marked: str | None = None
        """The entry under the highlight: where a search led, or the operator's keys."""
        self._first_unseen: str | None = None
        self._unfolded: set[str] = set()
        self._is_asked = False
        self._failure = ""
        self._new_below = 0
        self._frame: list[Spot] = []
        self._drawn: dict[str, _Drawn] = {}
        self._painted: list[Strip] = []
        self._painted_size = Size(0, 0)

    def render_line(self, y: int) -> Strip:
        """A line of the screen."""
        # In a storm of sizes a line may be wanted before its widget hears of the last one.
        if not self._painted or self._painted_size != self.content_size:
            self._painted = self._paint()
        return self._painted[y] if y < len(self._painted) else self.blank(self.content_size.width)

    def forget(self) -> None:
        """Colours changed: draw everything anew."""
        self._drawn.clear()
        self._painted = []

    def _update(self) -> None:
        """Draw what changed on the screen, line by line."""
        old, self._painted = self._painted, self._paint()
        if len(old) != len(self._painted):
            self.refresh()
            return
        changed = [y for y, strip in enumerate(self._painted) if strip is not old[y] and strip != old[y]]
        if 2 * len(changed) > len(old):
            self.refresh()
        else:
            for y in changed:
                self.refresh_line(y)

    def _paint(self) -> list[Strip]:
        self._painted_size = self.content_size
        width, height = self._painted_size
        window = self._window
        if window is None or not window.entries:
            words = self._words.plain if window is None else empty_words(window.coverage)
            return self._empty(words, width, height)
        if day_of(self._today, self._zone) != day_of(self._now, self._zone):
            self._today = self._now
        self._frame = self._framed(window, height)
        strips = [self._strip_at(spot, width) for spot in self._frame]
        strips += [self.blank(width)] * (height - len(strips))
        if self._new_below and strips:
            strips[-1] = self.strip(spread((), below_line(self._new_below), width), width)
        return strips

    def _empty(self, words: str, width: int, height: int) -> list[Strip]:
        self._frame = []
        lines = wrap(words, width) if words else []
        begin = max(0, (height - len(lines)) // 3)
        texts = {begin + number: line for number, line in enumerate(lines)}
        return [
            self.strip((Span(texts[y], Role.MUTED),), width) if y in texts else self.blank(width)
            for y in range(height)
        ]

    def _framed(self, window: TimelineWindow, height: int) -> list[Spot]:
        if height <= 0:
            return []
        last = len(window.entries) - 1
        bottom = _take(self._upwards((last, len(self._lines(last).body) - 1)), height)[::-1]
        self._open_where_wanted(window, bottom)
        if self._anchor is None:
            return bottom
        frame = _take(self._downwards(self._spot_of(window, self._anchor)), height)
        if frame[-1] != bottom[-1]:
            return frame
        # The end is on the screen: fill it, and stay there when more comes.
        self._anchor = self._anchor_at(bottom[0]) if window.has_newer else None
        return bottom

    def _open_where_wanted(self, window: TimelineWindow, bottom: list[Spot]) -> None:
        place = window.place_of(self._open_at) if self._open_at is not None else None
        if place is not None and self._marked is not None:
            self._pin(window.entries[place].key, 0, len(bottom) // 2)
        elif place is not None:
            spot = (place, -len(self._lines(place).lead))
            if spot not in bottom:
                self._anchor = self._anchor_at(spot)
        self._open_at = None

    def _spot_of(self, window: TimelineWindow, anchor: tuple[str, int]) -> Spot:
        key, line = anchor
        place = window.place_of(key)
        if key == "":
            return (TOP, 0)
        if place is None:
            # It left the history: its place stays, and what stands there now.
            place, line = min(self._anchor_place, len(window.entries) - 1), 0
        self._anchor_place = place
        lines = self._lines(place)
        return (place, max(-len(lines.lead), min(line, len(lines.body) - 1)))

    def _anchor_at(self, spot: Spot) -> tuple[str, int]:
        assert self._window is not None
        return ("" if spot[0] == TOP else self._window.entries[spot[0]].key, spot[1])

    def _pin(self, key: str, line: int, row: int) -> None:
        """Put a line of an entry into a row of the screen, by moving the anchor."""
        assert self._window is not None
        place = self._window.place_of(key)
        if place is not None:
            self._anchor = self._anchor_at(_take(self._upwards((place, line)), row + 1)[-1])

    def _downwards(self, spot: Spot) -> Iterator[Spot]:
        assert self._window is not None
        place, line = spot
        if place == TOP:
            yield spot
            place, line = 0, -len(self._lines(0).lead)
        while place < len(self._window.entries):
            lines = self._lines(place)
            yield from ((place, number) for number in range(max(line, -len(lines.lead)), len(lines.body)))
            place, line = place + 1, -CAP

    def _upwards(self, spot: Spot) -> Iterator[Spot]:
        place, line = spot
        while place > TOP:
            lines = self._lines(place)
            yield from (
                (place, number) for number in range(min(line, len(lines.body) - 1), -len(lines.lead) - 1, -1)
            )
            place -= 1
            line = len(self._lines(place).body) if place > TOP else 0
        yield (TOP, 0)

    def _lines(self, place: int) -> EntryLines:
        return self._draw(place).lines

    def _draw(self, place: int) -> _Drawn:
        assert self._window is not None
        entry = self._window.entries[place]
        before = self._window.entries[place - 1] if place else None
        is_new_day = before is None or entry_day(before, self._zone) != entry_day(entry, self._zone)
        lead = Lead(is_new_day, entry.key == self._first_unseen)
        # Only a countdown changes from second to second, the other lines from day to day.
        now = self._now if counts_down(entry) else self._today
        key, width = entry.key, self.content_size.width
        source = (entry, width, now, self._about, lead, key in self._unfolded, self._is_marked(entry))
        old = self._drawn.get(entry.key)
        if old is not None and old.source == source:
            return old
        scene = Scene(source[1], self._zone, now, self._about)
        lines = entry_lines(entry, scene, lead, unfolded=source[-2], is_marked=source[-1])
        drawn = _Drawn(source, lines)
        if len(self._drawn) > 2 * CAP:
            self._drawn.clear()
        self._drawn[entry.key] = drawn
        return drawn

    def _is_marked(self, entry: Entry) -> bool:
        # An echo keeps the highlight as the message it became.
        echo = f"o{entry.item.outbox_id}" if entry.item is not None else entry.key
        return self._marked is not None and self._marked in {entry.key, echo}

    def _strip_at(self, spot: Spot, width: int) -> Strip:
        place, line = spot
        if place == TOP:
            return self.strip(self._top_line(width), width)
        drawn = self._draw(place)
        if line not in drawn.strips:
            lead = drawn.lines.lead
            text = drawn.lines.body[line] if line >= 0 else lead[line + len(lead)]
            drawn.strips[line] = self.strip(text, width)
        return drawn.strips[line]

    def _top_line(self, width: int) -> Line:
        assert self._window is not None
        return top_line(
            self._window.coverage,
            has_older=self._window.has_older,
            is_asked=self._is_asked,
            failure=self._failure,
            width=width,
        )


def _take(spots: Iterator[Spot], count: int) -> list[Spot]:
    return list(islice(spots, count))
