"""What stands over the terminal's window, and what an operator who looks elsewhere is told."""

from chat_tui.locale import ngettext
from chat_tui.model.queue import QueueItem
from chat_tui.ui.view.recipient import chat_title

PROGRAM = "chat-tui"


def window_title(waiting: int) -> str:
    """The program, and how many wait for an answer."""
    if not waiting:
        return PROGRAM
    return f"{PROGRAM} · {ngettext('{n} waiting', '{n} waiting', waiting).format(n=waiting)}"


def call_words(count: int) -> str:
    """How many wrote, and no more: others may see the screen."""
    return ngettext("{n} buyer has written", "{n} buyers have written", count).format(n=count)


def call_text(item: QueueItem, words: str) -> str:
    """Who wrote what, raw."""
    return f"{chat_title(item)}: {words}"
