"""Small named values in the cache, such as the place where a long scan of the list continues.

They are lost with the cache, and then the scan starts from the beginning.
"""

from chat_tui.model.ids import Millis
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import LARGEST_ID, LATEST, sound


def get(conn: Connection, key: str) -> str | None:
    """The value saved under a name; None if there is none."""
    sql = f"SELECT value FROM cursor WHERE key = ? AND {sound('cursor')}"
    row = conn.execute(sql, (key,)).fetchone()
    return None if row is None else row[0]


def number(conn: Connection, key: str) -> int | None:
    """The number saved under a name; None if there is none, or it is not a number."""
    value = get(conn, key)
    # Python refuses to convert very long digits, and no number of ours has more than 20.
    if value is None or not (value.isascii() and value.removeprefix("-").isdigit()) or len(value) > 20:
        return None
    return max(-LARGEST_ID, min(int(value), LARGEST_ID))


def moment(conn: Connection, key: str) -> Millis | None:
    """The moment saved under a name; None if there is none, or no row could hold it."""
    value = number(conn, key)
    return value if value is not None and 0 <= value <= LATEST else None


def set_(conn: Connection, key: str, value: str) -> None:
    """Save a value under a name."""
    conn.execute("INSERT OR REPLACE INTO cursor (key, value) VALUES (?, ?)", (key, value))


def remove(conn: Connection, key: str) -> None:
    """Remove the value saved under a name."""
    conn.execute("DELETE FROM cursor WHERE key = ?", (key,))
