"""The list of themes: the screen behind it shows the highlighted one at once."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.locale import _
from chat_tui.ui.screens.dialog import Dialog, keys_line, text_field
from chat_tui.ui.text import plain
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.layouts import fits
from chat_tui.words.line import Line, Span


class ThemeList(Dialog[str]):
    """Gives the name of the chosen theme; whoever called goes back to the old one if it gives none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", priority=True, show=False),
        Binding("down", "move(1)", priority=True, show=False),
        Binding("pageup", "page(-1)", priority=True, show=False),
        Binding("pagedown", "page(1)", priority=True, show=False),
    ]

    def __init__(self, names: Sequence[str], now: str, try_on: Callable[[str], None]) -> None:
        """`now` is the one in use; `try_on` draws in another."""
        super().__init__()
        self._names = names
        self._now = now
        self._try_on = try_on

    def compose(self) -> ComposeResult:
        """The field, the names, keys."""
        with Vertical(id="box", classes="-small") as box:
            box.border_title = Content(_("Colours"))
            yield text_field(placeholder=_("type a part of the name"))
            yield ChoiceList[str](_draw)
            yield Static(id="status", classes="warn")
            yield Static(keys_line(("Enter", _("keep for now")), ("Esc", _("as before"))), id="keys")

    def on_mount(self) -> None:
        """Begin at the theme in use."""
        place = self._names.index(self._now) if self._now in self._names else 0
        self._list.show(self._names, highlight=place)

    def action_move(self, step: int) -> None:
        """Highlight another theme."""
        self._list.move(step)

    def action_page(self, direction: int) -> None:
        """Highlight a theme one page away."""
        self._list.move_page(direction)

    @on(Input.Changed)
    def _narrow(self) -> None:
        found = [name for name in self._names if fits(self.query_one(Input).value, name)]
        self._list.show(found)
        self.query_one("#status", Static).update(plain("" if found else _("No such name.")))

    @on(ChoiceList.Highlighted)
    def _show(self) -> None:
        if self._list.current is not None:
            self._try_on(self._list.current)

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _choose(self) -> None:
        if self._list.current is not None:
            self.finish(self._list.current)

    @property
    def _list(self) -> ChoiceList[str]:
        return self.query_one(ChoiceList)


def _draw(name: str, _cells: int) -> Sequence[Line]:
    return ((Span(name),),)
