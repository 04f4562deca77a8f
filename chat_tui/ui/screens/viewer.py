"""A received file on the screen: a picture, a text, or the sentence that says why neither."""

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from chat_tui.inbox.files import saved_name
from chat_tui.locale import N_, _
from chat_tui.model.message import Attachment
from chat_tui.pictures.preview import NoPicture, Picture
from chat_tui.ui.screens.dialog import Dialog, keys_line
from chat_tui.ui.text import plain
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.ui.widgets.picture_pane import PicturePane
from chat_tui.words import glyphs
from chat_tui.words.files import file_line, kind_words
from chat_tui.words.line import Line, Span, shown, text_of, wrap

AROUND = (6, 7)
"""Columns and rows that frame, name and keys take of the screen."""
BOX = 100
"""The widest a dialog gets."""
_TEXT_CELLS = 92
_WHY = {
    NoPicture.TOO_LARGE: N_("This picture is too large to be shown here."),
    NoPicture.BROKEN: N_("This picture cannot be shown: it is damaged or of an unusual kind."),
    NoPicture.TOO_SLOW: N_("This picture takes too long to be shown."),
    NoPicture.NO_CHILD: N_(
        "This picture cannot be shown now: no process could be started to decode it. Close other programs, "
        "or save it and open it elsewhere."
    ),
}


@dataclass(frozen=True, slots=True)
class FileText:
    """A text, raw, and the encoding that was guessed; empty = nothing was guessed."""

    text: str
    guessed: str = ""


Shown = Picture | NoPicture | FileText
"""What is shown of a file, or why nothing is."""


class Viewer(Dialog[bool]):
    """Gives True when the file is to be saved."""

    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "save", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
    ]

    def __init__(self, file: Attachment, content: Shown) -> None:
        super().__init__()
        self._file = file
        self._content = content

    def compose(self) -> ComposeResult:
        """Name, the file, keys."""
        with Vertical(id="box", classes="-tall" if isinstance(self._content, FileText) else "-view"):
            name = text_of(file_line(saved_name(self._file.name), self._file.size, _TEXT_CELLS))
            if isinstance(self._content, FileText) and self._content.guessed:
                read_as = _("read as {encoding}").format(encoding=self._content.guessed)
                name = f"{name}{glyphs.JOIN}{read_as}"
            yield Static(plain(name, lines=False), id="name")
            if isinstance(self._content, Picture):
                yield PicturePane(self._content)
            elif isinstance(self._content, FileText):
                yield ChoiceList[str](_draw, marks=False)
            else:
                yield Static(plain(self._why()), id="why")
            yield Static(keys_line(("s", _("save")), ("Esc", _("close"))), id="keys")

    def on_mount(self) -> None:
        """List the lines of a text."""
        if isinstance(self._content, FileText):
            self.query_one(ChoiceList).show(wrap(shown(self._content.text), _TEXT_CELLS))

    def action_save(self) -> None:
        """Save it instead."""
        self.finish(True)

    def action_move(self, step: int) -> None:
        """Scroll a text by a line."""
        for lines in self.query(ChoiceList):
            lines.move(step)

    def action_page(self, direction: int) -> None:
        """Scroll a text by a page."""
        for lines in self.query(ChoiceList):
            lines.move_page(direction)

    def _why(self) -> str:
        if isinstance(self._content, NoPicture) and self._content in _WHY:
            return _(_WHY[self._content])
        words = _("This is a file of another kind ({kind}): save it and open it elsewhere.")
        return words.format(kind=kind_words(saved_name(self._file.name)))


def _draw(line: str, _cells: int) -> tuple[Line]:
    return ((Span(line),),)
