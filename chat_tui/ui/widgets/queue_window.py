"""The run of neighbouring chats that the list keeps in memory: pages in, the far side out."""

from collections.abc import Iterable, Sequence
from typing import Final

from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import QueueItem, QueuePage, Tab

CAP: Final = 320
"""Chats kept at most: five pages of the store."""


class QueueWindow:
    """Chats of one tab without gaps; each chat at most once."""

    def __init__(self) -> None:
        """Begin empty, of no tab."""
        self.tab: Tab | None = None
        self.items: list[QueueItem] = []
        self.has_before = False
        self.has_after = False
        self._places: dict[ChatRef, int] = {}

    def place_of(self, chat_id: ChatRef | None) -> int | None:
        """Where a chat stands in the window."""
        return None if chat_id is None else self._places.get(chat_id)

    def replace(self, page: QueuePage) -> None:
        """Hold this page and nothing else."""
        self.tab, self.items = page.tab, list(page.items)
        self.has_before, self.has_after = page.has_before, page.has_after
        self._number()

    def extend_before(self, page: QueuePage) -> int:
        """Put a page before the window; returns by how many places the others moved down."""
        added = self._unknown(page.items)
        self.items[:0] = added
        self.has_before = page.has_before
        if len(self.items) > CAP:
            del self.items[CAP:]
            self.has_after = True
        self._number()
        return len(added)

    def extend_after(self, page: QueuePage) -> int:
        """Put a page after the window; returns by how many places the others moved up."""
        self.items += self._unknown(page.items)
        self.has_after = page.has_after
        dropped = max(0, len(self.items) - CAP)
        if dropped:
            del self.items[:dropped]
            self.has_before = True
        self._number()
        return dropped

    def update(self, items: Iterable[QueueItem]) -> list[int]:
        """Put newer values in the places of the chats that are here; returns the places that changed."""
        changed = []
        for item in items:
            place = self._places.get(item.chat.chat_id)
            if place is not None and self.items[place] != item:
                self.items[place] = item
                changed.append(place)
        return changed

    def _unknown(self, items: Sequence[QueueItem]) -> list[QueueItem]:
        # A chat that moved between two reads stays where the operator sees it.
        return [item for item in items if item.chat.chat_id not in self._places]

    def _number(self) -> None:
        self._places = {item.chat.chat_id: place for place, item in enumerate(self.items)}
