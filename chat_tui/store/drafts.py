"""Texts typed and not sent, by chat and by the copy of the program they were typed in.

Each running copy writes a row of its own, so that two operators at one chat never overwrite each other. What
the database does not take goes to a private file beside it, one per running copy that needs one,
`unsaved-<copy>.json`: a list of objects with chat_id, text and caret. The next start takes it over: its texts
are drafts of that copy then.
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
"""Of a file that is read: far more than anybody types."""

log = logging.getLogger(__name__)


class Kept(NamedTuple):
    """One row: what one copy typed for a chat."""

    copy: str
    text: str
    caret: int


def kept(conn: Connection, chat_ref: ChatRef) -> tuple[Kept, ...]:
    """Everything typed for a chat, the latest first."""
    rows = conn.execute(
        f"SELECT copy, text, caret FROM draft WHERE chat_id = ? AND {sound('draft')} ORDER BY at DESC, copy",
        (conn.own(chat_ref),),
    )
    return tuple(Kept(*row) for row in rows)


def get(conn: Connection, chat_ref: ChatRef) -> Draft:
    """The latest text typed for a chat, and the older ones of other copies; empty if none."""
    found = kept(conn, chat_ref)
    if not found:
        return Draft(chat_ref, "", 0)
    newest, *older = found
    # The same text typed twice is one choice for the operator.
    others = tuple(dict.fromkeys(row.text for row in older if row.text != newest.text))
    return Draft(chat_ref, newest.text, newest.caret, others)


def save(conn: Connection, draft: Draft, at: Millis, copy: str = "", base: Kept | None = None) -> None:
    """Keep the text this copy typed for a chat; an empty one removes it.

    `base` is the row the typing began from: it goes, unless its own copy has changed it since.
    """
    clear(conn, draft.chat_ref, copy, base)
    if draft.text:
        conn.execute(
            "INSERT INTO draft (chat_id, copy, text, caret, at) VALUES (?, ?, ?, ?, ?)",
            (conn.own(draft.chat_ref), copy, clean(draft.text), draft.caret, at),
        )


def adopt(conn: Connection, copy: str, drafts: Sequence[Draft], at: Millis) -> None:
    """Take over what another copy typed and could not save."""
    for draft in drafts:
        save(conn, draft, at, copy)


def clear(conn: Connection, chat_ref: ChatRef, copy: str = "", base: Kept | None = None) -> None:
    """Remove what this copy typed for a chat, and the row it began from if that is as it was."""
    number = conn.own(chat_ref)
    conn.execute("DELETE FROM draft WHERE chat_id = ? AND copy = ?", (number, copy))
    if base is not None:
        conn.execute(
            "DELETE FROM draft WHERE chat_id = ? AND copy = ? AND text = ?", (number, base.copy, base.text)
        )


def forget(conn: Connection, chat_ref: ChatRef, text: str, copy: str = "") -> None:
    """Remove a text that other copies typed; a row of this copy stays."""
    conn.execute(
        "DELETE FROM draft WHERE chat_id = ? AND text = ? AND copy <> ?",
        (conn.own(chat_ref), clean(text), copy),
    )


def keep_aside(data_dir: Path, copy: str, drafts: Sequence[Draft]) -> None:
    """Make these the texts kept for a copy, durable when this returns; none = no file. Else OSError."""
    target = _path(data_dir, copy)
    if not drafts:
        target.unlink(missing_ok=True)
        return
    told = [{"chat_id": one.chat_ref.number, "text": one.text, "caret": one.caret} for one in drafts]
    with whole_file(target) as file:
        # What a terminal sent that is no text is written as it is, and told apart when it is read.
        file.write(json.dumps(told, ensure_ascii=True).encode())


def kept_aside(data_dir: Path, business: BusinessId) -> dict[str, tuple[Draft, ...]]:
    """By copy the texts that are kept; a file that cannot be read stays where it is."""
    kept = {}
    for path in sorted(data_dir.glob(f"{_PREFIX}*.json")):
        try:
            kept[path.stem.removeprefix(_PREFIX)] = _read(path, business)
        except (OSError, NotAFile, TooLarge, ValueError, TypeError, KeyError) as error:
            log.warning("kept texts not read: %s", type(error).__name__)
    return kept


def _path(data_dir: Path, copy: str) -> Path:
    return data_dir / f"{_PREFIX}{copy}.json"


def _read(path: Path, business: BusinessId) -> tuple[Draft, ...]:
    told: Any = json.loads(read_file(path, MOST_BYTES, follow=False))
    return tuple(
        Draft(ChatRef(business, int(one["chat_id"])), str(one["text"]), int(one["caret"])) for one in told
    )
