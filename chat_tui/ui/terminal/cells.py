"""What the terminal shows, cell by cell, so that a frame writes only what changes.

Over SSH every byte counts: a letter typed into a text area costs two kilobytes if its lines are drawn anew.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.strip import Strip

# One cell wide in every terminal, joining with nothing. Other text is always written with its whole piece.
_NARROW: Final = re.compile(
    "[ -~\u00a0-\u00ac\u00ae-\u02ff\u0391-\u03a1\u03a3-\u03c9\u0400-\u0482\u048a-\u052f"
    "\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u21ff\u2500-\u25fc\u2713\u2717]*"
)
_GAP: Final = 4
"""Unchanged cells that are cheaper to write again than to step over."""
_RESET: Final = "\x1b[0m"

Cell = tuple[str, str]
"""A character and the codes of its style."""


class Cells:
    """The terminal as far as it was written by us; the rest is unknown and will be written."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[int, Cell]] = {}

    def forget(self) -> None:
        """The terminal may show anything now."""
        self._rows.clear()

    def update(self, frame: LayoutUpdate | ChopsUpdate, console: Console) -> str:
        """The bytes that turn what is shown into this frame; afterwards the style is reset."""
        colors = console._color_system or ColorSystem.TRUECOLOR
        pen = _Pen()
        for x, y, strip in pieces(frame):
            row = self._rows.setdefault(y, {})
            cells = _cells(strip, colors)
            if cells is None:
                pen.write(x, y, strip.render(console))
                for column in range(x, x + strip.cell_length):
                    row.pop(column, None)
            else:
                for start, end in _changed(row, x, cells):
                    pen.draw(start, y, cells[start - x : end - x])
                row.update(enumerate(cells, x))
        return pen.finish()


class _Pen:
    """Collects output; knows the style that the terminal would write in now."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._style = ""

    def draw(self, x: int, y: int, cells: list[Cell]) -> None:
        self._out.append(Control.move_to(x, y).segment.text)
        for character, style in cells:
            if style != self._style:
                since_reset = "0;" if self._style else ""
                self._out.append(f"\x1b[{since_reset}{style}m" if style else _RESET)
                self._style = style
            self._out.append(character)

    def write(self, x: int, y: int, rendered: str) -> None:
        """Text that sets and resets its own styles."""
        self._reset()
        self._out += [Control.move_to(x, y).segment.text, rendered]

    def finish(self) -> str:
        self._reset()
        return "".join(self._out)

    def _reset(self) -> None:
        if self._style:
            self._out.append(_RESET)
            self._style = ""


def pieces(frame: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """Column, row and content of everything in the frame, as its own `render_segments` would write it."""
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
    """The strip as cells, or None when its width is a matter of opinion."""
    cells: list[Cell] = []
    for text, style, control in strip:
        if control or (style is not None and style.link) or not _NARROW.fullmatch(text):
            return None
        codes = "" if style is None else _codes(style, colors)
        cells += [(character, codes) for character in text]
    return cells


def _codes(style: Style, colors: ColorSystem) -> str:
    return Strip.render_ansi(style, colors) if style._ansi is None else style._ansi


def _changed(row: dict[int, Cell], x: int, cells: Iterable[Cell]) -> list[tuple[int, int]]:
    """Runs of columns, end excluded, whose cells differ; runs close to each other are one."""
    runs: list[tuple[int, int]] = []
    for column, cell in enumerate(cells, x):
        if row.get(column) == cell:
            continue
        if runs and column - runs[-1][1] <= _GAP:
            runs[-1] = (runs[-1][0], column + 1)
        else:
            runs.append((column, column + 1))
    return runs
