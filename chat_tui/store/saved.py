"""Received files saved to the operator's disk: each a new private file, complete or not there at all."""

import errno
import fcntl
import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from chat_tui.files import NotAFile, TooLarge, create_private, give_name, read_file, whole_file

_PART: Final = ".chat-tui-part"
"""The end of the name of an unfinished file."""
_FOLDER: Final = "saved-to"
"""The file in the data directory that has the path of the folder used last."""
_LONGEST_PATH: Final = 8_192
"""Bytes; the kernel allows fewer."""
_TRIES: Final = 10_000
"""Names that are tried for one file."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class CannotSave(Exception):  # noqa: N818 - house word: a refusal that was expected
    """The file could not be written to the disk or the folder."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or "")
        self.is_full = error.errno in _FULL
        """Whether the disk is full or the file too large for it."""


class Part:
    """A file being received: hidden until it is complete and gets its name, removed if it never is.

    All operations use the descriptor of the folder: another folder put in its place is not written to.
    """

    def __init__(self, folder: Path) -> None:
        """Create a hidden file in `folder`; CannotSave if that is not a folder or cannot be written."""
        self._guard = threading.Lock()
        self._file = -1
        self._name = f".{secrets.token_hex(8)}{_PART}"
        try:
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise CannotSave(error) from error
        try:
            with _alone(self._folder):
                _sweep(self._folder)
                self._file = create_private(self._name, folder=self._folder)
                # The lock ends with this process, even if it is killed: a part without a lock is a leftover.
                # On a disk without locks no part counts as a leftover.
                with suppress(OSError):
                    fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.fchmod(self._file, 0o600)
        except OSError as error:
            self.discard()
            raise CannotSave(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def write(self, piece: bytes) -> None:
        """Append bytes; CannotSave if the disk is full or the part was discarded."""
        with self._guard:
            try:
                rest = memoryview(piece)
                while rest:
                    rest = rest[os.write(self._file, rest) :]
            except OSError as error:
                raise CannotSave(error) from error

    def keep(self, name: str) -> str:
        """Give the file this name, or the first free `name (n)`, and return it; CannotSave if that fails."""
        with self._guard:
            try:
                # The content must be on the disk before the name is, or a power cut leaves an empty file.
                os.fsync(self._file)
                for number in range(_TRIES):
                    wanted = numbered(name, number)
                    with suppress(FileExistsError):
                        give_name(self._name, wanted, folder=self._folder)
                        _unlink(self._name, self._folder)
                        os.fsync(self._folder)
                        return wanted
            except OSError as error:
                raise CannotSave(error) from error
        raise CannotSave(FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)))

    def discard(self) -> None:
        """Remove the file if it has no name yet, and close it; a second call does nothing."""
        with self._guard:
            if self._folder < 0:
                return
            if self._file >= 0:
                _unlink(self._name, self._folder)
                os.close(self._file)
            os.close(self._folder)
            # A later write fails, instead of reaching a file that gets the same descriptor.
            self._file = self._folder = -1


def numbered(name: str, number: int) -> str:
    """`photo.jpg`, then `photo (1).jpg`, …"""
    if not number:
        return name
    stem, dot, ending = name.rpartition(".")
    return f"{stem} ({number}){dot}{ending}" if stem else f"{name} ({number})"


def sweep(data_dir: Path) -> None:
    """Remove the parts that a kill left in the folder used last."""
    folder = last_folder(data_dir)
    if folder is None:
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return  # The folder is gone, and the parts with it.
    try:
        with _alone(descriptor):
            _sweep(descriptor)
    finally:
        os.close(descriptor)


def last_folder(data_dir: Path) -> Path | None:
    """The folder used last; None before the first time, or if it cannot be read."""
    try:
        text = read_file(data_dir / _FOLDER, _LONGEST_PATH).decode("utf-8", "surrogateescape")
    except (OSError, NotAFile, TooLarge):
        return None
    return Path(text) if text.startswith("/") and "\0" not in text else None


def remember_folder(data_dir: Path, folder: Path) -> None:
    """Save the path of the folder before a part is written to it, so that `sweep` finds it; or OSError."""
    with whole_file(data_dir / _FOLDER) as file:
        file.write(str(folder).encode("utf-8", "surrogateescape"))


def _sweep(folder: int) -> None:
    """Remove the parts in an open folder that no process has locked."""
    for name in os.listdir(folder):
        if not (name.startswith(".") and name.endswith(_PART)):
            continue
        try:
            flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            part = os.open(name, flags, dir_fd=folder)
        except OSError:
            continue  # It belongs to somebody else.
        try:
            fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _unlink(name, folder)
        except OSError:
            pass  # Another process is writing it.
        finally:
            os.close(part)


@contextmanager
def _alone(folder: int) -> Iterator[None]:
    """Lock a folder, so that no sweep removes a part between its creation and its lock."""
    with suppress(OSError):
        fcntl.flock(folder, fcntl.LOCK_EX)
    try:
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_UN)


def _unlink(name: str, folder: int) -> None:
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)
