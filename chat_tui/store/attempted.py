"""Which attempts were begun, kept in the cache: a second memory beside the outbox.

An item that has fewer attempts than stand here comes from an outbox file that went back in time: a backup was
put in its place, or its log of changes was lost. Lost with the cache.
"""

from typing import Final, NamedTuple

from chat_tui.model.ids import Millis, OutboxId
from chat_tui.model.outbox import OutboxItem
from chat_tui.store.database import Connection
from chat_tui.store.shape import sound

KEPT_MS: Final[Millis] = 30 * 24 * 3_600_000
"""An older backup is not recognized; its items are too old to be sent without asking."""


class Attempted(NamedTuple):
    """The last attempt of an item that was begun."""

    attempt: int
    attempt_at: Millis
    base_message_id: int | None


def note(conn: Connection, item: OutboxItem) -> None:
    """The attempt of an item begins; attempts long before it are forgotten."""
    conn.execute(
        "INSERT OR REPLACE INTO attempted (outbox_id, attempt, attempt_at, base_message_id)"
        " VALUES (?, ?, ?, ?)",
        (item.outbox_id, item.attempt, item.attempt_at, item.base_message_id),
    )
    conn.execute("DELETE FROM attempted WHERE attempt_at < ?", (item.attempt_at - KEPT_MS,))


def get(conn: Connection, outbox_id: OutboxId) -> Attempted | None:
    """The last attempt of an item, if one was begun."""
    row = conn.execute(
        "SELECT attempt, attempt_at, base_message_id FROM attempted"  # noqa: S608
        f" WHERE outbox_id = ? AND {sound('attempted')}",
        (outbox_id,),
    ).fetchone()
    return None if row is None else Attempted(*row)
