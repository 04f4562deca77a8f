"""Where long walks through the Market's lists go on, by name. Lost with the cache."""

from chat_tui.model.ids import Millis
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import LARGEST_ID, LATEST, sound


def get(conn: Connection, key: str) -> str | None:
    """The value kept under a name."""
    sql = f"SELECT value FROM cursor WHERE key = ? AND {sound('cursor')}"
    row = conn.execute(sql, (key,)).fetchone()
    return None if row is None else row[0]


def number(conn: Connection, key: str) -> int | None:
    """The number kept under a name; None if there is none."""
    value = get(conn, key)
    if value is None or not (value.isascii() and value.removeprefix("-").isdigit()) or len(value) > 20:
        return None
    return max(-LARGEST_ID, min(int(value), LARGEST_ID))


def moment(conn: Connection, key: str) -> Millis | None:
    """The moment kept under a name; None if there is none that can be."""
    value = number(conn, key)
    return value if value is not None and 0 <= value <= LATEST else None


def set_(conn: Connection, key: str, value: str) -> None:
    """Keep a value under a name."""
    conn.execute("INSERT OR REPLACE INTO cursor (key, value) VALUES (?, ?)", (key, value))


def remove(conn: Connection, key: str) -> None:
    """Forget the value kept under a name."""
    conn.execute("DELETE FROM cursor WHERE key = ?", (key,))
