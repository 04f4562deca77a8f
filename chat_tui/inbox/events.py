"""What changed, never the data: whoever hears of it asks the inbox again."""

from dataclasses import dataclass

from chat_tui.model.ids import ChatId


@dataclass(frozen=True, slots=True)
class ChatsChanged:
    """These chats may stand elsewhere in the list, look different there, or be new."""

    chat_ids: frozenset[ChatId]


@dataclass(frozen=True, slots=True)
class TimelineChanged:
    """Messages of this chat came or changed."""

    chat_id: ChatId


@dataclass(frozen=True, slots=True)
class OutboxChanged:
    """An outbox item of this chat came, moved or left."""

    chat_id: ChatId


@dataclass(frozen=True, slots=True)
class HistoryFailed:
    """A wanted part of this chat's history could not be read; `Inbox.link()` says why."""

    chat_id: ChatId


@dataclass(frozen=True, slots=True)
class OrdersChanged:
    """Orders or returns that somebody wanted were read, or could not be."""


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The connection, the budgets or the age of the list changed."""


@dataclass(frozen=True, slots=True)
class EngineFailed:
    """A part of the engine ended by a fault of the program; the log has the details."""

    what: str
    """The kind of the fault: a class name, never its text."""


@dataclass(frozen=True, slots=True)
class StoreMended:
    """A file of the store was lost, damaged or open to others, and that is mended."""

    words: str
    """A sentence for the operator."""


Event = (
    ChatsChanged
    | TimelineChanged
    | OutboxChanged
    | HistoryFailed
    | OrdersChanged
    | LinkChanged
    | EngineFailed
    | StoreMended
)
