"""`new`: open (or find) the chat about an order or a return."""

from argparse import Namespace

from chat_tui.commands.speak import complain, report
from chat_tui.inbox.service import Inbox
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.model.problem import Problem
from chat_tui.words.problems import problem_words


async def run(inbox: Inbox, arguments: Namespace) -> int:
    """Print the chat's id and nothing else."""
    if arguments.order is not None:
        wanted = NewChat(ContextKind.ORDER, arguments.order)
    else:
        wanted = NewChat(ContextKind.RETURN, arguments.return_)
    created = await inbox.create_chat(wanted)
    if isinstance(created, Problem):
        complain(problem_words(created))
        return 1
    report(str(created))
    return 0
