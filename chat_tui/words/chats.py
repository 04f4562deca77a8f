"""A chat in words: its subject, its buyer, its state and whose turn it is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, tzinfo

from chat_tui.locale import _
from chat_tui.model.chat import ChatContext, ChatStatus, ContextKind, Sender
from chat_tui.model.ids import Millis
from chat_tui.model.outbox import OutboxState
from chat_tui.model.queue import Elsewhere, QueueItem
from chat_tui.safetext import is_blank, one_line
from chat_tui.settings.hours import Hours
from chat_tui.words import glyphs
from chat_tui.words.line import Role, Span, cut, width_of
from chat_tui.words.times import HOUR, MINUTE

_SHORT_ORDER = 7
"""Digits of the longest order number that the list shows whole."""
_SHOP_LEAST = 2
"""Cells of a shop's name that stay in the narrowest line."""
_RESERVED = frozenset(["you", "we", "market", "support", "вы", "мы", "маркет", "поддержка", "продавец"])
"""Our own words for senders, in both languages: a buyer of that name may mean to deceive."""
_NAME_MOST = 255
"""Characters of a name that are used."""


def other_words(word: str) -> str:
    """Words for a value of the API that this version does not know."""
    return _("other ({word})").format(word=one_line(word[:40]))


def buyer_name(context: ChatContext) -> str:
    """The buyer's public name on one line, at most `NAME_MAX` cells wide; "Buyer" if it is missing.

    A name that could be mistaken for one of our own words or separators is put in quotes.
    """
    # Sliced first, because a name from outside may have any length.
    name = cut(one_line((context.customer_name or "")[:200]), glyphs.NAME_MAX)
    if is_blank(name):
        return _("Buyer")
    is_ours = name.casefold() in _RESERVED or glyphs.JOIN.strip() in name
    return _("“{name}”").format(name=name) if is_ours else name


def sender_name(sender: str, context: ChatContext | None) -> str:
    """The author of a message, as the sender column shows it; without `context` a buyer has no name."""
    if sender == Sender.CUSTOMER:
        return buyer_name(context) if context else _("Buyer")
    known: dict[str, str] = {
        Sender.PARTNER: _("You"),
        Sender.MARKET: _("Market"),
        Sender.SUPPORT: _("Support"),
    }
    return known.get(sender) or other_words(sender)


def about(context: ChatContext, *, short: bool = False) -> str:
    """The subject of a chat: an order, a return or a question; `short` keeps the last digits of a number."""
    if context.kind == ContextKind.ORDER:
        return _("order {number}").format(number=_number(context.order_id, short=short))
    if context.kind == ContextKind.RETURN:
        return _("return {number}").format(number=_number(context.return_id, short=short))
    if context.kind == ContextKind.DIRECT:
        return _("question")
    return other_words(context.kind)


def shop_title(item: QueueItem) -> str:
    """The shop on one line; with several businesses open, the business before it, if its name differs."""
    names = dict.fromkeys(one_line(name[:_NAME_MOST]) for name in (item.business, item.shop_name))
    return glyphs.JOIN.join(name for name in names if name)


def _number(number: int | None, *, short: bool) -> str:
    digits = "?" if number is None else str(number)
    return f"{glyphs.CUT}{digits[-4:]}" if short and len(digits) > _SHORT_ORDER else digits


# -- the name of a chat: buyer, order or return, shop ----------------------------------------------------


def chat_title(item: QueueItem) -> str:
    """For example "Olga K. · order 51230874561 · Cosy kitchen", on one line."""
    return _title(item, ())


def chat_brief(item: QueueItem) -> str:
    """For example "Olga K. · order …4561": the title without the shop, its number cut to the last digits."""
    context = item.chat.context
    return f"{buyer_name(context)}{glyphs.JOIN}{about(context, short=True)}"


def chat_header(item: QueueItem) -> str:
    """The title with who else is there, our labels and note; the shop comes last: the end is cut first."""
    note = f"{glyphs.NOTE} {one_line(item.note)}" if item.note else ""
    labels = " ".join(f"#{one_line(name)}" for name in item.labels)
    return _title(item, (company_words(item.elsewhere), labels, note))


def _title(item: QueueItem, own: Iterable[str]) -> str:
    context = item.chat.context
    parts = [buyer_name(context), about(context), *own, shop_title(item)]
    return glyphs.JOIN.join(part for part in parts if part)


def recipient(item: QueueItem, cells: int | None = None) -> str:
    """The line that says who will get a message, in at most so many cells; None = in full.

    First the number is shortened, then the name of the shop, and then that of the buyer.
    """
    words = _("To: {title}").format(title=chat_title(item))
    if cells is None or width_of((Span(words),)) <= cells:
        return words
    name, topic, shop = buyer_name(item.chat.context), about(item.chat.context, short=True), shop_title(item)
    least = _("To: {title}").format(title=f"{topic}{glyphs.JOIN * (2 if shop else 1)}")
    room = max(0, cells - width_of((Span(least),)))
    shop = cut(shop, max(room - width_of((Span(name),)), min(_SHOP_LEAST, room // 2)))
    parts = cut(name, room - width_of((Span(shop),))), topic, shop
    title = glyphs.JOIN.join(part for part in parts if part)
    return _("To: {title}").format(title=title)


# -- who else has a chat open ------------------------------------------------------------------------------


_WHO_MOST = 24
"""Cells of a colleague's name."""


def company_words(elsewhere: Elsewhere | None) -> str:
    """In a word or two, for a row or a header: who has the chat open in another window; "" = nobody."""
    if elsewhere is None:
        return ""
    if who := _who(elsewhere):
        return (_("typing: {name}") if elsewhere.is_typing else _("open: {name}")).format(name=who)
    return _("typing elsewhere") if elsewhere.is_typing else _("open elsewhere")


def company_sentence(elsewhere: Elsewhere) -> str:
    """The same as a sentence at the caret."""
    if who := _who(elsewhere):
        words = (
            _("{name} is writing in this chat.") if elsewhere.is_typing else _("{name} has this chat open.")
        )
        return words.format(name=who)
    if elsewhere.is_typing:
        return _("This chat is open in another window. An answer is being written there, too.")
    return _("This chat is open in another window.")


def _who(elsewhere: Elsewhere) -> str:
    return cut(one_line(elsewhere.who[:_NAME_MOST]), _WHO_MOST)


# -- whose turn it is, and which waits are highlighted ---------------------------------------------------


_ON_ITS_WAY = {OutboxState.QUEUED, OutboxState.SENDING, OutboxState.WAITING}
_SENDERS: dict[str, tuple[str, Role]] = {
    Sender.CUSTOMER: (glyphs.BUYER, Role.BUYER),
    Sender.PARTNER: (glyphs.OURS, Role.OURS),
}


@dataclass(frozen=True, slots=True)
class Patience:
    """The shop's own thresholds, after which a wait is highlighted."""

    warn: Millis = 30 * MINUTE
    late: Millis = 2 * HOUR
    hours: Hours | None = None
    """The working hours of the shop: only they count against the thresholds; None = always."""
    zone: tzinfo = UTC
    """The zone of the hours, and of the times that are shown."""

    def role(self, since: Millis, now: Millis) -> Role:
        """The role in which a wait is shown."""
        waited = now - since
        if self.hours is not None:
            waited = self.hours.worked(since, now, self.zone, enough=self.late)
        if waited >= self.late:
            return Role.BAD
        return Role.WARN if waited >= self.warn else Role.GOOD

    def sign(self, since: Millis, now: Millis) -> str:
        """The sign before the age of a wait, which says the same as its role without colour; "" = none."""
        return {Role.BAD: glyphs.LATE, Role.WARN: glyphs.WARNED}.get(self.role(since, now), "")


def state_words(item: QueueItem, held: str = "") -> tuple[str, Role]:
    """The state in a chat's row and its role: the most urgent one. `held` = words for done or snoozed."""
    claims = (
        (item.trouble == OutboxState.FAILED, _("not sent"), Role.BAD),
        (item.asks_to_decide, _("decision due"), Role.BAD),
        (item.trouble == OutboxState.UNCONFIRMED, _("unconfirmed"), Role.BAD),
        (item.has_draft, _("draft"), Role.ACCENT),
        (item.trouble in _ON_ITS_WAY, _("sending"), Role.ACCENT),
        (bool(held), held, Role.MUTED),
        (item.chat.is_dispute and item.chat.is_finished, _("dispute finished"), Role.MUTED),
        (item.chat.is_dispute, _("dispute"), Role.BAD),
        (item.waiting_since is not None, _("waiting"), Role.TEXT),
        (True, _idle_words(item.chat.status), Role.MUTED),
    )
    return next((words, role) for holds, words, role in claims if holds)


def _idle_words(status: str) -> str:
    words: dict[str, str] = {
        ChatStatus.NEW: _("new"),
        ChatStatus.WAITING_FOR_PARTNER: _("answered"),
        ChatStatus.WAITING_FOR_CUSTOMER: _("answered"),
        ChatStatus.WAITING_FOR_ARBITER: _("with the arbiter"),
        ChatStatus.WAITING_FOR_MARKET: _("with the Market"),
        ChatStatus.FINISHED: _("finished"),
    }
    return words.get(status) or cut(other_words(status), 16)


def author(sender: str) -> Span:
    """The author before the text of a message in a list; empty for the buyer."""
    if sender in {"", Sender.CUSTOMER}:
        return Span("")
    if sender == Sender.PARTNER:
        return Span(f"{_('You')}: ", Role.OURS)
    return Span(f"{sender_name(sender, None)}: ", Role.THIRD)


def sender_mark(sender: str) -> tuple[str, Role]:
    """The glyph for the author of a message, and its role: buyer, shop or somebody else."""
    return _SENDERS.get(sender, (glyphs.THIRD, Role.THIRD))
