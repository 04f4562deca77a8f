"""New messages of buyers: what an operator who looks elsewhere is called for."""

from collections.abc import Iterable

from chat_tui.inbox.service import Inbox
from chat_tui.model.ids import ChatId, Millis
from chat_tui.model.message import Sender
from chat_tui.model.queue import QueueItem, Tab


class Arrivals:
    """Tells every message once; what was there when the list was first read is not new."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox
        self._since: Millis | None = None
        """The newest time in the list when it was first read."""
        self._told: dict[ChatId, Millis] = {}

    async def among(self, changed: Iterable[ChatId]) -> list[QueueItem]:
        """Those of the changed chats whose newest message is a buyer's and new."""
        if self._since is None:
            if self._inbox.link().fresh_at is None:
                return []
            page = await self._inbox.queue_page(Tab.ALL, limit=1)
            self._since = max((item.chat.updated_at for item in page.items), default=0)
        items = [item for chat_id in changed if (item := await self._inbox.queue_item(chat_id)) is not None]
        return [item for item in items if self._is_new(item, self._since)]

    def _is_new(self, item: QueueItem, since: Millis) -> bool:
        at, chat_id = item.chat.updated_at, item.chat.chat_id
        if item.newest_sender != Sender.CUSTOMER or at <= max(since, self._told.get(chat_id, 0)):
            return False
        self._told[chat_id] = at
        return True
