"""The index of a search: the stems of every message, and of every chat's buyer and numbers.

A row is indexed in the transaction that writes it. Rows of a cache from before there was an index are
indexed later, from the highest on; until then they stand at or below a cursor and are left alone.
"""

from collections.abc import Iterable
from typing import Final

from chat_tui.model.chat import Message
from chat_tui.stems import stems
from chat_tui.store import cursors
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import sound

Facts = tuple[str | None, int | None, int | None]
"""What a chat is found by: the buyer's name, and the numbers of order and return."""
NOTHING_LEFT: Final = -1
_UNINDEXED_MESSAGES: Final = "unindexed messages"
_UNINDEXED_CHATS: Final = "unindexed chats"
_MESSAGES = f"""
    SELECT id, text, (SELECT group_concat(name, ' ') FROM attachment a
        WHERE a.chat_id = m.chat_id AND a.message_id = m.message_id)
    FROM message m WHERE id <= ? AND {sound("message", "m")} ORDER BY id DESC LIMIT ?
"""
_CHATS = f"""
    SELECT chat_id, customer_name, order_id, return_id FROM chat
    WHERE chat_id <= ? AND {sound("chat")} ORDER BY chat_id DESC LIMIT ?
"""


def unindexed_messages(conn: Connection) -> int:
    """Messages up to this row are not indexed yet; NOTHING_LEFT if all are."""
    return cursors.number(conn, _UNINDEXED_MESSAGES) or NOTHING_LEFT


def unindexed_chats(conn: Connection) -> int:
    """Chats up to this one are not indexed yet; NOTHING_LEFT if all are."""
    return cursors.number(conn, _UNINDEXED_CHATS) or NOTHING_LEFT


def message_stems(text: str | None, file_names: Iterable[str | None]) -> str:
    """What a message is found by: its words and those of its files' names."""
    return " ".join(stems("\n".join([text or "", *(name for name in file_names if name)])))


def chat_stems(name: str | None, order_id: int | None, return_id: int | None) -> str:
    """What a chat is found by: the buyer's name, and numbers from the front and from behind."""
    found = stems(name or "")
    for number in {str(number) for number in (order_id, return_id) if number is not None}:
        found += [number, from_behind(number)]
    return " ".join(found)


def from_behind(digits: str) -> str:
    """The word under which a number is found by its last digits; no word of a text is like it."""
    return f"…{digits[::-1]}"


def add_message(conn: Connection, row_id: int, message: Message) -> None:
    """Index a message that was written."""
    _add(conn, "message_search", row_id, _stems_of(message))


def drop_message(conn: Connection, row_id: int, message: Message) -> None:
    """Take out a message that was indexed, as it was then."""
    _drop(conn, "message_search", row_id, _stems_of(message))


def keep_chat(conn: Connection, number: int, told: Facts, before: Facts | None) -> None:
    """Index a chat that was written; `before` is what it was indexed by, None = it is new."""
    if number <= unindexed_chats(conn) or told == before:
        return
    if before is not None:
        _drop(conn, "chat_search", number, chat_stems(*before))
    _add(conn, "chat_search", number, chat_stems(*told))


def index_more(conn: Connection, limit: int) -> bool:
    """Index some rows that are left from before; whether there may be more."""
    left = unindexed_chats(conn)
    if left != NOTHING_LEFT:
        for row in (rows := conn.execute(_CHATS, (left, limit)).fetchall()):
            _add(conn, "chat_search", row[0], chat_stems(*row[1:]))
        _went_down_to(conn, _UNINDEXED_CHATS, rows[-1][0] if len(rows) == limit else None)
        return True
    left = unindexed_messages(conn)
    if left != NOTHING_LEFT:
        for row_id, text, names in (rows := conn.execute(_MESSAGES, (left, limit)).fetchall()):
            _add(conn, "message_search", row_id, message_stems(text, (names,)))
        _went_down_to(conn, _UNINDEXED_MESSAGES, rows[-1][0] if len(rows) == limit else None)
        return True
    return False


def _went_down_to(conn: Connection, key: str, row_id: int | None) -> None:
    if row_id:
        cursors.set_(conn, key, str(row_id - 1))
    else:
        cursors.remove(conn, key)


def _stems_of(message: Message) -> str:
    return message_stems(message.text, (file.name for file in message.attachments))


def _add(conn: Connection, table: str, row_id: int, found: str) -> None:
    if found:
        conn.execute(f"INSERT INTO {table} (rowid, stem) VALUES (?, ?)", (row_id, found))


def _drop(conn: Connection, table: str, row_id: int, found: str) -> None:
    if found:
        conn.execute(f"INSERT INTO {table} ({table}, rowid, stem) VALUES ('delete', ?, ?)", (row_id, found))
