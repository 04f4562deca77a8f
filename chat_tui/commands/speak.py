"""What verbs print: harmless for a terminal, exact for a program.

A verb whose purpose is to print fails when it cannot (`say`), one that does something does not (`report`),
and a complaint that nobody takes is lost (`complain`).
"""

import shutil
import sys
from typing import Any, Final, TypeVar

from chat_tui.commands import streams
from chat_tui.commands.streams import Unprintable
from chat_tui.locale import ExpectedFailure, _
from chat_tui.model.problem import Problem
from chat_tui.safetext import safe
from chat_tui.words.json import json_text
from chat_tui.words.problems import problem_words

T = TypeVar("T")

_FULL: Final = sys.maxsize
"""No limit: what is shown in one piece elsewhere is cut."""


class CannotStart(ExpectedFailure):
    """The program cannot do its work here; the text is one sentence with the fix."""


class Refused(ExpectedFailure):
    """What was asked for is not done, or not all of it; the text is one sentence. The exit code is 1."""


def accepted(outcome: T | Problem) -> T:
    """The outcome of something that was asked of the inbox. Raises Refused where that is a problem."""
    if isinstance(outcome, Problem):
        raise Refused(problem_words(outcome))
    return outcome


def say(text: str = "") -> None:
    """Print text for people, for a verb whose purpose is to print. Raises Unprintable."""
    streams.out(f"{safe(text)}\n")


def report(text: str) -> None:
    """Print a line about what was done: that it cannot be printed undoes nothing, so it never raises."""
    try:
        say(text)
        streams.flush()
    except Unprintable:
        complain(_("It is done, only this line could not be printed: {text}").format(text=text))


def columns() -> int:
    """Cells of a line of the terminal that shows what is printed; 0 when it goes to a file or a program."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def complain(text: str) -> None:
    """Print one line about what went wrong, where it does not mix with results; lost if nobody takes it."""
    streams.err(f"chat-tui: {safe(text, lines=False)}\n")


def say_document(text: str) -> None:
    """Print something long in UTF-8, whatever the locale; it cannot steer a terminal. Raises Unprintable."""
    streams.out_bytes(safe(text, limit=_FULL).encode())


def say_json(value: Any) -> None:
    """Print a value as JSON in UTF-8, whatever the locale; it cannot steer a terminal. Raises Unprintable."""
    streams.out_bytes(json_text(value).encode())
