"""Files written for the operator: whole or not at all, his alone, never in the place of another."""

import errno
import os
import secrets
from pathlib import Path


def write_new(path: Path, content: bytes) -> None:
    """Write a file 0600, durable when this returns; FileExistsError if it is there, or another OSError."""
    if os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "wb") as file:
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
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        part.replace(path)
