"""What speaks against sending, in words: the same wherever something leaves."""

from collections.abc import Sequence
from typing import Final

from chat_tui.locale import N_, _, ngettext
from chat_tui.model.doubt import Contact, ContactKind, Doubt, DoubtKind
from chat_tui.words.line import cut, shown

_NAMED: Final = 3
"""Pieces of the text that are quoted; the others are counted."""
_CELLS: Final = 40
_KINDS: Final = {
    ContactKind.PHONE: N_("a phone number"),
    ContactKind.MAIL: N_("a mail address"),
    ContactKind.MESSENGER: N_("a messenger"),
    ContactKind.LINK: N_("a link to another site"),
}


def contact_warning(found: Sequence[Contact]) -> str:
    """What was found, and why it matters."""
    pieces = [
        _("{kind}: “{text}”").format(kind=_(_KINDS[one.kind]), text=cut(shown(one.text, lines=False), _CELLS))
        for one in found[:_NAMED]
    ]
    if (more := len(found) - _NAMED) > 0:
        pieces.append(ngettext("{n} more", "{n} more", more).format(n=more))
    words = _("The text seems to hold {what}. The Market may hide the shop's goods for that.")
    return words.format(what=", ".join(pieces))


def doubt_words(doubts: Sequence[Doubt]) -> str:
    """A sentence for each of them; how to agree is for whoever asks to say."""
    return " ".join(map(_sentence, doubts))


def _sentence(doubt: Doubt) -> str:
    match doubt.kind:
        case DoubtKind.FINISHED:
            return _("This chat is finished: the Market may refuse the message.")
        case DoubtKind.CONTACTS:
            return contact_warning(doubt.contacts)
        case DoubtKind.PRIVATE:
            return _("This file looks like a key or passwords.")
