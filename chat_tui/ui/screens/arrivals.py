"""New messages of buyers: what an operator who looks elsewhere is called for."""

from collections.abc import Iterable
from dataclasses import dataclass

from chat_tui.inbox.service import Inbox
from chat_tui.model.ids import ChatId, MessageId, Millis
from chat_tui.model.message import Message, Sender
from chat_tui.model.queue import QueueItem, Tab, snippet

_LOOK_BACK = 5
"""Messages behind which a buyer's may stand: the Market adds its own."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A buyer wrote in a chat."""

    item: QueueItem
    words: str
    """The beginning of what was written, raw."""


class Arrivals:
    """Tells every message once; what was there when the list was first read is not new."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._since: Millis | None = None
        """The newest time in the list when it was first read."""
        self._told: dict[ChatId, MessageId] = {}

    async def among(self, changed: Iterable[ChatId]) -> list[Arrival]:
        """Those of the changed chats in which a buyer wrote last, since we were last told."""
        if self._since is None:
            if self._inbox.link().fresh_at is None:
                return []
            newest = await self._inbox.queue_page(Tab.ALL, limit=1)
            self._since = max((item.chat.updated_at for item in newest.items), default=0)
        found = []
        for chat_id in changed:
            item = await self._inbox.queue_item(chat_id)
            if item is not None and item.chat.updated_at > self._since:
                page = await self._inbox.timeline(chat_id, limit=_LOOK_BACK)
                message = _last_of_buyer([entry.message for entry in page.entries])
                if message is not None and self._is_new(message, self._since):
                    self._told[chat_id] = message.message_id
                    found.append(Arrival(item, snippet(message)))
        return found

    def _is_new(self, message: Message, since: Millis) -> bool:
        return message.created_at > since and message.message_id > self._told.get(message.chat_id, 0)


def _last_of_buyer(messages: Iterable[Message | None]) -> Message | None:
    """The newest message of the buyer that the shop has not answered."""
    last = None
    for message in messages:
        if message is not None and message.sender in {Sender.CUSTOMER, Sender.PARTNER}:
            last = message
    return last if last is not None and last.sender == Sender.CUSTOMER else None
