"""The outbox: each row is a text or file that the operator sent, each function a step of one transaction.

The start of every attempt is saved in the cache, too. An item with fewer attempts than the cache has saved
comes from an older state of the outbox file: a backup was restored, or its write-ahead log was lost.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import fields
from typing import Final, NamedTuple

from chat_tui.model.ids import ChatRef, Millis, OutboxId
from chat_tui.model.mark import Told
from chat_tui.model.outbox import MAY_LEAVE, MOVES, NewItem, OutboxItem, OutboxKind, OutboxState
from chat_tui.model.quota import BootMillis
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import MOST, Row, clean, moment, sound

_NAMES: Final = tuple(
    field.name for field in fields(OutboxItem) if field.name not in {"uploaded", "is_held_up"}
)
"""The fields of an item that are stored; only the copy that sends or shows it knows the others."""
_FIXED: Final = {field.name for field in fields(NewItem)} - {"not_before"} | {"seq", "state"}
"""The fields that `update` may not set: the state is changed by `move`, the others never change."""
ITEM: Final = ", ".join("o.chat_id" if name == "chat_ref" else f"o.{name}" for name in _NAMES)
"""Columns of `outbox o`, in the order in which `item_of` reads them."""
KEPT_MS: Final[Millis] = 30 * 24 * 3_600_000
"""How long an attempt is remembered; items of an older backup are too old to be sent without asking."""

# A row that cannot be read is not sent, and does not hold back the items behind it.
_SOUND = sound("outbox", "o")
# This is the condition of the index outbox_open: without it, SQLite would read every settled item.
_OPEN = "o.state <> 'confirmed'"
# An item that was sent again may have a lower number than one under way, which stays the head until settled.
_IN_TURN = f"""
    {_OPEN} AND o.state <> 'failed' AND (o.is_released OR NOT EXISTS (
        SELECT 1 FROM outbox f WHERE f.chat_id = o.chat_id
            AND f.state <> 'confirmed' AND f.state <> 'failed' AND NOT f.is_released
            AND ((f.state NOT IN ('sending', 'sent'), f.seq) < (o.state NOT IN ('sending', 'sent'), o.seq))
            AND {sound("outbox", "f")}))
"""
_LAST = f"SELECT coalesce(max(seq), 0) FROM outbox WHERE chat_id = ? AND seq BETWEEN 0 AND {MOST}"


class ClaimedError(Exception):
    """The message is already linked to another outbox item; nothing was changed."""


def enqueue(conn: Connection, new: NewItem, told_boot: str = "", told_uptime: BootMillis = 0) -> OutboxItem:
    """Append an item to the outbox of its chat; its `created_at` by the machine's clock is `told_…`."""
    # The next number follows the largest one, not the count of items: discarded items leave gaps.
    [last] = conn.execute(_LAST, (conn.own(new.chat_ref),)).fetchone()
    created_at = moment(new.created_at)
    item = OutboxItem(
        new.outbox_id,
        new.chat_ref,
        last + 1,
        new.kind,
        clean(new.text),
        clean(new.file_name),
        new.file_size,
        new.sha256,
        OutboxState.QUEUED,
        moment(new.not_before),
        created_at,
        asked_at=created_at,
        told_at=created_at,
        told_boot=told_boot,
        told_uptime=told_uptime,
    )
    values = {name: getattr(item, name) for name in _NAMES if name != "chat_ref"}
    values["chat_id"] = conn.own(new.chat_ref)
    marks = ", ".join("?" * len(values))
    conn.execute(f"INSERT INTO outbox ({', '.join(values)}) VALUES ({marks})", tuple(values.values()))
    return item


def item_of(conn: Connection, row: Row) -> OutboxItem:
    """The item in a row of the columns of ITEM."""
    told = dict(zip(_NAMES, row, strict=True))
    told["chat_ref"] = conn.chat(told["chat_ref"])
    told["kind"], told["state"] = OutboxKind(told["kind"]), OutboxState(told["state"])
    told["in_doubt"], told["is_released"] = bool(told["in_doubt"]), bool(told["is_released"])
    return OutboxItem(**told)


def items(
    conn: Connection, where: str, given: Sequence[object] = (), *, order: str = "o.seq"
) -> tuple[OutboxItem, ...]:
    """The items of `outbox o` that meet an SQL condition and can be read."""
    sql = f"SELECT {ITEM} FROM outbox o WHERE {where} AND {_SOUND} ORDER BY {order}"
    return tuple(item_of(conn, row) for row in conn.execute(sql, given))


def get(conn: Connection, outbox_id: OutboxId) -> OutboxItem | None:
    """An item, or None if it is not in the outbox (any more) or its row cannot be read."""
    return next(iter(items(conn, "o.outbox_id = ?", (outbox_id,))), None)


def move(
    conn: Connection,
    /,
    outbox_id: OutboxId,
    expected: OutboxState,
    new: OutboxState,
    **columns: int | str | None,
) -> OutboxItem | None:
    """Change the state of an item, and `columns` with it; None if its state is not `expected` any more.

    ValueError for a move that `MOVES` does not allow or a column that never changes; ClaimedError if
    another item is linked to the message of `message_id`.
    """
    if new not in MOVES[expected]:
        raise ValueError(f"an outbox item never goes from {expected} to {new}")
    return _change(conn, outbox_id, expected, {**_known(columns), "state": new.value})


def update(
    conn: Connection, outbox_id: OutboxId, expected: OutboxState, /, **columns: int | str | None
) -> OutboxItem | None:
    """Change columns of an item, but not its state; None if its state is not `expected` any more.

    ValueError and ClaimedError as `move`.
    """
    return _change(conn, outbox_id, expected, _known(columns))


def count_on(conn: Connection, item: OutboxItem, told: Told) -> OutboxItem | None:
    """Save how much of an item's wait is left; None if its state or its wait has changed since it was read.

    Another copy may have saved the same, or the Market may have answered with another wait.
    """
    found = get(conn, item.outbox_id)
    if found is None or _wait(found) != _wait(item):
        return None
    return update(conn, item.outbox_id, item.state, **told)


def _wait(item: OutboxItem) -> tuple[OutboxState, Millis, Millis, str, BootMillis]:
    return item.state, item.not_before, item.told_at, item.told_boot, item.told_uptime


def _known(columns: dict[str, int | str | None]) -> dict[str, int | str | None]:
    if unknown := columns.keys() - set(_NAMES) | columns.keys() & _FIXED:
        raise ValueError(f"not a column an outbox item changes in: {', '.join(sorted(unknown))}")
    return columns


def _change(
    conn: Connection,
    outbox_id: OutboxId,
    expected: OutboxState,
    values: dict[str, int | str | None],
) -> OutboxItem | None:
    names = ", ".join(f"{name} = ?" for name in values)
    cleaned = [clean(value) if isinstance(value, str) else value for value in values.values()]
    try:
        done = conn.execute(
            f"UPDATE outbox SET {names} WHERE outbox_id = ? AND state = ?",
            (*cleaned, outbox_id, expected.value),
        )
    except sqlite3.IntegrityError as error:
        # The unique index outbox_claim allows one item for a message.
        if values.get("message_id") is None:
            raise
        raise ClaimedError(outbox_id) from error
    return get(conn, outbox_id) if done.rowcount else None


def take_back(conn: Connection, outbox_id: OutboxId) -> OutboxItem | None:
    """Delete an item in a state of `MAY_LEAVE` and return it; None if it is gone or in another state."""
    item = get(conn, outbox_id)
    if item is None or item.state not in MAY_LEAVE:
        return None
    conn.execute("DELETE FROM outbox WHERE outbox_id = ?", (outbox_id,))
    return item


def open_items(conn: Connection) -> tuple[OutboxItem, ...]:
    """All items that are not confirmed, of all chats, oldest first."""
    return items(conn, _OPEN, order="o.created_at, o.chat_id, o.seq")


def heads(conn: Connection, chat_ref: ChatRef | None = None) -> tuple[OutboxItem, ...]:
    """For each chat (or one), the item whose turn it is, and the released items: a later read may link them.

    A queued, waiting, sending, sent or unconfirmed item holds back the items behind it; a failed or released
    item does not.
    """
    if chat_ref is None:
        return items(conn, _IN_TURN, order="o.chat_id, o.seq")
    return items(conn, f"o.chat_id = ? AND {_IN_TURN}", (conn.own(chat_ref),))


def due(conn: Connection) -> tuple[tuple[OutboxItem, ...], tuple[OutboxItem, ...]]:
    """The heads of all chats, and the items of `told`, in one read."""
    return heads(conn), told(conn)


def told(conn: Connection) -> tuple[OutboxItem, ...]:
    """The items of all chats that the Market asked to wait until a moment, heads or not."""
    return items(conn, f"{_OPEN} AND o.state = 'waiting' AND o.not_before > 0")


def unlinked(conn: Connection, chat_ref: ChatRef) -> tuple[OutboxItem, ...]:
    """The items of a chat that are not linked to a message of its history, by their place."""
    return items(conn, f"o.chat_id = ? AND {_OPEN}", (conn.own(chat_ref),))


class Attempted(NamedTuple):
    """The last attempt of an item, as the cache remembers it; see the fields of `OutboxItem`."""

    attempt: int
    attempt_at: Millis
    base_message_id: int | None


def note_attempt(conn: Connection, item: OutboxItem) -> None:
    """Save in the cache that an attempt of an item begins; remove attempts older than `KEPT_MS`."""
    conn.execute(
        "INSERT OR REPLACE INTO attempted (outbox_id, attempt, attempt_at, base_message_id)"
        " VALUES (?, ?, ?, ?)",
        (item.outbox_id, item.attempt, item.attempt_at, item.base_message_id),
    )
    conn.execute("DELETE FROM attempted WHERE attempt_at < ?", (item.attempt_at - KEPT_MS,))


def last_attempt(conn: Connection, outbox_id: OutboxId) -> Attempted | None:
    """The last attempt of an item; None if none is remembered."""
    row = conn.execute(
        "SELECT attempt, attempt_at, base_message_id FROM attempted"
        f" WHERE outbox_id = ? AND {sound('attempted')}",
        (outbox_id,),
    ).fetchone()
    return None if row is None else Attempted(*row)
