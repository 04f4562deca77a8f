"""What the operator has seen and marked, by chat.

`done` and `snoozed` are the newest message known when the chat was so marked; `snooze_until` is a moment. If
the history was not read yet, the list has the time of the newest message, and the mark is minus that time.
Whether a mark still holds is computed by each query and never written.
"""

from typing import Final

from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.mark import Hold, Labels, Mark, Marked, Note, Pin
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import LARGEST_ID, clean, sound

_MARKED: Final = f"""SELECT m.chat_id FROM mark m WHERE coalesce(m.done, m.snoozed) IS NOT NULL
    AND {sound("mark", "m")}"""
"""SQLite uses the partial index `mark_held` only for this very condition, see migrations/state/004."""
_SILENT: Final = """NOT EXISTS (SELECT 1 FROM message b
    WHERE b.chat_id = m.chat_id AND b.message_id > {mark} AND b.sender = 'CUSTOMER'
        AND ({mark} > 0 OR b.created_at > -{mark}))"""
HOLDS: Final = f"""coalesce(m.done, m.snoozed) IS NOT NULL
    AND {_SILENT.format(mark="coalesce(m.done, m.snoozed)")}"""
"""SQL: the chat of the marks `m` was marked done or snoozed, and its buyer has not written since."""

DONE: Final = f"{_MARKED} AND m.done IS NOT NULL AND {_SILENT.format(mark='m.done')}"
"""SQL: the chats marked as done whose buyer has not written since."""
SNOOZED: Final = f"""{_MARKED} AND m.snoozed IS NOT NULL AND coalesce(m.snooze_until > {{now}}, 1)
    AND {_SILENT.format(mark="m.snoozed")}"""
"""SQL: the chats that are snoozed at the moment `{now}`."""

_HOLD: Final = """
    INSERT INTO mark (chat_id, done, snoozed, snooze_until, at) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (chat_id) DO UPDATE SET done = excluded.done, snoozed = excluded.snoozed,
        snooze_until = excluded.snooze_until, at = excluded.at
"""
_PIN: Final = """
    INSERT INTO mark (chat_id, pinned, at) VALUES (?, ?, ?)
    ON CONFLICT (chat_id) DO UPDATE SET pinned = excluded.pinned, at = excluded.at
"""


def newest(conn: Connection, chat_ref: ChatRef) -> MessageId:
    """The newest message known of a chat, or minus the time in the list; 0 if neither is known."""
    row = conn.execute(
        "SELECT coalesce((SELECT max(message_id) FROM message WHERE chat_id = :chat AND message_id <= :most),"
        " (SELECT -updated_at FROM chat WHERE chat_id = :chat AND updated_at <= :most), 0)",
        {"chat": conn.own(chat_ref), "most": LARGEST_ID},
    ).fetchone()
    return MessageId(row[0])


def put(conn: Connection, chat_ref: ChatRef, mark: Mark, at: Millis) -> Marked:
    """Set one kind of mark on a chat, leave the others, and return what `take_back` needs."""
    before, number = _standing(conn, chat_ref, mark), conn.own(chat_ref)
    match mark:
        case Hold():
            conn.execute(_HOLD, (number, mark.done, mark.snoozed, mark.until, at))
        case Pin():
            conn.execute(_PIN, (number, 1 if mark.is_set else None, at))
        case Note():
            conn.execute("DELETE FROM note WHERE chat_id = ?", (number,))
            if mark.text:
                conn.execute("INSERT INTO note VALUES (?, ?, ?)", (number, clean(mark.text), at))
        case Labels():
            conn.execute("DELETE FROM label WHERE chat_id = ?", (number,))
            names = [(number, clean(name)) for name in mark.names]
            conn.executemany("INSERT OR IGNORE INTO label VALUES (?, ?)", names)
    return Marked(chat_ref, before, _standing(conn, chat_ref, mark))


def take_back(conn: Connection, marked: Marked, at: Millis) -> bool:
    """Restore the mark as it was before; False, without a change, if it was changed again since."""
    if _standing(conn, marked.chat_ref, marked.after) != marked.after:
        return False
    put(conn, marked.chat_ref, marked.before, at)
    return True


def _standing(conn: Connection, chat_ref: ChatRef, kind: Mark) -> Mark:
    """The present mark on a chat of the same kind as `kind`."""
    number = (conn.own(chat_ref),)
    match kind:
        case Hold():
            sql = f"SELECT done, snoozed, snooze_until FROM mark WHERE chat_id = ? AND {sound('mark')}"
            row = conn.execute(sql, number).fetchone()
            return Hold() if row is None else Hold(*row)
        case Pin():
            row = conn.execute("SELECT pinned FROM mark WHERE chat_id = ?", number).fetchone()
            return Pin(row is not None and row[0] is not None)
        case Note():
            sql = f"SELECT text FROM note WHERE chat_id = ? AND {sound('note')}"
            row = conn.execute(sql, number).fetchone()
            return Note() if row is None else Note(row[0])
        case Labels():
            sql = f"SELECT name FROM label WHERE chat_id = ? AND {sound('label')} ORDER BY name"
            rows = conn.execute(sql, number)
            return Labels(tuple(name for (name,) in rows))


def pinned(conn: Connection) -> str:
    """SQL: the numbers of the pinned chats, usually a handful, separated by commas; empty without any."""
    sql = f"SELECT chat_id FROM mark WHERE pinned IS NOT NULL AND {sound('mark')} ORDER BY chat_id"
    return ", ".join(str(number) for (number,) in conn.execute(sql))


def come_back(conn: Connection, after: Millis, now: Millis) -> tuple[ChatRef, ...]:
    """The chats snoozed until a moment later than `after` and not later than `now`."""
    return conn.chats(
        "SELECT chat_id FROM mark WHERE snooze_until > ? AND snooze_until <= ? ORDER BY chat_id", (after, now)
    )


def see(conn: Connection, chat_ref: ChatRef, message_id: MessageId, at: Millis) -> None:
    """Save that the operator has seen a chat up to this message; it never moves back."""
    conn.execute(
        "INSERT INTO mark (chat_id, seen, at) VALUES (?, ?, ?) ON CONFLICT (chat_id) DO UPDATE"
        " SET seen = excluded.seen, at = excluded.at WHERE excluded.seen > coalesce(seen, 0)",
        (conn.own(chat_ref), message_id, at),
    )


def get(conn: Connection, chat_ref: ChatRef) -> MessageId | None:
    """The newest message that the operator has seen in a chat; None if none."""
    sql = f"SELECT seen FROM mark WHERE chat_id = ? AND {sound('mark')}"
    row = conn.execute(sql, (conn.own(chat_ref),)).fetchone()
    return None if row is None else row[0]
