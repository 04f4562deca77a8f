"""Texts typed and not sent, by chat."""

from chat_tui.model.ids import ChatId, Millis
from chat_tui.model.timeline import Draft
from chat_tui.store.database import Connection
from chat_tui.store.rows import clean


def get(conn: Connection, chat_id: ChatId) -> Draft:
    """The text typed for a chat; empty if none."""
    row = conn.execute("SELECT text, caret FROM draft WHERE chat_id = ? AND copy = ''", (chat_id,)).fetchone()
    return Draft(chat_id, "", 0) if row is None else Draft(chat_id, *row)


def save(conn: Connection, draft: Draft, at: Millis) -> None:
    """Keep the text typed for a chat; an empty one removes the draft."""
    if draft.text:
        conn.execute(
            "INSERT OR REPLACE INTO draft (chat_id, copy, text, caret, at) VALUES (?, '', ?, ?, ?)",
            (draft.chat_id, clean(draft.text), draft.caret, at),
        )
    else:
        conn.execute("DELETE FROM draft WHERE chat_id = ? AND copy = ''", (draft.chat_id,))


def chats_with_drafts(conn: Connection) -> tuple[ChatId, ...]:
    """The chats something is typed for, the latest first."""
    return tuple(
        ChatId(row[0]) for row in conn.execute("SELECT chat_id FROM draft ORDER BY at DESC, chat_id")
    )
