"""The dialog for finding a file to send; its one field takes a part of a name, or a path."""

import getpass
import os
import socket
import stat
import threading
from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.message_pump import MessagePump
from textual.widgets import Input, Static

from chat_tui.locale import _, ngettext
from chat_tui.model.file import MAX_BYTES
from chat_tui.model.ids import Millis
from chat_tui.safetext import one_line
from chat_tui.ui.files.rows import (
    SHOWN_ROWS,
    Login,
    PathRow,
    Unsendable,
    bring_line,
    in_order,
    is_windows_path,
    login_of,
    matching,
    name_key,
    path_line,
    path_readings,
    refusal_words,
    typed_path,
)
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.dialog import ListDialog, framed, keys_line
from chat_tui.ui.kit.text import plain
from chat_tui.words.line import Line, cut_middle

_CHECK_EVERY = 512
"""Entries read between two checks whether the result is still wanted."""


class Scanned(Message):
    """A folder was read, or reading it failed."""

    def __init__(self, scan: "FolderScan") -> None:
        super().__init__()
        self.scan = scan


class FolderScan:
    """Reads one folder on a thread. It can be abandoned but not waited for: a disk may never answer."""

    def __init__(self, dialog: MessagePump, folder: str = "") -> None:
        """`dialog` gets a `Scanned`, unless the scan was left before; an empty `folder` is never read."""
        self.folder = folder
        self.rows: list[PathRow] = []
        self.error: OSError | None = None
        """Why the folder could not be read; None = it could, or is not read yet."""
        self.is_reading = False
        """Whether it has started and its `Scanned` was not handled yet; the handler clears it."""
        self._left = threading.Event()
        self._dialog = dialog

    def then(self, folder: str) -> "FolderScan":
        """Leave this folder and start to read another one; the same folder just goes on."""
        if folder == self.folder:
            return self
        self.leave()
        scan = FolderScan(self._dialog, folder)
        scan.is_reading = True
        # A daemon thread, so that a stalled disk does not hold up quitting.
        threading.Thread(target=scan._run, name="folder-scan", daemon=True).start()
        return scan

    def leave(self) -> None:
        """Give up the scan: its result is not wanted any more."""
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
        why = Unsendable.UNREADABLE if isinstance(error, PermissionError) else Unsendable.DANGLING
        return PathRow(name, name_key(name), is_folder=False, refusal=why)
    is_folder = stat.S_ISDIR(status.st_mode)
    refusal: Unsendable | None = None
    if not is_folder and not stat.S_ISREG(status.st_mode):
        refusal = Unsendable.NOT_A_FILE
    elif not _is_readable(status, user, groups, folder=is_folder):
        refusal = Unsendable.UNREADABLE
    elif not is_folder and status.st_size == 0:
        refusal = Unsendable.EMPTY
    elif not is_folder and status.st_size > MAX_BYTES:
        refusal = Unsendable.TOO_LARGE
    modified = status.st_mtime_ns // 1_000_000
    return PathRow(name, name_key(name), is_folder, status.st_size, modified, refusal, target)


def _is_readable(status: os.stat_result, user: int, groups: set[int], *, folder: bool) -> bool:
    # By the mode alone: one more system call per entry would double the time of a big folder.
    needed = 0o5 if folder else 0o4
    shift = 6 if status.st_uid == user else 3 if status.st_gid in groups else 0
    return user == 0 or status.st_mode >> shift & needed == needed


# -- the dialog ------------------------------------------------------------------------------------------


class PathField(Input):
    """The field for a name or a path; a pasted path may be broken into lines."""

    def __init__(self, value: str, *, placeholder: str) -> None:
        super().__init__(value=value, placeholder=one_line(placeholder), select_on_focus=False)
        self.cursor_blink = False

    def on_paste(self, event: events.Paste) -> None:
        """Join the lines of a path."""
        reading = next(path_readings(event.text), None)
        if reading is not None:
            # The field takes one path; what follows it, the first line only.
            event.text = "".join(event.text.splitlines()) if len(reading) == 1 else reading[0]


class FilePicker(ListDialog[Path, PathRow]):
    """Returns the path of a file that was readable when it was listed, or None.

    `recent` are folders to offer, latest first; `now` is the time of opening; `login` says how the
    operator's own computer reaches this one (default: taken from the SSH connection); `typed` is a path to
    begin with.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "hidden", priority=True, show=False),
        Binding("ctrl+g", "pictures", priority=True, show=False),
        Binding("ctrl+y", "copy_line", priority=True, show=False),
        Binding("tab", "recent", priority=True, show=False),
        Binding("backspace", "up", priority=True, show=False),
    ]

    def __init__(
        self,
        start: Path,
        recent: Sequence[Path] = (),
        *,
        now: Millis,
        zone: tzinfo,
        login: Login | None = None,
        typed: str = "",
    ) -> None:
        super().__init__()
        self._typed = typed
        self._base = os.path.abspath(start)
        self._recent = recent
        self._now = now
        self._zone = zone
        self._login = login or login_of(getpass.getuser(), socket.gethostname(), os.environ)
        self._scan = FolderScan(self)
        self._wanted = ""
        self._found = 0
        self._hidden = False
        self._pictures = False
        self._shows_recent = False
        self._came_from = ""
        """The name of the folder left by going up, to be highlighted; empty if there is none."""

    def compose(self) -> ComposeResult:
        box = framed(
            _("File to send"),
            Static(id="path"),
            PathField(self._typed, placeholder=_("part of the name, or a path: /… ~/…")),
            ChoiceList[PathRow](self._draw, instead=""),
            Static(id="status"),
            keys=(
                ("Enter", _("choose")),
                ("⌫", _("up")),
                ("Tab", _("recent")),
                ("ctrl+r", _("hidden")),
                ("ctrl+g", _("pictures")),
            ),
            look="-tall",
        )
        box.border_subtitle = keys_line(("Esc", _("close")))
        yield box

    def on_unmount(self) -> None:
        """Give up the scan: the disk may not have answered yet."""
        self._scan.leave()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the field has text, Backspace deletes in it."""
        if action == "up":
            return not self.query_one(Input).value
        return super().check_action(action, parameters)

    def action_hidden(self) -> None:
        """Show or hide the names that begin with a dot."""
        self._hidden = not self._hidden
        self._show_rows()

    def action_pictures(self) -> None:
        """Show only pictures and folders, or everything."""
        self._pictures = not self._pictures
        self._show_rows()

    def action_recent(self) -> None:
        """Switch between the folder and the recently used folders."""
        self._shows_recent = not self._shows_recent
        self._go_without_text()

    def action_up(self) -> None:
        """Go to the parent folder, and highlight the one that was left."""
        self._came_from = os.path.basename(self._base)
        self._open(os.path.dirname(self._base))

    def action_copy_line(self) -> None:
        """Copy the scp command line that brings the file to this computer."""
        if line := self._bring_line():
            self.app.copy_to_clipboard(line)

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _choose(self) -> None:
        row = self.rows.current
        if row is None or row.refusal:
            self._show_status()
            return
        path = os.path.join(self._scan.folder, row.name)
        if row.is_folder:
            self._open(path)
        else:
            self.finish(Path(path))

    @on(Scanned)
    def _scanned(self, event: Scanned) -> None:
        if event.scan is self._scan:
            self._scan.is_reading = False
            self._show_rows()

    def _open(self, folder: str) -> None:
        self._base = os.path.normpath(folder)
        self._shows_recent = False
        self._scan.leave()
        # A new scan: `then` would not read the same folder again.
        self._scan = FolderScan(self)
        self._go_without_text()

    def _go_without_text(self) -> None:
        # The folder is shown at once, so the message about the text is not needed.
        with self.prevent(Input.Changed):
            self.query_one(Input).value = ""
        self._go()

    @on(events.Mount)
    @on(Input.Changed)
    def _go(self) -> None:
        """Show the folder that the text in the field means, filtered by its last part."""
        text = self.query_one(Input).value
        path = typed_path(text)
        folder, self._wanted = self._base, text
        if path is not None:
            whole = os.path.join(os.path.expanduser("~"), "") if path == "~" else os.path.expanduser(path)
            folder, self._wanted = os.path.split(os.path.join(self._base, whole))
        self._scan = self._scan.then(os.path.normpath(folder))
        self._show_rows()

    def _show_rows(self) -> None:
        rows = self._recent_rows() if self._shows_recent else [] if self._scan.is_reading else self._scan.rows
        found = matching(rows, self._wanted, hidden=self._hidden, pictures=self._pictures)
        self._found = len(found)
        names = [row.name for row in found[:SHOWN_ROWS]]
        at = names.index(self._came_from) if self._came_from in names else 0
        if not self._scan.is_reading:
            self._came_from = ""
        self.rows.show(found[:SHOWN_ROWS], highlight=at)
        self._show_path()
        self._show_status()

    def _recent_rows(self) -> list[PathRow]:
        folders = dict.fromkeys([*map(str, self._recent), os.path.expanduser("~")])
        return [PathRow(folder, name_key(folder), is_folder=True) for folder in folders]

    def _show_path(self) -> None:
        home = os.path.expanduser("~")
        folder = self._scan.folder
        if folder == home or folder.startswith(home + os.sep):
            folder = "~" + folder.removeprefix(home)
        words = _("Recent folders") if self._shows_recent else one_line(folder)
        room = max(20, self.query_one("#box").content_size.width)
        self.query_one("#path", Static).update(Content.styled(cut_middle(words, room), "bold"))

    @on(ChoiceList.Highlighted)
    def _show_status(self) -> None:
        status = self.query_one("#status", Static)
        status.remove_class("bad", "warn", "muted")
        words, look = self._status()
        status.add_class(look)
        status.update(words)

    def _status(self) -> tuple[Content, str]:
        row = self.rows.current
        text = self.query_one(Input).value
        if self._scan.is_reading:
            return plain(_("Loading the folder…")), "muted"
        # Over SSH, people type paths of their own computer: say how to bring the file here.
        if row is None and (typed_path(text) or is_windows_path(text)):
            return self._far_words(), "warn"
        if self._scan.error is not None and not self._shows_recent:
            why = self._scan.error.strerror or str(self._scan.error)
            return plain(
                _("This folder cannot be read: {why}. Backspace in the empty field goes up.").format(why=why)
            ), "bad"
        if row is None:
            return plain(self._nothing_words(text)), "warn"
        if row.refusal:
            return plain(refusal_words(row)), "warn"
        return plain(self._count_words()), "muted"

    def _nothing_words(self, text: str) -> str:
        """Why there is no row, and the key that shows some."""
        if text:
            return _("Nothing found. Shorten the name.")
        if matching(self._scan.rows, "", hidden=self._hidden, pictures=False):
            return _("There are no pictures in this folder. ctrl+g shows every file, Backspace goes up.")
        if self._scan.rows:
            return _("This folder has hidden files only. ctrl+r shows them, Backspace goes up.")
        return _("This folder is empty. Backspace goes up.")

    def _far_words(self) -> Content:
        words = plain(_("There is no such file here. If it is on your own computer, run this there:"))
        if (line := self._bring_line()) is None:
            return plain(_("There is no such file here."))
        return Content("\n").join([words, plain(line, "bold"), plain(_("Ctrl+Y copies this line."))])

    def _bring_line(self) -> str | None:
        text = self.query_one(Input).value.strip()
        path = text if is_windows_path(text) else typed_path(text)
        if self.rows.current is not None or path is None:
            return None
        return bring_line(path, self._login, Path(self._base), Path.home())

    def _count_words(self) -> str:
        words = [ngettext("{n} entry", "{n} entries", self._found).format(n=self._found)]
        if self._found > SHOWN_ROWS:
            words[0] = _("the first {shown} of {n}: type part of the name").format(
                shown=SHOWN_ROWS, n=self._found
            )
        if self._hidden:
            words.append(_("with hidden files"))
        if self._pictures:
            words.append(_("only pictures"))
        return " · ".join(words)

    def _draw(self, row: PathRow, cells: int) -> Sequence[Line]:
        return (path_line(row, self._now, self._zone, cells),)
