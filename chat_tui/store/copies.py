"""What running copies of the program share: who leads, who is active, what others wrote, and the quotas.

Moments are those of the machine's own clock; rows of an earlier start of the machine (`boot`) count from
another zero and are ignored.

The leader polls the list for all copies and holds the kernel lock of its term. A leader that died has lost
the lock. One that hangs still holds it, so its successor takes the lock of the next term and writes that
term into the row.
"""

from collections.abc import Callable, Collection
from dataclasses import astuple
from typing import Final, NamedTuple

from chat_tui.model.ids import ChatRef
from chat_tui.model.queue import Stage
from chat_tui.model.quota import HOURLY, BootMillis, Quota, Urgency
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import kept, sound

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


class Opened(NamedTuple):
    """The chat that a running copy has open."""

    lock: int
    """The number of the kernel lock that this copy holds while it runs."""
    copy: str
    """Its name in `presence`."""
    chat_ref: ChatRef
    stage: Stage
    operator: str
    """Who uses the copy, raw; empty = unknown."""
    active_at: BootMillis | None = None
    """When its operator was last active; None = unknown."""


def opened(conn: Connection, boot: str) -> tuple[Opened, ...]:
    """The open chats of all copies, also of copies that died."""
    rows = conn.execute(
        "SELECT o.lock, o.copy, o.chat_id, o.stage, o.operator, p.active_at FROM opened o"
        f" LEFT JOIN presence p ON p.copy = o.copy AND p.boot = ? AND {sound('presence', 'p')}"
        f" WHERE {sound('opened', 'o')}",
        (boot,),
    )
    return tuple(
        # Another version may know more stages.
        Opened(lock, copy, conn.chat(number), Stage(min(stage, max(Stage))), who, active_at)
        for lock, copy, number, stage, who, active_at in rows
    )


def put_opened(conn: Connection, lock: int, row: Opened | None, gone: Collection[int]) -> None:
    """Save the open chat of the copy with this lock, None = none; remove the rows of dead copies."""
    conn.executemany("DELETE FROM opened WHERE lock = ?", ((one,) for one in (lock, *gone)))
    if row is not None:
        values = kept(lock, row.copy, conn.own(row.chat_ref), int(row.stage), row.operator)
        conn.execute("INSERT INTO opened VALUES (?, ?, ?, ?, ?)", values)


def of_the_operator(conn: Connection) -> Notes:
    """The notes of every chat that has an unconfirmed outbox item, a draft or any mark."""
    found: dict[int, list[object]] = {}
    for query in (_OUTBOX, _DRAFTS, _MARKS, _PINS, _NOTES, _LABELS):
        for number, *rest in conn.execute(query.format(_IS_ID)):
            found.setdefault(number, []).extend(rest)
    return {conn.chat(number): tuple(rest) for number, rest in found.items()}


# -- the Market's quotas, and the limit of concurrent requests ---------------------------------------------


_QUOTA: Final = "operation, quota, remaining, resets_at, used, paced_to, held_to, refusals"
"""The fields of a `Quota`, in the same order."""


def take_request(
    conn: Connection, operation: str, urgency: Urgency, now: BootMillis, boot: str
) -> tuple[Quota, BootMillis]:
    """Count one request if it may be made now; the account, and how long to wait instead (0 = counted)."""
    # Read and written in one transaction: two copies cannot both take the last request.
    account = quota(conn, operation, now, boot)
    wait = account.wait(urgency, now)
    if wait <= 0:
        account = account.taken(urgency, now)
        _save_quota(conn, account, boot)
    return account, wait


def change_quota(
    conn: Connection, operation: str, now: BootMillis, boot: str, by: Callable[[Quota, BootMillis], Quota]
) -> Quota:
    """Save and return the account of one operation as `by` changes it, given the present one and `now`."""
    account = by(quota(conn, operation, now, boot), now)
    _save_quota(conn, account, boot)
    return account


def quota(conn: Connection, operation: str, now: BootMillis, boot: str) -> Quota:
    """The account of one operation now; a full one if none was saved since the machine started."""
    row = conn.execute(
        f"SELECT {_QUOTA} FROM budget WHERE operation = ? AND boot = ? AND {sound('budget')}",
        (operation, boot),
    ).fetchone()
    return Quota.first(operation, now) if row is None else Quota(*row).at(now)


def quotas(conn: Connection, now: BootMillis, boot: str) -> tuple[Quota, ...]:
    """The accounts of all operations used since the machine started."""
    rows = conn.execute(f"SELECT {_QUOTA} FROM budget WHERE boot = ? AND {sound('budget')}", (boot,))
    # Another version may have saved an operation that this one does not use.
    return tuple(Quota(*row).at(now) for row in rows if row[0] in HOURLY)


def narrow(conn: Connection, until: BootMillis, boot: str) -> None:
    """Allow fewer concurrent requests until a moment, because there were too many."""
    conn.execute("INSERT OR REPLACE INTO narrow (one, boot, until) VALUES (1, ?, ?)", (boot, until))


def narrow_until(conn: Connection, boot: str) -> BootMillis:
    """Until when fewer concurrent requests are allowed; 0 = there is no such limit."""
    sql = f"SELECT until FROM narrow WHERE boot = ? AND {sound('narrow')}"
    row = conn.execute(sql, (boot,)).fetchone()
    return 0 if row is None else int(row[0])


def _save_quota(conn: Connection, account: Quota, boot: str) -> None:
    conn.execute(
        f"INSERT OR REPLACE INTO budget ({_QUOTA}, boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*astuple(account), boot),
    )
