"""Words in the operator's language.

English is written in the code; every other language is a folder of gettext
catalogues, one per room (`ru/screens.po`, `ru/cli.po`, …), compiled when the
package is built.
"""

import gettext
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "ru")
_LETTERS = {"en": "a", "ru": "я"}

_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


class ExpectedFailure(Exception):  # noqa: N818 - no fault of the program
    """Something that was to be expected went wrong; the text is one sentence for the operator."""

    def __init__(self, words: str, **values: object) -> None:
        """`values` stand in for the braces of `words`; without any these stay as they are."""
        super().__init__(words.format(**values) if values else words)


def choose(asked: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The language to speak: what was asked for, else what the locale says, else English."""
    named = [asked] if asked else [environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((name for name in named if name), "")
    return "ru" if first.lower().startswith("ru") else "en"


def spelled(language: str, stream: object) -> str:
    """The language, or English where this stream would show question marks for its every letter."""
    try:
        _LETTERS[language].encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return "en"
    return language


def use(language: str) -> None:
    """Speak `language` from now on; a missing catalogue leaves the English words."""
    global _current, _language
    _current, _language = _words(_folder(language)), language


def _folder(language: str) -> Path:
    return Path(__file__).parent / language


@cache
def _words(folder: Path) -> gettext.NullTranslations:
    words = gettext.NullTranslations()
    for path in sorted(folder.glob("*.mo")):
        with path.open("rb") as catalogue:
            loaded = gettext.GNUTranslations(catalogue)
        loaded.add_fallback(words)
        words = loaded
    return words


def language() -> str:
    """The language spoken now."""
    return _language


def _(message: str) -> str:
    """The message in the current language."""
    return _current.gettext(message)


@cache
def in_all(message: str) -> tuple[str, ...]:
    """The message in every language: people look for a command in the words they think in."""
    return tuple(_all()[name].gettext(message) for name in LANGUAGES)


@cache
def _all() -> dict[str, gettext.NullTranslations]:
    return {name: _words(_folder(name)) for name in LANGUAGES}


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form that fits the number `n`: 1 чат, 2 чата, 5 чатов."""
    return _current.ngettext(singular, plural, n)


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool looks for
    """Mark a message that is translated later, where it is shown."""
    return message
