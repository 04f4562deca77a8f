"""A widget that draws lines of roles itself: the common ground of all panes and one-line bars."""

from typing import ClassVar

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from chat_tui.ui.view.line import Line, Role, fit


class LinePane(Widget):
    """Gives every `Role` a style by a component class `role--…`, and draws changed lines only."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"role--{role}" for role in Role}
    ALLOW_SELECT = False
    DEFAULT_CSS = """
    LinePane {
        & > .role--text { color: $foreground; }
        & > .role--soft { color: $foreground 80%; }
        & > .role--muted { color: $text-muted; }
        & > .role--strong { color: $foreground; text-style: bold; }
        & > .role--accent { color: $text-accent; }
        & > .role--good { color: $text-success; }
        & > .role--warn { color: $text-warning; }
        & > .role--bad { color: $text-error; text-style: bold; }
        & > .role--ours { color: $text-success; }
        & > .role--buyer { color: $text-primary; text-style: bold; }
        & > .role--third { color: $text-secondary; }
        & > .role--rule { color: $text-disabled; }
        & > .role--active { color: $text-accent; text-style: bold; }
        &:ansi {
            & > .role--soft { color: $foreground; }
            & > .role--muted, & > .role--rule { text-style: dim; }
        }
    }
    """

    def strip(self, line: Line, width: int) -> Strip:
        """The line in the styles of its roles, filled with blanks to exactly `width` cells."""
        look = self.get_component_rich_style
        segments = [Segment(span.text, look(f"role--{span.role}")) for span in fit(line, width)]
        return Strip(segments).adjust_cell_length(width, self.rich_style).simplify()

    def blank(self, width: int) -> Strip:
        """An empty line."""
        return Strip.blank(width, self.rich_style)

    def forget(self) -> None:
        """Drop what was drawn; a pane that keeps strips forgets them here."""

    def notify_style_update(self) -> None:
        """Theme, focus or class changed: strips hold old colours."""
        super().notify_style_update()
        self.forget()

    def refresh_line(self, y: int) -> None:
        """Draw one line again."""
        self.refresh(Region(0, y, self.content_size.width, 1))
