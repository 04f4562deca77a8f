"""The second line of defence: no control character of any widget's text reaches the terminal."""

import re
from collections.abc import Sequence
from typing import Final

from rich.segment import Segment
from textual.app import App, ReturnType
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class ControlFilter(LineFilter):
    """Deletes controls and direction marks; they are no cells wide, so nothing moves."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments without controls; sequences of Textual's own have `control` set."""
        if not any(_CONTROL.search(segment.text) for segment in segments if segment.control is None):
            return segments
        return [
            segment if segment.control else Segment(_CONTROL.sub("", segment.text), segment.style)
            for segment in segments
        ]


class Filtered(App[ReturnType]):
    """Every line of every widget passes the filter."""

    _control_filter: Final = ControlFilter()
    _no_color: Final = NoColor()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Textual's own filters, then ours."""
        filters = [one for one in super().get_line_filters() if not isinstance(one, Monochrome)]
        if self.no_color:
            # Textual decides between grey and no colour before the theme is known; grey makes black on
            # black of a theme that leaves its colours to the terminal.
            filters.append(self._no_color)
        return [*filters, self._control_filter]
