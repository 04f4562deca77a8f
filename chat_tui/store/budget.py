"""The Market's quotas as all copies of the program keep them, and how many requests may be under way."""

from chat_tui.model.quota import HOURLY, BootMillis, Quota, Urgency
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import sound

_COLUMNS = "operation, quota, remaining, resets_at, used, paced_to, held_to, refusals"
"""The fields of a `Quota`, in their order."""


def take(
    conn: Connection, operation: str, urgency: Urgency, now: BootMillis, boot: str
) -> tuple[Quota, BootMillis]:
    """Count one request if it may go; the account, and how long to wait instead (0 = counted)."""
    # Read and written in one transaction: no two copies count on the same request.
    account = get(conn, operation, now, boot)
    wait = account.wait(urgency, now)
    if wait <= 0:
        account = account.taken(urgency, now)
        _save(conn, account, boot)
    return account, wait


def told(
    conn: Connection,
    operation: str,
    now: BootMillis,
    boot: str,
    *,
    quota: int,
    remaining: int,
    resets_in: BootMillis,
) -> Quota:
    """Note what the headers of an answer say."""
    account = get(conn, operation, now, boot).told(quota, remaining, resets_in, now)
    _save(conn, account, boot)
    return account


def refused(conn: Connection, operation: str, now: BootMillis, boot: str, wait: BootMillis | None) -> Quota:
    """Note that the quota is used up, until a told moment if there is one."""
    account = get(conn, operation, now, boot).refused(wait, now)
    _save(conn, account, boot)
    return account


def get(conn: Connection, operation: str, now: BootMillis, boot: str) -> Quota:
    """The account of one operation now; one of an earlier start of the machine begins anew."""
    row = conn.execute(
        f"SELECT {_COLUMNS} FROM budget WHERE operation = ? AND boot = ? AND {sound('budget')}",
        (operation, boot),
    ).fetchone()
    return Quota.first(operation, now) if row is None else Quota(*row).at(now)


def load(conn: Connection, now: BootMillis, boot: str) -> tuple[Quota, ...]:
    """The accounts of every operation asked since the machine was started."""
    rows = conn.execute(f"SELECT {_COLUMNS} FROM budget WHERE boot = ? AND {sound('budget')}", (boot,))
    return tuple(Quota(*row).at(now) for row in rows if row[0] in HOURLY)


def narrow(conn: Connection, until: BootMillis, boot: str) -> None:
    """Too many requests were under way at once: allow fewer up to a moment."""
    conn.execute("INSERT OR REPLACE INTO narrow (one, boot, until) VALUES (1, ?, ?)", (boot, until))


def narrow_until(conn: Connection, boot: str) -> BootMillis:
    """Up to when fewer requests may be under way; 0 = they may not be fewer."""
    sql = f"SELECT until FROM narrow WHERE boot = ? AND {sound('narrow')}"
    row = conn.execute(sql, (boot,)).fetchone()
    return 0 if row is None else int(row[0])


def _save(conn: Connection, account: Quota, boot: str) -> None:
    values = [getattr(account, name) for name in _COLUMNS.split(", ")]
    conn.execute(
        f"INSERT OR REPLACE INTO budget ({_COLUMNS}, boot) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*values, boot),
    )
