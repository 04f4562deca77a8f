"""A question with several answers, one line each."""

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from chat_tui.locale import _
from chat_tui.ui.screens.dialog import Dialog, EnterPause, keys_line
from chat_tui.ui.text import plain
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.line import Line, Role, Span

MOST = 9
"""Answers that have a digit of their own; more are reached by moving."""
_ROWS = 12

Draw = Callable[[int], Line]
"""Makes the line of an answer for a width in cells."""


class Answers(ChoiceList[tuple[int, Draw]], can_focus=True):
    """The answers, each behind its digit."""


class Choose(Dialog[int]):
    """Gives the index of the chosen answer, or None."""

    AUTO_FOCUS = "Answers"
    BINDINGS: ClassVar[list[BindingType]] = [
        # A list that scrolls would take the arrows for itself.
        Binding("up,k", "move(-1)", priority=True, show=False),
        Binding("down,j,tab", "move(1)", priority=True, show=False),
        Binding("enter", "answer", show=False),
    ]

    def __init__(
        self, question: str, answers: Sequence[Draw], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`question` is a sentence of ours; an answer draws safe text only."""
        super().__init__()
        self._question = question
        self._choices = tuple(enumerate(answers))
        self._pause = EnterPause(clock)

    def compose(self) -> ComposeResult:
        """Question, answers, keys."""
        with Vertical(id="box", classes="-small") as box:
            box.border_title = plain(self._question, lines=False)
            answers = Answers(_draw)
            answers.styles.height = min(_ROWS, len(self._choices))
            yield answers
            yield Static(keys_line(("Enter", _("choose")), ("Esc", _("close"))), id="keys")

    def on_mount(self) -> None:
        """Begin at the first answer."""
        self.query_one(Answers).show(self._choices)

    def on_key(self, event: events.Key) -> None:
        """Answer with a digit."""
        number = int(event.character) if event.character and event.character in "123456789" else 0
        if 1 <= number <= len(self._choices):
            event.stop()
            self.finish(number - 1)

    def action_move(self, step: int) -> None:
        """Highlight another answer; after the last comes the first."""
        answers = self.query_one(Answers)
        answers.move_to(((answers.highlighted or 0) + step) % len(self._choices))

    def action_answer(self) -> None:
        """Give the highlighted answer."""
        if self._pause.is_over():
            self.finish(self.query_one(Answers).highlighted)

    @on(ChoiceList.Chosen)
    def _clicked(self, event: ChoiceList.Chosen) -> None:
        self.finish(event.index)


def _draw(choice: tuple[int, Draw], cells: int) -> Sequence[Line]:
    index, draw = choice
    digit = f"{index + 1}" if index < MOST else " "
    return ((Span(f"{digit}  ", Role.ACCENT), *draw(max(1, cells - 3))),)
