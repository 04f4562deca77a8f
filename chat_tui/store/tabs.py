"""Which chats a tab of the list holds, and in which order: one index of the cache each.

`QueueKey(bucket, order, chat_id)` is the place of a chat; pages are found by it and never counted off.
"""

from dataclasses import dataclass
from typing import Final

from chat_tui.model.queue import QueueKey, Tab


@dataclass(frozen=True, slots=True)
class TabPlace:
    """Where a tab is in the table `chat c`."""

    within: str
    """SQL condition: the chat is in the tab."""
    bucket: str
    """SQL column of QueueKey.bucket; a bare number where all chats share it."""
    order: str
    """SQL column of QueueKey.order."""

    @property
    def is_one_bucket(self) -> bool:
        """Whether the order alone tells the place."""
        return self.bucket == "0"

    def ordered(self, *, backwards: bool) -> str:
        """The ORDER BY clause."""
        columns = (self.order,) if self.is_one_bucket else (self.bucket, self.order)
        way = " DESC" if backwards else ""
        return "ORDER BY " + ", ".join(f"{column}{way}" for column in (*columns, "c.chat_id"))

    def compared(self, sign: str) -> str:
        """The condition that a chat stands on one side of the key whose `numbers` are bound."""
        if self.is_one_bucket:
            return f"({self.order}, c.chat_id) {sign} (?, ?)"
        return f"({self.bucket}, {self.order}, c.chat_id) {sign} (?, ?, ?)"

    def numbers(self, key: QueueKey) -> tuple[int, ...]:
        """What `compared` binds."""
        return (key.order, key.chat_id) if self.is_one_bucket else (key.bucket, key.order, key.chat_id)


PLACES: Final = {
    Tab.WAITING: TabPlace("c.waiting_bucket IS NOT NULL", "c.waiting_bucket", "c.waiting_order"),
    Tab.DISPUTES: TabPlace("c.dispute_bucket IS NOT NULL", "c.dispute_bucket", "c.newest_order"),
    Tab.RETURNS: TabPlace("c.context_kind = 'RETURN'", "c.turn_bucket", "c.turn_order"),
    Tab.QUESTIONS: TabPlace("c.context_kind = 'DIRECT'", "c.turn_bucket", "c.turn_order"),
    # Nothing can be snoozed yet.
    Tab.SNOOZED: TabPlace("0", "0", "c.newest_order"),
    Tab.ALL: TabPlace("1", "0", "c.newest_order"),
}
