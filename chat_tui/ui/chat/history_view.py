"""Where the screen stands in the history of one chat, and which lines it therefore shows.

The place is an anchor: the entry, and the line of it, in the first row of the screen. A number of lines would
not do: entries come in above and below, and the line being read must not move. Without an anchor the newest
line is in the last row and the screen follows new messages.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from itertools import islice

from rich.cells import cell_len
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
    entry_lines,
    top_line,
)
from chat_tui.ui.chat.window import CAP, TimelineWindow, first_unseen, has_key, is_theirs, nearest_to
from chat_tui.ui.kit.line_pane import lonely_lines
from chat_tui.words.chats import sender_name
from chat_tui.words.line import Line, spread
from chat_tui.words.times import day_of

Spot = tuple[int, int]
"""An entry's place in the window and a line of it; negative lines are above its text (date, unseen rule)."""
TOP = -1
"""The place of the line above the oldest entry, which says whether there are older ones."""


@dataclass(slots=True)
class _Drawn:
    """An entry as it was last drawn, and the values it was drawn from."""

    source: tuple[Entry, Scene, Lead, bool, bool]
    lines: EntryLines
    strips: dict[int, Strip] = field(default_factory=dict)


class DrawnEntries:
    """Draws the entries of a window, each again only when a value it is drawn from changes."""

    def __init__(
        self, window: TimelineWindow, now: Millis, zone: tzinfo, strip: Callable[[Line, int], Strip]
    ) -> None:
        """`zone` is the operator's; `strip` colours a line and fills it to a width in cells."""
        self.about: ChatContext | None = None
        """What the chat is about: the sender column names the buyer by it."""
        self.first_unseen: str | None = None
        """Key of the first unseen entry, which has a rule above it; None = all were seen."""
        self.marked: str | None = None
        """Key of the highlighted entry; None = no highlight."""
        self.unfolded: set[str] = set()
        """Keys of the long entries that are shown in full."""
        self.now = now
        self._today = now
        """A moment of the current day: entries without a countdown are drawn for it, not for `now`."""
        self._window = window
        self._zone = zone
        self._strip = strip
        self._kept: dict[str, _Drawn] = {}
        self.scene = Scene(0, zone, now)
        """What entries without a countdown are drawn with."""
        self._names: tuple[int, ChatContext | None] = (0, None)
        """The number of senders, and what the chat is about, by which the column of names has its width."""

    @property
    def is_counting(self) -> bool:
        """Whether a message still counts down its time for undo."""
        entries = self._window.entries
        return any(counts_down(entry) and entry.item.not_before > self.now for entry in entries if entry.item)

    def set_time(self, now: Millis) -> None:
        """Draw for this moment from now on; entries without a countdown change only with the day."""
        self.now = now
        if day_of(self._today, self._zone) != day_of(now, self._zone):
            self._today = now

    def forget(self) -> None:
        """Colours changed: drop everything drawn."""
        self._kept.clear()

    def begin(self, width: int) -> None:
        """Draw for this width; the column of names has room for all who have written."""
        senders, longest = self._window.senders, self.scene.longest_name
        if self._names != (len(senders), self.about):
            self._names = (len(senders), self.about)
            longest = max((cell_len(sender_name(one, self.about)) for one in senders), default=0)
        scene = Scene(width, self._zone, self._today, self.about, longest)
        # The same object as long as nothing changes: it is compared for every line on the screen.
        if scene != self.scene:
            self.scene = scene

    def lines(self, place: int) -> EntryLines:
        """The lines of the entry at this place of the window."""
        return self._draw(place).lines

    def strip_at(self, spot: Spot) -> Strip:
        """One line of an entry in its colours."""
        place, line = spot
        drawn = self._draw(place)
        if line not in drawn.strips:
            lead = drawn.lines.lead
            text = drawn.lines.body[line] if line >= 0 else lead[line + len(lead)]
            drawn.strips[line] = self._strip(text, self.scene.width)
        return drawn.strips[line]

    def _draw(self, place: int) -> _Drawn:
        entry = self._window.entries[place]
        before = self._window.entries[place - 1] if place else None
        day = day_of(entry.created_at, self._zone)
        is_new_day = before is None or day_of(before.created_at, self._zone) != day
        lead = Lead(is_new_day, entry.key == self.first_unseen)
        # Only countdowns change every second; the other entries change with the day.
        scene = replace(self.scene, now=self.now) if counts_down(entry) else self.scene
        unfolded, is_marked = entry.key in self.unfolded, has_key(entry, self.marked)
        source = (entry, scene, lead, unfolded, is_marked)
        old = self._kept.get(entry.key)
        if old is not None and old.source == source:
            return old
        drawn = _Drawn(source, entry_lines(entry, scene, lead, unfolded=unfolded, is_marked=is_marked))
        # Entries leave the window in pages; finding each of them costs more than drawing some of them again.
        if len(self._kept) > 2 * CAP:
            self._kept.clear()
        self._kept[entry.key] = drawn
        return drawn


class HistoryView:
    """One open chat: where the screen stands, which entry is highlighted, which pages were asked for."""

    def __init__(
        self, page: TimelinePage, now: Millis, zone: tzinfo, strip: Callable[[Line, int], Strip]
    ) -> None:
        """Begin at the end of the page; the other arguments are those of `DrawnEntries`."""
        self.window = TimelineWindow(page)
        self.drawn = DrawnEntries(self.window, now, zone, strip)
        self.frame: list[Spot] = []
        """The rows of the screen as last painted, from the first row on."""
        self.failure = ""
        """Why older messages could not be read; they are not asked for until the operator scrolls up."""
        self.new_below = 0
        """How many messages came in below the screen; the last row shows it."""
        self.newest_shown = self.window.newest_id or MessageId(0)
        """The newest message that has been on the screen; 0 = none yet."""
        self.is_older_asked = self.is_newer_asked = False
        self._seen_returned = MessageId(0)
        """What `newly_seen` returned last; 0 = nothing yet."""
        self._strip = strip
        self._height = 0
        self._anchor: tuple[str, int] | None = None
        """Key and line of the first row; key "" = the line above the oldest entry, None = at the end."""
        self._anchor_place = 0
        """The place of the anchor's entry when it was last found: used if that entry leaves the history."""
        self._open_at: tuple[str, bool] | None = None
        """Key of the entry to begin at once the height is known, and whether to put it in the middle."""

    @property
    def blank_rows(self) -> int:
        """Rows above a history that is shorter than the screen."""
        return max(0, self._height - len(self.frame))

    def place_at(self, row: int) -> int | None:
        """The place of the entry in this row of the screen; None = there is none."""
        row -= self.blank_rows
        place = self.frame[row][0] if 0 <= row < len(self.frame) else TOP
        return None if place == TOP else place

    @property
    def is_at_end(self) -> bool:
        """Whether the newest line is on the screen, which then follows new ones."""
        return self._anchor is None and self._open_at is None

    @property
    def highlighted(self) -> Entry | None:
        """The highlighted entry if part of it is on the screen, so that no key acts on an unseen one."""
        place = self._marked_place()
        return None if place is None else self.window.entries[place]

    def meant(self, *, with_files: bool) -> Entry | None:
        """The entry that a key means: the highlighted one, else the newest with text on the screen.

        `with_files` prefers the newest one with files. None = there is no entry on the screen.
        """
        places = dict.fromkeys(place for place, line in self.frame if line >= 0 <= place)
        among = [self.window.entries[place] for place in places]
        if with_files:
            # Without any file on the screen, too: the answer then says that there is none.
            among = [entry for entry in among if entry.message and entry.message.attachments] or among
        return self.highlighted or (among[-1] if among else None)

    def open_at(self, page: TimelinePage, message_id: MessageId | None) -> None:
        """Begin with a message of the page, highlighted in the middle; if it is gone, with the next one.

        None = begin at the first unseen message, unless the end of the history shows it anyway.
        """
        if message_id is None:
            self.drawn.first_unseen = key = first_unseen(page)
        else:
            key = nearest_to(page, message_id)
            self.drawn.marked = f"m{message_id}"
            self.drawn.unfolded.add(self.drawn.marked)
        self._open_at = (key, message_id is not None) if key is not None else None

    def extend_older(self, page: TimelinePage) -> None:
        """Add older entries above; the lines on the screen do not move."""
        found = next(((row, spot) for row, spot in enumerate(self.frame) if spot[1] >= 0 <= spot[0]), None)
        # Places change when entries come in above, keys do not.
        key = self.window.entries[found[1][0]].key if found is not None else ""
        is_useful = self.window.extend_older(page)
        self.failure = ""
        # After a page with nothing new it stays asked for: the Market's answer is still to come.
        if is_useful or self.window.coverage is Coverage.DONE:
            self.is_older_asked = False
        if self._anchor is not None and found is not None:
            self._pin(key, found[1][1], found[0])

    def refresh_newest(self, page: TimelinePage) -> None:
        """Take in new and changed entries. At the end the screen follows; elsewhere nothing moves."""
        # Across a gap the screen follows only at the end; elsewhere it would lose what is being read.
        if not self.window.refresh_newest(page) and self.is_at_end:
            self.window.replace(page)
        if not self.is_at_end:
            known = max(self.newest_shown, page.seen or MessageId(0))
            self.new_below = sum(is_theirs(entry.message, known) for entry in page.entries)

    def show_newest(self, page: TimelinePage) -> None:
        """Replace what was held by the newest page and go to the end."""
        self.window.replace(page)
        self.is_older_asked = self.is_newer_asked = False
        self.go_to_edge(end=True)

    def go_to_edge(self, *, end: bool) -> None:
        """Go to the end and follow new messages; or (False) to the line above the oldest entry."""
        self._anchor = None if end else ("", 0)

    def scroll(self, lines: int) -> None:
        """Scroll down by this many lines, or up if negative."""
        if not self.frame:
            if lines < 0:
                self._try_again()
            return
        first = self.frame[0]
        walk = self._downwards(first) if lines > 0 else self._upwards(first)
        spot = list(islice(walk, abs(lines) + 1))[-1]
        # Reaching the top again is how the operator asks for another try.
        if lines < 0 and spot[0] == TOP:
            self._try_again()
        if spot != first:
            self._anchor = self._anchor_at(spot)

    def step(self, step: int) -> None:
        """Move the highlight by one entry, 1 = down, -1 = up; the first one is at the edge of the screen.

        An entry that runs off the screen is first scrolled line by line.
        """
        places = [place for place, _line in self.frame if place != TOP]
        if not places:
            self.scroll(step)
            return
        place = self._marked_place()
        if place is not None and self._hidden(place, step):
            self.scroll(step)
            return
        target = places[0 if step > 0 else -1] if place is None else place + step
        if step < 0 and self.frame[0][0] == TOP:
            self._try_again()
        if not 0 <= target < len(self.window.entries):
            # Beyond the first entry there is still its date and the line above it.
            self.scroll(step)
            return
        self.drawn.marked = self.window.entries[target].key
        hidden = 0 if place is None else self._hidden(target, step, lead=True)
        # An entry higher than the screen comes in by one line only, and is read line by line.
        self.scroll(step * (hidden if hidden < self._height else 1))

    def turn_fold(self, places: Iterable[int]) -> bool:
        """Unfold or fold the first long entry among these places; False if there is none."""
        for place in places:
            key = self.window.entries[place].key if place != TOP else ""
            if key in self.drawn.unfolded or (key and self.drawn.lines(place).is_folded):
                self.drawn.unfolded ^= {key}
                return True
        return False

    def newly_seen(self) -> MessageId | None:
        """The newest message, if it is on the screen and was not returned before; else None."""
        newest = self.window.newest_id
        if newest is None or not self.is_at_end:
            return None
        self.newest_shown = newest
        # The caller writes it to the store: once per message, not once per frame.
        if newest <= self._seen_returned:
            return None
        self._seen_returned = newest
        return newest

    def asks_older(self, near: int) -> bool:
        """Whether to ask for older entries: fewer than `near` are left above, and none were asked for."""
        window = self.window
        is_beginning = window.coverage is Coverage.DONE and not window.has_older
        if self._edge(0) >= near or self.is_older_asked or self.failure or is_beginning:
            return False
        self.is_older_asked = True
        return True

    def asks_newer(self, near: int) -> bool:
        """Whether to ask for newer entries, likewise; the cache holds them."""
        window = self.window
        is_near = self._edge(-1) + near >= len(window.entries)
        if not window.has_newer or not is_near or self.is_newer_asked:
            return False
        self.is_newer_asked = True
        return True

    def paint(self, size: Size) -> list[Strip]:
        """All rows of a screen of this size."""
        width, self._height = size
        self.drawn.begin(width)
        if not self.window.entries:
            self.frame = []
            words = empty_words(self.window.coverage, self.failure)
            return [self._strip(line, width) for line in lonely_lines(words, width, size.height)]
        self.frame = self._framed() if size.height > 0 else []
        strips = [self._top() if spot[0] == TOP else self.drawn.strip_at(spot) for spot in self.frame]
        # A history shorter than the screen stands at its bottom, next to the box.
        strips[:0] = [self._strip((), width)] * self.blank_rows
        if self.new_below and strips:
            strips[-1] = self._strip(spread((), below_line(self.new_below), width), width)
        return strips

    def _top(self) -> Strip:
        window, width = self.window, self.drawn.scene.width
        line = top_line(
            window.coverage,
            has_older=window.has_older,
            is_asked=self.is_older_asked,
            failure=self.failure,
            width=self.drawn.scene.used_width,
        )
        return self._strip(line, width)

    def _edge(self, row: int) -> int:
        return self.frame[row][0] if self.frame else 0

    def _marked_place(self) -> int | None:
        place = self.window.place_of(self.drawn.marked)
        return place if any(spot[0] == place for spot in self.frame) else None

    def _hidden(self, place: int, step: int, *, lead: bool = False) -> int:
        """Lines of an entry below the screen (step -1: above it); with `lead` its date counts too."""
        lines = self.drawn.lines(place)
        above = len(lines.lead) if lead else 0
        if step > 0:
            # The line that counts new messages covers the last row.
            edge = self.frame[-2 if self.new_below and len(self.frame) > 1 else -1]
            seen = edge[1] + 1 if edge[0] == place else -above
            return 0 if edge[0] > place else len(lines.body) - seen
        edge = self.frame[0]
        first = edge[1] if edge[0] == place else len(lines.body)
        return 0 if edge[0] < place else max(0, first + above)

    def _try_again(self) -> None:
        """After a failure, let older messages be asked for again."""
        if self.failure:
            self.failure, self.is_older_asked = "", False

    def _framed(self) -> list[Spot]:
        last = len(self.window.entries) - 1
        # Needed even if the screen is elsewhere: it is at the end as soon as the last line shows.
        bottom = self._upto((last, len(self.drawn.lines(last).body) - 1), self._height)[::-1]
        self._open_where_wanted(bottom)
        if self._anchor is None:
            return bottom
        frame = list(islice(self._downwards(self._spot_of(*self._anchor)), self._height))
        if frame[-1] != bottom[-1]:
            return frame
        # The end is on the screen: fill the screen, and follow new messages from now on.
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
            # The entry left the history: begin with the entry that is now in its place.
            place, line = min(self._anchor_place, len(self.window.entries) - 1), 0
        self._anchor_place = place
        lines = self.drawn.lines(place)
        return (place, max(-len(lines.lead), min(line, len(lines.body) - 1)))

    def _anchor_at(self, spot: Spot) -> tuple[str, int]:
        return ("" if spot[0] == TOP else self.window.entries[spot[0]].key, spot[1])

    def _pin(self, key: str, line: int, row: int) -> None:
        """Move the anchor so that a line of an entry is in this row of the screen."""
        place = self.window.place_of(key)
        if place is not None:
            self._anchor = self._anchor_at(self._upto((place, line), row + 1)[-1])

    def _upto(self, spot: Spot, count: int) -> list[Spot]:
        """A line and the lines above it, at most `count`, the lowest first."""
        return list(islice(self._upwards(spot), count))

    def _downwards(self, spot: Spot) -> Iterator[Spot]:
        place, line = spot
        if place == TOP:
            yield spot
            # Above any lead, so that the entry is taken from its first line on.
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
