"""Which chats a tab of the list holds, and in which order: one index of the cache each.

`QueueKey(bucket, order, chat)` is the place of a chat; pages are found by it and never counted off. Its
bucket is twice that of the column, so that there is room for the pinned chats between two.
"""

from dataclasses import dataclass
from typing import Final

from chat_tui.model.ids import BusinessId, Millis
from chat_tui.model.queue import QueueKey, Tab
from chat_tui.store.marks import DONE, SNOOZED


@dataclass(frozen=True, slots=True)
class TabPlace:
    """Where a tab is in the table `chat c`."""

    within: str
    """SQL condition: the chat is in the tab, but for the operator's marks."""
    bucket: str
    """SQL column of QueueKey.bucket; a bare number where all chats share it."""
    order: str
    """SQL column of QueueKey.order."""
    marked: str = ""
    """SQL condition on the marks of the operator, which end at `{now}`; empty = marks do not count."""
    lift: int = 3
    """By how much a pin lessens QueueKey.bucket: 3 is above everything, 1 only above its like."""

    def holds(self, now: Millis) -> str:
        """The condition that the chat is in the tab at this moment."""
        return f"{self.within} AND {self.marked.format(now=int(now))}" if self.marked else self.within

    @property
    def is_one_bucket(self) -> bool:
        """Whether the order alone tells the place."""
        return self.bucket == "0"

    def ordered(self, *, backwards: bool) -> str:
        """The ORDER BY clause."""
        columns = (self.order,) if self.is_one_bucket else (self.bucket, self.order)
        way = " DESC" if backwards else ""
        return "ORDER BY " + ", ".join(f"{column}{way}" for column in (*columns, "c.chat_id"))

    def bucket_of(self, bucket: int, *, is_pinned: bool) -> int:
        """QueueKey.bucket of a chat, from its column."""
        return 2 * bucket - self.lift if is_pinned else 2 * bucket

    def compared(self, sign: str, key: QueueKey, business: BusinessId) -> tuple[str, tuple[float, ...]]:
        """The condition that a chat without a pin stands on one side of a key, and what it binds.

        The key may be that of another business: where all else is equal, the chats of one business come
        wholly before those of the next. No chat has the number 0.
        """
        order, number = key.order, key.chat.number
        if key.chat.business != business:
            order, number = order + (key.chat.business > business), 0
        if self.is_one_bucket:
            if key.bucket < 0:
                return ("1" if sign.startswith(">") else "0"), ()
            return f"({self.order}, c.chat_id) {sign} (?, ?)", (order, number)
        numbers = (key.bucket / 2, order, number)
        return f"({self.bucket}, {self.order}, c.chat_id) {sign} (?, ?, ?)", numbers


_AWAKE: Final = f"c.chat_id NOT IN ({DONE} UNION ALL {SNOOZED})"
"""Marks that hold are few: they are found once for a query, and the index of the tab stays the way."""

_UNANSWERED: Final = """c.waiting_bucket IS NOT NULL
    AND NOT (c.waiting_bucket = 0 AND c.last_speaker = 'PARTNER' AND c.newest_sender IN ('PARTNER', 'MARKET'))
"""
"""An open dispute waits as any chat does, only before all others; the arbiter's words wait for us too."""

PLACES: Final = {
    Tab.WAITING: TabPlace(_UNANSWERED, "c.waiting_bucket", "c.waiting_order", _AWAKE, lift=1),
    Tab.DISPUTES: TabPlace("c.dispute_bucket IS NOT NULL", "c.dispute_bucket", "c.newest_order"),
    Tab.RETURNS: TabPlace("c.context_kind = 'RETURN'", "c.turn_bucket", "c.turn_order"),
    Tab.QUESTIONS: TabPlace("c.context_kind = 'DIRECT'", "c.turn_bucket", "c.turn_order"),
    Tab.SNOOZED: TabPlace("1", "0", "c.newest_order", f"c.chat_id IN ({SNOOZED})"),
    Tab.ALL: TabPlace("1", "0", "c.newest_order"),
}
