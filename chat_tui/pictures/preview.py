"""The parent: gets the pixels of a picture from a child process within `PATIENCE_S` seconds.

The picture and its pixels go through pipes, never through a file.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PATIENCE_S: Final = 4.0
CHILD: Final = (sys.executable, "-P", "-m", "chat_tui.pictures.decode")
"""-P: a PIL.py in the current directory must not be taken for the library."""
_KEPT: Final = ("PATH", "HOME", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
"""The only variables of the environment that the child gets: none holds a key."""
_MOST_CELLS: Final = 1_000_000
"""More than any terminal has."""


class NoPicture(StrEnum):
    """Why there is no picture to show."""

    TOO_LARGE = "too_large"
    """It has more pixels or bytes, or would fill more cells, than are decoded."""
    BROKEN = "broken"
    """It cannot be decoded."""
    TOO_SLOW = "too_slow"
    """It was not decoded in time."""
    NO_CHILD = "no_child"
    """The system could not start the child."""
    OTHER = "other"
    """The file is of another kind."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, of which a cell shows two, one above the other."""

    width: int
    height: int
    pixels: bytes
    """Three bytes (red, green, blue) for each, row by row."""

    def at(self, x: int, y: int) -> tuple[int, int, int]:
        """Red, green and blue of a pixel."""
        start = 3 * (y * self.width + x)
        red, green, blue = self.pixels[start : start + 3]
        return red, green, blue


async def decode(content: bytes, columns: int, rows: int) -> Picture | NoPicture:
    """The picture in its proportions, reduced to fit so many cells but never enlarged."""
    columns, rows = max(1, columns), max(1, rows)
    if columns * rows > _MOST_CELLS:
        return NoPicture.TOO_LARGE
    try:
        child = await asyncio.create_subprocess_exec(
            *CHILD,
            str(columns),
            str(rows),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={name: value for name, value in os.environ.items() if name in _KEPT},
            start_new_session=True,  # Ctrl-C is for the program, not for its child
        )
    except (OSError, RuntimeError):  # no process, or no thread in which asyncio waits for it
        return NoPicture.NO_CHILD
    try:
        async with asyncio.timeout(PATIENCE_S):
            # Two pixels of three bytes a cell, and the first line.
            answer = await _answer(child, content, 6 * columns * rows + 64)
    except TimeoutError:
        return NoPicture.TOO_SLOW
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        # Shielded: even when the caller is cancelled, no dead child must remain.
        await asyncio.shield(child.wait())
    return _read(answer, columns, 2 * rows)


async def _answer(child: Process, content: bytes, most: int) -> bytes:
    """At most `most` bytes of the child's answer to a picture, of which it may not have read everything."""
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(content)
    child.stdin.write_eof()
    try:
        return await child.stdout.readexactly(most)
    except asyncio.IncompleteReadError as end:
        return end.partial


def _read(answer: bytes, width: int, height: int) -> Picture | NoPicture:
    """The picture in the child's answer, which is not trusted: it may be no larger than requested."""
    head, _newline, pixels = answer.partition(b"\n")
    if head == b"LARGE":
        return NoPicture.TOO_LARGE
    words = head.split()
    if len(words) != 3 or words[0] != b"OK" or not (words[1].isdigit() and words[2].isdigit()):
        return NoPicture.BROKEN
    size = int(words[1][:9]), int(words[2][:9])
    if not (0 < size[0] <= width and 0 < size[1] <= height and len(pixels) == 3 * size[0] * size[1]):
        return NoPicture.BROKEN
    return Picture(*size, pixels)
