"""Texts typed and not sent, by chat and by the copy of the program they were typed in.

Each running copy writes a row of its own, so that two operators at one chat never overwrite each other.
"""

from collections.abc import Sequence
from typing import NamedTuple

from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.timeline import Draft
from chat_tui.store.database import Connection
from chat_tui.store.rows import clean
from chat_tui.store.shape import sound


class Kept(NamedTuple):
    """One row: what one copy typed for a chat."""

    copy: str
    text: str
    caret: int


def kept(conn: Connection, chat_id: ChatRef) -> tuple[Kept, ...]:
    """Everything typed for a chat, the latest first."""
    rows = conn.execute(
        f"SELECT copy, text, caret FROM draft WHERE chat_id = ? AND {sound('draft')} ORDER BY at DESC, copy",  # noqa: S608
        (conn.own(chat_id),),
    )
    return tuple(Kept(*row) for row in rows)


def get(conn: Connection, chat_id: ChatRef) -> Draft:
    """The latest text typed for a chat, and the older ones of other copies; empty if none."""
    found = kept(conn, chat_id)
    if not found:
        return Draft(chat_id, "", 0)
    newest, *older = found
    others = tuple(dict.fromkeys(row.text for row in older if row.text != newest.text))
    return Draft(chat_id, newest.text, newest.caret, others)


def save(conn: Connection, draft: Draft, at: Millis, copy: str = "", base: Kept | None = None) -> None:
    """Keep the text this copy typed for a chat; an empty one removes it.

    `base` is the row the typing began from: it goes, unless its own copy has changed it since.
    """
    clear(conn, draft.chat_id, copy, base)
    if draft.text:
        conn.execute(
            "INSERT INTO draft (chat_id, copy, text, caret, at) VALUES (?, ?, ?, ?, ?)",
            (conn.own(draft.chat_id), copy, clean(draft.text), draft.caret, at),
        )


def adopt(conn: Connection, copy: str, drafts: Sequence[Draft], at: Millis) -> None:
    """Take over what another copy typed and could not save."""
    for draft in drafts:
        save(conn, draft, at, copy)


def clear(conn: Connection, chat_id: ChatRef, copy: str = "", base: Kept | None = None) -> None:
    """Remove what this copy typed for a chat, and the row it began from if that is as it was."""
    number = conn.own(chat_id)
    conn.execute("DELETE FROM draft WHERE chat_id = ? AND copy = ?", (number, copy))
    if base is not None:
        conn.execute(
            "DELETE FROM draft WHERE chat_id = ? AND copy = ? AND text = ?", (number, base.copy, base.text)
        )


def forget(conn: Connection, chat_id: ChatRef, text: str, copy: str = "") -> None:
    """Remove a text that other copies typed; a row of this copy stays."""
    conn.execute(
        "DELETE FROM draft WHERE chat_id = ? AND text = ? AND copy <> ?",
        (conn.own(chat_id), clean(text), copy),
    )


def chats_with_drafts(conn: Connection) -> tuple[ChatRef, ...]:
    """The chats something is typed for, the latest first."""
    rows = conn.execute(
        f"SELECT chat_id FROM draft WHERE {sound('draft')} GROUP BY chat_id ORDER BY max(at) DESC, chat_id"  # noqa: S608
    )
    return tuple(conn.chat(row[0]) for row in rows)
