"""The search index: the stems of every message, and of every chat's buyer and numbers.

A row is indexed in the transaction that writes it. Rows of a cache that is older than the index are indexed
in the background, from the highest down. A cursor marks the highest row that is left; rows up to it are not
indexed when they change.
"""

from collections.abc import Callable
from typing import Final

from chat_tui.model.chat import Message
from chat_tui.stems import stems
from chat_tui.store import cursors
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import sound

Facts = tuple[str | None, int | None, int | None]
"""What a chat is found by: the buyer's name, and the numbers of the order and the return."""
NOTHING_LEFT: Final = -1
"""Below every row: all are indexed."""
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
    """The row id up to which messages are not indexed yet; NOTHING_LEFT if all are."""
    return cursors.number(conn, _UNINDEXED_MESSAGES) or NOTHING_LEFT


def unindexed_chats(conn: Connection) -> int:
    """The number up to which chats are not indexed yet; NOTHING_LEFT if all are."""
    return cursors.number(conn, _UNINDEXED_CHATS) or NOTHING_LEFT


def message_stems(text: str | None, *file_names: str | None) -> str:
    """The stems a message is found by: those of its text and of its files' names."""
    return " ".join(stems("\n".join([text or "", *(name for name in file_names if name)])))


def chat_stems(name: str | None, order_id: int | None, return_id: int | None) -> str:
    """The stems a chat is found by: those of the buyer's name, and each number forwards and backwards."""
    found = stems(name or "")
    for number in {str(number) for number in (order_id, return_id) if number is not None}:
        found += [number, from_behind(number)]
    return " ".join(found)


def from_behind(digits: str) -> str:
    """The stem by which a number is found from its last digits; "…" is not part of any word of a text."""
    return f"…{digits[::-1]}"


def add_message(conn: Connection, row_id: int, message: Message) -> None:
    """Index a message that has just been written to this row."""
    _add(conn, "message_search", row_id, _stems_of(message))


def drop_message(conn: Connection, row_id: int, message: Message) -> None:
    """Remove a message from the index; `message` must be as it was indexed.

    The index stores no texts: FTS5 removes a row of it only by the same stems.
    """
    _drop(conn, "message_search", row_id, _stems_of(message))


def keep_chat(conn: Connection, number: int, told: Facts, before: Facts | None) -> None:
    """Index a chat that has just been written; `before` = the facts it is indexed by, None = it is new."""
    if number <= unindexed_chats(conn) or told == before:
        return
    if before is not None:
        _drop(conn, "chat_search", number, chat_stems(*before))
    _add(conn, "chat_search", number, chat_stems(*told))


def index_more(conn: Connection, limit: int) -> bool:
    """Index up to `limit` rows that are left, chats first; whether there may be more."""
    for key, query, table, stems_of in _BACKGROUND:
        left = cursors.number(conn, key) or NOTHING_LEFT
        if left != NOTHING_LEFT:
            for row_id, *found in (rows := conn.execute(query, (left, limit)).fetchall()):
                _add(conn, table, row_id, stems_of(*found))
            if len(rows) == limit:
                cursors.set_(conn, key, str(rows[-1][0] - 1))
            else:
                cursors.remove(conn, key)
            return True
    return False


def _stems_of(message: Message) -> str:
    return message_stems(message.text, *(file.name for file in message.attachments))


_BACKGROUND: Final[tuple[tuple[str, str, str, Callable[..., str]], ...]] = (
    (_UNINDEXED_CHATS, _CHATS, "chat_search", chat_stems),
    (_UNINDEXED_MESSAGES, _MESSAGES, "message_search", message_stems),
)
"""What is indexed in the background: the cursor, the query of rows, the index, and the stems of a row."""


def _add(conn: Connection, table: str, row_id: int, found: str) -> None:
    if found:
        conn.execute(f"INSERT INTO {table} (rowid, stem) VALUES (?, ?)", (row_id, found))


def _drop(conn: Connection, table: str, row_id: int, found: str) -> None:
    if found:
        conn.execute(f"INSERT INTO {table} ({table}, rowid, stem) VALUES ('delete', ?, ?)", (row_id, found))
