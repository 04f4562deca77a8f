"""Reading a folder of any size away from the interface's own thread."""

import os
import stat
import threading

from textual.message import Message
from textual.message_pump import MessagePump

from chat_tui.ui.view.paths import PathRow, Refusal, file_refusal, in_order, name_key

_CHECK_EVERY = 512


class Scanned(Message):
    """A folder was read, or could not be."""

    def __init__(self, scan: "FolderScan") -> None:
        super().__init__()
        self.scan = scan


class FolderScan:
    """One reading of one folder; it can be left, never waited for: a disk may not answer at all."""

    def __init__(self, dialog: MessagePump, folder: str = "") -> None:
        """`dialog` gets a `Scanned`, unless the folder was left before; an empty name is no folder."""
        self.folder = folder
        self.rows: list[PathRow] = []
        self.error: OSError | None = None
        self.is_reading = False
        """Whether it was begun and its `Scanned` was not seen yet; whoever gets that clears it."""
        self._left = threading.Event()
        self._dialog = dialog

    def then(self, folder: str) -> "FolderScan":
        """Leave this folder and read that one, unless it is the same."""
        if folder == self.folder:
            return self
        self.leave()
        scan = FolderScan(self._dialog, folder)
        scan.start()
        return scan

    def start(self) -> None:
        """Read on a thread of its own."""
        self.is_reading = True
        # A daemon, so that a stalled disk does not hold up quitting.
        threading.Thread(target=self._run, name="folder-scan", daemon=True).start()

    def leave(self) -> None:
        """The result is not wanted any more."""
        self._left.set()

    def _run(self) -> None:
        try:
            self.rows = in_order(self._read())
        except OSError as error:
            self.error = error
        if not self._left.is_set():
            self._dialog.post_message(Scanned(self))

    def _read(self) -> list[PathRow]:
        rows: list[PathRow] = []
        user, groups = os.geteuid(), {os.getegid(), *os.getgroups()}
        with os.scandir(self.folder) as entries:
            for count, entry in enumerate(entries):
                if count % _CHECK_EVERY == 0 and self._left.is_set():
                    return []
                rows.append(_row(entry, user, groups))
        return rows


def _row(entry: os.DirEntry[str], user: int, groups: set[int]) -> PathRow:
    name = entry.name
    try:
        target = os.readlink(entry.path) if entry.is_symlink() else ""
        status = entry.stat()
    except OSError as error:
        why = Refusal.UNREADABLE if isinstance(error, PermissionError) else Refusal.DANGLING
        return PathRow(name, name_key(name), is_folder=False, refusal=why)
    is_folder = stat.S_ISDIR(status.st_mode)
    refusal: Refusal | None
    if not is_folder and not stat.S_ISREG(status.st_mode):
        refusal = Refusal.NOT_A_FILE
    elif not _is_readable(status, user, groups, folder=is_folder):
        refusal = Refusal.UNREADABLE
    else:
        refusal = None if is_folder else file_refusal(status.st_size)
    modified = status.st_mtime_ns // 1_000_000
    return PathRow(name, name_key(name), is_folder, status.st_size, modified, refusal, target)


def _is_readable(status: os.stat_result, user: int, groups: set[int], *, folder: bool) -> bool:
    # By the mode alone: one more system call per entry would double the time of a big folder.
    if user == 0:
        return True
    needed = 0o5 if folder else 0o4
    if status.st_uid == user:
        return status.st_mode >> 6 & needed == needed
    if status.st_gid in groups:
        return status.st_mode >> 3 & needed == needed
    return status.st_mode & needed == needed
