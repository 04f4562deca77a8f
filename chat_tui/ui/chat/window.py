"""The part of a history that is in memory: pages come in at one end, entries drop out at the other."""

from collections.abc import Iterable, Iterator
from typing import Final

from chat_tui.model.chat import Message, Sender
from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.timeline import Coverage, Entry, TimelinePage

CAP: Final = 400
"""The most entries kept: eight pages."""


class TimelineWindow:
    """Entries of one chat without gaps, oldest first; echoes are at the newest end only."""

    def __init__(self, page: TimelinePage) -> None:
        """Begin with one page; only entries that adjoin it are added later."""
        self.chat_ref: ChatRef = page.chat_ref
        self.senders: set[str] = set()
        """Everyone who wrote what is, or ever was, in the window."""
        self.replace(page)

    def replace(self, page: TimelinePage) -> None:
        """Replace all entries by this page of the chat."""
        self.entries: list[Entry] = list(page.entries)
        self.has_older = page.has_older
        self.has_newer = page.has_newer
        self.coverage: Coverage = page.coverage
        self._meet(page.entries)

    @property
    def oldest_id(self) -> MessageId | None:
        """The oldest message held; None while there is none."""
        return next(_ids(self.entries), None)

    @property
    def newest_id(self) -> MessageId | None:
        """The newest message held; None while there is none."""
        return next(_ids(reversed(self.entries)), None)

    def place_of(self, key: str | None) -> int | None:
        """The place of an entry, or None; an echo is also found once it has become a message."""
        return next((place for place, entry in enumerate(self.entries) if has_key(entry, key)), None)

    def extend_older(self, page: TimelinePage) -> bool:
        """Add a page before the window; False if it held nothing new."""
        added = _before(self.oldest_id, page.entries)
        self._meet(added)
        self.entries[:0] = added
        self.has_older, self.coverage = page.has_older, page.coverage
        if len(self.entries) > CAP:
            del self.entries[CAP:]
            self.has_newer = True
        return bool(added)

    def extend_newer(self, page: TimelinePage) -> bool:
        """Add a page after the window; False if it held nothing new although there is more."""
        newest = self.newest_id
        added = [entry for entry in page.entries if _is_after(entry, newest)]
        self._meet(added)
        # Without our echoes: only the newest page has them, and brings them again.
        self.entries = _before(None, self.entries) + added
        self.has_newer, self.coverage = page.has_newer, page.coverage
        if len(self.entries) > CAP:
            del self.entries[: len(self.entries) - CAP]
            self.has_older = True
        return bool(added) or not page.has_newer

    def refresh_newest(self, page: TimelinePage) -> bool:
        """Replace the newest entries by this page; False if there is a gap between it and the window."""
        self.coverage = page.coverage
        first = next(_ids(page.entries), None)
        newest = self.newest_id
        has_gap = first is not None and newest is not None and newest < first and page.has_older
        if self.has_newer or has_gap:
            self.has_newer = True
            return False
        kept = _before(first, self.entries)
        if not kept:
            # The page now holds the oldest entry as well.
            self.has_older = page.has_older
        self.entries = kept + list(page.entries)
        self._meet(page.entries)
        return True

    def _meet(self, entries: Iterable[Entry]) -> None:
        self.senders.update(entry.sender for entry in entries)


def has_key(entry: Entry, key: str | None) -> bool:
    """Whether the key names this entry, or the echo that it was before it became a message."""
    return entry.key == key or (entry.item is not None and f"o{entry.item.outbox_id}" == key)


def _ids(entries: Iterable[Entry]) -> Iterator[MessageId]:
    return (entry.message.message_id for entry in entries if entry.message is not None)


def _before(message_id: MessageId | None, entries: Iterable[Entry]) -> list[Entry]:
    """The entries with a message older than `message_id` (None = with any message), so no echoes."""
    return [
        entry
        for entry in entries
        if entry.message is not None and (message_id is None or entry.message.message_id < message_id)
    ]


def _is_after(entry: Entry, newest: MessageId | None) -> bool:
    return entry.message is None or newest is None or entry.message.message_id > newest


def is_theirs(message: Message | None, after: MessageId) -> bool:
    """Whether a message is newer than `after` and not from the shop."""
    return message is not None and message.message_id > after and message.sender != Sender.PARTNER


def nearest_to(page: TimelinePage, message_id: MessageId) -> str | None:
    """Key of a message; if it is gone, of the next one, else of the last entry. None if the page is empty."""
    keys = [entry.key for entry in page.entries if entry.message and entry.message.message_id >= message_id]
    return keys[0] if keys else page.entries[-1].key if page.entries else None


def first_unseen(page: TimelinePage) -> str | None:
    """Key of the first message the operator has not seen; None if there is none or nothing was seen yet."""
    if (seen := page.seen) is None:
        return None
    return next((entry.key for entry in page.entries if is_theirs(entry.message, seen)), None)
