"""Numbers that keep the chats of several businesses apart in one queue.

The Market numbers chats for each business, and nothing promises that two businesses never hold the same
number. So the number of a chat tells which of the open businesses it belongs to: it is the Market's own
number in the low 63 bits, and the place of the business among those open in the bits above. Both directions
are exact, so that no text can go to a chat of another business. These numbers live as long as the program:
stores and the Market know only their own.
"""

from dataclasses import replace
from typing import Final

from chat_tui.model.ids import ChatId, OutboxId
from chat_tui.model.mark import Marked
from chat_tui.model.order import ChatOrder
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.queue import QueueItem, QueueKey
from chat_tui.model.search import SearchHit
from chat_tui.model.timeline import Draft, TimelinePage

_BITS: Final = 63
_OWN: Final = (1 << _BITS) - 1


def common_chat(place: int, chat_id: ChatId) -> ChatId:
    """The number in the common queue of a chat of the business in this place; 0 is the first place."""
    assert 0 <= chat_id <= _OWN, "the Market's ids are int64 and positive"
    return ChatId(place << _BITS | chat_id)


def own_chat(chat_id: ChatId) -> tuple[int, ChatId]:
    """The place of the business a chat of the common queue belongs to, and the Market's number of it."""
    return chat_id >> _BITS, ChatId(chat_id & _OWN)


def common_outbox(place: int, outbox_id: OutboxId) -> OutboxId:
    """The name in the common outbox of an item of the business in this place."""
    return OutboxId(f"{place}:{outbox_id}")


def own_outbox(outbox_id: OutboxId) -> tuple[int, OutboxId]:
    """The place of the business an item of the common outbox belongs to, and its name there."""
    place, _colon, own = outbox_id.partition(":")
    return int(place), OutboxId(own)


def common_key(place: int, key: QueueKey) -> QueueKey:
    """The place in a common tab; where all else is equal, the businesses come one after the other."""
    return QueueKey(key.bucket, key.order, common_chat(place, ChatId(key.chat_id)))


def own_key(place: int, key: QueueKey) -> QueueKey:
    """A key for the business in this place: its chats stand on the same side of it as of the common `key`."""
    home, chat_id = own_chat(ChatId(key.chat_id))
    if place == home:
        return QueueKey(key.bucket, key.order, chat_id)
    # No chat has the number 0: what is equal but for the chat comes wholly after it, or wholly before.
    return QueueKey(key.bucket, key.order + (place < home), 0)


def common_item(place: int, item: QueueItem, business: str) -> QueueItem:
    """A row of the common queue, with the name of its business."""
    chat = replace(item.chat, chat_id=common_chat(place, item.chat.chat_id))
    return replace(item, chat=chat, key=common_key(place, item.key), business=business)


def common_sent(place: int, item: OutboxItem) -> OutboxItem:
    """An item of the common outbox."""
    return replace(
        item,
        outbox_id=common_outbox(place, item.outbox_id),
        chat_id=common_chat(place, item.chat_id),
    )


def common_hit(place: int, hit: SearchHit, business: str) -> SearchHit:
    """A hit among those of all businesses."""
    return replace(hit, item=common_item(place, hit.item, business))


def common_draft(place: int, draft: Draft) -> Draft:
    """A draft of a chat of the common queue."""
    return replace(draft, chat_id=common_chat(place, draft.chat_id))


def common_timeline(place: int, page: TimelinePage) -> TimelinePage:
    """A part of the history of a chat of the common queue."""
    chat_id = common_chat(place, page.chat_id)
    entries = tuple(
        replace(
            entry,
            message=None if entry.message is None else replace(entry.message, chat_id=chat_id),
            item=None if entry.item is None else common_sent(place, entry.item),
        )
        for entry in page.entries
    )
    return replace(page, chat_id=chat_id, entries=entries)


def common_marked(place: int, marked: Marked) -> Marked:
    """A mark of a chat of the common queue."""
    return replace(marked, chat_id=common_chat(place, marked.chat_id))


def common_order(place: int, found: ChatOrder, business: str) -> ChatOrder:
    """What is known about a chat of the common queue."""
    others = tuple(common_item(place, item, business) for item in found.others)
    return replace(found, item=common_item(place, found.item, business), others=others)
