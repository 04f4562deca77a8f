"""Texts typed and not sent, by chat and by the copy of the program they were typed in.

Each running copy writes its own row, so that two operators at one chat never overwrite each other. If the
database cannot be written, a copy saves its texts to a private file beside it, `unsaved-<copy>.json`: a list
of objects with chat_id, text and caret. The next start moves them into the database, as drafts of that copy.
"""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from chat_tui.files import NotAFile, TooLarge, read_file, whole_file
from chat_tui.model.ids import BusinessId, ChatRef, Millis
from chat_tui.model.timeline import Draft
from chat_tui.store.database import Connection
from chat_tui.store.sqlite.shape import clean, sound

_PREFIX: Final = "unsaved-"
MOST_BYTES: Final = 10_000_000
"""A larger file of texts is not read: an operator types far less."""

log = logging.getLogger(__name__)


class Kept(NamedTuple):
    """One row: the text that one copy typed for a chat; `caret` is an index into it."""

    copy: str
    text: str
    caret: int


def kept(conn: Connection, chat_ref: ChatRef) -> tuple[Kept, ...]:
    """The texts of all copies for a chat, the latest first."""
    rows = conn.execute(
        f"SELECT copy, text, caret FROM draft WHERE chat_id = ? AND {sound('draft')} ORDER BY at DESC, copy",
        (conn.own(chat_ref),),
    )
    return tuple(Kept(*row) for row in rows)


def save(conn: Connection, draft: Draft, at: Millis, copy: str = "", base: Kept | None = None) -> None:
    """Save the text this copy typed for a chat; an empty one removes its row.

    `base` is the row that the text was edited from: it is removed, unless its own copy has changed it since.
    """
    clear(conn, draft.chat_ref, copy, base)
    if draft.text:
        conn.execute(
            "INSERT INTO draft (chat_id, copy, text, caret, at) VALUES (?, ?, ?, ?, ?)",
            (conn.own(draft.chat_ref), copy, clean(draft.text), draft.caret, at),
        )


def adopt(conn: Connection, copy: str, drafts: Sequence[Draft], at: Millis) -> None:
    """Save the texts that another copy typed and could not save."""
    for draft in drafts:
        save(conn, draft, at, copy)


def clear(conn: Connection, chat_ref: ChatRef, copy: str = "", base: Kept | None = None) -> None:
    """Remove this copy's text for a chat, and `base`, the row it was edited from, if that has not changed."""
    number = conn.own(chat_ref)
    conn.execute("DELETE FROM draft WHERE chat_id = ? AND copy = ?", (number, copy))
    if base is not None:
        conn.execute(
            "DELETE FROM draft WHERE chat_id = ? AND copy = ? AND text = ?", (number, base.copy, base.text)
        )


def forget(conn: Connection, chat_ref: ChatRef, text: str, copy: str = "") -> None:
    """Remove a text that other copies typed; the row of this copy stays."""
    conn.execute(
        "DELETE FROM draft WHERE chat_id = ? AND text = ? AND copy <> ?",
        (conn.own(chat_ref), clean(text), copy),
    )


def keep_aside(data_dir: Path, copy: str, drafts: Sequence[Draft]) -> None:
    """Write these drafts to the file of a copy, durable when this returns; no drafts = no file.

    OSError if that fails.
    """
    target = data_dir / f"{_PREFIX}{copy}.json"
    if not drafts:
        target.unlink(missing_ok=True)
        return
    told = [{"chat_id": one.chat_ref.number, "text": one.text, "caret": one.caret} for one in drafts]
    with whole_file(target) as file:
        # ASCII keeps lone surrogates, which a terminal may send and UTF-8 cannot encode.
        file.write(json.dumps(told, ensure_ascii=True).encode())


def kept_aside(data_dir: Path, business: BusinessId) -> dict[str, tuple[Draft, ...]]:
    """The drafts in these files, by copy; a file that cannot be read stays where it is."""
    kept = {}
    for path in sorted(data_dir.glob(f"{_PREFIX}*.json")):
        try:
            told: Any = json.loads(read_file(path, MOST_BYTES, follow=False))
            kept[path.stem.removeprefix(_PREFIX)] = tuple(
                Draft(ChatRef(business, int(one["chat_id"])), str(one["text"]), int(one["caret"]))
                for one in told
            )
        except (OSError, NotAFile, TooLarge, ValueError, TypeError, KeyError) as error:
            log.warning("kept texts not read: %s", type(error).__name__)
    return kept
