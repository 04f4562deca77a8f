"""The live key list."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.locale import _
from chat_tui.ui.keys import help_rows
from chat_tui.ui.screens.dialog import Dialog, keys_line, text_field
from chat_tui.ui.text import plain
from chat_tui.ui.view.help_rows import help_lines
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.line import Line


class Help(Dialog[None]):
    """Every key by the place where it works; typing narrows the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", priority=True, show=False),
        Binding("down", "move(1)", priority=True, show=False),
        Binding("pageup", "page(-1)", priority=True, show=False),
        Binding("pagedown", "page(1)", priority=True, show=False),
        Binding("enter", "leave", priority=True, show=False),
    ]

    def compose(self) -> ComposeResult:
        """A word on layouts, the field, the keys."""
        with Vertical(id="box", classes="-tall") as box:
            box.border_title = Content(_("Keys"))
            yield text_field(placeholder=_("type to narrow: a key or a word"))
            yield ChoiceList[Line](_draw, marks=False)
            yield Static(
                plain(_("The same keys work on the Russian layout: т is n, ф is a.")), classes="muted"
            )
            yield Static(keys_line(("↑↓ PgUp PgDn", _("scroll")), ("Esc", _("close"))), id="keys")

    def on_mount(self) -> None:
        """Show every key."""
        self._show()

    def on_resize(self) -> None:
        """Cut the words to the new width."""
        self._show()

    def action_move(self, step: int) -> None:
        """Scroll by lines."""
        self._list.move(step)

    def action_page(self, direction: int) -> None:
        """Scroll by a page."""
        self._list.move_page(direction)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._show()

    @property
    def _list(self) -> ChoiceList[Line]:
        return self.query_one(ChoiceList)

    def _show(self) -> None:
        cells = max(40, self.query_one("#box").content_size.width - 4)
        self._list.show(help_lines(help_rows(), self.query_one(Input).value, cells))


def _draw(line: Line, _cells: int) -> Sequence[Line]:
    return (line,)
