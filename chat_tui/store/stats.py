"""The messages of the cache as figures: read one by one, so that no history is too long."""

from dataclasses import replace
from datetime import tzinfo

from chat_tui.model.ids import Millis
from chat_tui.model.queue import Tab
from chat_tui.model.record import Stats, hours_in, reply_stats
from chat_tui.store.database import Connection
from chat_tui.store.shape import sound
from chat_tui.store.tabs import PLACES

# Chat by chat in the order of the index: nothing is sorted, so nothing is gathered either.
_ROWS = f"""
    SELECT c.chat_id, m.created_at, m.sender FROM chat c CROSS JOIN message m ON m.chat_id = c.chat_id
    WHERE c.newest_at >= ? AND m.sender IN ('CUSTOMER', 'PARTNER') AND {sound("message", "m")}
    ORDER BY c.chat_id, m.message_id
"""  # noqa: S608
_WAITING = f"FROM chat c WHERE c.waiting_since IS NOT NULL AND {sound('chat', 'c')} AND {{holds}}"
_LONGEST = f"SELECT c.chat_id, c.waiting_since {_WAITING} ORDER BY c.waiting_since, c.chat_id LIMIT 1"
_COUNT = f"SELECT count(*) {_WAITING}"


def stats(conn: Connection, zone: tzinfo, since: Millis | None, now: Millis) -> Stats:
    """How fast the shop answered since a moment (None = ever), by the hours of a zone; and who waits now."""
    answers = reply_stats(conn.execute(_ROWS, (since or 0,)), hours_in(zone), since)
    holds = PLACES[Tab.WAITING].holds(now)
    waiting = conn.execute(_COUNT.format(holds=holds)).fetchone()[0]
    longest = conn.execute(_LONGEST.format(holds=holds)).fetchone() or (None, None)
    return replace(
        answers, waiting=waiting, longest=longest[0] and conn.chat(longest[0]), longest_since=longest[1]
    )
