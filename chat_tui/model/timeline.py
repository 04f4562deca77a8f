"""A chat's history as it is read: messages of the Market, and echoes of what is on its way."""

from dataclasses import dataclass

from chat_tui.model.ids import ChatId, MessageId
from chat_tui.model.message import Message
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.paging import Coverage


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in the history: a message, an echo (outbox item not seen there yet), or both once linked."""

    message: Message | None
    item: OutboxItem | None = None

    @property
    def key(self) -> str:
        """A name that stays the same while the entry lives."""
        if self.message is not None:
            return f"m{self.message.message_id}"
        assert self.item is not None
        return f"o{self.item.outbox_id}"


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A run of neighbouring entries of one chat, oldest first (messages by id, then echoes by seq)."""

    chat_id: ChatId
    entries: tuple[Entry, ...]
    has_older: bool
    """Older messages are in the cache before these."""
    has_newer: bool
    """Newer messages are in the cache after these; echoes come only with the newest."""
    coverage: Coverage
    """Whether the Market has older messages than the cache."""
    seen: MessageId | None = None
    """The newest message the operator has seen."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Text typed for one chat and not sent."""

    chat_id: ChatId
    text: str
    caret: int
    """Characters before the caret."""
    others: tuple[str, ...] = ()
    """Different texts that other copies of the program keep for this chat, the latest first."""
