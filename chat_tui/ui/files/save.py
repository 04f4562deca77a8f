"""The card for saving received files: under which names, and into which folder."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from chat_tui.inbox.files import saved_name
from chat_tui.locale import _, ngettext
from chat_tui.model.chat import Attachment
from chat_tui.safetext import one_line
from chat_tui.ui.files.picker import FolderScan, Scanned
from chat_tui.ui.files.rows import SHOWN_ROWS, PathRow, matching
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.dialog import ListDialog, framed, text_field
from chat_tui.ui.kit.text import plain
from chat_tui.words.files import file_line
from chat_tui.words.line import Line, Role, Span, cut_middle, text_of

_NAMES = 5
"""How many files are named; the others are counted."""
_CELLS = 70


class SaveCard(ListDialog[Path, PathRow]):
    """Returns the folder to save into, or None; only saving shows whether it can be written."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("tab", "descend", priority=True, show=False)]

    def __init__(self, files: Sequence[Attachment], start: Path, problem: str = "") -> None:
        """`start` is the folder to offer; `problem` says what went wrong with the one before."""
        super().__init__()
        self._files = files
        # A path with control characters can be neither shown nor typed: offer the home directory instead.
        self._start = str(start) if str(start) == one_line(str(start)) else os.path.expanduser("~")
        self._problem = problem
        self._scan = FolderScan(self)
        self._wanted = ""

    def compose(self) -> ComposeResult:
        yield framed(
            _("Save the file?") if len(self._files) == 1 else _("Save the files?"),
            Static(plain(self._names()), id="names"),
            Static(plain(_("Into the folder:")), id="into", classes="muted"),
            text_field(value=os.path.join(self._start, "")),
            ChoiceList[PathRow](_draw, instead=""),
            Static(plain(self._problem), id="problem", classes="bad"),
            keys=(("Enter", _("save")), ("Tab", _("into the folder")), ("Esc", _("do not save"))),
            look="-tall",
        )

    def on_unmount(self) -> None:
        """Give up the scan: the disk may not have answered yet."""
        self._scan.leave()

    @on(ChoiceList.Chosen)
    def action_descend(self) -> None:
        """Put the highlighted folder into the field."""
        if (row := self.rows.current) is not None:
            field = self.query_one(Input)
            field.value = os.path.join(self._scan.folder, row.name, "")
            field.cursor_position = len(field.value)

    @on(Input.Submitted)
    def _chosen(self) -> None:
        self.finish(Path(self._typed_path()))

    @on(Scanned)
    def _scanned(self, event: Scanned) -> None:
        if event.scan is self._scan:
            self._scan.is_reading = False
            self._show_rows()

    def _typed_path(self) -> str:
        return os.path.join(self._start, os.path.expanduser(self.query_one(Input).value.strip()))

    @on(events.Mount)
    @on(Input.Changed)
    def _go(self) -> None:
        """List the folders that can complete the path in the field."""
        folder, self._wanted = os.path.split(self._typed_path())
        self._scan = self._scan.then(folder)
        self._show_rows()

    def _show_rows(self) -> None:
        rows = [row for row in self._scan.rows if row.is_folder and row.refusal is None]
        found = matching(rows, self._wanted, hidden=False, pictures=False)
        self.rows.show(found[:SHOWN_ROWS])
        self.rows.say(self._nothing_words())

    def _nothing_words(self) -> str:
        """Why no folder is listed, and what to do."""
        if self._scan.is_reading:
            return _("Loading the folder…")
        if self._scan.error is not None:
            return _("There is no such folder. Change the path, or delete its end.")
        if self._wanted:
            return _("No folder begins with this. Delete the end of the path.")
        return _("There are no folders in this folder. Enter saves into it.")

    def _names(self) -> str:
        lines = []
        for file in self._files[:_NAMES]:
            name = saved_name(file.name)
            lines.append(text_of(file_line(name, file.size, _CELLS)))
            if name != file.name:
                before = cut_middle(one_line(file.name or ""), _CELLS - 20)
                lines.append("  " + _("original name: {name}").format(name=before or _("nameless file")))
        more = len(self._files) - _NAMES
        if more > 0:
            lines.append(ngettext("and {n} more", "and {n} more", more).format(n=more))
        return "\n".join(lines)


def _draw(row: PathRow, cells: int) -> Sequence[Line]:
    return ((Span(cut_middle(one_line(f"{row.name}/"), cells), Role.ACCENT),),)
