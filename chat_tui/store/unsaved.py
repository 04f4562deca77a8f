"""Typed texts that a database did not take: a private file beside it, read into it by the next start.

One file per running copy that needed one, `unsaved-<copy>.json`: a list of objects with chat_id, text and
caret. Taken over, its texts are drafts of that copy, which are offered like those of any other.
"""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from chat_tui.model.ids import BusinessId, ChatRef
from chat_tui.model.timeline import Draft
from chat_tui.personal_files import NotAFile, TooLarge, read_file
from chat_tui.private_files import whole_file

_PREFIX: Final = "unsaved-"
MOST_BYTES: Final = 10_000_000
"""Of a file that is read: far more than anybody types."""

log = logging.getLogger(__name__)


def keep(data_dir: Path, copy: str, drafts: Sequence[Draft]) -> None:
    """Make these the texts kept for a copy, durable when this returns; none = no file. Else OSError."""
    target = _path(data_dir, copy)
    if not drafts:
        target.unlink(missing_ok=True)
        return
    told = [{"chat_id": one.chat_id.number, "text": one.text, "caret": one.caret} for one in drafts]
    # What a terminal sent that is no text is written as it is, and told apart when it is read.
    with whole_file(target) as file:
        # What a terminal sent that is no text is written as it is, and told apart when it is read.
        file.write(json.dumps(told, ensure_ascii=True).encode())


def found(data_dir: Path, business: BusinessId) -> dict[str, tuple[Draft, ...]]:
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
