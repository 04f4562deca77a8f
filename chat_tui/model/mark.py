"""What the operator marks on a chat: for every copy, over restarts, never told to the Market."""

from dataclasses import dataclass
from typing import Final

from chat_tui.model.ids import ChatRef, MessageId, Millis

NOTE_MOST: Final = 500
"""Characters of a note."""
LABEL_MOST: Final = 24
"""Characters of a label."""
LABELS_MOST: Final = 8
"""Labels of one chat."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Done or put off until the buyer writes again; with neither, the chat is held by nothing."""

    done: MessageId | None = None
    """The newest message known when the chat was declared done; minus its time if it was not read yet."""
    snoozed: MessageId | None = None
    """The newest message known when the chat was put off; minus its time if it was not read yet."""
    until: Millis | None = None
    """When a chat put off comes back at the latest; None = only the buyer brings it back."""

    def is_snoozed(self, now: Millis) -> bool:
        """Whether the chat is put off at this moment, as long as the buyer is silent."""
        return self.snoozed is not None and (self.until is None or self.until > now)


@dataclass(frozen=True, slots=True)
class Pin:
    """Whether a chat stands above the others of its tab, below the disputes that wait."""

    is_set: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A line for ourselves; empty = none."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """Words by which chats are found together, in the order of the alphabet."""

    names: tuple[str, ...] = ()


Mark = Hold | Pin | Note | Labels
"""One kind of mark as it stands on a chat."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark that was made, and what stood in its place before: enough to take it back."""

    chat_id: ChatRef
    before: Mark
    after: Mark


def read_note(text: str) -> Note:
    """A note as it is kept: one line, at most NOTE_MOST characters."""
    return Note(" ".join(text.split())[:NOTE_MOST].rstrip())


def read_labels(text: str) -> Labels:
    """The labels typed, divided by blanks or commas: lower case, each once, no more than are kept."""
    typed = text.replace(",", " ").split()
    names = (word.lstrip("#").lower()[:LABEL_MOST] for word in typed)
    return Labels(tuple(sorted(list(dict.fromkeys(filter(None, names)))[:LABELS_MOST])))
