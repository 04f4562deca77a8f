"""Where long walks through the Market's lists go on, by name. Lost with the cache."""

from chat_tui.store.database import Connection


def get(conn: Connection, key: str) -> str | None:
    """The value kept under a name."""
    row = conn.execute("SELECT value FROM cursor WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def set_(conn: Connection, key: str, value: str) -> None:
    """Keep a value under a name."""
    conn.execute("INSERT OR REPLACE INTO cursor (key, value) VALUES (?, ?)", (key, value))


def remove(conn: Connection, key: str) -> None:
    """Forget the value kept under a name."""
    conn.execute("DELETE FROM cursor WHERE key = ?", (key,))
