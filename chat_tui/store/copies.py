"""What running copies of the program know about each other: who leads, who is active, what others wrote.

The leader polls the list for all copies and holds the kernel lock of its term. A leader that died has lost
the lock. One that hangs still holds it, so its successor takes the lock of the next term and writes that
term into the row.
"""

from typing import NamedTuple

from chat_tui.model.ids import ChatRef
from chat_tui.model.quota import BootMillis
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import sound

Notes = dict[ChatRef, tuple[object, ...]]
"""For each chat, the state of its outbox, drafts and marks; only compared with an earlier one."""

_IS_ID = "typeof(chat_id) = 'integer' AND chat_id > 0"
_OUTBOX = """
    SELECT chat_id,
        group_concat(outbox_id || state || attempt || looks || is_released || not_before || problem)
    FROM outbox WHERE state <> 'confirmed' AND {} GROUP BY chat_id
"""
_DRAFTS = "SELECT chat_id, count(*), max(at) FROM draft WHERE {} GROUP BY chat_id"
_MARKS = """
    SELECT chat_id, 'mark', done, snoozed, snooze_until FROM mark
    WHERE coalesce(done, snoozed) IS NOT NULL AND {}
"""
_PINS = "SELECT chat_id, 'pin' FROM mark WHERE pinned IS NOT NULL AND {}"
_NOTES = "SELECT chat_id, 'note', text FROM note WHERE {}"
_LABELS = "SELECT chat_id, 'labels', group_concat(name, ' ') FROM label WHERE {} GROUP BY chat_id"


class Reign(NamedTuple):
    """The row of `leader`."""

    term: int
    """The number of the lock that the leader holds; grows by one when a leader that hangs is replaced."""
    beat: BootMillis
    """The last sign of life of the leader."""


def reign(conn: Connection, boot: str) -> Reign | None:
    """The present term; None if no copy has led since the machine started."""
    sql = f"SELECT term, beat FROM leader WHERE boot = ? AND {sound('leader')}"
    row = conn.execute(sql, (boot,)).fetchone()
    return None if row is None else Reign(*row)


def begin(conn: Connection, old: Reign | None, new: Reign, pid: int, boot: str) -> bool:
    """Become the leader as `new`; False if another copy has started a term since `old` was read."""
    # Several copies may notice at the same moment that the leader is dead: the first to write wins.
    there = reign(conn, boot)
    if (there.term if there else None) != (old.term if old else None):
        return False
    conn.execute("INSERT OR REPLACE INTO leader VALUES (1, ?, ?, ?, ?)", (boot, new.term, pid, new.beat))
    return True


def beat(conn: Connection, term: int, now: BootMillis, boot: str) -> bool:
    """Save a sign of life of the leader; False if another copy leads now."""
    done = conn.execute("UPDATE leader SET beat = ? WHERE term = ? AND boot = ?", (now, term, boot))
    return done.rowcount > 0


def active(conn: Connection, copy: str, now: BootMillis, boot: str) -> None:
    """Save that an operator was active at this copy."""
    # A copy that was killed leaves its row behind: those of an earlier start of the machine go here.
    conn.execute("DELETE FROM presence WHERE boot <> ?", (boot,))
    conn.execute("INSERT OR REPLACE INTO presence VALUES (?, ?, ?)", (copy, boot, now))


def leave(conn: Connection, copy: str) -> None:
    """Remove this copy, because it ends."""
    conn.execute("DELETE FROM presence WHERE copy = ?", (copy,))


def last_active(conn: Connection, boot: str) -> BootMillis | None:
    """When an operator was last active at any copy; None = never since the machine started."""
    found: BootMillis | None = conn.execute(
        f"SELECT max(active_at) FROM presence WHERE boot = ? AND {sound('presence')}",
        (boot,),
    ).fetchone()[0]
    return found


def of_the_operator(conn: Connection) -> Notes:
    """The notes of every chat that has an unconfirmed outbox item, a draft or any mark."""
    found: dict[int, list[object]] = {}
    for query in (_OUTBOX, _DRAFTS, _MARKS, _PINS, _NOTES, _LABELS):
        for number, *rest in conn.execute(query.format(_IS_ID)):
            found.setdefault(number, []).extend(rest)
    return {conn.chat(number): tuple(rest) for number, rest in found.items()}
