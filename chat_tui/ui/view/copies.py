"""What of a message may be copied, and how it is named."""

from typing import NamedTuple

from chat_tui.locale import _
from chat_tui.model.chat import ChatContext
from chat_tui.model.timeline import Entry
from chat_tui.safetext import is_blank
from chat_tui.words.line import Line, Role, Span, cut, cut_middle, shown
from chat_tui.words.links import links

_WHAT_CELLS = 22


class Copy(NamedTuple):
    """One thing that can be copied."""

    what: str
    """What it is, in the operator's language."""
    text: str
    """Raw: not safe to show."""


def copies_of(entry: Entry, context: ChatContext | None) -> list[Copy]:
    """The text of a message, its links, those of its files, and the numbers its chat is about."""
    message, item = entry.message, entry.item
    text = (message.text if message is not None else item.text if item is not None else "") or ""
    found = [] if is_blank(text) else [Copy(_("text of the message"), text)]
    found += [Copy(_("link"), written) for written in dict.fromkeys(link.written for link in links(text))]
    files = message.attachments if message is not None else ()
    found += [Copy(_("link to the file"), file.url) for file in files if file.url]
    if context is not None and context.order_id is not None:
        found.append(Copy(_("order number"), str(context.order_id)))
    if context is not None and context.return_id is not None:
        found.append(Copy(_("return number"), str(context.return_id)))
    return found


def copy_line(copy: Copy, cells: int) -> Line:
    """What it is and its beginning, on one line."""
    what = cut(copy.what, _WHAT_CELLS)
    room = max(8, cells - _WHAT_CELLS - 2)
    words = cut_middle(shown(copy.text, lines=False), room)
    return (Span(what.ljust(_WHAT_CELLS), Role.MUTED), Span("  "), Span(words))
