"""A list to choose from in a dialog. The highlighted row has a mark, so that it does not depend on colour."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from chat_tui.words import glyphs
from chat_tui.words.line import Line, Role, Span, fit, wrap

Row = TypeVar("Row")

_BOLD = Style(bold=True)

GUTTER = 2
"""Cells before every line: the highlight and a space."""


class ChoiceList(ScrollView, Generic[Row], can_focus=False):
    """Rows of equal height. The focus stays in the dialog's text field; the dialog calls `move`, `move_to`.

    `draw` makes the lines of a row for a width in cells. `instead` stands in the place of the rows while
    there are none, and says what to do; "" = there always are some, or another widget says it. The highlight
    skips rows that are no choice. With `marks=False` no row is highlighted and `move` scrolls.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"choice--{role}" for role in Role}

    @dataclass
    class Highlighted(Message):
        """Another row is highlighted."""

        index: int | None
        """None = there are no rows."""

    @dataclass
    class Chosen(Message):
        """A row was clicked."""

        index: int

    def __init__(
        self,
        draw: Callable[[Row, int], Sequence[Line]],
        *,
        instead: str,
        row_height: int = 1,
        marks: bool = True,
        is_choice: Callable[[Row], bool] = lambda _row: True,
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self._draw = draw
        self._row_height = row_height
        self._marks = marks
        self._is_choice = is_choice
        self._instead = instead
        self._rows: Sequence[Row] = ()
        self._highlighted = 0

    @property
    def rows(self) -> Sequence[Row]:
        """The rows listed."""
        return self._rows

    @property
    def highlighted(self) -> int | None:
        """Index of the highlighted row; None if no row is."""
        return self._highlighted if self._rows and self._marks else None

    @property
    def current(self) -> Row | None:
        """The highlighted row; None if no row is."""
        return None if self.highlighted is None else self._rows[self.highlighted]

    def show(self, rows: Sequence[Row], *, highlight: int = 0, is_still: bool = False) -> None:
        """Replace the rows; with `is_still` the highlight keeps its line on the screen."""
        line = self._highlighted * self._row_height - self.scroll_offset.y
        self._rows = rows
        self.virtual_size = Size(self.size.width, len(rows) * self._row_height)
        self.refresh()
        if is_still:
            self.scroll_to(y=highlight * self._row_height - line, animate=False, immediate=True)
        elif not self._marks:
            self.scroll_to(y=0, animate=False, immediate=True)
        self.move_to(highlight)

    def say(self, instead: str) -> None:
        """Show this sentence (safe text) while there are no rows."""
        if instead != self._instead:
            self._instead = instead
            self.refresh()

    def move(self, step: int) -> None:
        """Move down by `step` rows, or up if negative, stopping at the ends."""
        if self._marks:
            self.move_to(self._highlighted + step)
        else:
            self.scroll_to(y=self.scroll_offset.y + step, animate=False, immediate=True)

    def move_page(self, direction: int) -> None:
        """Move one page down (1) or up (-1)."""
        self.move(direction * max(1, self.size.height // self._row_height - 1))

    def move_to(self, index: int) -> None:
        """Highlight the row at `index`, or the nearest one."""
        self._highlighted = self._choice_near(max(0, min(index, len(self._rows) - 1)))
        self._keep_in_view()
        self.refresh()
        self.post_message(self.Highlighted(self.highlighted))

    def _choice_near(self, index: int) -> int:
        """The first choice from `index` on in the direction of the move, else the last one before it."""
        below, above = range(index, len(self._rows)), range(min(index, len(self._rows) - 1), -1, -1)
        onward, back = (below, above) if index >= self._highlighted else (above, below)
        return next((at for at in (*onward, *back) if self._is_choice(self._rows[at])), index)

    def render_line(self, y: int) -> Strip:
        """One line of the screen."""
        index, line = divmod(y + self.scroll_offset.y, self._row_height)
        width = self.scrollable_content_region.width
        if index >= len(self._rows):
            return Strip.blank(width, self.rich_style) if self._rows else self._instead_at(y, width)
        is_marked = index == self.highlighted
        lines = self._draw(self._rows[index], max(1, width - GUTTER))
        spans = fit(lines[line], width - GUTTER) if line < len(lines) else ()
        mark = Span(f"{glyphs.HIGHLIGHT if is_marked else ' '} ", Role.ACCENT)
        return self._strip((mark, *spans), bold=is_marked).extend_cell_length(width, self.rich_style)

    def _instead_at(self, y: int, width: int) -> Strip:
        lines = wrap(self._instead, max(1, width - GUTTER))
        line = Span(" " * GUTTER), Span(lines[y] if y < len(lines) else "", Role.MUTED)
        return self._strip(line, bold=False).adjust_cell_length(width, self.rich_style)

    def on_resize(self, event: events.Resize) -> None:
        """Keep the highlight in view when the size changes."""
        self.virtual_size = Size(event.size.width, len(self._rows) * self._row_height)
        self._keep_in_view()

    def on_click(self, event: events.Click) -> None:
        """Choose the row under the mouse."""
        index = (event.y + self.scroll_offset.y) // self._row_height
        if 0 <= index < len(self._rows) and self._marks and self._is_choice(self._rows[index]):
            self.move_to(index)
            self.post_message(self.Chosen(index))

    def _strip(self, spans: Sequence[Span], *, bold: bool) -> Strip:
        segments = []
        for text, role in spans:
            style = self.get_component_rich_style(f"choice--{role}")
            segments.append(Segment(text, style + _BOLD if bold and role is not Role.MUTED else style))
        return Strip(segments)

    def _keep_in_view(self) -> None:
        if not self._marks or not self.size.height:
            return
        top, height = self._highlighted * self._row_height, self.size.height
        head = top
        # A heading belongs to the row below it.
        while head > 0 and not self._is_choice(self._rows[head // self._row_height - 1]):
            head -= self._row_height
        first = self.scroll_offset.y
        if head < first:
            first = head
        elif top + self._row_height > first + height:
            first = top + self._row_height - height
        self.scroll_to(y=first, animate=False, immediate=True)
