"""How much of a paged thing is known."""

from dataclasses import dataclass
from enum import StrEnum

from chat_tui.model.chat import Chat
from chat_tui.model.ids import MessageId, Millis
from chat_tui.model.message import Message


class Coverage(StrEnum):
    """How much of a chat's history is in the cache."""

    NOT_STARTED = "NOT_STARTED"
    HAVE_MORE = "HAVE_MORE"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item of a page that is not what was agreed; it costs only itself and is kept for a bug report."""

    why: str
    """In the decoder's words, without anything of the item."""
    raw: bytes
    """The item as JSON, but for lone surrogates; empty when there was no list at all."""


@dataclass(frozen=True, slots=True)
class ChatsPage:
    """One page of getChats."""

    chats: tuple[Chat, ...]
    next_token: str | None
    """Ask for the next page with it; None = this was the last page."""
    unreadable: tuple[Unreadable, ...] = ()
    server_time: Millis | None = None
    """The `Date` header of the answer: the Market's own clock."""

    @property
    def skipped(self) -> int:
        """How many items could not be read."""
        return len(self.unreadable)


@dataclass(frozen=True, slots=True)
class MessagesPage:
    """One page of getChatHistory, in the order the Market gave."""

    messages: tuple[Message, ...]
    next_token: str | None
    unreadable: tuple[Unreadable, ...] = ()
    server_time: Millis | None = None
    """The `Date` header of the answer: the Market's own clock."""

    @property
    def skipped(self) -> int:
        """How many items could not be read."""
        return len(self.unreadable)


@dataclass(frozen=True, slots=True)
class HistoryCursor:
    """How much of one chat's history is in the cache, and where reading goes on."""

    lo: MessageId | None
    """The oldest message in the cache; None = none."""
    hi: MessageId | None
    """The newest message up to which nothing is missing; newer ones are asked from here. None = none."""
    coverage: Coverage
    older_token: str | None
    """The page token with which older messages are asked for."""
    updated_at: Millis
    """Time of the latest message, as the list tells."""
    newest_at: Millis
    """Time of the newest message in the cache; 0 = none."""
