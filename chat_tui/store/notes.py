"""What the operator left at which chat, as a value that differs when anything of it does."""

from chat_tui.store.database import Connection

Notes = dict[int, tuple[object, ...]]
"""By chat: how its outbox, its drafts and its marks stand."""

_OUTBOX = """
    SELECT chat_id,
        group_concat(outbox_id || state || attempt || looks || is_released || not_before || problem)
    FROM outbox WHERE state <> 'confirmed' GROUP BY chat_id
"""
_DRAFTS = "SELECT chat_id, count(*), max(at) FROM draft GROUP BY chat_id"
_MARKS = """
    SELECT chat_id, 'mark', done, snooze_kind, snooze_until
    FROM mark WHERE coalesce(done, snooze_until) IS NOT NULL
"""


def of_the_operator(conn: Connection) -> Notes:
    """Of every chat with something in the outbox that is not confirmed, with a draft, done or put off."""
    found: dict[int, list[object]] = {}
    for chat_id, *rest in (*conn.execute(_OUTBOX), *conn.execute(_DRAFTS), *conn.execute(_MARKS)):
        found.setdefault(chat_id, []).extend(rest)
    return {chat_id: tuple(rest) for chat_id, rest in found.items()}
