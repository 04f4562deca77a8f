"""One chat of the list as two lines: who, whose turn and since when; about what, and how it stands."""

from dataclasses import dataclass

from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.model.message import Sender
from chat_tui.model.queue import QueueItem
from chat_tui.words import glyphs
from chat_tui.words.chats import about, buyer_name
from chat_tui.words.line import Line, Role, Span, cut, fit, pad, shown, spread, width_of
from chat_tui.words.times import age, hold_words
from chat_tui.words.turn import Patience, author, state_words

_WITHOUT_AGE = 26
"""Cells of a row below which its age gives way to the name."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a row stands in its list."""

    is_highlighted: bool = False
    is_opened: bool = False


def queue_row(
    item: QueueItem,
    now: Millis,
    width: int,
    look: Look = Look(),
    patience: Patience = Patience(),  # noqa: B008 - frozen
) -> tuple[Line, Line]:
    """The two lines of a chat, each exactly `width` cells wide or, when there is no room, less."""
    bar = Span(glyphs.HIGHLIGHT if look.is_highlighted else " ", Role.ACCENT)
    gutter = Span(glyphs.OPENED, Role.ACCENT) if look.is_opened else bar
    pin = Span(glyphs.PIN if item.is_pinned else " ", Role.ACCENT)
    name = Role.STRONG if look.is_highlighted or item.is_unseen else Role.TEXT
    first = spread(
        (gutter, _mark(item), pin, Span(buyer_name(item.chat.context), name)),
        (*_state(item, now, patience, with_age=width >= _WITHOUT_AGE), Span(" ")),
        width,
    )
    column = _business(item, width)
    room = max(0, width - 4 - width_of(column))
    second = fit((bar, Span("  "), *column, *_preview(item, room)), width)
    return first, second


def _business(item: QueueItem, width: int) -> Line:
    """The column of businesses, while several are open."""
    if not item.business:
        return ()
    cells = min(glyphs.BUSINESS_MAX, max(glyphs.BUSINESS_MIN, width // 4))
    return (Span(pad(cut(shown(item.business, lines=False), cells), cells), Role.ACCENT), Span("  "))


def _mark(item: QueueItem) -> Span:
    if item.chat.is_dispute:
        return Span(glyphs.DISPUTE, Role.BAD)
    return Span(glyphs.UNSEEN, Role.ACCENT) if item.is_unseen else Span(" ")


def _state(item: QueueItem, now: Millis, patience: Patience, *, with_age: bool) -> Line:
    held = hold_words(item.hold, now, patience.zone) if item.hold is not None else ""
    words, role = state_words(item, held)
    since = item.waiting_since if item.waiting_since is not None else item.chat.updated_at
    if item.waiting_since is not None and role is Role.TEXT:
        role = patience.role(item.waiting_since, now)
    if not with_age:
        return (Span(words, role),)
    aged = role if item.waiting_since is not None else Role.MUTED
    return (Span(words, role), Span(" "), Span(pad(age(since, now), glyphs.AGE, right=True), aged))


def _preview(item: QueueItem, cells: int) -> Line:
    # Beside a column of businesses the number stays whole, at the cost of the preview.
    subject = Span(cut(_subject(item), max(15 if item.business else 8, cells // 2)), Role.MUTED)
    own = Span(cut(own_words(item), max(4, cells // 3)), Role.ACCENT)
    words = shown(item.snippet, lines=False)
    if item.newest_has_file:
        words = f"{glyphs.FILE} {words or _('file')}"
    elif not words:
        words = _("(empty: a sticker?)") if item.newest_sender else ""
    gap = Span("  " if own.text else "")
    return fit((subject, gap, own, Span("  "), author(item.newest_sender), Span(words, _tone(item))), cells)


def own_words(item: QueueItem) -> str:
    """The operator's labels, and a mark where there is a note; empty = neither."""
    labels = [f"#{shown(name, lines=False)}" for name in item.labels]
    return " ".join([*([glyphs.NOTE] if item.note else []), *labels])


def _subject(item: QueueItem) -> str:
    """What the chat is about, and that it is a dispute where the first line has something else to say."""
    subject = about(item.chat.context, short=True)
    is_said = not item.chat.is_dispute or state_words(item)[0] == _("dispute")
    return subject if is_said else f"{_('dispute')}, {subject}"


def _tone(item: QueueItem) -> Role:
    return Role.SOFT if item.newest_sender == Sender.CUSTOMER else Role.MUTED
