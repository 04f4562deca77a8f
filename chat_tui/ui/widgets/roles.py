"""The colours of roles, worked out from the theme.

Textual's own way, a component class per role, costs a hundred style sheet look-ups at every change of focus.
"""

from collections.abc import Mapping
from typing import Final

from rich.style import Style
from textual.color import Color

from chat_tui.words.line import Role

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


def role_style(role: Role, ground: Style, paper: Color, variables: Mapping[str, str], *, ansi: bool) -> Style:
    """The style of a role on a widget.

    `ground` is the style of its bare text and `paper` its background; `variables` are the theme's, and
    `ansi` tells that the theme leaves the colours to the terminal.
    """
    variable, attributes = _LOOKS[role]
    color = _color(variables[variable], paper)
    if role is Role.SOFT and not ansi:
        color = color.multiply_alpha(_SOFT)
    if role in _FAINT and ansi:
        attributes = _DIM
    return ground + attributes + Style.from_color((paper + color).rich_color)


def _color(words: str, paper: Color) -> Color:
    """A theme's colour: a name or number, or `auto` for what can be read on the paper; then a percentage."""
    name, _blank, percentage = words.partition(" ")
    alpha = float(percentage.removesuffix("%")) / 100 if percentage else 1.0
    return paper.get_contrast_text(alpha) if name == "auto" else Color.parse(name).multiply_alpha(alpha)
