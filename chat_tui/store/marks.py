"""What the operator has seen, put off or declared done, by chat.

`done` is the newest message known when a chat was marked. `snooze_until` depends on `snooze_kind`: such a
message too (`buyer`), or a moment (`time`). Whether a mark still holds is asked, never written.
"""

from typing import Final

from chat_tui.model.ids import ChatId, MessageId, Millis
from chat_tui.store.database import Connection

_MARKED: Final = "SELECT m.chat_id FROM mark m WHERE coalesce(m.done, m.snooze_until) IS NOT NULL"
"""Only so written does SQLite take the index of the few, see migrations/state/003_marks.sql."""
_SILENT: Final = """NOT EXISTS (SELECT 1 FROM message b
    WHERE b.chat_id = m.chat_id AND b.message_id > m.{column} AND b.sender = 'CUSTOMER')"""

DONE: Final = f"{_MARKED} AND m.done IS NOT NULL AND {_SILENT.format(column='done')}"
"""SQL: the chats marked as done in which no buyer has written since."""
SNOOZED: Final = f"""{_MARKED} AND CASE m.snooze_kind WHEN 'time' THEN m.snooze_until > {{now}}
    WHEN 'buyer' THEN {_SILENT.format(column="snooze_until")} END"""
"""SQL: the chats that are put off at the moment `{now}`."""

_MARK: Final = """
    INSERT INTO mark (chat_id, done, snooze_kind, snooze_until, at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (chat_id) DO UPDATE SET done = excluded.done, snooze_kind = excluded.snooze_kind,
        snooze_until = excluded.snooze_until, at = excluded.at
"""


def newest(conn: Connection, chat_id: ChatId) -> MessageId:
    """The newest message known of a chat, 0 while there is none: what a mark is made against."""
    row = conn.execute("SELECT max(message_id) FROM message WHERE chat_id = ?", (chat_id,)).fetchone()
    return MessageId(row[0] or 0)


def finish(conn: Connection, chat_id: ChatId, newest_id: MessageId, at: Millis) -> None:
    """The chat is done until a buyer writes after this message; a snooze ends."""
    conn.execute(_MARK, (chat_id, newest_id, None, None, at))


def snooze_silent(conn: Connection, chat_id: ChatId, newest_id: MessageId, at: Millis) -> None:
    """The chat is put off until a buyer writes after this message."""
    conn.execute(_MARK, (chat_id, None, "buyer", newest_id, at))


def snooze_until(conn: Connection, chat_id: ChatId, until: Millis, at: Millis) -> None:
    """The chat is put off until this moment, whoever writes meanwhile."""
    conn.execute(_MARK, (chat_id, None, "time", until, at))


def unmark(conn: Connection, chat_id: ChatId) -> None:
    """The chat is neither done nor put off; what was seen of it stays."""
    conn.execute(
        "UPDATE mark SET done = NULL, snooze_kind = NULL, snooze_until = NULL WHERE chat_id = ?", (chat_id,)
    )


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
