"""Messages read for a send that the cache could not take: a full disk below it stops no message."""

from collections import OrderedDict
from collections.abc import Iterable

from chat_tui.model.ids import ChatId, MessageId, Millis
from chat_tui.model.message import Message, Sender

_MOST_CHATS = 200
"""Those not asked for longest go first: they are read again when they are needed."""
_MOST_MESSAGES = 1_000
"""Of one chat; the newest stay."""


class Unstored:
    """By chat, until the cache takes them. Lives on the engine's thread."""

    def __init__(self) -> None:
        self._chats: OrderedDict[ChatId, dict[MessageId, Message]] = OrderedDict()

    def add(self, chat_id: ChatId, found: Iterable[Message]) -> None:
        """Keep messages of a chat beside those kept before; a chat without any is known to be empty."""
        kept = self._chats.setdefault(chat_id, {})
        kept.update((message.message_id, message) for message in found)
        for message_id in sorted(kept)[:-_MOST_MESSAGES]:
            del kept[message_id]
        self._chats.move_to_end(chat_id)
        while len(self._chats) > _MOST_CHATS:
            self._chats.popitem(last=False)

    def forget(self, chat_id: ChatId) -> None:
        """The cache has taken the chat."""
        self._chats.pop(chat_id, None)

    def newest(self, chat_id: ChatId) -> MessageId | None:
        """The newest message kept of a chat, 0 for one read and found empty; None if nothing was kept."""
        kept = self._chats.get(chat_id)
        return None if kept is None else max(kept, default=MessageId(0))

    def own(self, chat_id: ChatId, after: MessageId, not_before: Millis) -> tuple[Message, ...]:
        """Our side's messages after one, not older than a moment; oldest first."""
        kept = self._chats.get(chat_id, {})
        return tuple(
            kept[message_id]
            for message_id in sorted(kept)
            if message_id > after
            and kept[message_id].sender == Sender.PARTNER
            and kept[message_id].created_at >= not_before
        )
