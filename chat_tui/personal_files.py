"""Reading what a person may have written for the program, with whatever editor, wherever it is kept.

Whatever lies in the place of a file, nobody waits for it: a FIFO would never end, a terminal would ask the
operator. And whatever an editor made of the text, it is read or named.
"""

import codecs
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

_MARK: Final = codecs.BOM_UTF8
_OTHER_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)


class NotAFile(Exception):  # noqa: N818 - house word: a failure that was expected
    """A directory, FIFO, socket or device is where a file should be."""


class LeadsNowhere(NotAFile):
    """The link is there, and nothing where it leads."""


class TooLarge(Exception):  # noqa: N818
    """There is more than such a file can hold."""


class NotUtf8(Exception):  # noqa: N818
    """The bytes are no UTF-8."""

    def __init__(self, line: int, *, is_utf16: bool) -> None:
        super().__init__(f"line {line}")
        self.line = line
        """Where that shows, from 1."""
        self.is_utf16 = is_utf16
        """Whether it is what Windows calls Unicode: two bytes (or four) a letter."""


def read_file(
    path: Path,
    most: int,
    *,
    follow: bool = True,
    check: Callable[[os.stat_result], None] = lambda _about: None,
) -> bytes:
    """The bytes of a file that holds at most `most`; `follow` = it may be a link to one.

    `check` sees whose it is before a byte is read, and may raise. Raises NotAFile, TooLarge, OSError;
    FileNotFoundError only if there is nothing at all.
    """
    try:
        _refuse_other(os.stat(path, follow_symlinks=follow))
    except FileNotFoundError:
        if follow and path.is_symlink():
            raise LeadsNowhere from None
        raise
    except ValueError:  # there is no such path, as one with a zero byte in it
        raise NotAFile from None
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    # Looked at again: it may be another one by now.
    with open(os.open(path, flags), "rb") as file:
        about = os.fstat(file.fileno())
        _refuse_other(about)
        check(about)
        data = file.read(most + 1)
    if len(data) > most:
        raise TooLarge
    return data


def decoded(data: bytes) -> str:
    """The text of these bytes, without the mark that some editors put before it. Raises NotUtf8."""
    if data.startswith(_OTHER_MARKS) or b"\0" in data[:2]:
        raise NotUtf8(1, is_utf16=True)
    text = data.removeprefix(_MARK)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise NotUtf8(text.count(b"\n", 0, error.start) + 1, is_utf16=False) from None


def has_mark(data: bytes) -> bool:
    """Whether the mark stands before the text, to be kept by whoever writes the file anew."""
    return data.startswith(_MARK)


def _refuse_other(about: os.stat_result) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise NotAFile
