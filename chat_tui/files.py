"""Files of this machine: made for the owner alone, and read whatever somebody put there.

What lies in the place of a new file is never followed as a link, and a new file never takes the place of
another; mode 0600 is said here and nowhere else. What a person may have written is read without waiting for
a pipe, with a byte order mark or without, up to a size.
"""

import codecs
import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

_NO_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EACCES})
"""Errors of `link` on a disk where a file must be renamed instead."""


def open_private(path: str | Path, flags: int) -> int:
    """The descriptor of a file of ours, made if it is not there; 0600 whatever it was. Raises OSError."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def create_private(path: str | Path, *, folder: int | None = None) -> int:
    """The descriptor of a new file, to be written; FileExistsError if anything of that name is there.

    `folder` is the open directory that `path` is a name in.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, flags, 0o600, dir_fd=folder)


def touch_private(path: str | Path, *, folder: int | None = None) -> None:
    """The same, left empty."""
    os.close(create_private(path, folder=folder))


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to be written, which takes the place of `path` when the block ends well; else it is gone.

    Durable then, name and all, whatever the block wrote. OSError if it cannot be made or written.
    """
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(create_private(part), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        _sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the names in it durable: a power cut takes one that is not, with the file behind it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new(path: Path, content: bytes) -> None:
    """Write a file whole, durable when this returns; FileExistsError if it is there, or another OSError."""
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with os.fdopen(create_private(part), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        give_name(part, path)
    finally:
        part.unlink(missing_ok=True)


def give_name(part: str | Path, name: str | Path, *, folder: int | None = None) -> None:
    """Give a file a second name, or a new one on a disk without hard links; FileExistsError if that is taken.

    `folder` is the open directory that both are names in. Another OSError if neither can be done.
    """
    # Unlike renaming, a second name never takes the place of another file.
    try:
        os.link(part, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # An empty file reserves the name until it is replaced.
        touch_private(name, folder=folder)
        os.rename(part, name, src_dir_fd=folder, dst_dir_fd=folder)


# -- reading what a person may have written --------------------------------------------------------------


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
