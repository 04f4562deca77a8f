"""What the operator is asked about before something leaves: he may agree, nobody else may for him."""

from dataclasses import dataclass
from enum import StrEnum

from chat_tui.model.contacts import Contact


class DoubtKind(StrEnum):
    """What speaks against sending."""

    FINISHED = "finished"
    """The chat is finished: the Market may refuse the message."""
    CONTACTS = "contacts"
    """Contacts or foreign links in the text: the Market may hide the shop's goods for them."""
    PRIVATE = "private"
    """The file looks like a key or passwords: a buyer hardly ever needs one."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt about one thing; who agrees to it has agreed to nothing else."""

    kind: DoubtKind
    about: str = ""
    """The text or the name of the file; empty for the chat as a whole."""
    contacts: tuple[Contact, ...] = ()
    """What was found in the text, in its order."""
