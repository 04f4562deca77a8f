"""Contacts and foreign links in a text, in words, before it is sent."""

from collections.abc import Sequence
from typing import Final

from chat_tui.locale import N_, _, ngettext
from chat_tui.model.contacts import Contact, ContactKind
from chat_tui.ui.view.line import cut, shown

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
