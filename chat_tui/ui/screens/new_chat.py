"""The dialog that starts a chat about an order or a return."""

from typing import ClassVar

from textual import on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.model.ids import ChatId
from chat_tui.model.problem import Problem
from chat_tui.ui.screens.dialog import Dialog, framed, text_field
from chat_tui.ui.text import plain
from chat_tui.words import glyphs
from chat_tui.words.orders import read_number
from chat_tui.words.problems import problem_words

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
        value = "" if self._number is None else str(self._number)
        yield framed(
            _("New chat"),
            Static(self._kinds(), id="kinds"),
            text_field(placeholder=_("number, for example 51230874561"), value=value),
            Static(plain(self._problem), id="problem", classes="bad"),
            keys=(("Enter", _("open")), ("Tab", _("order or return")), ("Esc", _("close"))),
        )

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
            self.say("", "problem")

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        number = read_number(event.value)
        if isinstance(number, int):
            self.finish(NewChat(self._kind, number))
        else:
            self.say(number, "problem")

    def _kinds(self) -> Content:
        words = {ContextKind.ORDER: _("about an order"), ContextKind.RETURN: _("about a return")}
        parts = [
            Content.styled(f"{glyphs.HIGHLIGHT} {words[kind]}", "bold $text-primary")
            if kind is self._kind
            else Content.styled(f"  {words[kind]}", "$text-muted")
            for kind in _KINDS
        ]
        return Content("     ").join(parts)


async def start_chat(app: App[None], inbox: Inbox) -> ChatId | None:
    """Ask for an order or a return until a chat is open; None = the operator gave up."""
    screen = NewChatScreen()
    while (about := await app.push_screen_wait(screen)) is not None:
        created = await inbox.create_chat(about)
        if not isinstance(created, Problem):
            return created
        screen = NewChatScreen(about.number, about.kind, problem_words(created))
    return None
