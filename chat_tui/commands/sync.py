"""`sync --once`: one round, what it did, and what an open inbox will do next."""

import os
from argparse import Namespace

from chat_tui.clock import wall_clock_ms
from chat_tui.commands.speak import complain, report
from chat_tui.inbox.service import Inbox
from chat_tui.locale import _, ngettext
from chat_tui.model.link import SyncPlan, SyncReport
from chat_tui.ui.zone import local_zone
from chat_tui.words.problems import problem_words
from chat_tui.words.times import spoken, when


async def run(inbox: Inbox, arguments: Namespace) -> int:
    """Print the counts, what is left of the Market's hourly quotas, and the plan."""
    done = await inbox.sync_once()
    plan = await inbox.sync_plan()
    lines = (*_done(done), *_unreadable(inbox), *_quotas(inbox), *_ahead(plan))
    report("\n".join(lines))
    if done.problem is not None:
        complain(problem_words(done.problem))
        return 1
    return 0


def _done(done: SyncReport) -> list[str]:
    words = _("chats seen {chats}, changed {changed}; histories read {histories}; requests {requests}")
    lines = [
        words.format(
            chats=done.chats,
            changed=done.changed,
            histories=done.histories,
            requests=done.requests,
        )
    ]
    return lines + done.oddities


def _unreadable(inbox: Inbox) -> list[str]:
    count, place = inbox.link().skipped, inbox.unreadable_file
    if not count:
        return []
    words = ngettext("{n} item could not be read.", "{n} items could not be read.", count).format(n=count)
    told = _("As it came, for a bug report: {place}").format(place=place)
    return [f"{words} {told}" if place.exists() else words]


def _quotas(inbox: Inbox) -> list[str]:
    link, now, zone = inbox.link(), wall_clock_ms(), local_zone(os.environ)
    lines = []
    for operation, budget in sorted(link.budgets.items()):
        words = _("left of the quota of {operation}: {remaining} of {limit}, renewed at {time}")
        lines.append(
            words.format(
                operation=operation,
                remaining=budget.remaining,
                limit=budget.limit,
                time=when(budget.resets_at, now, zone),
            )
        )
    for operation, until in sorted(link.waits.items()):
        words = _("{operation} is not asked before {time}")
        lines.append(words.format(operation=operation, time=when(until, now, zone)))
    return lines


def _ahead(plan: SyncPlan) -> list[str]:
    now, zone = wall_clock_ms(), local_zone(os.environ)
    pause = spoken(round(plan.list_in_s * 1000))
    lines = [_("next, while an inbox is open: the list every {pause}").format(pause=pause)]
    if plan.is_newest_first is False:
        lines.append(_("the list does not come newest first: chats that may wait are walked whole instead"))
    if plan.listed_at is None:
        lines.append(_("not all chats were listed yet: the rest follows as the quota allows"))
    else:
        words = _("all chats were listed at {time}; once a day they are listed again")
        lines.append(words.format(time=when(plan.listed_at, now, zone)))
    if plan.behind:
        words = ngettext(
            "{n} chat has messages that are not here yet",
            "{n} chats have messages that are not here yet",
            plan.behind,
        )
        lines.append(words.format(n=plan.behind))
    words = _("read from their first message on: {read} of {chats} chats; older messages follow by and by")
    lines.append(words.format(read=plan.read, chats=plan.chats))
    return lines
