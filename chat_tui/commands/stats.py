"""`stats`: how fast the shop answers, from the cache alone."""

import csv
import io
import os
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from chat_tui.clock import wall_clock_ms
from chat_tui.commands.speak import say, say_document, say_json
from chat_tui.inbox.service import Inbox
from chat_tui.locale import _, ngettext
from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.model.record import Replies, Stats
from chat_tui.model.search import SearchCoverage
from chat_tui.ui.zone import local_zone
from chat_tui.words.json import iso
from chat_tui.words.search import coverage_words
from chat_tui.words.times import DAY, age, length

_COLUMNS = (
    *("hour", "answered", "median_s", "p95_s"),
    *("waiting", "longest_wait_s", "longest_chat_id", "chats", "chats_read"),
)


async def run(inbox: Inbox, arguments: Namespace) -> int:
    """Print the figures, and how much of the history they are of."""
    now, zone = wall_clock_ms(), local_zone(os.environ)
    since = None if arguments.days is None else now - arguments.days * DAY
    stats = await inbox.stats(zone, since)
    covered = await inbox.search_coverage()
    if arguments.json:
        say_json(_as_json(stats, covered, now))
    elif arguments.csv:
        say_document(_as_csv(stats, covered, now))
    else:
        for line in (*_lines(stats, arguments.days, now), coverage_words(covered, now, zone)):
            say(line)
    return 0


def _lines(stats: Stats, days: int | None, now: Millis) -> Iterator[str]:
    total = stats.total
    yield ngettext("{n} wait answered", "{n} waits answered", total.answered).format(n=total.answered) + (
        "" if days is None else ", " + ngettext("last {n} day", "last {n} days", days).format(n=days)
    )
    if total.median is not None and total.p95 is not None:
        words = _("first reply: median {median}, 95 of 100 within {p95}")
        yield words.format(median=length(total.median), p95=length(total.p95))
    yield ngettext("{n} chat waits now", "{n} chats wait now", stats.waiting).format(n=stats.waiting) + (
        ""
        if stats.longest_since is None
        else ", "
        + _("chat {chat} the longest: {age}").format(chat=stats.longest, age=age(stats.longest_since, now))
    )
    if total.answered:
        yield from _table(stats)


def _table(stats: Stats) -> Iterator[str]:
    """A line for every hour in which a buyer began to wait and was answered."""
    heads = (_("hour"), _("answered"), _("median"), _("95 of 100"))
    rows = [heads]
    for hour, replies in enumerate(stats.hours):
        if replies.median is not None and replies.p95 is not None:
            waits = (length(replies.median), length(replies.p95))
            rows.append((f"{hour:02}", str(replies.answered), *waits))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))


def _as_json(stats: Stats, covered: SearchCoverage, now: Millis) -> dict[str, Any]:
    return {
        "since": iso(stats.since),
        **_replies_json(stats.total),
        "waiting": stats.waiting,
        "longest_wait_s": _longest_s(stats, now),
        "longest_chat_id": stats.longest,
        "hours": [{"hour": n, **_replies_json(replies)} for n, replies in enumerate(stats.hours)],
        "chats": covered.chats,
        "chats_read": covered.read,
        "covered_since": iso(covered.oldest_at),
    }


def _replies_json(replies: Replies) -> dict[str, Any]:
    return {
        "answered": replies.answered,
        "median_s": _seconds(replies.median),
        "p95_s": _seconds(replies.p95),
    }


def _as_csv(stats: Stats, covered: SearchCoverage, now: Millis) -> str:
    """A line for each hour of the day and, after them, one for all; empty where there is nothing to tell."""
    written = io.StringIO()
    table = csv.DictWriter(written, _COLUMNS, lineterminator="\n")
    table.writeheader()
    for hour, replies in enumerate(stats.hours):
        table.writerow({"hour": hour, **_replies_json(replies)})
    whole = _as_json(stats, covered, now)
    table.writerow({"hour": "all", **{name: whole[name] for name in _COLUMNS[1:]}})
    return written.getvalue()


def _longest_s(stats: Stats, now: Millis) -> int | None:
    since = stats.longest_since
    return None if since is None or since == UNKNOWN_TIME else max(0, now - since) // 1000


def _seconds(duration: Millis | None) -> int | None:
    return None if duration is None else duration // 1000
