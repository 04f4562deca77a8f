"""The dialog that starts a chat about an order or a return."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.locale import _
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.ui.screens.dialog import Dialog, keys_line, text_field
from chat_tui.ui.text import plain
from chat_tui.words import glyphs
from chat_tui.words.orders import read_number

_KINDS = (ContextKind.ORDER, ContextKind.RETURN)


class NewChatScreen(Dialog[NewChat]):
    """Gives what the chat is to be about, or None.

    To ask again after a refusal: `number` and `kind` as they were, and `problem`, a sentence.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab,up,down", "other_kind", priority=True, show=False),
        Binding("left,right", "other_kind_if_empty", priority=True, show=False),
    ]

    def __init__(
        self, number: int | None = None, kind: ContextKind = ContextKind.ORDER, problem: str = ""
    ) -> None:
        super().__init__()
        self._number = number
        self._kind = kind if kind in _KINDS else ContextKind.ORDER
        self._problem = problem

    def compose(self) -> ComposeResult:
        """The two kinds, the field, what is wrong, keys."""
        with Vertical(id="box", classes="-small") as box:
            box.border_title = Content(_("New chat"))
            yield Static(self._kinds(), id="kinds")
            value = "" if self._number is None else str(self._number)
            yield text_field(placeholder=_("number, for example 51230874561"), value=value)
            yield Static(plain(self._problem), id="problem", classes="bad")
            keys = keys_line(("Enter", _("open")), ("Tab", _("order or return")), ("Esc", _("close")))
            yield Static(keys, id="keys")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Left and right are the field's own while there is text."""
        if action == "other_kind_if_empty":
            return not self.query_one(Input).value
        return super().check_action(action, parameters)

    def action_other_kind(self) -> None:
        """Change between order and return."""
        self._kind = _KINDS[1 - _KINDS.index(self._kind)]
        self.query_one("#kinds", Static).update(self._kinds())

    def action_other_kind_if_empty(self) -> None:
        """The same, by the arrows that otherwise move the caret."""
        self.action_other_kind()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value != str(self._number):
            self._say("")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        number = read_number(event.value)
        if isinstance(number, int):
            self.finish(NewChat(self._kind, number))
        else:
            self._say(number)

    def _say(self, sentence: str) -> None:
        self.query_one("#problem", Static).update(plain(sentence))

    def _kinds(self) -> Content:
        words = {ContextKind.ORDER: _("about an order"), ContextKind.RETURN: _("about a return")}
        parts = [
            Content.styled(f"{glyphs.HIGHLIGHT} {words[kind]}", "bold $text-primary")
            if kind is self._kind
            else Content.styled(f"  {words[kind]}", "$text-muted")
            for kind in _KINDS
        ]
        return Content("     ").join(parts)
