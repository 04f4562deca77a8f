"""The store's directories and database files: private to the owner, on a local disk, renamed if damaged."""

import os
import stat
from itertools import count
from pathlib import Path

from chat_tui.files import touch_private
from chat_tui.locale import _
from chat_tui.paths import ForeignDirectory, make_private
from chat_tui.store.errors import (
    StoreProblem,
    StoreUnwritable,
    cannot_open,
    is_on_read_only_disk,
    read_only_disk,
)

_NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "9p", "fuse.sshfs", "fuse.glusterfs"}
)
_ROOM_BYTES = 1_000_000
"""The largest page of a history and its index fit in this."""
_COMPANIONS = ("", "-wal", "-shm")
"""A database in WAL mode is three files."""


def private_directory(directory: Path) -> bool:
    """Create a directory and its missing parents 0700; True if others could read it before.

    StoreProblem if it is not a directory, belongs to another user, others may write into it, or it is on a
    network file system; StoreUnwritable if it, or a file in it, cannot be created.
    """
    was_open = directory.is_dir() and bool(directory.stat().st_mode & 0o077)
    try:
        make_private(directory)
    except ForeignDirectory as error:
        if error.is_owned:
            words = _("Others can write to {place}: check what is in it, then run chmod 700 on it.")
        else:
            words = _("{place} belongs to another user: choose another place.")
        raise StoreProblem(words.format(place=error.path)) from error
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreProblem(_("{place} is not a directory: move it away.").format(place=directory)) from error
    except OSError as error:
        raise cannot_open(directory, error) from error
    # `make_private` looks at owner and permissions only, and an existing file may have the right ones.
    if not directory.is_dir():
        raise StoreProblem(_("{place} is not a directory: move it away.").format(place=directory))
    if not os.access(directory, os.W_OK | os.X_OK):
        if is_on_read_only_disk(directory):
            raise read_only_disk(directory)
        raise StoreUnwritable(
            _("{place} cannot be written: check its owner and permissions.").format(place=directory)
        )
    if is_on_network(directory):
        raise StoreProblem(
            _(
                "{place} is on a network file system, where databases get damaged: choose a local disk."
            ).format(place=directory)
        )
    return was_open


def has_room(directory: Path) -> bool:
    """Whether the disk of a directory has room for more than a few pages; True if it does not say."""
    try:
        about = os.statvfs(directory)
    except OSError:
        return True
    return about.f_bavail * about.f_frsize > _ROOM_BYTES


def is_on_network(directory: Path) -> bool:
    """Whether a directory is on a network file system, where SQLite cannot rely on its locks."""
    return file_system(directory) in _NETWORK


def file_system(directory: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str:
    """The kernel's name for the file system of a directory; empty if it is unknown, as on macOS."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    target = f"{directory.resolve()}/"
    best, kind = "", ""
    # The directory is on the longest mount point above it; of equal ones, the last covers the others.
    for line in lines:
        before, separator, after = line.partition(" - ")
        if not separator:
            continue
        point = before.split(" ")[4].replace("\\040", " ").rstrip("/") + "/"
        if target.startswith(point) and len(point) >= len(best):
            best, kind = point, after.split(" ")[0]
    return kind


def private_database(path: Path) -> bool:
    """Create a database file if it is missing, and set it and its companions to 0600; True if one was not.

    SQLite would create it with mode 0644, and copies the mode of the main file to the companions.
    StoreProblem as `own_parts`.
    """
    tightened = False
    for part, mode in own_parts(path).items():
        if mode & 0o177:
            os.chmod(part, 0o600)
            tightened = True
    if not path.exists():
        touch_private(path)
    return tightened


def own_parts(path: Path) -> dict[Path, int]:
    """The existing ones of a database file and its companions, with their permissions.

    StoreProblem if one of them is a link, not a regular file, or belongs to another user.
    """
    parts = {}
    for suffix in _COMPANIONS:
        part = Path(f"{path}{suffix}")
        try:
            found = part.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1:
            raise StoreProblem(
                _("{place} is a link or not an ordinary file: move the real file there.").format(place=part)
            )
        if found.st_uid != os.geteuid():
            raise StoreProblem(_("{place} belongs to another user: choose another place.").format(place=part))
        parts[part] = stat.S_IMODE(found.st_mode)
    return parts


def remove_database(path: Path) -> None:
    """Delete a database and its companions."""
    for suffix in _COMPANIONS:
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Rename a database and its companions to the first free `name.damaged-N`; returns the new name."""
    aside = _aside(path, _asides(path) + 1)
    # The write-ahead log goes first: if a kill left it behind, SQLite would apply it to the new file.
    for suffix in reversed(_COMPANIONS):
        part = Path(f"{path}{suffix}")
        if part.exists():
            part.rename(f"{aside}{suffix}")
    return aside


def latest_aside(path: Path) -> Path:
    """The name under which a database was last set aside."""
    return _aside(path, max(_asides(path), 1))


def _asides(path: Path) -> int:
    """How often a database was set aside; the names are numbered from 1 without a gap."""
    return next(number for number in count() if not _is_taken(_aside(path, number + 1)))


def _aside(path: Path, number: int) -> Path:
    return Path(f"{path}.damaged-{number}")


def _is_taken(path: Path) -> bool:
    return any(Path(f"{path}{suffix}").exists() for suffix in _COMPANIONS)


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a path, or None if nothing is there."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
