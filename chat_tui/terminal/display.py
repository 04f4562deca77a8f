"""Drawing writes only changed cells, without control characters, and nothing while the terminal is stalled.

Over SSH every byte counts: a letter typed into a text area costs two kilobytes if whole lines are redrawn.
Colours are those that the terminal has, and letters can be read on their ground (`palette`).
"""

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from rich.color import ColorSystem
from rich.console import Console, RenderableType
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App, ReturnType
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor
from textual.geometry import Offset, Size
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer

from chat_tui.terminal.driver import TerminalDriver
from chat_tui.terminal.palette import shown

_BEHIND: Final = 20
"""Queued writes at which the terminal counts as stalled."""
_LOOK_AGAIN: Final = 0.05
"""Seconds between two checks whether a stalled terminal takes output again."""
_SETTLED: Final = 0.1
"""Seconds after the last resize until the size is read again: of many resizes at once one may get lost."""
_LARGE: Final = 2000
"""Characters from which a frame is sent as a synchronized update, if the terminal supports that."""
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# One cell wide in every terminal, and never combining. A piece with any other character is written whole.
_NARROW: Final = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03c9\u0400-\u0482\u048a-\u052f"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*"
)
_LINE: Final = re.compile("[\u2500-\u258b\u258d-\u259f]")
"""Frames, rules, scrollbars and pictures; not the bar of the highlighted row."""
_TRUSTED_S: Final = 1.0
"""Seconds for which the cursor stays where a frame left it; later, another program may have written."""
_GAP: Final = 4
"""Unchanged cells in a row that are cheaper to write again than to skip."""
_RESET: Final = "\x1b[0m"


class ControlFilter(LineFilter):
    """Deletes controls and direction marks; their width is zero, so nothing moves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without controls; Textual's own sequences have `control` set."""
        if not any(_CONTROL.search(segment.text) for segment in segments if segment.control is None):
            return segments
        return [
            segment if segment.control else Segment(_CONTROL.sub("", segment.text), segment.style)
            for segment in segments
        ]


# One object each: a strip caches its filtered form by the filter.
_CONTROL_FILTER: Final = ControlFilter()
_NO_COLOR: Final = NoColor()


class PatientDisplay(App[ReturnType]):
    """Drawing never waits for the terminal, and no control character in a widget's text reaches it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stale: Timer | None = None
        """Waits for a stalled terminal; None = the terminal takes output."""
        self._settling: Timer | None = None
        """Waits for the end of a series of resizes; None = there was none yet."""
        self._cells = Cells()
        self._drawn_on = 0
        """The takeover of the terminal that `_cells` belongs to."""
        self._cursor_at = Offset(-1, -1)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, then ours."""
        filters = [one for one in super().get_line_filters() if not isinstance(one, Monochrome)]
        if self.no_color:
            # Textual chooses between grey and no colour before the theme is known. A theme that leaves its
            # colours to the terminal would become black on black in grey.
            filters.append(_NO_COLOR)
        return [*filters, _CONTROL_FILTER]

    def on_resize(self, event: events.Resize) -> None:
        """Draw everything: a terminal may show anything after a resize."""
        self._cells.forget()
        self._ask_size_soon()

    def _ask_size_soon(self) -> None:
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLED, self._ask_size)

    def _ask_size(self) -> None:
        if isinstance(self._driver, TerminalDriver):
            size = Size(*self._driver._get_terminal_size())
            if size != self.size:
                self.post_message(events.Resize(size, size))
            elif size != self.screen._compositor.size:
                self.screen.post_message(events.Resize(size, size))

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        driver = self._driver
        if not isinstance(driver, TerminalDriver) or not isinstance(renderable, LayoutUpdate | ChopsUpdate):
            super()._display(screen, renderable)
        elif self._stale is not None:
            self.post_display_hook()
        elif screen._compositor.size != self.size:
            # After many resizes at once the screen may still have an older size.
            self._ask_size_soon()
            self.post_display_hook()
        elif driver.queued > _BEHIND:
            self._stale = self.set_interval(_LOOK_AGAIN, self._draw_when_taken)
        elif not self._batch_count and self._running and not self._closed:
            # These are Textual's own conditions for drawing.
            self._draw(driver, renderable)

    def _draw(self, driver: TerminalDriver, frame: LayoutUpdate | ChopsUpdate) -> None:
        if driver.takeovers != self._drawn_on:
            self._cells.forget()
            self._drawn_on = driver.takeovers
        self._cells.begin(driver.writes, time.monotonic())
        output = self._cells.update(frame, self.console)
        output += self._cursor_moves(bool(output))
        if output:
            if len(output) > _LARGE:
                self._begin_update()
            driver.write(output)
            if len(output) > _LARGE:
                self._end_update()
            self._cells.end(driver.writes, time.monotonic())
        self.post_display_hook()

    def _cursor_moves(self, is_drawn: bool) -> str:
        """Move the hidden cursor to where text is typed: input methods show their suggestions there."""
        place = self.screen.outer_size.clamp_offset(self.cursor_position)
        focused = self.focused
        is_typing = focused is not None and focused.check_consume_key("a", "a")
        if place == self._cursor_at and not (is_drawn and is_typing):
            return ""
        self._cursor_at = place
        return self._cells.place_cursor(*place)

    def _draw_when_taken(self) -> None:
        driver = self._driver
        if self._stale is not None and isinstance(driver, TerminalDriver) and driver.queued == 0:
            self._stale.stop()
            self._stale = None
            self.refresh(layout=True)


@dataclass(frozen=True, slots=True)
class _Style:
    """A style as SGR codes."""

    codes: str
    """All codes, separated by semicolons; empty = the default style."""
    ink: str = ""
    """The codes of the foreground colour; empty = default."""
    paper: str = ""
    """The codes of the background colour; empty = default."""
    attributes: frozenset[str] = frozenset()
    """The other codes: bold, underline and so on."""

    @property
    def shows_on_blanks(self) -> bool:
        """Whether a blank in this style shows more than its background."""
        return not self.attributes <= _OF_LETTERS


PLAIN: Final = _Style("")
_OF_LETTERS: Final = frozenset({"1", "2", "3"})
"""Bold, dim, italic."""
_ENDS: Final = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}
"""The code that ends an attribute; bold and dim end together."""

Cell = tuple[str, _Style]
"""A character and its style."""


class Cells:
    """The cells of the terminal that we have written; all others are unknown and will be drawn."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, Cell]] = {}
        self._pen = _Pen()
        self._writes = 0
        """The writes to the terminal when the last frame had been written."""
        self._written_at = 0.0
        """When that was."""

    def forget(self) -> None:
        """Draw everything next time: the terminal may show anything now."""
        self._rows.clear()
        self._pen.forget()

    def begin(self, writes: int, now: float) -> None:
        """A frame follows, after so many writes of this program; `now` is in seconds, by any steady clock."""
        # Something else may have moved the cursor since the last frame.
        if writes != self._writes or now - self._written_at > _TRUSTED_S:
            self._pen.lift()

    def end(self, writes: int, now: float) -> None:
        """The frame is written; the arguments are as for `begin`."""
        self._writes, self._written_at = writes, now

    def place_cursor(self, x: int, y: int) -> str:
        """The sequence that moves the cursor there; empty if it is there already."""
        self._pen.move(x, y)
        return self._pen.finish()

    def update(self, frame: LayoutUpdate | ChopsUpdate, console: Console) -> str:
        """The output that turns the screen into this frame; cursor and style stay as its end leaves them."""
        colors = console._color_system or ColorSystem.TRUECOLOR
        pen, width = self._pen, console.width
        for x, y, strip in pieces(frame):
            row = self._rows.setdefault(y, {})
            cells = _cells(strip, colors)
            if cells is None:
                pen.write(x, y, _in_colors(strip, colors).render(console))
                for column in range(x, x + strip.cell_length):
                    row.pop(column, None)
            else:
                for start, end in _changed(row, x, cells):
                    pen.draw(start, y, cells[start - x : end - x], width)
                row.update(enumerate(cells, x))
        return pen.finish()


class _Pen:
    """Collects output; knows at which place and in which style the terminal writes next (None = unknown)."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._style: _Style | None = None
        self._at: tuple[int, int] | None = None

    def forget(self) -> None:
        """Place and style are unknown now."""
        self._style = self._at = None

    def lift(self) -> None:
        """The place is unknown now."""
        self._at = None

    def draw(self, x: int, y: int, cells: list[Cell], width: int) -> None:
        """Write cells from column `x` on; `width` is the width of the terminal."""
        self.move(x, y)
        for character, style in cells:
            if style is not self._style and not (character == " " and self._blanks_like(style)):
                self._out.append(_change(self._style, style))
                self._style = style
            self._out.append(character)
        end = x + len(cells)
        # In the last column terminals differ about where the next character goes.
        self._at = (end, y) if end < width else None

    def write(self, x: int, y: int, rendered: str) -> None:
        """Write text that sets and resets its own styles and whose width depends on the terminal."""
        self._out += ["" if self._style is PLAIN else _RESET, Control.move_to(x, y).segment.text, rendered]
        self._style, self._at = PLAIN, None

    def move(self, x: int, y: int) -> None:
        """Move the cursor there in as few bytes as possible."""
        if self._at != (x, y):
            self._out.append(_way(self._at, x, y))
            self._at = (x, y)

    def finish(self) -> str:
        """The output collected since the last call."""
        output = "".join(self._out)
        self._out.clear()
        return output

    def _blanks_like(self, style: "_Style") -> bool:
        mine = self._style
        if mine is None or mine.shows_on_blanks or style.shows_on_blanks:
            return False
        return mine.paper == style.paper


def _way(start: tuple[int, int] | None, x: int, y: int) -> str:
    """The shortest sequence that moves the cursor from `start` (None = unknown) to a place."""
    straight = Control.move_to(x, y).segment.text
    if start is None:
        return straight
    right, down = x - start[0], y - start[1]
    return min(straight, _steps(down, "B", "A") + _steps(right, "C", "D"), key=len)


def _steps(count: int, forth: str, back: str) -> str:
    if not count:
        return ""
    number = "" if abs(count) == 1 else str(abs(count))
    return f"\x1b[{number}{forth if count > 0 else back}"


def _change(old: "_Style | None", new: "_Style") -> str:
    """The shortest sequence that turns one style (None = unknown) into another."""
    whole = f"\x1b[0;{new.codes}m" if new.codes else _RESET
    if old is None or not old.attributes - new.attributes <= _ENDS.keys():
        # Only a reset ends an attribute that has no code of its own for that.
        return whole
    ended = {_ENDS[code] for code in old.attributes - new.attributes}
    codes = [
        *sorted(ended),
        *sorted(code for code in new.attributes if code not in old.attributes or _ENDS.get(code) in ended),
        *([new.ink or "39"] if new.ink != old.ink else ()),
        *([new.paper or "49"] if new.paper != old.paper else ()),
    ]
    return min(whole, f"\x1b[{';'.join(codes)}m" if codes else "", key=len)


def pieces(frame: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Column, row and content of each part of the frame, as its own `render_segments` would write it."""
    if isinstance(frame, LayoutUpdate):
        for y, line in enumerate(frame.strips, frame.region.y):
            x = frame.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, x1, x2 in frame.spans:
        for end, (x, chop) in zip(frame.chop_ends[y], frame.chops[y].items(), strict=False):
            if chop is None or x > x2 or end <= x1:
                continue
            yield x, y, chop if x1 <= x < x2 and end <= x2 else chop.crop(0, min(end, x2) - x)


def _cells(strip: Strip, colors: ColorSystem) -> list[Cell] | None:
    """The strip as cells; None if its width depends on the terminal."""
    cells: list[Cell] = []
    for text, style, control in strip:
        if control or (style is not None and style.link) or not _NARROW.fullmatch(text):
            return None
        known = PLAIN if style is None else _inked(style, colors)
        line = known if style is None or not _LINE.search(text) else _inked(style, colors, is_text=False)
        cells += [
            (" ", _blank(known)) if cell == " " else (cell, line if _LINE.match(cell) else known)
            for cell in text
        ]
    return cells


def _in_colors(strip: Strip, colors: ColorSystem) -> Strip:
    """The strip in the colours of the terminal."""
    segments = [
        Segment(text, None if style is None else shown(style, colors), control)
        for text, style, control in strip
    ]
    return Strip(segments, strip.cell_length)


@lru_cache(maxsize=8192)
def _inked(style: Style, colors: ColorSystem, *, is_text: bool = True) -> _Style:
    """A style as the terminal shows it."""
    return _known(Strip.render_ansi(shown(style, colors, is_text=is_text), colors))


@lru_cache(maxsize=4096)
def _known(codes: str) -> _Style:
    """The style with these SGR codes; the same object for the same codes."""
    ink = paper = ""
    attributes = set()
    rest = codes.split(";") if codes else []
    while rest:
        code = rest.pop(0)
        # 38;5;n and 48;5;n are one of 256 colours, 38;2;r;g;b and 48;2;r;g;b any colour.
        if code in {"38", "48"}:
            size = 2 if rest[0] == "5" else 4
            code, rest = ";".join([code, *rest[:size]]), rest[size:]
        if (code[0] == "3" and len(code) > 1) or (code[0] == "9" and len(code) == 2):
            ink = code
        elif (code[0] == "4" and len(code) > 1) or code[:2] == "10":
            paper = code
        else:
            attributes.add(code)
    return _Style(codes, ink, paper, frozenset(attributes))


@lru_cache(maxsize=4096)
def _blank(style: _Style) -> _Style:
    """The part of a style that a blank shows."""
    return style if style.shows_on_blanks else _known(style.paper)


def _changed(row: dict[int, Cell], x: int, cells: Iterable[Cell]) -> list[tuple[int, int]]:
    """Runs of columns whose cells differ, as first and end (excluded); runs close to each other are one."""
    runs: list[tuple[int, int]] = []
    for column, cell in enumerate(cells, x):
        if row.get(column) == cell:
            continue
        if runs and column - runs[-1][1] <= _GAP:
            runs[-1] = (runs[-1][0], column + 1)
        else:
            runs.append((column, column + 1))
    return runs
