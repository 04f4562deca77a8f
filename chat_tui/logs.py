"""One private log file for all running copies: no key, no control character, at most 10 MB in all.

Of an error it tells kind and place, never the words: they may be a buyer's.
"""

import logging
import logging.handlers
import os
import time
import traceback
from collections.abc import Collection
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType
from typing import Final
from urllib.parse import quote

from chat_tui.files import open_private
from chat_tui.safetext import safe

FILE_BYTES: Final = 2_000_000
FILES: Final = 5
LINE_LIMIT: Final = 2_000
_LONGEST_CHAIN: Final = 10
HIDDEN: Final = "[hidden]"

_QUIET = ("httpx", "httpcore", "asyncio", "uvicorn", "hpack")
"""Their lower levels tell headers, addresses and arguments."""

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def open_log(path: Path, *, level: str, secrets: Collection[str]) -> None:
    """Write the log to `path` from now on; its directory exists already. Nothing goes to the terminal."""
    # A full disk must not print tracebacks over the screen: the program goes on without a log.
    logging.raiseExceptions = False
    log = PrivateFile(path)
    log.setFormatter(Redacting(secrets))
    logging.basicConfig(handlers=[log], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    logging.getLogger("chat_tui").setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class Redacting(logging.Formatter):
    """Times in UTC, one line per message, secrets hidden wherever they are, errors without local values."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(process)d %(levelname)s %(name)s: %(message)s")
        self.converter = _utc
        self.datefmt = "%Y-%m-%dT%H:%M:%S"
        # In an address a key is written with %.
        spellings = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        self._spellings = sorted(spellings, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The record as text; built anew, so that no other handler's cached traceback is used."""
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        lines = [safe(self._hidden(self.formatMessage(record)), lines=False, limit=LINE_LIMIT)]
        if record.exc_info:
            lines += self.formatException(record.exc_info).splitlines()
        if record.stack_info:
            lines += self._indented(record.stack_info)
        return "\n".join(lines)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name logging calls
        """Kind and place of the error and of what was behind it, without any value or word of theirs."""
        return "\n".join(self._indented("\n".join(_told(ei[1])))) if ei[1] is not None else ""

    def _indented(self, text: str) -> list[str]:
        return [f"  | {safe(line, limit=LINE_LIMIT)}" for line in self._hidden(text).splitlines()]

    def _hidden(self, text: str) -> str:
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        return text


class PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file, 0600; notices when another copy of the program has rotated it."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            maxBytes=FILE_BYTES,
            backupCount=FILES - 1,
            encoding="utf-8",
            delay=True,
            errors="backslashreplace",
        )

    def _open(self) -> TextIOWrapper:
        # Without O_NONBLOCK a FIFO that lies in its place would be waited for.
        descriptor = open_private(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        return open(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the name logging calls
        """Whether this record makes the file too large; first makes sure that it is still *the* file."""
        if self.stream is not None and not self._is_current():
            self.stream.close()
            self.stream = self._open()
        return bool(super().shouldRollover(record))

    def _is_current(self) -> bool:
        assert self.stream is not None
        try:
            there = os.stat(self.baseFilename)
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self.stream.fileno()))


def _told(error: BaseException, depth: int = 0) -> list[str]:
    """The error, where it was raised, then its causes."""
    system = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    lines = [f"{type(error).__module__}.{type(error).__qualname__}{system}"]
    lines += "".join(traceback.format_tb(error.__traceback__)).splitlines()
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    inside = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    if depth < _LONGEST_CHAIN:
        # Cut where a chain goes round in a circle of its own making.
        for other in (*inside, *([behind] if behind is not None else [])):
            lines += ["because of", *_told(other, depth + 1)]
    return lines


def _utc(seconds: float | None) -> time.struct_time:
    return time.gmtime(seconds)
