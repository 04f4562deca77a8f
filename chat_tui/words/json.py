"""Chats and histories for programs: the same in every language, as text that cannot control a terminal."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from chat_tui.model.chat import Message
from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Entry

# Controls above ASCII, line separators, direction marks, invisible characters: `json.dumps` keeps them raw.
_STEERING = re.compile(
    "[\x7f-\x9f\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def json_text(value: Any) -> str:
    """The value as JSON with a line feed at the end; characters that could control a terminal are escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return f"{_STEERING.sub(_escaped, text)}\n"


def iso(at: Millis | None) -> str | None:
    """A moment for programs: ISO 8601 in UTC; None if it is unknown or beyond the calendar."""
    if at is None or at == UNKNOWN_TIME:
        return None
    try:
        return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, ValueError):  # beyond the calendar
        return None


def chat_json(item: QueueItem) -> dict[str, Any]:
    """The fields of a chat that all verbs share."""
    context = item.chat.context
    return {
        "chat_id": item.chat.chat_ref.number,
        "status": item.chat.status,
        "type": item.chat.kind,
        "about": context.kind,
        "order_id": context.order_id,
        "return_id": context.return_id,
        "campaign_id": context.campaign_id,
        "customer": context.customer_name,
        "shop": item.shop_name,
        "waiting_since": iso(item.waiting_since),
    }


def history_json(item: QueueItem, entries: Iterable[Entry], *, is_complete: bool) -> dict[str, Any]:
    """A chat with its messages, oldest first, and the outbox items that are not in the history yet."""
    found = tuple(entries)
    return {
        **chat_json(item),
        "is_complete": is_complete,
        "messages": [_message_json(entry.message) for entry in found if entry.message is not None],
        "outbox": [_item_json(entry.item) for entry in found if entry.message is None and entry.item],
    }


def _message_json(message: Message) -> dict[str, Any]:
    return {
        "message_id": message.message_id,
        "created_at": iso(message.created_at),
        "sender": message.sender,
        "text": message.text,
        "files": [{"name": file.name, "size": file.size, "url": file.url} for file in message.attachments],
    }


def _item_json(item: OutboxItem) -> dict[str, Any]:
    return {
        "outbox_id": item.outbox_id,
        "created_at": iso(item.created_at),
        "state": item.state,
        "kind": item.kind,
        "text": item.text,
        "file_name": item.file_name,
        "problem": item.problem,
        "error": item.error,
    }


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0]).strip('"')
