"""Files that nobody but the owner can read: the one place that makes them, and that says 0600.

What lies in the place of such a file is never followed as a link, and a new file never takes the place of
another. Reading what a person may have written is the job of `personal_files`.
"""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


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
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    finally:
        part.unlink(missing_ok=True)


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
        _give_name(part, path)
    finally:
        part.unlink(missing_ok=True)


def _give_name(part: Path, path: Path) -> None:
    """Unlike renaming, a second name for a file never takes the place of another file."""
    try:
        os.link(part, path, follow_symlinks=False)
    except PermissionError:
        # A file system that knows no second names; the empty file holds the place until it is replaced.
        touch_private(path)
        part.replace(path)
