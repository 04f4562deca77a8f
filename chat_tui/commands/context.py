"""What a verb works with, and how it prints: text that is safe for a terminal, data that is exact."""

import os
import shutil
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Any, TypeVar

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
    """One run of the program. The table of verbs in `cli` decides which fields a verb finds set."""

    asked: Namespace
    """The parsed command line."""
    begun: float = 0.0
    """When the program started, in seconds of the monotonic clock; a verb has a limited time from then on."""
    profile: str = "default"
    """The profile whose files are used; `chosen_profiles` may change it."""
    environ: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    """The environment at the start, with the keys that are later removed from that of the process."""
    settings: Settings = field(default_factory=Settings)
    opened: "Inbox | None" = None
    """None for verbs that work without an inbox."""
    stopped: str = ""
    """What an operator who stops the verb with Ctrl-C should know, in a sentence; empty = nothing special."""

    @property
    def inbox(self) -> "Inbox":
        """The inbox of the shop, for verbs that need one; `with_inbox` starts and closes it."""
        # `cli` decides which verb has one, so no verb has to check.
        assert self.opened is not None, "the table says which verbs have one"
        return self.opened

    @property
    def chat(self) -> ChatRef:
        """The chat named on the command line."""
        return self.inbox.chat(self.asked.chat)

    def loads(self) -> None:
        """From now on the verb loads something from the Market, which stays when it is stopped."""
        self.stopped = _("Stopped. What has been loaded is kept, and the same command continues from there.")

    @property
    def paths(self) -> Paths:
        """The places of the profile's files."""
        return locate(self.profile)

    @property
    def flags(self) -> Flags:
        """The options of the command line that override the settings."""
        return Flags(language=self.asked.lang, profile=self.profile, read_only=self.asked.read_only)

    @property
    def zone(self) -> tzinfo:
        """The time zone of all printed times."""
        from chat_tui.zone import find_zone  # noqa: PLC0415 - not every verb prints times

        return find_zone(os.environ).zone


# -- what verbs print ------------------------------------------------------------------------------------
# A verb whose purpose is to print fails if it cannot (`say`). One that does something does not fail when the
# line about it cannot be printed (`report`). A complaint that cannot be printed is dropped (`complain`).


T = TypeVar("T")


class CannotStart(ExpectedFailure):
    """The program cannot start here; the text is one sentence with the fix. The exit code is 2."""


class Refused(ExpectedFailure):
    """The verb did not do everything it was asked to; the text is one sentence. The exit code is 1."""


def accepted(outcome: T | Problem) -> T:
    """The outcome of a call to the inbox. Raises Refused if it is a problem."""
    if isinstance(outcome, Problem):
        raise Refused(problem_words(outcome))
    return outcome


def say(text: str = "") -> None:
    """Print text for people, for a verb whose purpose is to print. Raises Unprintable."""
    streams.out(f"{safe(text)}\n")


def report(text: str) -> None:
    """Print a line about what was done. Never raises: what is done stays done without the line, too."""
    try:
        say(text)
        streams.flush()
    except Unprintable:
        complain(_("Done; only this line could not be printed: {text}").format(text=text))


def columns() -> int:
    """Cells in a line of the terminal that shows standard output; 0 if that is a file or a pipe."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def complain(text: str) -> None:
    """Print one line about what went wrong on standard error; dropped if it cannot be printed."""
    streams.err(f"chat-tui: {safe(text, lines=False)}\n")


def say_document(text: str) -> None:
    """Print a long text in UTF-8, also in other locales; safe for a terminal. Raises Unprintable."""
    # By default `safe` cuts long texts.
    streams.out_bytes(safe(text, limit=sys.maxsize).encode())


def say_json(value: Any) -> None:
    """Print a value as JSON in UTF-8, also in other locales; safe for a terminal. Raises Unprintable."""
    streams.out_bytes(json_text(value).encode())


def draw_works(inbox: "Inbox") -> Callable[[], None]:
    """Show on standard error how far the long works of an inbox are, if that is a terminal; call the result
    to stop. A coroutine of the verb's event loop calls both.
    """
    if not streams.may_draw():
        return lambda: None
    import asyncio  # noqa: PLC0415 - only on a terminal

    from chat_tui.inbox.events import Event, LinkChanged  # noqa: PLC0415
    from chat_tui.words.status import progress_words  # noqa: PLC0415

    loop = asyncio.get_running_loop()

    def draw() -> None:
        streams.draw([(progress_words(work), work.done, work.total) for work in inbox.link().works])

    def hear(event: Event) -> None:
        if isinstance(event, LinkChanged):
            # Events come on the engine's thread, which must not wait for a terminal.
            loop.call_soon_threadsafe(draw)

    leave = inbox.subscribe(hear)

    def stop() -> None:
        leave()
        streams.draw(())

    return stop
