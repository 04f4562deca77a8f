"""The verbs that report: `sync` runs one round, `stats` prints reply times, `export` writes a whole chat."""

import csv
import io
from collections.abc import Iterator
from datetime import tzinfo
from functools import partial
from typing import Any, Final

from chat_tui.clock import wall_clock_ms
from chat_tui.commands.context import (
    Context,
    Refused,
    accepted,
    complain,
    report,
    say,
    say_document,
    say_json,
)
from chat_tui.files import write_new
from chat_tui.inbox.evidence import free_directory, keep_evidence, whole_chat
from chat_tui.locale import _, ngettext
from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.model.link import SyncPlan, SyncReport
from chat_tui.model.record import Record, Replies, Stats
from chat_tui.model.search import SearchCoverage
from chat_tui.words import documents
from chat_tui.words.documents import evidence_documents, gap_words
from chat_tui.words.json import iso, json_text
from chat_tui.words.problems import problem_words
from chat_tui.words.search import coverage_words
from chat_tui.words.times import DAY, age, length, spoken, when

_COLUMNS: Final = (
    *("hour", "answered", "median_s", "p95_s"),
    *("waiting", "longest_wait_s", "longest_chat_id", "chats", "chats_read"),
)
"""The columns of the CSV; all but the first are also names in the JSON."""

# -- sync ------------------------------------------------------------------------------------------------


async def sync(context: Context) -> int:
    """Run one round; print what it did, the quotas left and what comes next. Raises Refused if it failed."""
    inbox = context.inbox
    context.loads()
    done = await inbox.sync_once()
    plan = await inbox.sync_plan()
    report("\n".join([*_done(done), *_unreadable(context), *_quotas(context), *_ahead(plan, context.zone)]))
    accepted(done.problem)
    return 0


def _done(done: SyncReport) -> list[str]:
    words = _("chats seen {chats}, changed {changed}; conversations loaded {histories}; requests {requests}")
    counts = words.format(
        chats=done.chats, changed=done.changed, histories=done.histories, requests=done.requests
    )
    return [counts, *done.oddities]


def _unreadable(context: Context) -> list[str]:
    count, place = context.inbox.link().skipped, context.inbox.unreadable_file
    if not count:
        return []
    words = ngettext("{n} item could not be read.", "{n} items could not be read.", count).format(n=count)
    told = _("As received, for a bug report: {place}").format(place=place)
    return [f"{words} {told}" if place.exists() else words]


def _quotas(context: Context) -> Iterator[str]:
    link, now, zone = context.inbox.link(), wall_clock_ms(), context.zone
    words = _("quota of {operation}: {remaining} of {limit} left, renewed at {time}")
    for operation, budget in sorted(link.budgets.items()):
        yield words.format(
            operation=operation,
            remaining=budget.remaining,
            limit=budget.limit,
            time=when(budget.resets_at, now, zone),
        )
    words = _("{operation} is paused until {time}")
    for operation, until in sorted(link.waits.items()):
        yield words.format(operation=operation, time=when(until, now, zone))


def _ahead(plan: SyncPlan, zone: tzinfo) -> Iterator[str]:
    pause = spoken(round(plan.list_in_s * 1000))
    yield _("next, while chat-tui is open: the list every {pause}").format(pause=pause)
    if plan.is_newest_first is False:
        yield _("the list does not come newest first: all chats that may be waiting are checked instead")
    if plan.listed_at is None:
        yield _("not all chats are listed yet: the rest follows as the quota allows")
    else:
        words = _("all chats were listed at {time}; this is repeated once a day")
        yield words.format(time=when(plan.listed_at, wall_clock_ms(), zone))
    if plan.behind:
        yield ngettext(
            "{n} chat has messages that are not loaded yet",
            "{n} chats have messages that are not loaded yet",
            plan.behind,
        ).format(n=plan.behind)
    words = _("loaded from the first message on: {read} of {chats} chats; older messages follow gradually")
    yield words.format(read=plan.read, chats=plan.chats)


# -- stats -----------------------------------------------------------------------------------------------


async def stats(context: Context) -> int:
    """Print reply times from the cache alone, and how much of the history it has. Raises Unprintable."""
    inbox, arguments = context.inbox, context.asked
    now, zone = wall_clock_ms(), context.zone
    since = None if arguments.days is None else now - arguments.days * DAY
    found = await inbox.stats(zone, since)
    covered = await inbox.search.coverage()
    if arguments.json:
        say_json(_as_json(found, covered, now))
    elif arguments.csv:
        say_document(_as_csv(found, covered, now))
    else:
        for line in (*_lines(found, arguments.days, now), coverage_words(covered, now, zone)):
            say(line)
    return 0


def _lines(stats: Stats, days: int | None, now: Millis) -> Iterator[str]:
    total = stats.total
    answered = ngettext("{n} reply", "{n} replies", total.answered).format(n=total.answered)
    if days is not None:
        answered += ", " + ngettext("last {n} day", "last {n} days", days).format(n=days)
    yield answered
    if total.median is not None and total.p95 is not None:
        words = _("first reply: median {median}, 95 % within {p95}")
        yield words.format(median=length(total.median), p95=length(total.p95))
    waiting = ngettext("{n} chat is waiting now", "{n} chats are waiting now", stats.waiting).format(
        n=stats.waiting
    )
    if stats.longest is not None and stats.longest_since is not None:
        words = _("longest: chat {chat}, {age}")
        waiting += ", " + words.format(chat=stats.longest.number, age=age(stats.longest_since, now))
    yield waiting
    if total.answered:
        yield from _table(stats)


def _table(stats: Stats) -> Iterator[str]:
    """A line for every hour of the day in which a buyer began to wait and got an answer."""
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
        "longest_chat_id": None if stats.longest is None else stats.longest.number,
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
    """A line for each hour of the day, then one for all of them; a cell without a value is empty."""
    written = io.StringIO()
    # What is not a column, such as the hours in the row for all of them, is left out.
    table = csv.DictWriter(written, _COLUMNS, lineterminator="\n", extrasaction="ignore")
    whole = _as_json(stats, covered, now)
    table.writeheader()
    table.writerows(whole["hours"])
    table.writerow(whole | {"hour": "all"})
    return written.getvalue()


def _longest_s(stats: Stats, now: Millis) -> int | None:
    since = stats.longest_since
    return None if since is None or since == UNKNOWN_TIME else max(0, now - since) // 1000


def _seconds(duration: Millis | None) -> int | None:
    return None if duration is None else duration // 1000


# -- export ----------------------------------------------------------------------------------------------


async def export(context: Context) -> int:
    """Print a whole chat as a document, or write it into a new file and print only the name of that file.

    Raises Refused, also if the file exists or cannot be written, and Unprintable.
    """
    record, out = await _record(context), context.asked.out
    try:
        if context.asked.evidence:
            await _keep_evidence(context, record)
        elif out is None:
            say_document(_document(context, record))
        else:
            write_new(out, _document(context, record).encode())
            report(str(out))
    except OSError as error:
        place = out or error.filename
        raise Refused(f"{place}: {error.strerror}. {_('Nothing was written.')}") from None
    return 0


async def _keep_evidence(context: Context, record: Record) -> None:
    """Write the evidence and print the name of its directory; what is missing goes to standard error."""
    inbox, zone = context.inbox, context.zone
    context.stopped = f"{_('Stopped.')} {_('Nothing was written.')}"
    directory = context.asked.out or free_directory(inbox, record, zone)
    evidence = await keep_evidence(inbox, record, directory, partial(evidence_documents, zone=zone))
    for words in gap_words(evidence.record, len(evidence.missing)):
        complain(words)
    report(str(evidence.directory))


async def _record(context: Context) -> Record:
    """The chat. Raises Refused."""
    if not context.asked.offline:
        context.loads()
    found = await whole_chat(context.inbox, context.chat, ask=not context.asked.offline)
    if isinstance(found, Record):
        return found
    if found is None:
        words = _("This chat is not in the copy on this computer; without --offline the Market is asked.")
        raise Refused(words)
    # The hint helps only if there is something to export.
    is_here = await context.inbox.chats.item(context.chat) is not None
    hint = _("--offline exports what is here.") if is_here else ""
    raise Refused(f"{problem_words(found)} {hint}".rstrip())


def _document(context: Context, record: Record) -> str:
    form = context.asked.format
    if form == "json":
        return json_text(documents.as_json(record))
    writer = documents.as_text if form == "txt" else documents.as_markdown
    return writer(record, context.zone)
