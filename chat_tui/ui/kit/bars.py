"""The one-line bars around the panes: tabs, connection, notices, keys."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.model.link import Link
from chat_tui.model.queue import Tab
from chat_tui.ui.kit.line_pane import LinePane
from chat_tui.words.line import Line, Role, Span, cut, fit, width_of, wrap
from chat_tui.words.status import status_line

LIST_ROWS: Final = 6
"""The most lines of a `LineList`."""
_MOST = 999
"""The greatest number of chats that a tab shows exactly."""
_ROOMY = 120
"""Cells of the narrowest screen with room for all names of the tabs and a quota that is not scarce."""
_SHORTENED = (Tab.SNOOZED, Tab.QUESTIONS, Tab.RETURNS, Tab.DISPUTES, Tab.ALL, Tab.WAITING)
"""The order in which tabs are shortened where there is no room."""


@dataclass(frozen=True, slots=True)
class TabPlace:
    """The cells of a tab on its line: from `start` up to, not including, `end`."""

    tab: Tab
    start: int
    end: int


def tab_titles(tab: Tab) -> tuple[str, str, str]:
    """The name of a tab: in full, short, and left out."""
    return {
        Tab.WAITING: (_("Waiting"), _("Wait"), ""),
        Tab.DISPUTES: (_("Disputes"), _("Disp."), ""),
        Tab.RETURNS: (_("Returns"), _("Ret."), ""),
        Tab.QUESTIONS: (_("Questions"), _("Quest."), ""),
        Tab.SNOOZED: (_("Snoozed"), _("Snooz."), ""),
        Tab.ALL: (_("All"), _("All"), ""),
    }[tab]


def tabs_line(active: Tab, counts: Mapping[Tab, int], width: int) -> tuple[Line, tuple[TabPlace, ...]]:
    """The line with the longest names that fits, and the cells of each tab on it.

    In the shortest form only the active tab has a name.
    """
    line: Line = ()
    places: tuple[TabPlace, ...] = ()
    for titles in _titles(active):
        line, places = _line(active, counts, titles)
        if width_of(line) <= width:
            break
    return fit(line, width), places


def _titles(active: Tab) -> Iterator[Mapping[Tab, str]]:
    """The names of the tabs, first all in full, then one after the other shorter, then left out."""
    titles = {tab: tab_titles(tab)[0] for tab in Tab}
    yield titles
    for form in (1, 2):
        for tab in _SHORTENED:
            if form == 1 or tab is not active:
                titles[tab] = tab_titles(tab)[form]
                yield titles


def _line(
    active: Tab, counts: Mapping[Tab, int], titles: Mapping[Tab, str]
) -> tuple[Line, tuple[TabPlace, ...]]:
    spans: list[Span] = []
    places: list[TabPlace] = []
    for number, tab in enumerate(Tab, start=1):
        start = width_of(spans)
        # How many chats there are in all is nothing to act on.
        count = 0 if tab is Tab.ALL else counts.get(tab, 0)
        spans += _tab(number, titles[tab], count, is_active=tab is active)
        places.append(TabPlace(tab, start, width_of(spans)))
    return tuple(spans), tuple(places)


def _tab(number: int, title: str, count: int, *, is_active: bool) -> Line:
    # Brackets take the place of blanks, so that nothing moves when another tab becomes active.
    opening, closing = "[]" if is_active else "  "
    named = Role.ACTIVE if is_active else Role.TEXT
    spans = [Span(f"{opening}{number}", Role.ACTIVE if is_active else Role.MUTED)]
    if title:
        spans.append(Span(f" {title}", named))
    if count > 0:
        amount = str(count) if count <= _MOST else f"{_MOST}+"
        spans.append(Span(f" {amount}" if title else f":{amount}", Role.ACTIVE if is_active else Role.ACCENT))
    return (*spans, Span(closing, named))


# -- the keys of the focused pane ------------------------------------------------------------------------


Hint = tuple[str, str]
"""A key as written on a keyboard, and what it does."""


def hints_line(words: str, hints: Sequence[Hint], width: int) -> Line:
    """`words` and as many hints as fit: left out from the end, except that the last one, help, stays."""
    kept = list(hints)
    start = [Span(f" {words} ", Role.STRONG)] if words else []
    while len(kept) > 1 and width_of([*start, *_spans(kept)]) > width:
        del kept[-2]
    return fit([*start, *_spans(kept)], width)


def hints_lines(hints: Sequence[Hint], width: int) -> list[Line]:
    """All hints, on as many lines as they take; none is broken, but one that is wider than a line is cut."""
    lines: list[list[Hint]] = [[]]
    for hint in hints:
        if lines[-1] and width_of(_spans([*lines[-1], hint])) > width + 1:
            lines.append([])
        lines[-1].append(hint)
    # Without the blank before the first one: a dialog has a margin of its own.
    return [fit(_spans(line)[1:], width) for line in lines]


def _spans(hints: Sequence[Hint]) -> list[Span]:
    spans: list[Span] = []
    for key, words in hints:
        spans += [Span("  " if spans else " "), Span(key, Role.ACCENT), Span(f" {words}", Role.MUTED)]
    return spans


# -- the widgets -----------------------------------------------------------------------------------------


class Bar(LinePane):
    """One line over the whole width."""

    DEFAULT_CSS = """
    Bar { height: 1; width: 1fr; }
    """

    def line(self, width: int) -> Line:
        """The text of the bar in `width` cells."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """The line in the colours of its roles."""
        width = self.content_size.width
        return self.strip(self.line(width), width)


class HintLine(Bar):
    """Where letters go, then the keys of the focused pane and what they do, as many as fit."""

    _words = ""
    _hints: tuple[Hint, ...] = ()

    def show(self, words: str, hints: Sequence[Hint]) -> None:
        """Show where letters go, and these keys: the most used first, help last."""
        if (words, tuple(hints)) != (self._words, self._hints):
            self._words, self._hints = words, tuple(hints)
            self.refresh()

    def line(self, width: int) -> Line:
        """As many hints as fit."""
        return hints_line(self._words, self._hints, width)


class KeyLines(LinePane):
    """The keys of a dialog and what they do: all of them, because no other place lists them."""

    DEFAULT_CSS = """
    KeyLines { height: auto; width: 1fr; }
    """

    def __init__(self, hints: Sequence[Hint], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hints = tuple(hints)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the hints take."""
        return len(hints_lines(self._hints, width))

    def render_line(self, y: int) -> Strip:
        """A line of hints."""
        width = self.content_size.width
        lines = hints_lines(self._hints, width)
        return self.strip(lines[y] if y < len(lines) else (), width)


class TabBar(Bar):
    """The tabs 1 to 6 with their counts; the active one stands in brackets."""

    @dataclass
    class TabWanted(Message):
        """The operator clicked a tab."""

        tab: Tab

    _active = Tab.WAITING
    _counts: Mapping[Tab, int] = {}

    def show(self, active: Tab, counts: Mapping[Tab, int]) -> None:
        """Show these tabs; draws only if something changed."""
        if (active, counts) != (self._active, self._counts):
            # A copy: the same dict, changed by the caller, would not compare as changed.
            self._active, self._counts = active, dict(counts)
            self.refresh()

    def line(self, width: int) -> Line:
        """The tabs, in the longest form that fits."""
        return tabs_line(self._active, self._counts, width)[0]

    def on_click(self, event: events.Click) -> None:
        """Ask for the tab under the mouse."""
        event.stop()
        places = tabs_line(self._active, self._counts, self.content_size.width)[1]
        for place in places:
            if place.start <= event.x < place.end:
                self.post_message(self.TabWanted(place.tab))


class StatusLine(Bar):
    """The state of the connection beside the tabs, as wide as its words."""

    DEFAULT_CSS = """
    StatusLine { width: auto; max-width: 50%; padding: 0 1; }
    """

    _link = Link()
    """Until `show`: a connection that has not answered yet."""
    _now: Millis = 0
    _is_brief = False
    _room = 0
    """The cells that the words may take."""

    def show(self, link: Link, now: Millis) -> None:
        """Show the state of the connection at this time; draws only if the words changed."""
        old = self.line(0)
        self._link, self._now = link, now
        new = self.line(0)
        if new != old:
            # Only another width moves the tabs beside it.
            self.refresh(layout=width_of(new) != width_of(old))

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """The width of the words; on a narrow screen, beside the tabs, they are brief."""
        # Kept for `line`, which does not get the viewport. Beyond this, the tabs would lose their names.
        self._is_brief = viewport.width < _ROOMY
        self._room = viewport.width * 2 // 5 - self.gutter.width
        return width_of(self.line(0))

    def line(self, width: int) -> Line:
        """The words, which `Bar` cuts where they do not fit."""
        return status_line(self._link, self._now, self._room, brief=self._is_brief)


class NoticeLine(LinePane):
    """A sentence over the whole width; hidden while it is empty."""

    DEFAULT_CSS = """
    NoticeLine { height: auto; width: 1fr; max-height: 3; padding: 0 1; display: none; }
    NoticeLine.-said { display: block; }
    """

    words: str = ""
    """The sentence; "" = none."""

    def say(self, words: str) -> None:
        """Show a sentence (safe text); "" hides the line."""
        if words != self.words:
            self.words = words
            self.set_class(bool(words), "-said")
            self.refresh(layout=True)

    def lines_in(self, width: int) -> int:
        """How many lines the sentence takes at this width in cells."""
        return len(wrap(self.words, width)) if self.words else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as the sentence takes."""
        return self.lines_in(width)

    def render_line(self, y: int) -> Strip:
        """A line of the sentence; the last one ends in … if there is no room for all of it."""
        width, height = self.content_size
        lines = wrap(self.words, width)
        if y == height - 1 and len(lines) > height:
            # Two lines cut to one, so that it ends in …
            return self.strip((Span(cut(f"{lines[y]} {lines[y + 1]}", width), Role.WARN),), width)
        return self.strip((Span(lines[y], Role.WARN),) if y < len(lines) else (), width)


class LineList(LinePane):
    """A few lines over the whole width, made for the room there is; hidden while there are none."""

    DEFAULT_CSS = """
    LineList { height: auto; width: 1fr; padding: 0 1; display: none; }
    LineList.-shown { display: block; }
    """

    def __init__(self, clicked: Callable[[int, int], None]) -> None:
        """`clicked` gets the number of a clicked line, from 0, and how many lines there is room for."""
        super().__init__()
        self._clicked = clicked
        self._draw: Callable[[int, int], Sequence[Line]] | None = None

    def show(self, draw: Callable[[int, int], Sequence[Line]] | None) -> None:
        """Show what `draw` makes for a width and the most lines; None hides the list."""
        if draw is None and self._draw is None:
            return
        self._draw = draw
        self.set_class(draw is not None, "-shown")
        self.refresh(layout=True)

    def lines_in(self, width: int) -> int:
        """How many lines there are at this width in cells."""
        return len(self._draw(width, LIST_ROWS)) if self._draw is not None else 0

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are."""
        return self.lines_in(width)

    def render_line(self, y: int) -> Strip:
        """One of the lines."""
        width, height = self.content_size
        lines = self._draw(width, height) if self._draw is not None else ()
        return self.strip(lines[y] if y < len(lines) else (), width)

    def on_click(self, event: events.Click) -> None:
        """Pass a click on a line on."""
        event.stop()
        self._clicked(event.y, self.content_size.height)
