"""Pages as the Market gives them: what of each could be read, and where the next one begins."""

from dataclasses import dataclass

from chat_tui.model.chat import Chat
from chat_tui.model.ids import Millis
from chat_tui.model.message import Message


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
