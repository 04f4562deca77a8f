"""Local files: created for the owner alone, and read safely whatever is in their place.

A link in the place of a new file is never followed, and a new file never replaces another; only this module
sets mode 0600. Files that a person may have written are read up to a size, with or without a byte order mark,
and reading never waits for a pipe.
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
    """Open a file of ours, or create it, set mode 0600, and return the descriptor. Raises OSError."""
    descriptor = os.open(path, flags | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def create_private(path: str | Path, *, folder: int | None = None) -> int:
    """Create a file for writing and return its descriptor.

    `folder` is a descriptor of the directory that `path` is relative to; None = the current one. Raises
    FileExistsError if anything has that name, or another OSError.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(path, flags, 0o600, dir_fd=folder)


def touch_private(path: str | Path, *, folder: int | None = None) -> None:
    """Create an empty file; parameters and errors are those of `create_private`."""
    os.close(create_private(path, folder=folder))


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which replaces `path` when the block ends without an error; otherwise it is deleted.

    After the block, content and name are durable. Raises OSError if the file cannot be created or written.
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
    """Make the names in a folder durable: after a power cut a file without a durable name is lost."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new(path: Path, content: bytes) -> None:
    """Write a new file whole; its content is durable when this returns.

    Raises FileExistsError if anything has that name, or another OSError.
    """
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
    """Give a file a second name, or rename it on a disk without hard links.

    `folder` is a descriptor of the directory that both paths are relative to; None = the current one. Raises
    FileExistsError if anything has the name, or another OSError if neither works.
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
    """A directory, FIFO, socket or device is in the place of a file."""


class LeadsNowhere(NotAFile):
    """The link exists, but its target does not."""


class TooLarge(Exception):  # noqa: N818
    """The file is larger than such a file may be."""


class NotUtf8(Exception):  # noqa: N818
    """The bytes are not UTF-8."""

    def __init__(self, line: int, *, is_utf16: bool) -> None:
        super().__init__(f"line {line}")
        self.line = line
        """The first line that is not UTF-8, from 1."""
        self.is_utf16 = is_utf16
        """Whether it is UTF-16 or UTF-32, which Windows calls Unicode."""


def read_file(
    path: Path,
    most: int,
    *,
    follow: bool = True,
    check: Callable[[os.stat_result], None] = lambda _about: None,
) -> bytes:
    """The content of a file of at most `most` bytes; `follow` = `path` may be a link.

    `check` gets owner and mode before a byte is read, and may raise. Raises NotAFile (LeadsNowhere for a
    broken link), TooLarge, or OSError; FileNotFoundError only if nothing has that name.
    """
    try:
        _refuse_other(os.stat(path, follow_symlinks=follow))
    except FileNotFoundError:
        if follow and path.is_symlink():
            raise LeadsNowhere from None
        raise
    except ValueError:  # such a path cannot exist, for example one with a zero byte
        raise NotAFile from None
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    # Checked again after opening: another file may have its name by now.
    with open(os.open(path, flags), "rb") as file:
        about = os.fstat(file.fileno())
        _refuse_other(about)
        check(about)
        data = file.read(most + 1)
    if len(data) > most:
        raise TooLarge
    return data


def decoded(data: bytes) -> str:
    """The text of these bytes, without a byte order mark. Raises NotUtf8."""
    if data.startswith(_OTHER_MARKS) or b"\0" in data[:2]:
        raise NotUtf8(1, is_utf16=True)
    text = data.removeprefix(_MARK)
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise NotUtf8(text.count(b"\n", 0, error.start) + 1, is_utf16=False) from None


def has_mark(data: bytes) -> bool:
    """Whether the file begins with a byte order mark, which must stay when it is rewritten."""
    return data.startswith(_MARK)


def _refuse_other(about: os.stat_result) -> None:
    if not stat.S_ISREG(about.st_mode):
        raise NotAFile
