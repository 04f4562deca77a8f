"""Copies of files to send, so that the Market gets what the operator saw, even if the original changes."""

import errno
import os
import stat
import time
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from chat_tui.files import whole_file
from chat_tui.model.file import MAX_BYTES
from chat_tui.model.ids import OutboxId

_CHUNK = 256 * 1024
MOST_BYTES = 256 * 1024 * 1024
"""The size of all copies together: about fifty of the largest files."""


class SpoolChanged(Exception):  # noqa: N818 - a refusal that was expected
    """The file is not the one the operator saw."""


class SpoolFull(Exception):  # noqa: N818 - a refusal that was expected
    """There is no room for another copy until some have been delivered."""


def path(data_dir: Path, outbox_id: OutboxId) -> Path:
    """The path of an item's copy; ValueError for an id that could lead out of the spool."""
    if not outbox_id.replace("-", "").isalnum():
        raise ValueError("an outbox id is a UUID")
    return data_dir / "spool" / outbox_id


def put(
    data_dir: Path, outbox_id: OutboxId, source: Path, fingerprint: tuple[int, int, int, int]
) -> tuple[int, str]:
    """Copy a file, durable when this returns; returns its size in bytes and its SHA-256 in hex.

    `fingerprint` is its device, inode, size and modification time. SpoolChanged if it is not a regular file
    with these any more, or larger than the Market accepts; SpoolFull if all copies together would exceed
    `MOST_BYTES`; OSError if it cannot be read or copied.
    """
    target = path(data_dir, outbox_id)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    if (
        sum(found.lstat().st_size for found in target.parent.iterdir()) + min(fingerprint[2], MAX_BYTES)
        > MOST_BYTES
    ):
        raise SpoolFull(target.parent)
    # Opening must neither follow a link put in its place nor wait for the other end of a pipe.
    try:
        fd = os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        # A link, nothing or a socket is there now.
        if error.errno in {errno.ELOOP, errno.ENOENT, errno.ENXIO}:
            raise SpoolChanged(source) from error
        raise
    with os.fdopen(fd, "rb") as file, whole_file(target) as copy:
        return _copy(file, copy, fingerprint)


def _copy(file: BinaryIO, copy: BinaryIO, fingerprint: tuple[int, int, int, int]) -> tuple[int, str]:
    import hashlib  # noqa: PLC0415 - loads OpenSSL, which the first paint need not wait for

    _expect(file, fingerprint)
    digest = hashlib.sha256()
    size = 0
    while chunk := file.read(_CHUNK):
        size += len(chunk)
        if size > MAX_BYTES:
            raise SpoolChanged(file.name)
        digest.update(chunk)
        copy.write(chunk)
    copy.flush()
    # The slowest step comes before the last check, so that a change during it is noticed.
    os.fsync(copy.fileno())
    _expect(file, fingerprint)
    return size, digest.hexdigest()


def _expect(file: BinaryIO, fingerprint: tuple[int, int, int, int]) -> None:
    found = os.fstat(file.fileno())
    now = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    if not stat.S_ISREG(found.st_mode) or now != fingerprint or found.st_size > MAX_BYTES:
        raise SpoolChanged(file.name)


def remove(data_dir: Path, outbox_id: OutboxId) -> None:
    """Delete the copy of an item, if there is one."""
    path(data_dir, outbox_id).unlink(missing_ok=True)


def sweep(data_dir: Path, live_ids: Collection[OutboxId], older_than_s: float) -> int:
    """Delete finished and unfinished copies without an item in `live_ids` if they are older; how many."""
    directory = data_dir / "spool"
    before = time.time() - older_than_s
    gone = 0
    # A copy is made before its item is queued: a recent one without an item may still get it.
    for found in directory.iterdir() if directory.is_dir() else ():
        if found.name not in live_ids and found.lstat().st_mtime < before:
            found.unlink(missing_ok=True)
            gone += 1
    return gone
