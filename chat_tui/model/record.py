"""Conversations for export and statistics: one chat as a record, all chats as reply times.

A wait begins with the buyer's first message after our last answer and ends with our next answer. Messages of
the Market or its support neither begin nor end one.
"""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import chain, groupby
from operator import itemgetter
from typing import Final

from chat_tui.model.chat import Sender
from chat_tui.model.ids import UNKNOWN_TIME, ChatRef, Millis
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Entry

HOURS: Final = 24
HEARD_EVERY: Final = 200
"""Chats between two calls that say how many have been counted."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Turn:
    """Whose turn it is, as the messages of one chat are read, oldest first."""

    since: Millis | None = None
    """Since when the buyer has been waiting; None = the buyer is not waiting."""

    def hear(self, sender: str, at: Millis) -> Millis | None:
        """Take the next message; how long the buyer had waited for it, never negative.

        None if it answers no buyer, or if one of the two moments is not known.
        """
        if sender == Sender.CUSTOMER:
            self.since = at if self.since is None else self.since
        elif sender == Sender.PARTNER:
            since, self.since = self.since, None
            if since is not None and UNKNOWN_TIME not in {since, at}:
                return max(0, at - since)
        return None


@dataclass(frozen=True, slots=True)
class Replies:
    """How many answers there were, and how long buyers had waited for them."""

    answered: int
    median: Millis | None
    """Half of the buyers waited no longer; the mean of the two middle waits. None without answers."""
    p95: Millis | None
    """95 of 100 buyers waited no longer; always one of the real waits. None without answers."""


@dataclass(frozen=True, slots=True)
class Stats:
    """How fast the shop answered, and how many buyers wait now."""

    total: Replies
    hours: tuple[Replies, ...]
    """By the hour of the day, 0 to 23, in which the buyers began to wait."""
    since: Millis | None
    """Only answers from this moment on; None = all."""
    waiting: int = 0
    """Chats in which a buyer waits now, except those that are done or snoozed."""
    longest: ChatRef | None = None
    """The one that has waited longest; None if none waits."""
    longest_since: Millis | None = None


def hours_in(zone: tzinfo) -> Callable[[Millis], int]:
    """A function from a moment to the hour of the day in this zone, 0 to 23."""
    return lambda at: (_EPOCH + timedelta(milliseconds=at)).astimezone(zone).hour


def reply_stats(
    rows: Iterable[tuple[int, Millis, str]],
    hour_of: Callable[[Millis], int],
    since: Millis | None = None,
    hear: Callable[[int], None] = lambda _done: None,
) -> Stats:
    """Reply times from the chat id, time and sender of messages, sorted by chat, then oldest first.

    `hour_of` gives 0 … 23 for a moment; only answers from `since` on count (None = all). `hear` is called
    with the number of chats so far, now and then.
    """
    # Of all rows only eight bytes per answer stay in memory: a shop may have millions of messages.
    by_hour = [array("q") for _ in range(HOURS)]
    for done, (_chat_id, messages) in enumerate(groupby(rows, key=itemgetter(0))):
        if done % HEARD_EVERY == 0:
            hear(done)
        turn = Turn()
        for _chat_id, at, sender in messages:
            began = turn.since
            waited = turn.hear(sender, at)
            if waited is not None and began is not None and (since is None or at >= since):
                by_hour[hour_of(began)].append(waited)
    whole = array("q", chain.from_iterable(by_hour))
    return Stats(_replies(whole), tuple(map(_replies, by_hour)), since)


def _replies(waits: "array[int]") -> Replies:
    """Median, and 95th percentile by nearest rank."""
    count = len(waits)
    if not count:
        return Replies(0, None, None)
    ordered = sorted(waits)
    median = (ordered[(count - 1) // 2] + ordered[count // 2]) // 2
    return Replies(count, median, ordered[-(-95 * count // 100) - 1])


@dataclass(frozen=True, slots=True)
class Record:
    """One chat as the store knew it at one moment."""

    item: QueueItem
    entries: tuple[Entry, ...]
    """All of them: messages, oldest first, then what is being sent."""
    is_complete: bool
    """Whether it reaches back to the first message."""
    is_asked: bool
    """Whether the newest messages were fetched for it; False = the latest ones may be missing."""
    made_at: Millis


@dataclass(frozen=True, slots=True)
class Missing:
    """A file of a chat that could not be saved with its record."""

    name: str | None
    size: int | None
    """Bytes, according to the Market."""
    url: str | None
    at: Millis
    """When it was sent."""
    problem: Problem | None
    """Why it is missing; None = the program did not try to fetch it."""
