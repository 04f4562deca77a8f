"""The list of templates: a few letters, Enter, and the filled text is in the box."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from chat_tui.locale import _
from chat_tui.model.template import Field, Template, fill, unfilled
from chat_tui.ui.screens.dialog import Dialog, keys_line, text_field
from chat_tui.ui.screens.template_files import Shelf, read_in_background
from chat_tui.ui.text import plain
from chat_tui.ui.view.template_rows import (
    found_templates,
    how_to_words,
    missing_words,
    preview,
    skipped_words,
    template_line,
)
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.line import Line, Role


class TemplateList(Dialog[str]):
    """Gives the text of the chosen template with the values of the open chat in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", priority=True, show=False),
        Binding("down", "move(1)", priority=True, show=False),
        Binding("pageup", "page(-1)", priority=True, show=False),
        Binding("pagedown", "page(1)", priority=True, show=False),
    ]

    class Read(Message):
        """The directory was read."""

        def __init__(self, shelf: Shelf) -> None:
            super().__init__()
            self.shelf = shelf

    def __init__(self, directory: Path, values: Mapping[Field, str]) -> None:
        super().__init__()
        self._directory = directory
        self._values = values
        self._shelf: Shelf | None = None
        self._enter_came = False
        """Enter was pressed before the directory was read."""

    def compose(self) -> ComposeResult:
        """The field, the templates, the filled text, what is missing, keys."""
        with Vertical(id="box", classes="-tall") as box:
            box.border_title = Content(_("Templates"))
            yield text_field(placeholder=_("type a part of the name"))
            yield ChoiceList[Template](self._draw)
            yield Static(id="instead")
            yield Static(id="preview")
            yield Static(id="missing", classes="warn")
            yield Static(id="skipped", classes="muted")
            yield Static(keys_line(("Enter", _("into the box")), ("Esc", _("close"))), id="keys")

    def on_mount(self) -> None:
        """Begin to read; the list is there at once."""
        self._say("instead", _("Reading the templates…"))
        read_in_background(self._directory, lambda shelf: self.post_message(self.Read(shelf)))

    @on(Read)
    def _came(self, message: Read) -> None:
        message.stop()
        self._shelf = message.shelf
        self._say("skipped", skipped_words(message.shelf.skipped))
        self._show()
        if self._enter_came:
            self._choose()

    def action_move(self, step: int) -> None:
        """Highlight another template."""
        self._list.move(step)

    def action_page(self, direction: int) -> None:
        """Highlight a template one page away."""
        self._list.move_page(direction)

    @on(Input.Changed)
    def _show(self) -> None:
        if self._shelf is None:
            return
        found = found_templates(self._shelf.templates, self.query_one(Input).value)
        self._list.show(found)
        self._list.display = bool(found)
        if not self._shelf.templates:
            self._say("instead", how_to_words(self._directory))
        else:
            self._say("instead", "" if found else _("No such template. Shorten what you typed."))
        self._preview()

    @on(ChoiceList.Highlighted)
    def _preview(self) -> None:
        template = self._list.current
        spans = preview(template, self._values) if template is not None else []
        bad = [plain(text, "bold reverse") if role is Role.BAD else plain(text) for text, role in spans]
        drawn = self.query_one("#preview", Static)
        drawn.update(Content("").join(bad))
        drawn.display = bool(bad)
        self._say("missing", missing_words(unfilled(fill(template.text, self._values)) if template else ()))

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _choose(self) -> None:
        template = self._list.current
        self._enter_came = self._shelf is None
        if template is not None:
            self.finish(fill(template.text, self._values))

    def _draw(self, template: Template, cells: int) -> Sequence[Line]:
        return (template_line(template, self._values, cells),)

    def _say(self, where: str, words: str) -> None:
        line = self.query_one(f"#{where}", Static)
        line.update(plain(words))
        line.display = bool(words)

    @property
    def _list(self) -> ChoiceList[Template]:
        return self.query_one(ChoiceList)
