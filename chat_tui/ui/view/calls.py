"""What stands over the terminal's window, and what an operator who looks elsewhere is told."""

from chat_tui.locale import _, ngettext
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


def dispute_words(begun: int, among: int) -> str:
    """That something happened in disputes: how many of them have begun, or that somebody wrote in them."""
    if begun:
        return ngettext("{n} dispute has begun", "{n} disputes have begun", begun).format(n=begun)
    return ngettext("a new message in {n} dispute", "new messages in {n} disputes", among).format(n=among)


def dispute_notice(words: str, item: QueueItem, key: str) -> str:
    """The same for the operator's own screen: with whom, and where to look."""
    return _("{what}: {title}. {key} shows the disputes.").format(what=words, title=chat_title(item), key=key)


def call_text(item: QueueItem, words: str) -> str:
    """Who wrote what, raw; of a dispute that first."""
    dispute = f"{_('dispute')}: " if item.chat.is_dispute else ""
    return f"{dispute}{chat_title(item)}: {words}"
