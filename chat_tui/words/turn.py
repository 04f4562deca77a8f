"""Whose turn it is in a chat, in a word; and from when on a wait is drawn louder."""

from dataclasses import dataclass
from datetime import UTC, tzinfo

from chat_tui.locale import _
from chat_tui.model.chat import ChatStatus
from chat_tui.model.ids import Millis
from chat_tui.model.message import Sender
from chat_tui.model.outbox import OutboxState
from chat_tui.model.queue import QueueItem
from chat_tui.settings.hours import Hours
from chat_tui.words import glyphs
from chat_tui.words.chats import other_words, sender_name
from chat_tui.words.line import Role, Span, cut
from chat_tui.words.times import HOUR, MINUTE

_ON_ITS_WAY = {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.WAITING}
_SENDERS = {
    Sender.CUSTOMER: (glyphs.BUYER, Role.BUYER),
    Sender.PARTNER: (glyphs.OURS, Role.OURS),
}


@dataclass(frozen=True, slots=True)
class Patience:
    """The shop's own thresholds, after which a wait is drawn louder."""

    warn: Millis = 30 * MINUTE
    late: Millis = 2 * HOUR
    hours: Hours | None = None
    """When the shop works: only that time counts against the thresholds; None = always."""
    zone: tzinfo = UTC
    """That of the hours and of moments that are written."""

    def role(self, since: Millis, now: Millis) -> Role:
        """How loud a wait is drawn."""
        waited = now - since
        if self.hours is not None:
            waited = self.hours.worked(since, now, self.zone, enough=self.late)
        if waited >= self.late:
            return Role.BAD
        return Role.WARN if waited >= self.warn else Role.GOOD


def state_words(item: QueueItem, held: str = "") -> tuple[str, Role]:
    """What the row says about its chat, the most urgent thing first; `held` is that it is done or put off."""
    claims = (
        (item.trouble == OutboxState.FAILED, _("not sent"), Role.BAD),
        (item.asks_to_decide, _("decide"), Role.BAD),
        (item.trouble == OutboxState.UNCONFIRMED, _("unconfirmed"), Role.BAD),
        (item.has_draft, _("draft"), Role.ACCENT),
        (item.trouble in _ON_ITS_WAY, _("on its way"), Role.ACCENT),
        (bool(held), held, Role.MUTED),
        (item.chat.is_dispute, _("dispute"), Role.BAD),
        (item.waiting_since is not None, _("waits"), Role.TEXT),
        (True, _idle_words(item.chat.status), Role.MUTED),
    )
    return next((words, role) for holds, words, role in claims if holds)


def _idle_words(status: str) -> str:
    words = {
        ChatStatus.NEW: _("new"),
        ChatStatus.WAITING_FOR_PARTNER: _("answered"),
        ChatStatus.WAITING_FOR_CUSTOMER: _("answered"),
        ChatStatus.WAITING_FOR_ARBITER: _("with the arbiter"),
        ChatStatus.WAITING_FOR_MARKET: _("with the Market"),
        ChatStatus.FINISHED: _("finished"),
    }
    return words[ChatStatus(status)] if status in words else cut(other_words(status), 16)


def author(sender: str) -> Span:
    """Before the words of a message on a line of its own: whose they are, unless the buyer's."""
    if sender in {"", Sender.CUSTOMER}:
        return Span("")
    if sender == Sender.PARTNER:
        return Span(f"{_('You')}: ", Role.OURS)
    return Span(f"{sender_name(sender, None)}: ", Role.THIRD)


def sender_mark(sender: str) -> tuple[str, Role]:
    """The mark of whoever wrote a message, and its look: buyer, shop or somebody else."""
    return _SENDERS[Sender(sender)] if sender in _SENDERS else (glyphs.THIRD, Role.THIRD)
