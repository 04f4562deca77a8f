"""Items of the Market's answers that could not be read, saved raw in a private file for a bug report.

Each line is a JSON object: when (ISO, UTC), operation, why, bytes (length of the item) and raw (the item, or
the beginning of a long one). All copies of the program write to the same file; an item is written once.
"""

import json
import logging
import os
import stat
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from chat_tui.files import open_private
from chat_tui.model.chat import Unreadable
from chat_tui.model.ids import Millis
from chat_tui.safetext import one_line
from chat_tui.store.errors import StoreError
from chat_tui.store.locks import WriteLock

NAME: Final = "unreadable.jsonl"
"""The file's name in the data directory of a business."""
LIMIT: Final = 1024 * 1024
"""Bytes of the whole file; when it is full, nothing is added until the operator deletes it."""
ITEM_LIMIT: Final = 64 * 1024
"""Bytes of the longest line."""
MOST_COUNTED: Final = 10_000
"""Different items counted in one run, which bounds the memory if the Market always sends new ones."""

_PATIENCE_S: Final = 1.0

log = logging.getLogger(__name__)


class Quarantine:
    """The unreadable items of this run, each counted once. Any thread may call it."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / NAME
        """Exists only if something was unreadable."""
        self._met: set[int] = set()
        self._guard = threading.Lock()

    def add(self, operation: str, items: Sequence[Unreadable], now: Millis) -> int:
        """Save the items that this run has not met before; how many those are, saved or not.

        If they cannot be saved, for example on a full disk, the log says so and nothing is raised.
        """
        with self._guard:
            new: list[Unreadable] = []
            for item in items:
                # Only a hash is remembered: an item may be large.
                mark = hash((operation, item.raw))
                if mark not in self._met and len(self._met) < MOST_COUNTED:
                    self._met.add(mark)
                    new.append(item)
            if not new:
                return 0
            try:
                _append(self.path, operation, new, now)
            except (OSError, StoreError) as error:
                log.warning(
                    "unreadable items of %s were not kept: %s", one_line(operation), type(error).__name__
                )
            return len(new)


def _append(path: Path, operation: str, items: Sequence[Unreadable], now: Millis) -> None:
    """Add the lines that are new and fit, in one write; OSError if the file is not ours alone.

    StoreError if its lock cannot be taken.
    """
    with WriteLock(path).held(_PATIENCE_S):
        # A link in this place is not followed, and a file with a second name is not used.
        fd = open_private(path, os.O_RDWR | os.O_APPEND)
        with os.fdopen(fd, "r+b", buffering=0) as file:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or found.st_uid != os.geteuid():
                raise PermissionError(path)
            kept = file.read(LIMIT + 1)
            known = set(map(_content, kept.splitlines()))
            # A kill or a full disk may have cut the last line short.
            text = b"" if not kept or kept.endswith(b"\n") else b"\n"
            for item in items:
                line = _line(operation, item, now)
                if _content(line) not in known and len(kept) + len(text) + len(line) < LIMIT:
                    known.add(_content(line))
                    text += line + b"\n"
            if text.strip():
                file.write(text)


def _line(operation: str, item: Unreadable, now: Millis) -> bytes:
    """One line of ASCII, so that printing the file cannot control a terminal."""
    when = datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="seconds")
    text = item.raw[:ITEM_LIMIT].decode(errors="replace")
    while True:
        told = {"when": when, "operation": operation, "why": item.why, "bytes": len(item.raw), "raw": text}
        line = json.dumps(told).encode()
        if len(line) <= ITEM_LIMIT:
            return line
        text = text[: len(text) // 2]


def _content(line: bytes) -> bytes:
    """A line without its time, to compare it with other lines."""
    return line.partition(b'"operation"')[2]
