"""A conversation as it is handed on: all that is known of it, and how long each answer took."""

from collections.abc import Iterator
from dataclasses import dataclass

from chat_tui.model.ids import Millis
from chat_tui.model.message import Sender
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem
from chat_tui.model.stats import Turn
from chat_tui.model.timeline import Entry


@dataclass(frozen=True, slots=True)
class Record:
    """One chat as it was known at a moment."""

    item: QueueItem
    entries: tuple[Entry, ...]
    """All of them: messages oldest first, then what is on its way."""
    is_complete: bool
    """Whether it reaches back to the first message."""
    is_asked: bool
    """Whether the Market was asked for the newest messages; False = what came lately may be missing."""
    made_at: Millis


@dataclass(frozen=True, slots=True)
class Missing:
    """A file of a chat that could not be kept with its record."""

    name: str | None
    size: int | None
    url: str | None
    at: Millis
    """When it was sent."""
    problem: Problem | None
    """Why; None = nobody tried to fetch it."""


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of a record in its time."""

    entry: Entry
    at: Millis
    sender: str
    waited: Millis | None
    """How long the buyer had waited when this answered; None when it answered nobody, or no one can tell."""


def steps(record: Record) -> Iterator[Step]:
    """Who did what when. What is not at the Market yet answers nobody."""
    turn = Turn()
    for entry in record.entries:
        if entry.message is not None:
            message = entry.message
            waited = turn.hear(message.sender, message.created_at)
            yield Step(entry, message.created_at, message.sender, waited)
        elif entry.item is not None:
            yield Step(entry, entry.item.created_at, Sender.PARTNER, None)
