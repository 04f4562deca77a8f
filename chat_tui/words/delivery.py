"""The state of our own message, in a word with a glyph, and its reason where it needs one."""

from chat_tui.locale import _
from chat_tui.model import mark
from chat_tui.model.ids import Millis
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.timeline import Entry, says_the_same
from chat_tui.words import glyphs
from chat_tui.words.line import Role, Span
from chat_tui.words.problems import problem_words, server_words


def delivery_state(item: OutboxItem, now: Millis) -> Span:
    """The state of our own message; while it can be undone, with the seconds that are left."""
    if item.is_held_up:
        return Span(_("waiting for your decision"), Role.WARN)
    if item.is_released:
        return Span(_("sent, not confirmed"), Role.WARN)
    if seconds := held_seconds(item, now):
        return Span(_("sends in {n} s").format(n=seconds), Role.ACCENT)
    if item.is_checking:
        return Span(f"{_('checking')} {glyphs.CUT}", Role.WARN)
    if item.state is OutboxState.SENDING and item.uploaded:
        share = 100 * item.uploaded // max(1, item.file_size)
        words = _("sending {n} %").format(n=share) if share < 100 else _("waiting for the Market")
        return Span(f"{words} {glyphs.CUT}", Role.ACCENT)
    words, role = {
        OutboxState.QUEUED: (f"{_('queued')} {glyphs.CUT}", Role.MUTED),
        OutboxState.SENDING: (f"{_('sending')} {glyphs.CUT}", Role.ACCENT),
        OutboxState.WAITING: (f"{_('pending')} {glyphs.CUT}", Role.WARN),
        OutboxState.SENT: (_("sent"), Role.MUTED),
        OutboxState.CONFIRMED: (f"{_('confirmed')} {glyphs.CONFIRMED}", Role.MUTED),
        OutboxState.FAILED: (f"{_('not sent')} {glyphs.FAILED}", Role.BAD),
        OutboxState.UNCONFIRMED: (f"{_('unconfirmed')} {glyphs.UNCONFIRMED}", Role.BAD),
    }[item.state]
    return Span(words, role)


def held_seconds(item: OutboxItem, now: Millis) -> int:
    """The seconds, rounded up, in which the operator can still undo a send; 0 = it is not held any more."""
    if item.state is not OutboxState.QUEUED or item.not_before <= now:
        return 0
    # The wall clock may have been set back meanwhile, which does not make the wait longer.
    left = min(item.not_before - now, mark.length(item))
    return -(-left // 1000)


def entry_state(entry: Entry, now: Millis) -> Span | None:
    """The state of our own entry in the history; None = it was not sent by this program."""
    item, message = entry.item, entry.message
    if item is not None and message is not None and not says_the_same(item, message):
        return Span(_("changed by the Market"), Role.WARN)
    return None if item is None else delivery_state(item, now)


def delivery_reason(item: OutboxItem) -> str:
    """Why our own message waits or failed and what to do; empty if it is being sent or was sent."""
    if item.is_held_up:
        return _("The message before this one is unconfirmed. Resend or discard it, then this one is sent.")
    if item.is_checking:
        return _("The Market's answer was lost. Looking for the message in the conversation…")
    if item.state is OutboxState.WAITING:
        return _said(item) or _("No connection. It is sent automatically once there is one.")
    if item.state is OutboxState.FAILED:
        return _said(item) or _("The Market rejected the message. Edit it and send it again.")
    if item.state is OutboxState.UNCONFIRMED:
        return _("It may have arrived. Check the conversation, then resend or discard it.")
    return ""


def _said(item: OutboxItem) -> str:
    if item.problem in set(ProblemKind):
        return problem_words(Problem(ProblemKind(item.problem), message=item.error))
    return server_words(item.error)
