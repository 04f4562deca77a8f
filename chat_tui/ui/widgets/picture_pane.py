"""A picture in cells: half blocks in colour, or signs of growing weight where colours are few."""

from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.pictures.preview import Picture

UPPER: Final = "▀"
"""U+2580: the upper pixel in the colour of the letter, the lower one in that of the ground."""
WEIGHTS: Final = " .:-=+*#%@"
"""From dark to bright on a dark screen."""


class PicturePane(Widget):
    """Shows pixels as they are; never asks the terminal for anything."""

    DEFAULT_CSS = """
    PicturePane { width: auto; height: auto; }
    """

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self._picture = picture

    @property
    def is_plain(self) -> bool:
        """Whether the terminal has too few colours for pixels."""
        return self.app.no_color or self.app.console.color_system in {None, "standard", "windows"}

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """One cell for each column of pixels."""
        return self._picture.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """One cell for two rows of pixels."""
        return (self._picture.height + 1) // 2

    def render_line(self, y: int) -> Strip:
        """A line of cells."""
        if 2 * y >= self._picture.height:
            return Strip.blank(self.size.width, self.rich_style)
        line = self._weights(y) if self.is_plain else self._blocks(y)
        return Strip(line).adjust_cell_length(self.size.width, self.rich_style).simplify()

    def _blocks(self, y: int) -> list[Segment]:
        styles: dict[tuple[tuple[int, int, int], tuple[int, int, int] | None], Style] = {}
        line = []
        for x in range(self._picture.width):
            pair = self._pair(x, y)
            # Neighbouring pixels are often alike, and a style costs more than a cell.
            if pair not in styles:
                upper, lower = (f"rgb{color}".replace(" ", "") if color else None for color in pair)
                styles[pair] = Style(color=upper, bgcolor=lower)
            line.append(Segment(UPPER, styles[pair]))
        return line

    def _weights(self, y: int) -> list[Segment]:
        weights = WEIGHTS if self.app.current_theme.dark else WEIGHTS[::-1]
        signs = []
        for x in range(self._picture.width):
            upper, lower = self._pair(x, y)
            light = (_light(upper) + _light(lower or upper)) / 2
            signs.append(weights[min(len(weights) - 1, int(light * len(weights) / 256))])
        return [Segment("".join(signs), self.rich_style)]

    def _pair(self, x: int, y: int) -> tuple[tuple[int, int, int], tuple[int, int, int] | None]:
        below = 2 * y + 1 < self._picture.height
        return self._picture.at(x, 2 * y), self._picture.at(x, 2 * y + 1) if below else None


def _light(color: tuple[int, int, int]) -> float:
    red, green, blue = color
    return 0.299 * red + 0.587 * green + 0.114 * blue
