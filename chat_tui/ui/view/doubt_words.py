"""What speaks against sending, in words: the same wherever something leaves."""

from collections.abc import Sequence

from chat_tui.locale import _
from chat_tui.model.doubt import Doubt, DoubtKind
from chat_tui.ui.view.contact_words import contact_warning


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
