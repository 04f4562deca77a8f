"""The history of a chat as the screen shows it: messages of the Market, and echoes of items being sent.

Also how much of a history is stored, and whether a message may be the one that an outbox item became.
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
"""What the Market puts in place of a phone number or an address that it does not allow."""


class Coverage(StrEnum):
    """How much of a chat's history is in the cache."""

    NOT_STARTED = "NOT_STARTED"
    HAVE_MORE = "HAVE_MORE"
    DONE = "DONE"


@dataclass(frozen=True, slots=True)
class HistoryCursor:
    """How much of a chat's history is in the cache, and where to go on fetching it."""

    lo: MessageId | None
    """The oldest message in the cache; None = none."""
    hi: MessageId | None
    """The newest message before which none is missing; newer ones are fetched from here. None = none."""
    coverage: Coverage
    older_token: str | None
    """The page token that asks for older messages; None = there is none."""
    updated_at: Millis
    """Time of the latest message according to the list."""
    newest_at: Millis
    """Time of the newest message in the cache; 0 = none."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message, an echo (an outbox item not yet seen in the history), or both once they are linked."""

    message: Message | None
    item: OutboxItem | None = None

    @property
    def key(self) -> str:
        """A name that identifies the entry on the screen; it changes only when an echo becomes a message."""
        if self.message is not None:
            return f"m{self.message.message_id}"
        assert self.item is not None
        return f"o{self.item.outbox_id}"

    @property
    def created_at(self) -> Millis:
        """When the Market accepted it; for an echo, when it was queued."""
        one = self.message or self.item
        assert one is not None
        return one.created_at

    @property
    def sender(self) -> str:
        """Who wrote it, a `Sender` or a word this version does not know; an echo is always ours."""
        return self.message.sender if self.message is not None else Sender.PARTNER


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A run of neighbouring entries of one chat, oldest first (messages by id, then echoes by seq)."""

    chat_ref: ChatRef
    entries: tuple[Entry, ...]
    has_older: bool
    """Whether the cache has older messages than these."""
    has_newer: bool
    """Whether the cache has newer messages than these; only the newest page has echoes."""
    coverage: Coverage
    """Whether the Market has older messages than the cache."""
    seen: MessageId | None = None
    """The newest message the operator has seen; None = none."""

    @property
    def is_complete(self) -> bool:
        """Whether the cache has the chat from its first message on."""
        return self.coverage is Coverage.DONE


@dataclass(frozen=True, slots=True)
class Draft:
    """Text typed for a chat and not sent yet."""

    chat_ref: ChatRef
    text: str
    caret: int
    """Number of characters before the caret."""
    others: tuple[str, ...] = ()
    """Different texts that other running copies have for this chat, the latest first."""


def says_the_same(item: OutboxItem, message: Message) -> bool:
    """Whether a message has the content of the item: the same text, or a file of the same name and size."""
    if item.kind is OutboxKind.TEXT:
        return _plain(message.text or "") == _plain(item.text)
    # The Market may leave out the size.
    return any(a.name == item.file_name and a.size in {item.file_size, None} for a in message.attachments)


def is_likeness(item: OutboxItem, message: Message) -> bool:
    """Whether a message may be the item's text after the Market changed part of it.

    A mask may hide anything, but the text around it must be the same. Without a mask, at least three words
    and half of all words must be the same, so that a colleague's text is not taken for ours.
    """
    if item.kind is not OutboxKind.TEXT or message.attachments or not message.text:
        return False
    ours, theirs = _plain(item.text), _plain(message.text)
    return _is_masked(ours, theirs) or _shares_words(ours, theirs)


def one_each(entries: Sequence[Entry], slack: Millis) -> tuple[Entry, ...]:
    """The entries, with the echo of each item under way merged into its message if that is already there.

    The message is the oldest one of ours with the same content that came after the base of the item, at most
    `slack` milliseconds before its attempt, and belongs to no other item. An item that the Market accepted
    may also be the message that shows its text with something masked, if no other item or message can be
    meant. This is only for the screen: the reconciler alone links items and messages in the store.
    """
    # The history may be read between the moment the Market has a message and its answer to our request.
    flying = sorted(
        (e.item for e in entries if e.message is None and e.item is not None and e.item.state in _UNDER_WAY),
        key=lambda item: (item.attempt_at, item.seq),
    )
    free = [e.message for e in entries if e.message is not None and e.item is None]
    known: dict[MessageId, OutboxItem] = {}
    for item in flying:
        for message in free:
            is_free = message.message_id not in known and _may_be_of(item, message, slack)
            if is_free and says_the_same(item, message):
                known[message.message_id] = item
                break
    left = [item for item in flying if item not in known.values()]
    if len(left) == 1 and left[0].state is OutboxState.SENT and not left[0].in_doubt:
        found = [one for one in free if one.message_id not in known and _may_be_of(left[0], one, slack)]
        if len(found) == 1 and _is_masked_text(left[0], found[0]):
            known[found[0].message_id] = left[0]
    taken = {item.outbox_id for item in known.values()}
    return tuple(
        entry
        if entry.message is None
        else Entry(entry.message, known.get(entry.message.message_id, entry.item))
        for entry in entries
        if entry.message is not None or entry.item is None or entry.item.outbox_id not in taken
    )


def _may_be_of(item: OutboxItem, message: Message, slack: Millis) -> bool:
    """Whether a message is one of ours and came when that of the item must have come."""
    is_later = message.message_id > (item.base_message_id or 0)
    return message.sender == Sender.PARTNER and is_later and message.created_at >= item.attempt_at - slack


def _is_masked_text(item: OutboxItem, message: Message) -> bool:
    """Whether a message is the item's text with something masked, and something still to be read."""
    if item.kind is not OutboxKind.TEXT or message.attachments or not message.text:
        return False
    theirs = _plain(message.text)
    return _WORD.search(theirs) is not None and _is_masked(_plain(item.text), theirs)


def _is_masked(ours: str, theirs: str) -> bool:
    first, *others = _MASK.split(theirs)
    if not others or not ours.startswith(first):
        return False
    at = len(first)
    # The pieces between the masks must follow one another in ours, and the last must end it.
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
    """The text without what the Market may change in it: line ends, Unicode composition, outer blanks."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
