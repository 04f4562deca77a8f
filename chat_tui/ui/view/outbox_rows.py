"""An item of the outbox as the outbox screen lists it."""

from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.words.delivery import delivery_reason, delivery_state
from chat_tui.words.files import file_line
from chat_tui.words.line import Line, Role, Span, cut, shown, spread
from chat_tui.words.times import age


def outbox_lines(item: OutboxItem, name: str, now: Millis, cells: int) -> tuple[Line, Line]:
    """Recipient, state and age; then the beginning of the text, or the file."""
    since = Span(f"  {age(item.created_at, now)}", Role.MUTED)
    title = Span(shown(name, lines=False), Role.STRONG)
    first = spread((title,), (delivery_state(item, now), since), cells)
    return first, _content(item, cells)


def detail_words(item: OutboxItem) -> str:
    """Why the item is not confirmed and what can be done with it."""
    reason = delivery_reason(item)
    return f"{reason} {_next_step(item)}".strip()


def resend_words(item: OutboxItem) -> str:
    """Why the item cannot be sent again now."""
    if item.state is OutboxState.SENT:
        return _("The Market has taken it: it need not be sent again.")
    return _("It is on its way and will go by itself: it need not be sent again.")


def _content(item: OutboxItem, cells: int) -> Line:
    if item.kind is OutboxKind.FILE:
        return file_line(item.file_name, item.file_size, cells)
    return (Span(cut(shown(item.text[:400], lines=False), cells), Role.TEXT),)


def _next_step(item: OutboxItem) -> str:
    if item.state is OutboxState.FAILED:
        return _("Press e to send it again, t to change it, d to discard it.")
    if item.is_held_up:
        return _("t takes it back to change it, d discards it.")
    if item.state in {OutboxState.QUEUED, OutboxState.WAITING}:
        return _("It will go by itself; t takes it back to change it, d discards it.")
    if item.state is OutboxState.SENT:
        return _("The Market has taken it; it was not seen in the history yet.")
    return ""
