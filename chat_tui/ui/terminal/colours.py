"""Which theme and colours fit what the operator and the terminal ask for; Textual is not imported."""

import re
from collections.abc import Mapping
from typing import Final

PLAIN_THEME: Final = "ansi-dark"
"""Leaves every colour to the terminal. With it, and only with it, `NO_COLOR` means no colour at all."""

_MONOCHROME: Final = re.compile(r"vt\d\d\d|.+-(m|mono)$")


def is_monochrome(term: str) -> bool:
    """Whether this name of a terminal says that it has no colours."""
    return _MONOCHROME.match(term) is not None


def theme_for(wanted: str, environ: Mapping[str, str]) -> str:
    """The theme to use: the one wanted, unless colours are not."""
    return PLAIN_THEME if environ.get("NO_COLOR") else wanted
