"""What is told of conversations afterwards: one as a record, all of them as figures.

A wait begins with the buyer's first message after our last answer and ends with our next one; what the Market
or its support write begins and ends none.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain
from typing import Final

from chat_tui.model.chat import Sender
from chat_tui.model.ids import UNKNOWN_TIME, ChatRef, Millis
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Entry

HOURS: Final = 24
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Turn:
    """Whose turn it is while the messages of one chat go by, oldest first."""

    since: Millis | None = None
    """The moment from which on the buyer waits; None = nobody waits."""

    def hear(self, sender: str, at: Millis) -> Millis | None:
        """How long the buyer had waited, if this answers and both moments are known; never negative."""
        if sender == Sender.CUSTOMER:
            self.since = at if self.since is None else self.since
        elif sender == Sender.PARTNER:
            since, self.since = self.since, None
            if since is not None and UNKNOWN_TIME not in {since, at}:
                return max(0, at - since)
        return None


@dataclass(frozen=True, slots=True)
class Replies:
    """The answers of a time, and how long buyers had waited for them."""

    answered: int
    median: Millis | None
    """Half of the buyers waited no longer; between two in the middle the mean. None without answers."""
    p95: Millis | None
    """Of 100 buyers 95 waited no longer: always a wait that happened."""


@dataclass(frozen=True, slots=True)
class Stats:
    """How fast the shop answered, and who waits now."""

    total: Replies
    hours: tuple[Replies, ...]
    """By the hour of the day, 0 to 23, in which the buyers began to wait."""
    since: Millis | None
    """Only answers from this moment on; None = all."""
    waiting: int = 0
    """Chats in which a buyer waits now, but for those that are done or put off."""
    longest: ChatRef | None = None
    """The one that waits longest."""
    longest_since: Millis | None = None


def hours_in(zone: tzinfo) -> Callable[[Millis], int]:
    """What gives the hour of the day of a moment there, 0 to 23."""
    return lambda at: (_EPOCH + timedelta(milliseconds=at)).astimezone(zone).hour


def reply_stats(
    rows: Iterable[tuple[int, Millis, str]], hour_of: Callable[[Millis], int], since: Millis | None = None
) -> Stats:
    """Chat, time and sender of messages, chat by chat and each oldest first, in one pass.

    Of the rows nothing is kept but eight bytes for every answer. `hour_of` gives 0 … 23 for a moment.
    """
    by_hour = [array("q") for _ in range(HOURS)]
    chat_id, turn = None, Turn()
    for of_chat, at, sender in rows:
        if of_chat != chat_id:
            chat_id, turn = of_chat, Turn()
        began = turn.since
        waited = turn.hear(sender, at)
        if waited is not None and began is not None and (since is None or at >= since):
            by_hour[hour_of(began)].append(waited)
    whole = array("q", chain.from_iterable(by_hour))
    return Stats(_replies(whole), tuple(map(_replies, by_hour)), since)


def _replies(waits: "array[int]") -> Replies:
    """Median, and the 95th of a hundred by nearest rank."""
    count = len(waits)
    if not count:
        return Replies(0, None, None)
    ordered = sorted(waits)
    median = (ordered[(count - 1) // 2] + ordered[count // 2]) // 2
    return Replies(count, median, ordered[-(-95 * count // 100) - 1])


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
