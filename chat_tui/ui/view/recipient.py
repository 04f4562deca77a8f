"""Buyer, order or return, and shop: the name of a chat above its history and its compose box."""

from collections.abc import Iterable

from chat_tui.locale import _
from chat_tui.model.queue import QueueItem
from chat_tui.ui.view import glyphs
from chat_tui.ui.view.about import about, buyer_name, shop_title
from chat_tui.ui.view.line import shown


def chat_title(item: QueueItem) -> str:
    """For example "Olga K. · order 51230874561 · Cosy kitchen", on one line."""
    return _title(item, ())


def chat_header(item: QueueItem) -> str:
    """The title with our own labels and note, before the shop, which is the first to be cut off."""
    note = f"{glyphs.NOTE} {shown(item.note, lines=False)}" if item.note else ""
    labels = " ".join(f"#{shown(name, lines=False)}" for name in item.labels)
    return _title(item, (labels, note))


def _title(item: QueueItem, own: Iterable[str]) -> str:
    context = item.chat.context
    parts = [buyer_name(context), about(context), *own, shop_title(item)]
    return glyphs.JOIN.join(part for part in parts if part)


def recipient(item: QueueItem) -> str:
    """Whom the text being typed will reach."""
    return _("To: {title}").format(title=chat_title(item))
