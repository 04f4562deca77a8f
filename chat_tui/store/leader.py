"""Who polls the list for all copies, and how lively their operators are.

A leader holds the kernel lock of its term. A dead one has lost it; a frozen one still has it, so whoever
takes over holds the lock of the next term and says so in the row.
"""

from typing import NamedTuple

from chat_tui.model.quota import BootMillis
from chat_tui.store.database import Connection
from chat_tui.store.shape import sound


class Reign(NamedTuple):
    """The row: which term, and when its leader was last heard of."""

    term: int
    beat: BootMillis


def reign(conn: Connection, boot: str) -> Reign | None:
    """The present term; None if nobody has led since the machine was started."""
    sql = f"SELECT term, beat FROM leader WHERE boot = ? AND {sound('leader')}"  # noqa: S608
    row = conn.execute(sql, (boot,)).fetchone()
    return None if row is None else Reign(*row)


def begin(conn: Connection, old: Reign | None, new: Reign, pid: int, boot: str) -> bool:
    """Lead from now on as `new`, unless another copy was faster than what `old` saw."""
    there = reign(conn, boot)
    if (there.term if there else None) != (old.term if old else None):
        return False
    conn.execute("INSERT OR REPLACE INTO leader VALUES (1, ?, ?, ?, ?)", (boot, new.term, pid, new.beat))
    return True


def beat(conn: Connection, term: int, now: BootMillis, boot: str) -> bool:
    """Give a sign of life; False if another copy leads meanwhile."""
    done = conn.execute("UPDATE leader SET beat = ? WHERE term = ? AND boot = ?", (now, term, boot))
    return done.rowcount > 0


def active(conn: Connection, copy: str, now: BootMillis, boot: str) -> None:
    """Somebody is active at this copy."""
    conn.execute("DELETE FROM presence WHERE boot <> ?", (boot,))
    conn.execute("INSERT OR REPLACE INTO presence VALUES (?, ?, ?)", (copy, boot, now))


def leave(conn: Connection, copy: str) -> None:
    """This copy ends."""
    conn.execute("DELETE FROM presence WHERE copy = ?", (copy,))


def last_active(conn: Connection, boot: str) -> BootMillis | None:
    """When somebody was last active at any copy; None = never since the machine was started."""
    found: BootMillis | None = conn.execute(
        f"SELECT max(active_at) FROM presence WHERE boot = ? AND {sound('presence')}",  # noqa: S608
        (boot,),
    ).fetchone()[0]
    return found
