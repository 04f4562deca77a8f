"""Sentences in the operator's language.

English is written in the code. Every other language has one gettext catalogue, `ru/messages.po`, which is
compiled when the package is built.
"""

import gettext
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "ru")
_LETTERS = {"en": "a", "ru": "я"}
"""One letter of each language, to test an encoding with."""

_current: gettext.NullTranslations = gettext.NullTranslations()
_language = "en"


class ExpectedFailure(Exception):  # noqa: N818 - no fault of the program
    """A failure that is no fault of the program; its text is one sentence for the operator."""

    def __init__(self, words: str, **values: object) -> None:
        """`values` fill the braces of `words`; without any, braces stay as they are."""
        super().__init__(words.format(**values) if values else words)


def choose(asked: str | None, environment: Mapping[str, str] = os.environ) -> str:
    """The language to use: the one asked for, else that of the environment, else English."""
    named = [asked] if asked else [environment.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((name for name in named if name), "")
    return "ru" if first.lower().startswith("ru") else "en"


def spelled(language: str, stream: object) -> str:
    """The language, or English if the encoding of this stream has no letters for it."""
    try:
        _LETTERS[language].encode(getattr(stream, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return "en"
    return language


def use(language: str) -> None:
    """Use `language` from now on; sentences that it lacks stay English."""
    global _current, _language
    _current, _language = _words(language), language


@cache
def _words(language: str) -> gettext.NullTranslations:
    try:
        with (Path(__file__).parent / language / "messages.mo").open("rb") as catalogue:
            return gettext.GNUTranslations(catalogue)
    except FileNotFoundError:
        return gettext.NullTranslations()


def language() -> str:
    """The language in use."""
    return _language


def _(message: str) -> str:
    """The message in the current language."""
    return _current.gettext(message)


@cache
def in_all(message: str) -> tuple[str, ...]:
    """The message in every language: operators search for a command in either."""
    return tuple(_words(name).gettext(message) for name in LANGUAGES)


def ngettext(singular: str, plural: str, n: int) -> str:
    """The message in the current language, in the form for the number `n`: 1 чат, 2 чата, 5 чатов."""
    return _current.ngettext(singular, plural, n)


def N_(message: str) -> str:  # noqa: N802 - the name every gettext tool looks for
    """Mark a message for the catalogues; `_` translates it later, where it is shown."""
    return message
