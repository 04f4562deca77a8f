"""The rows of the list: the two lines of a chat, which chats are in memory, and which are on the screen."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from textual.strip import Strip

from chat_tui.locale import _
from chat_tui.model.chat import Sender
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
from chat_tui.safetext import one_line
from chat_tui.words import glyphs
from chat_tui.words.chats import Patience, about, author, buyer_name, company_words, sender_mark, state_words
from chat_tui.words.line import Line, Role, Span, cut, fit, pad, rule, spread, width_of
from chat_tui.words.times import age, hold_words

_NAME_MIN = 12
"""Cells of a name that are never given up for the age of a chat."""
_WORDS_MIN = 6
"""Cells of a message below which a mark stands for the name of its author."""
_OTHER_MAX = 24
"""Cells of a subject that this version does not know; the number of an order or return is never cut."""


class Look(Enum):
    """How a row is marked in the list."""

    PLAIN = auto()
    HIGHLIGHTED = auto()
    """The operator is in the list."""
    LEFT = auto()
    """It is the highlighted row, and the operator is in another pane."""


def queue_row(
    item: QueueItem,
    now: Millis,
    width: int,
    look: Look = Look.PLAIN,
    patience: Patience = Patience(),  # noqa: B008 - frozen
) -> tuple[Line, Line]:
    """The two lines of a chat, neither wider than `width` cells."""
    bar = Span(glyphs.HIGHLIGHT if look is Look.HIGHLIGHTED else " ", Role.ACCENT)
    gutter = Span(glyphs.LEFT, Role.ACCENT) if look is Look.LEFT else bar
    pin = Span(glyphs.PIN if item.is_pinned else " ", Role.ACCENT)
    role = Role.MUTED if item.chat.is_finished else Role.TEXT
    if look is not Look.PLAIN or item.is_unseen:
        role = Role.STRONG
    name = Span(buyer_name(item.chat.context), role)
    first = (gutter, _mark(item), pin, name)
    # Beside the name: the gutter, and a blank on each side of the state.
    beside = width - glyphs.GUTTER - 2 - min(width_of((name,)), _NAME_MIN)
    state = _state(item, now, patience, beside)
    subject = Span(_subject(item), Role.MUTED)
    room = max(0, width - glyphs.GUTTER - 1)
    column = _business(item, width, room - width_of((subject,)) - 2)
    preview = _preview(item, subject, room - width_of(column))
    return spread(first, (*state, Span(" ")), width), fit((bar, Span("  "), *column, *preview), width)


def _business(item: QueueItem, width: int, room: int) -> Line:
    """The column with the name of the business; empty unless several are open."""
    if not item.business:
        return ()
    cells = max(glyphs.BUSINESS_MIN, min(glyphs.BUSINESS_MAX, width // 4))
    # The number of the order stays whole, at the cost of the preview first and then of the business.
    cells = max(glyphs.BUSINESS_CUT, min(cells, room))
    return (Span(pad(cut(one_line(item.business), cells), cells), Role.ACCENT), Span("  "))


def _mark(item: QueueItem) -> Span:
    if item.chat.is_dispute and not item.chat.is_finished:
        return Span(glyphs.DISPUTE, Role.BAD)
    return Span(glyphs.UNSEEN, Role.ACCENT) if item.is_unseen else Span(" ")


def _state(item: QueueItem, now: Millis, patience: Patience, room: int) -> Line:
    """The state and its age, without the age if both would take more than `room` cells."""
    held = hold_words(item.hold, now, patience.zone) if item.hold is not None else ""
    words, role = state_words(item, held)
    since = item.waiting_since if item.waiting_since is not None else item.chat.updated_at
    # Only a plain "waits" is drawn by how long it lasts; other states have roles of their own.
    if item.waiting_since is not None and role is Role.TEXT:
        role = patience.role(item.waiting_since, now)
    aged = role if item.waiting_since is not None else Role.MUTED
    is_awaited = item.waiting_since is not None and role is not Role.MUTED
    sign = patience.sign(since, now) if is_awaited else ""
    # A long wait of some minutes is wider than the column.
    state = (Span(words, role), Span(" "), Span(f"{sign}{age(since, now)}".rjust(glyphs.AGE), aged))
    return state if width_of(state) <= room else (Span(f"{sign} {words}".lstrip(), role),)


def _preview(item: QueueItem, subject: Span, cells: int) -> Line:
    own = Span(cut(own_words(item), max(4, cells // 3)), Role.ACCENT)
    words = one_line(item.snippet)
    if item.newest_has_file:
        words = f"{glyphs.FILE} {words or _('file')}"
    elif not words:
        words = _("(empty, perhaps a sticker)") if item.newest_sender else ""
    gap = Span("  " if own.text else "")
    company = company_words(item.elsewhere)
    there = (Span("  "), Span(company, Role.WARN)) if company else ()
    before, writer = (subject, *there, gap, own, Span("  ")), author(item.newest_sender)
    if writer.text and width_of((*before, writer)) + _WORDS_MIN > cells:
        # A name without words says nothing: the mark of the history takes its place.
        writer = Span(f"{sender_mark(item.newest_sender)[0]} ", writer.role)
    return fit((*before, writer, Span(words, _tone(item))), cells)


def own_words(item: QueueItem) -> str:
    """The operator's labels, and a mark if there is a note; "" = neither."""
    labels = [f"#{one_line(name)}" for name in item.labels]
    return " ".join([*([glyphs.NOTE] if item.note else []), *labels])


def _subject(item: QueueItem) -> str:
    """What the chat is about, and that it is a dispute if the first line does not say so."""
    subject = cut(about(item.chat.context, short=True), _OTHER_MAX)
    is_said = not item.chat.is_dispute or state_words(item)[0] in {_("dispute"), _("dispute finished")}
    return subject if is_said else f"{_('dispute')}, {subject}"


def _tone(item: QueueItem) -> Role:
    is_soft = item.newest_sender == Sender.CUSTOMER and not item.chat.is_finished
    return Role.SOFT if is_soft else Role.MUTED


def finished_line(width: int) -> Line:
    """The line between the chats that may need us and the finished ones."""
    return rule(_("finished chats"), Role.MUTED, width)


# -- the chats in memory, on the screen and under the highlight ---------------------------------------------


CAP: Final = 320
"""The most chats kept: five pages."""


class QueueWindow:
    """The chats of one tab that are in memory: without gaps, each at most once."""

    def __init__(self) -> None:
        """Begin empty."""
        self.tab: Tab | None = None
        """The tab of the chats; None until the first page."""
        self.items: list[QueueItem] = []
        self.has_before = False
        """Whether the tab has chats before the window."""
        self.has_after = False
        self.line_at: int | None = None
        """The place of the first chat below the line of the tab; None = it is not in the window."""
        self._places: dict[ChatRef, int] = {}

    def place_of(self, chat_ref: ChatRef | None) -> int | None:
        """The place of a chat in the window; None if it is not there."""
        return None if chat_ref is None else self._places.get(chat_ref)

    def replace(self, page: QueuePage) -> None:
        """Replace all chats by this page."""
        self.tab, self.items = page.tab, list(page.items)
        self.has_before, self.has_after = page.has_before, page.has_after
        self._number()

    def extend_before(self, page: QueuePage) -> int:
        """Add a page before the window; returns how many places the other chats moved down."""
        added = self._unknown(page.items)
        self.items[:0] = added
        self.has_before = page.has_before
        if len(self.items) > CAP:
            del self.items[CAP:]
            self.has_after = True
        self._number()
        return len(added)

    def extend_after(self, page: QueuePage) -> int:
        """Add a page after the window; returns how many places the other chats moved up."""
        self.items += self._unknown(page.items)
        self.has_after = page.has_after
        dropped = max(0, len(self.items) - CAP)
        if dropped:
            del self.items[:dropped]
            self.has_before = True
        self._number()
        return dropped

    def update(self, items: Iterable[QueueItem]) -> None:
        """Replace chats of the window by newer values, in the same places."""
        for item in items:
            if (place := self._places.get(item.chat.chat_ref)) is not None:
                # On the side of the line where it stands: a chat may end while the order is held back.
                self.items[place] = replace(item, is_below_line=self.items[place].is_below_line)

    def _unknown(self, items: Sequence[QueueItem]) -> list[QueueItem]:
        # A chat that moved between two reads keeps the place where the operator saw it.
        return [item for item in items if item.chat.chat_ref not in self._places]

    def _number(self) -> None:
        self._places = {item.chat.chat_ref: place for place, item in enumerate(self.items)}
        below = next((place for place, item in enumerate(self.items) if item.is_below_line), None)
        self.line_at = None if below == 0 and self.has_before else below


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A row as it was last drawn, and the values it was drawn from."""

    source: tuple[QueueItem, int, Look, Millis]
    lines: tuple[Line, Line]
    strips: tuple[Strip, Strip]


class DrawnChats:
    """Draws chats as rows of two lines, each again only when a value it is drawn from changes."""

    def __init__(self, now: Millis, patience: Patience, strip: Callable[[Line, int], Strip]) -> None:
        """Ages count up to `now`; `strip` colours a line and fills it to a width in cells."""
        self.now = now
        self._patience = patience
        self._strip = strip
        self._kept: dict[ChatRef, _Drawn] = {}

    def forget(self) -> None:
        """Colours changed: drop every row drawn."""
        self._kept.clear()

    def strips(self, item: QueueItem, width: int, look: Look) -> tuple[Strip, Strip]:
        """The row of a chat."""
        chat_ref, source = item.chat.chat_ref, (item, width, look, self.now)
        old = self._kept.get(chat_ref)
        if old is not None and old.source == source:
            return old.strips
        first, second = lines = queue_row(item, self.now, width, look, self._patience)
        # Most rows look the same a minute later; the same strips are not painted again.
        if old is not None and old.lines == lines and old.source[1] == width:
            strips = old.strips
        else:
            strips = self._strip(first, width), self._strip(second, width)
        # Chats leave the window in pages; finding each of them costs more than drawing some of them again.
        if len(self._kept) > 2 * CAP:
            self._kept.clear()
        self._kept[chat_ref] = _Drawn(source, lines, strips)
        return strips


class QueueView:
    """Which chats of the window are on the screen, and which chat, perhaps outside it, is highlighted."""

    def __init__(self, height: Callable[[], int]) -> None:
        """`height` returns the current height of the list in lines."""
        self.window = QueueWindow()
        self.highlighted: ChatRef | None = None
        self.top = 0
        """The place of the first row on the screen."""
        self._height = height
        self._stood_at = 0
        """The place of the highlight when it was last in the window."""
        self._asked: set[bool] = set()
        """Which ends more chats were asked for at: True = after the window, False = before it."""

    @property
    def rows(self) -> int:
        """How many whole rows the screen shows; at least 1."""
        return self._rows_from(self.top)

    def _rows_from(self, top: int) -> int:
        """How many whole rows the screen shows from a place on, with the line if it is among them."""
        height, below = self._height(), self.window.line_at
        if below is not None and top <= below < top + height // glyphs.ROW_HEIGHT:
            height -= 1
        return max(1, height // glyphs.ROW_HEIGHT)

    def place_at(self, row: int) -> int | None:
        """The place of the chat in this line of the screen; None = there is none."""
        below = self.window.line_at
        line = -1 if below is None else (below - self.top) * glyphs.ROW_HEIGHT
        if row == line:
            return None
        place = self.top + (row - (0 <= line < row)) // glyphs.ROW_HEIGHT
        return place if place < len(self.window.items) else None

    @property
    def place(self) -> int | None:
        """The place of the highlighted chat; None if it is not in the window."""
        return self.window.place_of(self.highlighted)

    @property
    def shown(self) -> Sequence[QueueItem]:
        """The chats on the screen; the last row may have room for its first line only."""
        # The height is divided rounding up: a row that is cut off is drawn as far as it goes.
        return self.window.items[self.top : self.top - (-self._height() // glyphs.ROW_HEIGHT)]

    @property
    def last_place(self) -> int:
        """The place where the highlight was last, or the nearest in the window; -1 = the window is empty."""
        return min(self._stood_at, len(self.window.items) - 1)

    @property
    def arrows(self) -> str:
        """An arrow for each direction in which there are chats beyond those on the screen."""
        above = self.top > 0 or self.window.has_before
        below = self.top + self.rows < len(self.window.items) or self.window.has_after
        return " ".join([*([glyphs.UP] if above else []), *([glyphs.DOWN] if below else [])])

    def remember(self) -> None:
        """Note the place of the highlight, for when its chat is no longer in the window."""
        if (place := self.place) is not None:
            self._stood_at = place

    def show(self, page: QueuePage, *, edge: bool | None, keeps_line: bool) -> int | None:
        """Replace the window by this page. Returns the place to highlight; None = the highlight stays.

        `edge` asks for the last (False: the first) chat. With `keeps_line` the highlight keeps its line on
        the screen, otherwise the page is shown from its beginning.
        """
        self.remember()
        line = self._stood_at - self.top
        is_new = page.tab != self.window.tab or edge is not None
        self.window.replace(page)
        self._asked.clear()
        # In another tab the highlight begins at the top, even if that tab has the chat, too.
        stays = None if is_new else self.place
        if is_new:
            found, line = (len(page.items) - 1, self.rows) if edge else (0, 0)
        else:
            found = self.last_place if stays is None else stays
        self.top = found - line if keeps_line else 0
        return found if stays is None else None

    def extend_before(self, page: QueuePage) -> None:
        """Add a page in front; the rows on the screen do not move."""
        moved = self.window.extend_before(page)
        self.top += moved
        self._answered(after=False, is_useful=moved > 0)

    def extend_after(self, page: QueuePage) -> None:
        """Add a page at the end; the rows on the screen do not move."""
        last = self.window.items[-1:]
        self.top -= self.window.extend_after(page)
        self._answered(after=True, is_useful=self.window.items[-1:] != last)

    def look_at(self, top: int) -> None:
        """Make `top` the first row on the screen, or the nearest one that fills the screen."""
        count = len(self.window.items)
        last = max(0, count - self._height() // glyphs.ROW_HEIGHT)
        if last + self._rows_from(last) < count:
            # The line takes the room of a chat.
            last += 1
        self.top = max(0, min(top, last))

    def reveal(self, place: int) -> None:
        """Scroll to a row that is off the screen, bringing it to the middle."""
        if self._height() and not self.top <= place < self.top + self.rows:
            self.look_at(place - self.rows // 2)

    def wanted_around(self, place: int) -> Iterator[tuple[bool, QueueKey]]:
        """The pages to ask for with the highlight at this place: the chats after (False: before) a key."""
        window = self.window
        if place + self.rows >= len(window.items) and window.has_after and True not in self._asked:
            self._asked.add(True)
            yield True, window.items[-1].key
        if place < self.rows and window.has_before and False not in self._asked:
            self._asked.add(False)
            yield False, window.items[0].key

    def _answered(self, *, after: bool, is_useful: bool) -> None:
        # After a page without new chats no more are asked for at this end until the window is replaced.
        if is_useful:
            self._asked.discard(after)
