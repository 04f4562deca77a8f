"""What must hold before Textual is imported; this file does not import it."""

import re
from collections.abc import Mapping, MutableMapping
from enum import Enum, auto
from typing import Final, TextIO

_QUIET: Final = {
    # Every byte travels over SSH: no animation, and no window size told in bytes of the input.
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
}

_OURS: Final = re.compile(
    r"TEXTUAL($|_)|(COLUMNS|LINES|ESCDELAY|UNICODE_VERSION|JUPYTER_COLUMNS|JUPYTER_LINES)$"
)
"""What Textual and Rich read: tools for developers, which write the screen into files and sockets, press keys
or load a class; sizes, which the terminal knows better; numbers, at some of which the import fails."""

_KEPT: Final = {
    "TEXTUAL_ANIMATIONS": re.compile(r"none|basic|full"),
    "TEXTUAL_COLOR_SYSTEM": re.compile(r"auto|standard|256|truecolor"),
    "TEXTUAL_DISABLE_KITTY_KEY": re.compile(r"[01]"),
    "ESCDELAY": re.compile(r"[1-9]\d{0,3}"),
}
"""The operator's choices, where they are such that Textual can follow them."""

_MONOCHROME: Final = re.compile(r"vt\d\d\d|.+-(m|mono)$")

# Their descriptions are often missing on the server one logs in to; Textual needs none.
_FAMILIAR: Final = re.compile(
    r"(xterm|screen|tmux|linux|rxvt|vt[1-5]\d\d|alacritty|foot|wezterm|kitty|ghostty|konsole|st|putty|contour"
    r"|gnome|mlterm|iterm2?|cygwin|ansi|eterm|hurd|fbterm|nsterm|mosh|vte|teraterm|mintty)(\b|[-+.])"
)


class Unfit(Enum):
    """Why nothing can be drawn."""

    INPUT = auto()
    """It is no terminal."""
    OUTPUT = auto()
    """The same."""
    TERM_POOR = auto()
    """TERM names no terminal, or one that cannot draw."""
    TERM_UNKNOWN = auto()


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set what Textual reads at its import; the operator's choices are kept where they can be followed."""
    for name in [name for name in environ if _OURS.match(name)]:
        if name not in _KEPT or not _KEPT[name].fullmatch(environ[name]):
            del environ[name]
    for name, value in _QUIET.items():
        environ.setdefault(name, value)
    if is_monochrome(environ.get("TERM", "")):
        environ.setdefault("NO_COLOR", "1")


def refusal(
    environ: Mapping[str, str], stdin: TextIO | None, stdout: TextIO | None, stderr: TextIO | None
) -> Unfit | None:
    """Why the interface cannot start here, or None. Textual draws on stderr.

    Whoever redirects stdout expects words there, and an editor would draw on it.
    """
    if not _is_terminal(stdin):
        return Unfit.INPUT
    if not (_is_terminal(stdout) and _is_terminal(stderr)):
        return Unfit.OUTPUT
    return refused_term(environ.get("TERM", ""))


def refused_term(term: str) -> Unfit | None:
    """Why a terminal of this name cannot show the interface, or None."""
    if term in {"", "dumb", "unknown"}:
        return Unfit.TERM_POOR
    if not _FAMILIAR.match(term.lower()) and not _is_described(term):
        return Unfit.TERM_UNKNOWN
    return None


def is_monochrome(term: str) -> bool:
    """Whether this name of a terminal says that it has no colours."""
    return _MONOCHROME.match(term) is not None


def is_colourless(environ: Mapping[str, str]) -> bool:
    """Whether the operator or the terminal wants no colours."""
    return bool(environ.get("NO_COLOR"))


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


def _is_described(term: str) -> bool:
    import curses  # noqa: PLC0415 - only for names that nobody knows

    try:
        curses.setupterm(term, 2)
    except curses.error:
        return False
    return True
