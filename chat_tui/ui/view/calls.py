"""What stands over the terminal's window, and what an operator who looks elsewhere is told."""

from collections.abc import Sequence

from chat_tui.locale import ngettext
from chat_tui.model.queue import QueueItem
from chat_tui.ui.view.recipient import chat_title

PROGRAM = "chat-tui"


def window_title(waiting: int) -> str:
    """The program, and how many wait for an answer."""
    if not waiting:
        return PROGRAM
    return f"{PROGRAM} · {ngettext('{n} waiting', '{n} waiting', waiting).format(n=waiting)}"


def call_words(items: Sequence[QueueItem], *, with_text: bool) -> str:
    """Who wrote what, raw; without the text only how many wrote: others may see the screen."""
    if with_text and len(items) == 1:
        return f"{chat_title(items[0])}: {items[0].snippet}"
    return ngettext("{n} buyer has written", "{n} buyers have written", len(items)).format(n=len(items))
