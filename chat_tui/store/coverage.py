"""How much of the shop's history a search looks through."""

from typing import Final

from chat_tui.model.ids import Millis
from chat_tui.model.search import SearchCoverage
from chat_tui.store import indexing
from chat_tui.store.database import Connection
from chat_tui.store.shape import LATEST, sound

LOOKED_AT: Final = 200
"""Unfinished chats that are looked at for the moment up to which nothing is missing."""

# The first row of a known date: row ids begin with it.
_FIRST = f"SELECT created_at FROM message WHERE id >= 1 << 20 AND {sound('message')} ORDER BY id LIMIT 1"  # noqa: S608
_UNREAD = f"""
    SELECT updated_at, CASE WHEN hist_hi = newest_id AND (newest_at >= updated_at OR vain_reads >= 3) THEN
        (SELECT created_at FROM message m WHERE m.chat_id = c.chat_id AND m.message_id = c.hist_lo
            AND {sound("message", "m")}) END
    FROM chat c WHERE hist_full = 0 AND updated_at BETWEEN 0 AND {LATEST}
    ORDER BY newest_order, chat_id LIMIT {LOOKED_AT}
"""  # noqa: S608


def coverage(conn: Connection) -> SearchCoverage:
    """How many chats are read whole, and back to when nothing is missing; a few milliseconds."""
    chats = conn.execute("SELECT count(*) FROM chat").fetchone()[0]
    unread = conn.execute("SELECT count(*) FROM chat WHERE hist_full = 0").fetchone()[0]
    oldest = max(_whole_since(conn), indexing.unindexed_messages(conn) >> 20)
    if oldest <= 0:
        first = conn.execute(_FIRST).fetchone()
        return SearchCoverage(chats, chats - unread, None if first is None else first[0])
    return SearchCoverage(chats, chats - unread, oldest)


def _whole_since(conn: Connection) -> Millis:
    """The latest moment at which a message may be missing; 0 = none is."""
    missing = 0
    rows = conn.execute(_UNREAD).fetchall()
    for updated_at, read_from in rows:
        if updated_at <= missing:
            return missing
        missing = max(missing, updated_at if read_from is None else read_from)
    # Those not looked at are not later than the last that was.
    return max(missing, rows[-1][0]) if len(rows) == LOOKED_AT else missing
