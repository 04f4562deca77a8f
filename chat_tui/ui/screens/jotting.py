"""The dialog for one line of the operator's own words on a chat: its note, its labels."""

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input, Static

from chat_tui.locale import _
from chat_tui.ui.screens.dialog import Dialog, keys_line, text_field
from chat_tui.ui.text import plain
from chat_tui.words.line import shown


class Jotting(Dialog[str]):
    """Gives the line as it was typed, empty to remove what was there; None leaves it as it was."""

    def __init__(self, heading: str, chat: str, *, value: str, hint: str, most: int) -> None:
        """`chat` names the chat, `value` is what stands there now, `most` characters are kept."""
        super().__init__()
        self._heading = heading
        self._chat = chat
        self._value = shown(value, lines=False)
        self._hint = hint
        self._most = most

    def compose(self) -> ComposeResult:
        """The chat, the line, keys."""
        with Vertical(id="box", classes="-small") as box:
            box.border_title = plain(self._heading)
            yield Static(plain(self._chat, lines=False), id="recipient")
            field = text_field(placeholder=self._hint, value=self._value)
            field.max_length = self._most
            yield field
            yield Static(plain(_("Only this shop sees it; nothing is told to the Market.")), classes="muted")
            yield Static(keys_line(("Enter", _("keep")), ("Esc", _("close"))), id="keys")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.finish(event.value)
