"""One private log file for all running copies: no key, no control character, at most 10 MB in all.

An error is logged with its class and traceback, never with its message, which may quote a buyer.
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
"""Characters."""
_LONGEST_CHAIN: Final = 10
"""Causes of an error that are logged, one behind the other."""
HIDDEN: Final = "[hidden]"
"""Stands in the place of a secret."""

_QUIET = ("httpx", "httpcore", "asyncio", "uvicorn", "hpack")
"""Loggers that are kept at WARNING: below, they write headers, addresses and arguments."""

_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def open_log(path: Path, *, level: str, secrets: Collection[str]) -> None:
    """Log to `path` from now on; its directory must exist. `secrets` are hidden in every line."""
    # On a full disk logging would print tracebacks over the screen; the program goes on without a log.
    logging.raiseExceptions = False
    log = PrivateFile(path)
    log.setFormatter(Redacting(secrets))
    logging.basicConfig(handlers=[log], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    logging.getLogger("chat_tui").setLevel(level.upper())
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


class Redacting(logging.Formatter):
    """Times in UTC, one line per message, all secrets hidden, errors without values of variables."""

    def __init__(self, secrets: Collection[str]) -> None:
        super().__init__("%(asctime)s.%(msecs)03dZ %(process)d %(levelname)s %(name)s: %(message)s")
        self.converter = time.gmtime
        self.datefmt = "%Y-%m-%dT%H:%M:%S"
        # In an address a key is percent-encoded.
        spellings = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""))}
        self._spellings = sorted(spellings, key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """The record as text; it does not use the traceback that another handler may have cached in it."""
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        lines = [safe(self._hidden(self.formatMessage(record)), lines=False, limit=LINE_LIMIT)]
        if record.exc_info:
            lines += self.formatException(record.exc_info).splitlines()
        if record.stack_info:
            lines += self._indented(record.stack_info)
        return "\n".join(lines)

    def formatException(self, ei: _ExcInfo) -> str:  # noqa: N802 - the name logging calls
        """Class and traceback of the error and of its causes, without their messages."""
        return "\n".join(self._indented("\n".join(_chain(ei[1])))) if ei[1] is not None else ""

    def _indented(self, text: str) -> list[str]:
        return [f"  | {safe(line, limit=LINE_LIMIT)}" for line in self._hidden(text).splitlines()]

    def _hidden(self, text: str) -> str:
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        return text


class PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file with mode 0600; notices when another running copy has rotated it."""

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
        # Without O_NONBLOCK, opening would wait for the reader of a FIFO in the place of the file.
        descriptor = open_private(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_NONBLOCK)
        return open(descriptor, "a", encoding=self.encoding, errors=self.errors)

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the name logging calls
        """Whether this record makes the file too large; opens it again first if its name has moved on."""
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


def _chain(error: BaseException, depth: int = 0) -> list[str]:
    """Lines for the error, its traceback and its causes."""
    system = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    lines = [f"{type(error).__module__}.{type(error).__qualname__}{system}"]
    lines += "".join(traceback.format_tb(error.__traceback__)).splitlines()
    behind = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    inside = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    if depth < _LONGEST_CHAIN:
        # Without a limit, causes that form a ring would never end.
        for other in (*inside, *([behind] if behind is not None else [])):
            lines += ["because of", *_chain(other, depth + 1)]
    return lines
