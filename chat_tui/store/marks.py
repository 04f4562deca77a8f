"""What the operator has seen, by chat."""

from chat_tui.model.ids import ChatId, MessageId, Millis
from chat_tui.store.database import Connection


def see(conn: Connection, chat_id: ChatId, message_id: MessageId, at: Millis) -> None:
    """The operator has seen a chat up to this message; the mark never moves back."""
    conn.execute(
        "INSERT INTO mark (chat_id, seen, at) VALUES (?, ?, ?) ON CONFLICT (chat_id) DO UPDATE"
        " SET seen = excluded.seen, at = excluded.at WHERE excluded.seen > coalesce(seen, 0)",
        (chat_id, message_id, at),
    )


def get(conn: Connection, chat_id: ChatId) -> MessageId | None:
    """The newest message the operator has seen in a chat."""
    row = conn.execute("SELECT seen FROM mark WHERE chat_id = ?", (chat_id,)).fetchone()
    return None if row is None else row[0]
