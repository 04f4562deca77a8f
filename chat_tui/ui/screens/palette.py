"""The command palette: every command by its words."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.locale import _
from chat_tui.ui.keys import Command
from chat_tui.ui.screens.dialog import Dialog, keys_line, text_field
from chat_tui.ui.text import notify, plain
from chat_tui.ui.view.palette_rows import palette_commands, palette_line
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.line import Line


class Palette(Dialog[Command]):
    """Runs the chosen command where the focus was, and gives it; None if none was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", priority=True, show=False),
        Binding("down", "move(1)", priority=True, show=False),
        Binding("pageup", "page(-1)", priority=True, show=False),
        Binding("pagedown", "page(1)", priority=True, show=False),
    ]

    def compose(self) -> ComposeResult:
        """The field, the commands, keys."""
        with Vertical(id="box", classes="-tall") as box:
            box.border_title = Content(_("Commands"))
            yield text_field(placeholder=_("type a part of the command"))
            yield ChoiceList[Command](_draw)
            yield Static(id="status", classes="warn")
            yield Static(keys_line(("Enter", _("run")), ("Esc", _("close"))), id="keys")

    def on_mount(self) -> None:
        """Show every command."""
        self._show()

    def action_move(self, step: int) -> None:
        """Highlight another command."""
        self._list.move(step)

    def action_page(self, direction: int) -> None:
        """Highlight a command one page away."""
        self._list.move_page(direction)

    @on(Input.Changed)
    def _show(self) -> None:
        found = palette_commands(self.query_one(Input).value)
        self._list.show(found)
        words = "" if found else _("No such command. Shorten what you typed.")
        self.query_one("#status", Static).update(plain(words))

    @on(Input.Submitted)
    @on(ChoiceList.Chosen)
    def _run(self) -> None:
        command = self._list.current
        if command is not None and self.is_current:
            self.finish(command)
            self.app.call_later(self._act, command)

    async def _act(self, command: Command) -> None:
        """Run the action on the first one that knows it, outwards from the focus."""
        screen = self.app.screen
        for node in (screen.focused or screen).ancestors_with_self:
            if await self.app.run_action(command.action or command.id, node):
                return
        notify(
            self.app, _("“{command}” does not work here.").format(command=command.title), severity="warning"
        )

    @property
    def _list(self) -> ChoiceList[Command]:
        return self.query_one(ChoiceList)


def _draw(command: Command, cells: int) -> Sequence[Line]:
    return (palette_line(command, cells),)
