"""Which theme and colours fit what the operator and the terminal ask for; Textual is not imported."""

import re
from collections.abc import Mapping
from typing import Final

PLAIN_THEME: Final = "ansi-dark"
"""Leaves every colour to the terminal. With it, and only with it, `NO_COLOR` means no colour at all."""

_OURS: Final = {"dark": "textual-dark", "ansi": PLAIN_THEME}
"""What Textual calls the themes that we give shorter names."""
_MONOCHROME: Final = re.compile(r"vt\d\d\d|.+-(m|mono)$")


def is_monochrome(term: str) -> bool:
    """Whether this name of a terminal says that it has no colours."""
    return _MONOCHROME.match(term) is not None


def is_colourless(environ: Mapping[str, str]) -> bool:
    """Whether the operator or the terminal wants no colours."""
    return bool(environ.get("NO_COLOR"))


def theme_for(wanted: str, environ: Mapping[str, str]) -> str:
    """What Textual calls the theme to use: the one wanted, unless colours are not."""
    return PLAIN_THEME if is_colourless(environ) else _OURS.get(wanted, wanted)
