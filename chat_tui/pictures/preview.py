"""The parent: asks a child for the pixels of a picture, and waits no longer than it says."""

import asyncio
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

PATIENCE_S: Final = 4.0
CHILD: Final = (sys.executable, "-P", "-m", "chat_tui.pictures.decode")
"""-P: a PIL.py that happens to lie in the current directory must not be taken for the library."""
_KEPT: Final = ("PATH", "HOME", "LD_LIBRARY_PATH", "PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")
"""All that the child gets of the environment: no key is in it."""
_MOST_CELLS: Final = 1_000_000


class NoPicture(StrEnum):
    """Why nothing can be shown."""

    TOO_LARGE = "too_large"
    """It has more pixels than are decoded."""
    BROKEN = "broken"
    """It cannot be decoded."""
    TOO_SLOW = "too_slow"
    """It was not decoded in time."""
    OTHER = "other"
    """The file is of another kind."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Pixels, two of them, one above the other, to a cell."""

    width: int
    height: int
    pixels: bytes
    """Red, green and blue of each, row by row."""

    def at(self, x: int, y: int) -> tuple[int, int, int]:
        """The colour of a pixel."""
        start = 3 * (y * self.width + x)
        red, green, blue = self.pixels[start : start + 3]
        return red, green, blue


async def decode(content: bytes, columns: int, rows: int) -> Picture | NoPicture:
    """The picture made to fit so many cells, its proportions kept, never made larger."""
    columns, rows = max(1, columns), max(1, rows)
    if columns * rows > _MOST_CELLS:
        return NoPicture.TOO_LARGE
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        child = subprocess.Popen(  # noqa: S603, ASYNC220 - this very program; starting does not wait
            (*CHILD, str(columns), str(rows)),
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: value for name, value in os.environ.items() if name in _KEPT},
            start_new_session=True,
        )
    assert child.stdout is not None
    reading = asyncio.ensure_future(asyncio.to_thread(child.stdout.read, 6 * columns * rows + 64))
    try:
        async with asyncio.timeout(PATIENCE_S):
            return _read(await asyncio.shield(reading), columns, 2 * rows)
    except TimeoutError:
        return NoPicture.TOO_SLOW
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        child.wait()
        await asyncio.shield(reading)
        child.stdout.close()


def _read(answer: bytes, width: int, height: int) -> Picture | NoPicture:
    """What the child said; whatever it is, no more than was asked for is believed."""
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
