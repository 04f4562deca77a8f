"""Standard input, output and error, any of which may be closed, full or a broken pipe.

Only this module writes to the last two. It imports almost nothing, because `--help` prints through it.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Unprintable(Exception):  # noqa: N818 - house word: a failure that was expected
    """Standard output cannot be written; `error` is the system's error."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error

    @property
    def nobody_reads(self) -> bool:
        """Whether the other end of a pipe was closed, as `head` does when it has enough."""
        return isinstance(self.error, BrokenPipeError)

    @property
    def reason(self) -> str:
        """The system's words for it."""
        return getattr(self.error, "strerror", None) or str(self.error)


def prepare() -> None:
    """Make sure that the three streams exist, accept any character, and fail only when they are used.

    A descriptor that was closed at the start is opened again, read-only: otherwise the next file we open
    would get its number, and what we print would be written into that file.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDONLY)
    sys.stdin = sys.stdin or _stream(0, "r")
    sys.stdout = sys.stdout or _stream(1, "w")
    sys.stderr = sys.stderr or _stream(2, "w")
    for stream in (sys.stdout, sys.stderr):
        # Tests put other objects here.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _stream(number: int, mode: str) -> TextIO:
    """A stream on this descriptor, which it never closes."""
    stream: TextIO = io.TextIOWrapper(
        os.fdopen(number, f"{mode}b", closefd=False), encoding="utf-8", line_buffering=number == 2
    )
    return stream


def out(text: str) -> None:
    """Write to standard output. Raises Unprintable, perhaps only at the next `flush`."""
    with _printing():
        _write(sys.stdout, text)


def out_bytes(data: bytes) -> None:
    """Write bytes to standard output. Raises Unprintable, perhaps only at the next `flush`."""
    with _printing():
        # Text that is still in the buffer must come first.
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def flush() -> None:
    """Flush standard output. Raises Unprintable."""
    with _printing():
        sys.stdout.flush()


def err(text: str) -> None:
    """Write to standard error. Never raises: text that cannot be written is dropped."""
    try:
        _write(sys.stderr, text)
        sys.stderr.flush()
    except (OSError, ValueError):
        _let_go(sys.stderr)


@contextmanager
def _printing() -> Iterator[None]:
    """Raise every error of standard output as Unprintable."""
    try:
        yield
    except (OSError, ValueError) as error:
        _let_go(sys.stdout)
        raise Unprintable(error) from None


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeError:
        # This stream could not be reconfigured to replace characters outside its encoding.
        stream.write(text.encode("ascii", "replace").decode())


def _let_go(stream: TextIO) -> None:
    """Point the stream to /dev/null: Python flushes it at exit, where an error would change the exit code."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        # The stream has no descriptor, so nothing is written at exit.
        return
