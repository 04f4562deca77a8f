"""What a verb gets to work with, and how it speaks: harmless for a terminal, exact for a program."""

import os
import shutil
import sys
from argparse import Namespace
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, Final, TypeVar

from chat_tui.commands import streams
from chat_tui.commands.streams import Unprintable
from chat_tui.locale import ExpectedFailure, _
from chat_tui.model.ids import ChatRef
from chat_tui.model.problem import Problem
from chat_tui.paths import Paths, locate
from chat_tui.safetext import safe
from chat_tui.settings import Flags, Settings
from chat_tui.words.json import json_text
from chat_tui.words.problems import problem_words

if TYPE_CHECKING:
    from chat_tui.inbox.service import Inbox


@dataclass(slots=True)
class Context:
    """One run of the program. What is filled in is said by the table of verbs in `cli`."""

    asked: Namespace
    """The command line."""
    begun: float = 0.0
    """When the program began, by the monotonic clock, in seconds: a verb has only so long."""
    profile: str = "default"
    """Whose files are meant; `chosen_profiles` may find that it is another one."""
    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    """The environment at the start: keys are taken out of that of the process once they are read."""
    settings: Settings = field(default_factory=Settings)
    opened: "Inbox | None" = None

    @property
    def inbox(self) -> "Inbox":
        """The shop that is meant, for verbs that need one; it is started and ended around them."""
        # Which verb has one is decided in one place, so nobody has to ask whether it is there.
        assert self.opened is not None, "the table says which verbs have one"
        return self.opened

    @property
    def chat(self) -> ChatRef:
        """The chat that was named."""
        return self.inbox.chat(self.asked.chat)

    @property
    def paths(self) -> Paths:
        """Where the files of the profile are that was asked for."""
        return locate(self.profile)

    @property
    def flags(self) -> Flags:
        """The command line, as far as it goes before the settings."""
        return Flags(language=self.asked.lang, profile=self.profile, read_only=self.asked.read_only)

    @property
    def zone(self) -> tzinfo:
        """That of all times that are printed."""
        from chat_tui.zone import local_zone  # noqa: PLC0415 - not every verb prints times

        return local_zone(os.environ)


# -- what verbs print ------------------------------------------------------------------------------------
# A verb whose purpose is to print fails when it cannot (`say`), one that does something does not (`report`),
# and a complaint that nobody takes is lost (`complain`).


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
