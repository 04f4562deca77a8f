"""`sync --once`: one round, and what it did."""

from argparse import Namespace

from chat_tui.commands.speak import complain, say
from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.ui.view.problems import problem_words


async def run(inbox: Inbox, arguments: Namespace) -> int:
    """Print the counts and what is left of the Market's hourly quotas."""
    report = await inbox.sync_once()
    say(
        _("chats seen {chats}, changed {changed}; histories read {histories}; requests {requests}").format(
            chats=report.chats,
            changed=report.changed,
            histories=report.histories,
            requests=report.requests,
        )
    )
    for operation, budget in sorted(inbox.link().budgets.items()):
        say(
            _("left of the quota of {operation}: {remaining} of {limit}").format(
                operation=operation, remaining=budget.remaining, limit=budget.limit
            )
        )
    if report.problem is not None:
        complain(problem_words(report.problem))
        return 1
    return 0
