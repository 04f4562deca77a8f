"""A chat's history as it is read: messages of the Market, and echoes of what is on its way.

Also how much of it is here, and whether a message is what an outbox item became. Pure; who may ask is decided
elsewhere.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from chat_tui.model.chat import Message, Sender
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState

_UNDER_WAY: Final = frozenset({OutboxState.SENDING, OutboxState.SENT})
_LEAST_WORDS: Final = 3
_WORD: Final = re.compile(r"\w+")
_MASK: Final = re.compile(r"[*•█]{2,}")
"""What the Market puts in the place of a number or an address that it does not let pass."""


class Coverage(StrEnum):
    """How much of a chat's history is in the cache."""

    NOT_STARTED = "NOT_STARTED"
    HAVE_MORE = "HAVE_MORE"
    DONE = "DONE"


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

    @property
    def created_at(self) -> Millis:
        """When the Market took it, or, for what is not there yet, when it was queued."""
        one = self.message or self.item
        assert one is not None
        return one.created_at

    @property
    def sender(self) -> str:
        """Who wrote it, one of `Sender` or a word we do not know; what is on its way is ours."""
        return self.message.sender if self.message is not None else Sender.PARTNER


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A run of neighbouring entries of one chat, oldest first (messages by id, then echoes by seq)."""

    chat_ref: ChatRef
    entries: tuple[Entry, ...]
    has_older: bool
    """Older messages are in the cache before these."""
    has_newer: bool
    """Newer messages are in the cache after these; echoes come only with the newest."""
    coverage: Coverage
    """Whether the Market has older messages than the cache."""
    seen: MessageId | None = None
    """The newest message the operator has seen."""

    @property
    def is_complete(self) -> bool:
        """Whether the cache has the chat from its first message on."""
        return self.coverage is Coverage.DONE


@dataclass(frozen=True, slots=True)
class Draft:
    """Text typed for one chat and not sent."""

    chat_ref: ChatRef
    text: str
    caret: int
    """Characters before the caret."""
    others: tuple[str, ...] = ()
    """Different texts that other copies of the program keep for this chat, the latest first."""


def says_the_same(item: OutboxItem, message: Message) -> bool:
    """Whether a message says what the item said: the same text, or a file of that name and size."""
    if item.kind is OutboxKind.TEXT:
        return _plain(message.text or "") == _plain(item.text)
    return any(a.name == item.file_name and a.size in {item.file_size, None} for a in message.attachments)


def is_likeness(item: OutboxItem, message: Message) -> bool:
    """Whether a message may be the item's text after the Market changed some of it.

    What was masked may have been anything, all around it must be as it was; without a mask at least three
    words and half of all have to be the same, so that another text of a colleague is not taken for ours.
    """
    if item.kind is not OutboxKind.TEXT or message.attachments or not message.text:
        return False
    ours, theirs = _plain(item.text), _plain(message.text)
    return _is_masked(ours, theirs) or _shares_words(ours, theirs)


def one_each(entries: Sequence[Entry], slack: Millis) -> tuple[Entry, ...]:
    """The entries of a history with a message that is read back while its answer is awaited as one of them.

    An item under way stands with the oldest message of our side that says the same, came after the newest one
    known before its attempt, is not older than that by more than `slack`, and is no other item's. It is shown
    so and nothing more: only a look links them.
    """
    flying = sorted(
        (e.item for e in entries if e.message is None and e.item is not None and e.item.state in _UNDER_WAY),
        key=lambda item: (item.attempt_at, item.seq),
    )
    known: dict[MessageId, OutboxItem] = {}
    for item in flying:
        for entry in entries:
            message = entry.message
            if message is None or entry.item is not None or message.message_id in known:
                continue
            is_later = message.message_id > (item.base_message_id or 0)
            is_of_its_time = message.created_at >= item.attempt_at - slack
            is_own = message.sender == Sender.PARTNER
            if is_own and is_later and is_of_its_time and says_the_same(item, message):
                known[message.message_id] = item
                break
    taken = {item.outbox_id for item in known.values()}
    return tuple(
        entry
        if entry.message is None
        else Entry(entry.message, known.get(entry.message.message_id, entry.item))
        for entry in entries
        if entry.message is not None or entry.item is None or entry.item.outbox_id not in taken
    )


def _is_masked(ours: str, theirs: str) -> bool:
    first, *others = _MASK.split(theirs)
    if not others or not ours.startswith(first):
        return False
    at = len(first)
    *between, last = others
    for piece in between:
        found = ours.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return len(ours) - len(last) >= at and ours.endswith(last)


def _shares_words(ours: str, theirs: str) -> bool:
    mine, other = (Counter(_WORD.findall(text.casefold())) for text in (ours, theirs))
    common = (mine & other).total()
    return common >= _LEAST_WORDS and 2 * common >= max(mine.total(), other.total())


def _plain(text: str) -> str:
    """The text as it may come back: line ends, composition and outer blanks are not ours to trust."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
