"""Widgets that draw lines of roles themselves: the base of all panes and one-line bars.

The style of each role comes from the theme. Textual's own way, a component class per role, would cost a
hundred style sheet look-ups at every change of focus.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget

from chat_tui.words.line import Line, Role, Span, fit, wrap

_BOLD: Final = Style(bold=True)
_DIM: Final = Style(dim=True)
_MARKED: Final = Style(bold=True, underline=True)
_PLAIN: Final = Style()

_LOOKS: Final[Mapping[Role, tuple[str, Style]]] = {
    Role.TEXT: ("foreground", _PLAIN),
    Role.SOFT: ("foreground", _PLAIN),
    Role.MUTED: ("text-muted", _PLAIN),
    Role.STRONG: ("foreground", _BOLD),
    Role.ACCENT: ("text-accent", _PLAIN),
    Role.GOOD: ("text-success", _PLAIN),
    Role.WARN: ("text-warning", _PLAIN),
    Role.BAD: ("text-error", _BOLD),
    Role.OURS: ("text-success", _PLAIN),
    Role.BUYER: ("text-primary", _BOLD),
    Role.THIRD: ("text-secondary", _PLAIN),
    Role.RULE: ("text-disabled", _PLAIN),
    Role.ACTIVE: ("text-accent", _BOLD),
    Role.FOUND: ("text-accent", _MARKED),
}
_SOFT: Final = 0.8
_FAINT: Final = frozenset({Role.MUTED, Role.RULE})
_NO_PAPER: Final = Color(0, 0, 0, 0)


class LinePane(Widget):
    """A widget that draws lines, giving every `Role` its style."""

    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        """Begin without styles: they depend on where the pane is mounted."""
        super().__init__(id=id)
        self._styles_of_roles: dict[Role, Style] = {}
        self._look: tuple[VisualStyle, str, bool] | None = None

    def strip(self, line: Line, width: int) -> Strip:
        """The line in the styles of its roles, filled with blanks to exactly `width` cells."""
        segments = [Segment(span.text, self._style_of(span.role)) for span in fit(line, width)]
        return Strip(segments).adjust_cell_length(width, self.rich_style).simplify()

    def forget(self) -> None:
        """Colours changed: a pane that keeps strips drops them here."""

    def notify_style_update(self) -> None:
        """Theme, focus or class changed: drop styles and strips if their colours changed with it."""
        super().notify_style_update()
        app = self.app
        look = (self.visual_style, app.theme, app.native_ansi_color)
        if look != self._look:
            # Textual calls this for every class and focus; most of them change no colour.
            self._look = look
            self._styles_of_roles.clear()
            self.forget()

    def _style_of(self, role: Role) -> Style:
        if role not in self._styles_of_roles:
            app, paper = self.app, self.visual_style.background or _NO_PAPER
            ground = self.rich_style, paper, app.theme_variables
            self._styles_of_roles[role] = role_style(role, *ground, ansi=app.native_ansi_color)
        return self._styles_of_roles[role]


class FramedPane(LinePane):
    """A pane with a frame, double while the pane has the focus; the mouse wheel scrolls it.

    All rows are painted at once and kept, so that a key redraws only the rows it changes.
    """

    DEFAULT_CSS = """
    FramedPane {
        width: 1fr;
        height: 1fr;
        border: round $foreground 30%;
        border-title-color: $text-muted;
        border-title-style: none;
        &:ansi { border: round ansi_bright_black; }
        &:focus {
            border: double $border;
            border-title-color: $foreground;
            border-title-style: bold;
        }
    }
    """

    _painted: Sequence[Strip] = ()
    _painted_size = Size(0, 0)

    def paint(self, size: Size) -> Sequence[Strip]:
        """All rows of a pane of this size; a row that has not changed should be the same object as before."""
        raise NotImplementedError

    def turn_wheel(self, step: int) -> None:
        """Scroll by a notch of the mouse wheel: 1 = down, -1 = up."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Paint all rows and redraw those that changed, or everything if those are more than half."""
        old = self._painted
        self._paint()
        pairs = enumerate(zip(old, self._painted, strict=False))
        changed = [y for y, (was, now) in pairs if was is not now and was != now]
        # Textual composes each region separately, so many cost more than a single one around them all.
        if len(old) != len(self._painted) or 2 * len(changed) > len(old):
            self.refresh()
        elif changed:
            self.refresh(*(Region(0, y, self._painted_size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        """A row as painted."""
        # While the window is being resized a row may be drawn before the pane learns its new size.
        if not self._painted or self._painted_size != self.content_size:
            self._paint()
        return self._painted[y] if y < len(self._painted) else self.strip((), self.content_size.width)

    def forget(self) -> None:
        """Colours changed: paint all rows again when they are next drawn."""
        self._painted = ()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll down."""
        event.stop()
        self.turn_wheel(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll up."""
        event.stop()
        self.turn_wheel(-1)

    def _paint(self) -> None:
        self._painted_size = self.content_size
        self._painted = self.paint(self._painted_size)


def lonely_lines(words: str, width: int, height: int) -> list[Line]:
    """The lines of a pane that shows a sentence only, a third of the way down; exactly `height` lines."""
    lines: list[Line] = [(Span(line, Role.MUTED),) for line in wrap(words, width)] if words else []
    begin = max(0, (height - len(lines)) // 3)
    return [*[()] * begin, *lines, *[()] * (height - begin - len(lines))][: max(0, height)]


def role_style(role: Role, ground: Style, paper: Color, variables: Mapping[str, str], *, ansi: bool) -> Style:
    """The style of a role on a widget.

    `ground` is the style of the widget's bare text and `paper` its background; `variables` are the theme's.
    With `ansi` the theme leaves the colours to the terminal.
    """
    variable, attributes = _LOOKS[role]
    color = _color(variables[variable], paper)
    if role is Role.SOFT and not ansi:
        color = color.multiply_alpha(_SOFT)
    if role in _FAINT and ansi:
        attributes = _DIM
    return ground + attributes + Style.from_color((paper + color).rich_color)


def _color(words: str, paper: Color) -> Color:
    """A theme's colour: a name, a number or, to contrast with `paper`, `auto`; then perhaps a percentage."""
    name, _blank, percentage = words.partition(" ")
    alpha = float(percentage.removesuffix("%")) / 100 if percentage else 1.0
    return paper.get_contrast_text(alpha) if name == "auto" else Color.parse(name).multiply_alpha(alpha)
