"""What is looked for in everything ever read, what was found, and how much of the history that covers."""

from dataclasses import dataclass, field
from enum import StrEnum

from chat_tui.model.ids import ChatId, MessageId, Millis
from chat_tui.model.queue import QueueItem


class About(StrEnum):
    """What a chat may be narrowed to by a filter word: its context, or that it is a dispute."""

    ORDER = "order"
    RETURN = "return"
    QUESTION = "question"
    DISPUTE = "dispute"


class Standing(StrEnum):
    """Whose turn it is, as a filter word says it."""

    WAITING = "waiting"
    """The buyer waits for us."""
    ANSWERED = "answered"
    """It is not our turn, and the chat is not over."""
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A search as the store understands it. Everything given must hold; nothing given finds nothing."""

    words: tuple[str, ...] = ()
    """As typed, in any case and form: of a text, a buyer's name, a file's name, or an order's number."""
    is_last_whole: bool = False
    """Whether a blank follows the last word; while it is being typed, its beginning is enough."""
    standings: frozenset[Standing] = frozenset()
    """Any of them; empty = all."""
    abouts: frozenset[About] = frozenset()
    """Any of them; empty = all."""
    labels: frozenset[str] = frozenset()
    """Beginnings of labels, in lower case, "ё" as "е"; any of them; empty = all chats."""
    since: Millis | None = None
    """Only what was written at or after this moment."""
    until: Millis | None = None
    """Only what was written before this moment."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is looked for."""
        return not (self.words or self.standings or self.abouts or self.labels or self.since or self.until)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One thing found: a message, or a chat by its buyer or number."""

    item: QueueItem
    """The chat as the list shows it (its key is that of Tab.ALL)."""
    message_id: MessageId | None
    """The message to open the chat at; None = the chat itself was found."""
    created_at: Millis
    """Of the message; of a chat the time of its latest one."""
    sender: str
    """A `Sender` or another word; empty for a chat."""
    text: str
    """Text of the message, raw; empty for a chat or a message without text."""
    file_names: tuple[str, ...] = ()
    """Names of the message's files, raw."""
    key: int = field(default=0, compare=False)
    """To go on after it; only whoever searched reads it."""

    @property
    def chat_id(self) -> ChatId:
        """The chat it is in."""
        return self.item.chat.chat_id


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What was found: chats by buyer or number first, then messages, newest first."""

    hits: tuple[SearchHit, ...]
    next_key: int | None
    """To go on with; None = that was all."""


@dataclass(frozen=True, slots=True)
class SearchCoverage:
    """How much of the shop's history a search looks through."""

    chats: int
    """All chats known."""
    read: int
    """Those whose history is here from its first message on."""
    oldest_at: Millis | None
    """Back to this moment no chat that is known to have been written in since is missing; None = unknown."""
    is_fetching: bool = False
    """Whether the rest is being read now because the operator asked for it."""

    @property
    def share(self) -> float:
        """0 … 1; 1 for a shop without chats."""
        return self.read / self.chats if self.chats else 1.0
