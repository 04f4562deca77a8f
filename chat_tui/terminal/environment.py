"""Checks and variables that come before the import of Textual; this file does not import it."""

import re
from collections.abc import Mapping, MutableMapping
from enum import Enum, StrEnum, auto
from typing import Final, TextIO

_QUIET: Final = {
    # Every byte travels over SSH: no animation, and no window sizes reported in the input.
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
}

_OURS: Final = re.compile(
    r"TEXTUAL($|_)|(COLUMNS|LINES|ESCDELAY|UNICODE_VERSION|JUPYTER_COLUMNS|JUPYTER_LINES)$"
)
"""Variables that Textual and Rich read: developer tools, which write the screen into files and sockets, press
keys or load a class; sizes, which the terminal knows better; numbers, some of which make the import fail."""

_KEPT: Final = {
    "TEXTUAL_ANIMATIONS": re.compile(r"none|basic|full"),
    "TEXTUAL_COLOR_SYSTEM": re.compile(r"auto|standard|256|truecolor"),
    "TEXTUAL_DISABLE_KITTY_KEY": re.compile(r"[01]"),
    "ESCDELAY": re.compile(r"[1-9]\d{0,3}"),
}
"""The operator's choices that stay, each with the values that Textual accepts."""

_TRUE: Final = re.compile(r"(xterm-)?(kitty|ghostty|alacritty|foot|wezterm|contour)\b|.+-direct\d*$")
"""Names of terminals with all colours, for connections over which COLORTERM does not pass."""
_MONOCHROME: Final = re.compile(r"vt\d\d\d|.+-(m|mono)$")
"""Names of terminals without colours."""

# Servers often lack the terminfo entries of these terminals; Textual needs none.
_FAMILIAR: Final = re.compile(
    r"(xterm|screen|tmux|linux|rxvt|vt[1-5]\d\d|alacritty|foot|wezterm|kitty|ghostty|konsole|st|putty|contour"
    r"|gnome|mlterm|iterm2?|cygwin|ansi|eterm|hurd|fbterm|nsterm|mosh|vte|teraterm|mintty)(\b|[-+.])"
)


class Unfit(Enum):
    """Why nothing can be drawn."""

    INPUT = auto()
    """Standard input is not a terminal."""
    OUTPUT = auto()
    """Standard output or standard error is not a terminal."""
    TERM_POOR = auto()
    """TERM names no terminal, or one that cannot draw."""
    TERM_UNKNOWN = auto()
    """TERM names a terminal that neither we nor terminfo know."""


class Colours(StrEnum):
    """How many colours a terminal has, in the words of TEXTUAL_COLOR_SYSTEM."""

    SIXTEEN = "standard"
    MANY = "256"
    ALL = "truecolor"


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set the variables that Textual reads at its import; the operator's valid choices stay."""
    for name in [name for name in environ if _OURS.match(name)]:
        if name not in _KEPT or not _KEPT[name].fullmatch(environ[name]):
            del environ[name]
    for name, value in _QUIET.items():
        environ.setdefault(name, value)
    if _MONOCHROME.match(environ.get("TERM", "")):
        environ.setdefault("NO_COLOR", "1")
    if environ.get("TEXTUAL_COLOR_SYSTEM", "auto") == "auto":
        environ["TEXTUAL_COLOR_SYSTEM"] = colours_of(environ)


def colours_of(environ: Mapping[str, str]) -> Colours:
    """How many colours the terminal has, by its own word (COLORTERM) or by its name (TERM)."""
    term = environ.get("TERM", "").lower()
    if environ.get("COLORTERM", "").strip().lower() in {"truecolor", "24bit"} or _TRUE.match(term):
        return Colours.ALL
    return Colours.MANY if "256color" in term else Colours.SIXTEEN


def refusal(
    environ: Mapping[str, str], stdin: TextIO | None, stdout: TextIO | None, stderr: TextIO | None
) -> Unfit | None:
    """Why the interface cannot start here; None = it can.

    Textual draws on stderr. Stdout must be a terminal as well: an editor draws on it, and an operator who
    redirects it expects text.
    """
    if not _is_terminal(stdin):
        return Unfit.INPUT
    if not (_is_terminal(stdout) and _is_terminal(stderr)):
        return Unfit.OUTPUT
    return refused_term(environ.get("TERM", ""))


def refused_term(term: str) -> Unfit | None:
    """Why a terminal of this name cannot show the interface; None = it can."""
    if term in {"", "dumb", "unknown"}:
        return Unfit.TERM_POOR
    if not _FAMILIAR.match(term.lower()) and not _is_described(term):
        return Unfit.TERM_UNKNOWN
    return None


def is_colourless(environ: Mapping[str, str]) -> bool:
    """Whether the operator wants no colours, or `prepare` found a monochrome terminal."""
    return bool(environ.get("NO_COLOR"))


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _is_described(term: str) -> bool:
    import curses  # noqa: PLC0415 - only needed for unfamiliar names

    try:
        curses.setupterm(term, 2)
    except curses.error:
        return False
    return True
