"""Buyer, order or return, and shop: the name of a chat above its history and its compose box."""

from chat_tui.locale import _
from chat_tui.model.queue import QueueItem
from chat_tui.ui.view import glyphs
from chat_tui.ui.view.about import about, buyer_name, shop_title
from chat_tui.ui.view.line import shown


def chat_title(item: QueueItem) -> str:
    """For example "Olga K. · order 51230874561 · Cosy kitchen", on one line."""
    context = item.chat.context
    parts = [buyer_name(context), about(context), shop_title(item)]
    return glyphs.JOIN.join(part for part in parts if part)


def chat_header(item: QueueItem) -> str:
    """The title with our own labels and note behind it."""
    note = f"{glyphs.NOTE} {shown(item.note, lines=False)}" if item.note else ""
    labels = " ".join(f"#{shown(name, lines=False)}" for name in item.labels)
    return glyphs.JOIN.join(part for part in (chat_title(item), labels, note) if part)


def recipient(item: QueueItem) -> str:
    """Whom the text being typed will reach."""
    return _("To: {title}").format(title=chat_title(item))
