"""What the operator left at which chat, as a value that differs when anything of it does."""

from chat_tui.store.database import Connection

Notes = dict[int, tuple[object, ...]]
"""By chat: how its outbox and its drafts stand."""

_OUTBOX = """
    SELECT chat_id,
        group_concat(outbox_id || state || attempt || looks || is_released || not_before || problem)
    FROM outbox WHERE state <> 'confirmed' GROUP BY chat_id
"""
_DRAFTS = "SELECT chat_id, count(*), max(at) FROM draft GROUP BY chat_id"


def of_the_operator(conn: Connection) -> Notes:
    """Of every chat with something in the outbox that is not confirmed, or with a draft."""
    found: dict[int, list[object]] = {}
    for chat_id, *rest in (*conn.execute(_OUTBOX), *conn.execute(_DRAFTS)):
        found.setdefault(chat_id, []).extend(rest)
    return {chat_id: tuple(rest) for chat_id, rest in found.items()}
