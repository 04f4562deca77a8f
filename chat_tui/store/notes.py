"""What the operator left at which chat, as a value that differs when anything of it does."""

from chat_tui.model.ids import ChatRef
from chat_tui.store.database import Connection

Notes = dict[ChatRef, tuple[object, ...]]
"""By chat: how its outbox, its drafts and its marks stand."""

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


def of_the_operator(conn: Connection) -> Notes:
    """Of every chat with something in the outbox that is not confirmed, with a draft or any mark."""
    found: dict[int, list[object]] = {}
    for query in (_OUTBOX, _DRAFTS, _MARKS, _PINS, _NOTES, _LABELS):
        for number, *rest in conn.execute(query.format(_IS_ID)):
            found.setdefault(number, []).extend(rest)
    return {conn.chat(number): tuple(rest) for number, rest in found.items()}
