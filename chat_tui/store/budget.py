"""The Market's quotas, shared by all copies of the program, and the limit of concurrent requests.

Every function takes the present moment as `now` and the id of the machine's start as `boot`: rows of an
earlier start count from another zero and are ignored.
"""

from collections.abc import Callable
from dataclasses import astuple

from chat_tui.model.quota import HOURLY, BootMillis, Quota, Urgency
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import sound

_COLUMNS = "operation, quota, remaining, resets_at, used, paced_to, held_to, refusals"
"""The fields of a `Quota`, in the same order."""


def take(
    conn: Connection, operation: str, urgency: Urgency, now: BootMillis, boot: str
) -> tuple[Quota, BootMillis]:
    """Count one request if it may be made now; the account, and how long to wait instead (0 = counted)."""
    # Read and written in one transaction: two copies cannot both take the last request.
    account = get(conn, operation, now, boot)
    wait = account.wait(urgency, now)
    if wait <= 0:
        account = account.taken(urgency, now)
        _save(conn, account, boot)
    return account, wait


def change(
    conn: Connection, operation: str, now: BootMillis, boot: str, by: Callable[[Quota, BootMillis], Quota]
) -> Quota:
    """Save and return the account of one operation as `by` changes it, given the present one and `now`."""
    account = by(get(conn, operation, now, boot), now)
    _save(conn, account, boot)
    return account


def get(conn: Connection, operation: str, now: BootMillis, boot: str) -> Quota:
    """The account of one operation now; a full one if none was saved since the machine started."""
    row = conn.execute(
        f"SELECT {_COLUMNS} FROM budget WHERE operation = ? AND boot = ? AND {sound('budget')}",
        (operation, boot),
    ).fetchone()
    return Quota.first(operation, now) if row is None else Quota(*row).at(now)


def load(conn: Connection, now: BootMillis, boot: str) -> tuple[Quota, ...]:
    """The accounts of all operations used since the machine started."""
    rows = conn.execute(f"SELECT {_COLUMNS} FROM budget WHERE boot = ? AND {sound('budget')}", (boot,))
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


def _save(conn: Connection, account: Quota, boot: str) -> None:
    conn.execute(
        f"INSERT OR REPLACE INTO budget ({_COLUMNS}, boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*astuple(account), boot),
    )
