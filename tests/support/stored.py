"""What stands in a store, as only tests ask for it."""

from chat_tui.model.ids import ChatRef
from chat_tui.model.outbox import OutboxItem
from chat_tui.store.database import Connection
from chat_tui.store.outbox import items
from chat_tui.store.sqlite.shape import sound


def chats_with_drafts(conn: Connection) -> tuple[ChatRef, ...]:
    """The chats something is typed for, the latest first."""
    rows = conn.execute(
        f"SELECT chat_id FROM draft WHERE {sound('draft')} GROUP BY chat_id ORDER BY max(at) DESC, chat_id"
    )
    return tuple(conn.chat(row[0]) for row in rows)


def items_of(conn: Connection, chat: ChatRef) -> tuple[OutboxItem, ...]:
    """All items of a chat, in their order."""
    return items(conn, "o.chat_id = ?", (conn.own(chat),))
