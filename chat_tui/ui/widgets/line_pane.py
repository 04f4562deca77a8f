"""A widget that draws lines of roles itself: the common ground of all panes and one-line bars."""

from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget

from chat_tui.ui.widgets.roles import role_style
from chat_tui.words.line import Line, Role, fit

_NO_PAPER: Final = Color(0, 0, 0, 0)


class LinePane(Widget):
    """Gives every `Role` its style, and draws changed lines only."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without colours: they are known once the pane has its place."""
        super().__init__(id=id)
        self._styles_of_roles: dict[Role, Style] = {}
        self._look: tuple[VisualStyle, str, bool] | None = None

    def strip(self, line: Line, width: int) -> Strip:
        """The line in the styles of its roles, filled with blanks to exactly `width` cells."""
        segments = [Segment(span.text, self._style_of(span.role)) for span in fit(line, width)]
        return Strip(segments).adjust_cell_length(width, self.rich_style).simplify()

    def blank(self, width: int) -> Strip:
        """An empty line."""
        return Strip.blank(width, self.rich_style)

    def forget(self) -> None:
        """Drop what was drawn; a pane that keeps strips forgets them here."""

    def notify_style_update(self) -> None:
        """Theme, focus or class changed: strips may hold old colours."""
        super().notify_style_update()
        app = self.app
        look = (self.visual_style, app.theme, app.native_ansi_color)
        if look != self._look:
            self._look = look
            self._styles_of_roles.clear()
            self.forget()

    def refresh_line(self, y: int) -> None:
        """Draw one line again."""
        self.refresh(Region(0, y, self.content_size.width, 1))

    def _style_of(self, role: Role) -> Style:
        style = self._styles_of_roles.get(role)
        if style is None:
            app, paper = self.app, self.visual_style.background or _NO_PAPER
            ansi = app.native_ansi_color
            style = role_style(role, self.rich_style, paper, app.theme_variables, ansi=ansi)
            self._styles_of_roles[role] = style
        return style


class FramedPane(LinePane):
    """A pane in a frame that stands out while the pane has the keys."""

    DEFAULT_CSS = """
    FramedPane {
        width: 1fr;
        height: 1fr;
        border: round $foreground 30%;
        border-title-color: $text-muted;
        border-title-style: none;
        &:ansi { border: round ansi_bright_black; }
        &:focus {
            border: round $border;
            border-title-color: $foreground;
            border-title-style: bold;
        }
    }
    """
