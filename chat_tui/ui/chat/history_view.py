"""The place of the screen in the history of one chat: from an anchor to the lines that stand on it.

The place is the entry and the line within it that stand in the first row of the screen, never a number of
lines: whatever comes above or below, that line stays where it is. Without an anchor the newest line stands in
the last row.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from itertools import islice

from textual.geometry import Size
from textual.strip import Strip

from chat_tui.model.chat import ChatContext
from chat_tui.model.ids import MessageId, Millis
from chat_tui.model.timeline import Coverage, Entry, TimelinePage
from chat_tui.ui.chat.rows import (
    EntryLines,
    Lead,
    Scene,
    below_line,
    counts_down,
    empty_words,
    entry_day,
    entry_lines,
    top_line,
)
from chat_tui.ui.chat.window import CAP, TimelineWindow, first_unseen, is_theirs, nearest_to
from chat_tui.ui.kit.line_pane import lonely_lines
from chat_tui.words.line import Line, spread
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


class DrawnEntries:
    """The entries of a window as lines, each kept until something in it changes."""

    def __init__(
        self, window: TimelineWindow, now: Millis, zone: tzinfo, strip: Callable[[Line, int], Strip]
    ) -> None:
        """`zone` is the operator's; `strip` gives a line its colours, for a width in cells."""
        self.width = 0
        """Cells of a line."""
        self.about: ChatContext | None = None
        """What the chat is about, for the column of senders."""
        self.first_unseen: str | None = None
        """Key of the entry above which the line of the unseen stands."""
        self.marked: str | None = None
        """Key of the entry under the highlight: where a search led, or the operator's keys."""
        self.unfolded: set[str] = set()
        """Keys of the long entries that are shown whole."""
        self.now = self._today = now
        self._window = window
        self._zone = zone
        self._strip = strip
        self._kept: dict[str, _Drawn] = {}

    @property
    def is_counting(self) -> bool:
        """Whether a message held for undo still counts down."""
        entries = self._window.entries
        return any(counts_down(entry) and entry.item.not_before > self.now for entry in entries if entry.item)

    def set_time(self, now: Millis) -> None:
        """Draw for this moment; what does not count down is drawn anew only on another day."""
        self.now = now
        if day_of(self._today, self._zone) != day_of(now, self._zone):
            self._today = now

    def forget(self) -> None:
        """Colours changed: draw everything anew."""
        self._kept.clear()

    def lines(self, place: int) -> EntryLines:
        """The lines of the entry at a place of the window."""
        return self._draw(place).lines

    def strip_at(self, spot: Spot) -> Strip:
        """A line of an entry in its colours."""
        place, line = spot
        drawn = self._draw(place)
        if line not in drawn.strips:
            lead = drawn.lines.lead
            text = drawn.lines.body[line] if line >= 0 else lead[line + len(lead)]
            drawn.strips[line] = self._strip(text, self.width)
        return drawn.strips[line]

    def _draw(self, place: int) -> _Drawn:
        entry = self._window.entries[place]
        before = self._window.entries[place - 1] if place else None
        is_new_day = before is None or entry_day(before, self._zone) != entry_day(entry, self._zone)
        lead = Lead(is_new_day, entry.key == self.first_unseen)
        # Only a countdown changes from second to second, the other lines from day to day.
        now = self.now if counts_down(entry) else self._today
        unfolded, is_marked = entry.key in self.unfolded, self._is_marked(entry)
        source = (entry, self.width, now, self.about, lead, unfolded, is_marked)
        old = self._kept.get(entry.key)
        if old is not None and old.source == source:
            return old
        scene = Scene(self.width, self._zone, now, self.about)
        drawn = _Drawn(source, entry_lines(entry, scene, lead, unfolded=unfolded, is_marked=is_marked))
        # Entries leave the window in pages; looking for each of them would cost more than drawing some anew.
        if len(self._kept) > 2 * CAP:
            self._kept.clear()
        self._kept[entry.key] = drawn
        return drawn

    def _is_marked(self, entry: Entry) -> bool:
        # An echo keeps the highlight as the message it became.
        echo = f"o{entry.item.outbox_id}" if entry.item is not None else entry.key
        return self.marked is not None and self.marked in {entry.key, echo}


class HistoryView:
    """One open chat: where the screen is in it, what is highlighted, what is still to be asked for."""

    def __init__(
        self, window: TimelineWindow, drawn: DrawnEntries, strip: Callable[[Line, int], Strip]
    ) -> None:
        """Begin at the end of the window; `strip` gives a line its colours, for a width in cells."""
        self.window = window
        self.drawn = drawn
        self.frame: list[Spot] = []
        """What stands in the rows of the screen since it was painted last, from the first row on."""
        self.failure = ""
        """Why older messages could not be read; nothing asks for them until the operator scrolls up."""
        self.new_below = 0
        """Messages that came below the screen; the last row says so."""
        self.newest_shown = window.newest_id or MessageId(0)
        """The newest message that was on the screen; 0 while none was."""
        self.is_older_asked = self.is_newer_asked = False
        self._seen_told: MessageId | None = None
        self._strip = strip
        self._height = 0
        self._anchor: tuple[str, int] | None = None
        """Key and line of what stands in the first row, "" above the oldest entry; None = at the end."""
        self._anchor_place = 0
        self._open_at: tuple[str, bool] | None = None
        """The entry at which to begin once the height is known; whether it comes to the middle."""

    @property
    def is_at_end(self) -> bool:
        """Whether the newest line is on the screen and new ones will follow."""
        return self._anchor is None and self._open_at is None

    @property
    def on_screen(self) -> list[Entry]:
        """The entries of which any line of text is on the screen, oldest first."""
        places = dict.fromkeys(place for place, line in self.frame if line >= 0 <= place)
        return [self.window.entries[place] for place in places]

    @property
    def highlighted(self) -> Entry | None:
        """The entry under the highlight, if any line of it is on the screen: what is acted on can be seen."""
        place = self._marked_place()
        return None if place is None else self.window.entries[place]

    def open_at(self, page: TimelinePage, message_id: MessageId | None) -> None:
        """Begin with a message of the page, or the next one, highlighted in the middle of the screen.

        None = begin at the first message that was not seen, unless the end shows it anyway.
        """
        if message_id is None:
            self.drawn.first_unseen = key = first_unseen(page)
        else:
            key = nearest_to(page, message_id)
            self.drawn.marked = f"m{message_id}"
            self.drawn.unfolded.add(self.drawn.marked)
        self._open_at = (key, message_id is not None) if key is not None else None

    def extend_older(self, page: TimelinePage) -> None:
        """Add entries above; what is on the screen stays where it is."""
        found = next(((row, spot) for row, spot in enumerate(self.frame) if spot[1] >= 0 <= spot[0]), None)
        # Places move with what comes above, keys do not.
        key = self.window.entries[found[1][0]].key if found is not None else ""
        is_useful = self.window.extend_older(page)
        self.failure = ""
        if is_useful or self.window.coverage is Coverage.DONE:
            self.is_older_asked = False
        if self._anchor is not None and found is not None:
            self._pin(key, found[1][1], found[0])

    def refresh_newest(self, page: TimelinePage) -> None:
        """Take in what came or changed. At the end the screen follows, elsewhere nothing moves."""
        if not self.window.refresh_newest(page) and self.is_at_end:
            self.window.replace(page)
        if not self.is_at_end:
            known = max(self.newest_shown, page.seen or MessageId(0))
            self.new_below = sum(is_theirs(entry.message, known) for entry in page.entries)

    def show_newest(self, page: TimelinePage) -> None:
        """Go to the end with this page, whatever was held."""
        self.window.replace(page)
        self.is_older_asked = self.is_newer_asked = False
        self.go_to_edge(end=True)

    def go_to_edge(self, *, end: bool) -> None:
        """Go to the end, and stay there when more comes; or above the oldest entry."""
        self._anchor = None if end else ("", 0)

    def scroll(self, lines: int) -> None:
        """Go so many lines down, or up if negative."""
        if not self.frame:
            return
        first = self.frame[0]
        walk = self._downwards(first) if lines > 0 else self._upwards(first)
        spot = list(islice(walk, abs(lines) + 1))[-1]
        if lines < 0 and spot[0] == TOP:
            self._try_again()
        if spot != first:
            self._anchor = self._anchor_at(spot)

    def step(self, step: int) -> None:
        """Move the highlight by one entry; it begins at the edge of the screen it comes from.

        What is longer than the screen is passed line by line first.
        """
        places = [place for place, _line in self.frame if place != TOP]
        if not places:
            return
        place = self._marked_place()
        if place is not None and self._hidden(place, step):
            self.scroll(step)
            return
        target = places[0 if step > 0 else -1] if place is None else place + step
        if step < 0 and self.frame[0][0] == TOP:
            self._try_again()
        if not 0 <= target < len(self.window.entries):
            self.scroll(step)
            return
        self.drawn.marked = self.window.entries[target].key
        hidden = 0 if place is None else self._hidden(target, step, lead=True)
        # Of what is higher than the screen, only the beginning comes at once.
        self.scroll(step * (hidden if hidden < self._height else 1))

    def turn_fold(self, places: Iterable[int]) -> bool:
        """Unfold, or fold, the first long entry of these places; whether there is one."""
        for place in places:
            key = self.window.entries[place].key if place != TOP else ""
            if key in self.drawn.unfolded or (key and self.drawn.lines(place).is_folded):
                self.drawn.unfolded ^= {key}
                return True
        return False

    def newly_seen(self) -> MessageId | None:
        """The newest message, if it is on the screen and that was not told yet."""
        newest = self.window.newest_id
        if newest is None or not self.is_at_end:
            return None
        self.newest_shown = newest
        # It is written to the store: once for each message, not once for each frame.
        if self._seen_told is not None and newest <= self._seen_told:
            return None
        self._seen_told = newest
        return newest

    def asks_older(self, near: int) -> bool:
        """Whether older entries are to be asked for: the screen is that near, and nobody has asked."""
        window = self.window
        is_beginning = window.coverage is Coverage.DONE and not window.has_older
        if self._edge(0) >= near or self.is_older_asked or self.failure or is_beginning:
            return False
        self.is_older_asked = True
        return True

    def asks_newer(self, near: int) -> bool:
        """The same of newer ones, which the cache holds."""
        window = self.window
        is_near = self._edge(-1) + near >= len(window.entries)
        if not window.has_newer or not is_near or self.is_newer_asked:
            return False
        self.is_newer_asked = True
        return True

    def paint(self, size: Size) -> list[Strip]:
        """Every row of a screen of this size."""
        width, self._height = size
        self.drawn.width = width
        if not self.window.entries:
            self.frame = []
            words = empty_words(self.window.coverage)
            return [self._strip(line, width) for line in lonely_lines(words, width, size.height)]
        self.frame = self._framed() if size.height > 0 else []
        strips = [self._top() if spot[0] == TOP else self.drawn.strip_at(spot) for spot in self.frame]
        strips += [self._strip((), width)] * (size.height - len(strips))
        if self.new_below and strips:
            strips[-1] = self._strip(spread((), below_line(self.new_below), width), width)
        return strips

    def _top(self) -> Strip:
        window, width = self.window, self.drawn.width
        line = top_line(
            window.coverage,
            has_older=window.has_older,
            is_asked=self.is_older_asked,
            failure=self.failure,
            width=width,
        )
        return self._strip(line, width)

    def _edge(self, row: int) -> int:
        return self.frame[row][0] if self.frame else 0

    def _marked_place(self) -> int | None:
        place = self.window.place_of(self.drawn.marked) if self.drawn.marked is not None else None
        return place if any(spot[0] == place for spot in self.frame) else None

    def _hidden(self, place: int, step: int, *, lead: bool = False) -> int:
        """Lines of an entry beyond the lower (upper) edge of the screen; with `lead` its date counts too."""
        lines = self.drawn.lines(place)
        above = len(lines.lead) if lead else 0
        if step > 0:
            # The last row may be covered by the line that tells of news.
            edge = self.frame[-2 if self.new_below and len(self.frame) > 1 else -1]
            seen = edge[1] + 1 if edge[0] == place else -above
            return 0 if edge[0] > place else len(lines.body) - seen
        edge = self.frame[0]
        first = edge[1] if edge[0] == place else len(lines.body)
        return 0 if edge[0] < place else max(0, first + above)

    def _try_again(self) -> None:
        """Older messages that could not be read are asked for anew."""
        if self.failure:
            self.failure, self.is_older_asked = "", False

    def _framed(self) -> list[Spot]:
        last = len(self.window.entries) - 1
        # Laid out even if the screen is elsewhere: where the last line shows, the screen is at the end.
        bottom = self._upto((last, len(self.drawn.lines(last).body) - 1), self._height)[::-1]
        self._open_where_wanted(bottom)
        if self._anchor is None:
            return bottom
        frame = list(islice(self._downwards(self._spot_of(*self._anchor)), self._height))
        if frame[-1] != bottom[-1]:
            return frame
        # The end is on the screen: fill it, and stay there when more comes.
        self._anchor = self._anchor_at(bottom[0]) if self.window.has_newer else None
        return bottom

    def _open_where_wanted(self, bottom: list[Spot]) -> None:
        if self._open_at is None:
            return
        (key, in_middle), self._open_at = self._open_at, None
        place = self.window.place_of(key)
        if place is not None and in_middle:
            self._pin(key, 0, len(bottom) // 2)
        elif place is not None:
            spot = (place, -len(self.drawn.lines(place).lead))
            if spot not in bottom:
                self._anchor = self._anchor_at(spot)

    def _spot_of(self, key: str, line: int) -> Spot:
        if not key:
            return (TOP, 0)
        place = self.window.place_of(key)
        if place is None:
            # It left the history: its place stays, and what stands there now.
            place, line = min(self._anchor_place, len(self.window.entries) - 1), 0
        self._anchor_place = place
        lines = self.drawn.lines(place)
        return (place, max(-len(lines.lead), min(line, len(lines.body) - 1)))

    def _anchor_at(self, spot: Spot) -> tuple[str, int]:
        return ("" if spot[0] == TOP else self.window.entries[spot[0]].key, spot[1])

    def _pin(self, key: str, line: int, row: int) -> None:
        """Put a line of an entry into a row of the screen, by moving the anchor."""
        place = self.window.place_of(key)
        if place is not None:
            self._anchor = self._anchor_at(self._upto((place, line), row + 1)[-1])

    def _upto(self, spot: Spot, count: int) -> list[Spot]:
        """A line and those above it, so many in all, the lowest first."""
        return list(islice(self._upwards(spot), count))

    def _downwards(self, spot: Spot) -> Iterator[Spot]:
        place, line = spot
        if place == TOP:
            yield spot
            place, line = 0, -CAP
        for below in range(place, len(self.window.entries)):
            lines = self.drawn.lines(below)
            yield from ((below, number) for number in range(max(line, -len(lines.lead)), len(lines.body)))
            line = -CAP

    def _upwards(self, spot: Spot) -> Iterator[Spot]:
        for place in range(spot[0], TOP, -1):
            lines = self.drawn.lines(place)
            last = len(lines.body) - 1
            if place == spot[0]:
                last = min(spot[1], last)
            yield from ((place, number) for number in range(last, -len(lines.lead) - 1, -1))
        yield (TOP, 0)
