"""Standard input, output and error as a process was given them: perhaps closed, full, or nobody's.

The only place that writes to the last two. Imports almost nothing: `--help` prints through it.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


class Unprintable(Exception):  # noqa: N818 - house word: a failure that was expected
    """Standard output takes nothing; `error` is how the system said so."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error

    @property
    def nobody_reads(self) -> bool:
        """Whether the other end of a pipe was closed, as `head` does when it has enough."""
        return isinstance(self.error, BrokenPipeError)

    @property
    def reason(self) -> str:
        """The system's word for it."""
        return getattr(self.error, "strerror", None) or str(self.error)


def prepare() -> None:
    """Make the three streams exist, take any letter, and fail only when they are used.

    A descriptor that whoever started us had closed is taken at once: the next file opened would get its
    number, and what is printed would be written into that file. What is put there can only be read.
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
        # Another object under tests.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _stream(number: int, mode: str) -> TextIO:
    """For as long as the process lives."""
    stream: TextIO = io.TextIOWrapper(
        os.fdopen(number, f"{mode}b", closefd=False), encoding="utf-8", line_buffering=number == 2
    )
    return stream


def out(text: str) -> None:
    """Write to standard output. Raises Unprintable, perhaps only at the next `flush`."""
    with _printing():
        _write(sys.stdout, text)


def out_bytes(data: bytes) -> None:
    """Write to standard output as it is. Raises Unprintable, perhaps only at the next `flush`."""
    with _printing():
        # What was written as text must come first.
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def flush() -> None:
    """Give everything written so far to whoever reads it. Raises Unprintable."""
    with _printing():
        sys.stdout.flush()


def err(text: str) -> None:
    """Write to standard error; it is lost when nobody takes it."""
    try:
        _write(sys.stderr, text)
        sys.stderr.flush()
    except (OSError, ValueError):
        _let_go(sys.stderr)


@contextmanager
def _printing() -> Iterator[None]:
    """Turn every way in which nothing can be printed into one."""
    try:
        yield
    except (OSError, ValueError) as error:
        _let_go(sys.stdout)
        raise Unprintable(error) from None


def _write(stream: TextIO, text: str) -> None:
    try:
        stream.write(text)
    except UnicodeError:
        # A stream that could not be taught to replace what it cannot spell.
        stream.write(text.encode("ascii", "replace").decode())


def _let_go(stream: TextIO) -> None:
    """At exit Python writes what is left in a stream once more; that would change the exit code."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError, AttributeError):
        # No file stands behind it, so nothing is written at exit.
        return
