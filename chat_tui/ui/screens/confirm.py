"""A question with two answers."""

import time
from collections.abc import Callable, Sequence
from typing import ClassVar, Final, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.locale import _, language
from chat_tui.ui.screens.dialog import Dialog, EnterPause, keys_line
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.line import Line, Role, Span, shown

# The first is the one shown. The key of "н" is also that of "y": in Russian it means "нет", so the Latin
# "y" decides nothing there.
_YES: Final = {"en": "yн", "ru": "дl"}
_NO: Final = {"en": "nт", "ru": "нnт"}


class Answer(NamedTuple):
    """One answer and the letters that give it."""

    is_yes: bool
    letters: str
    words: str


class Answers(ChoiceList[Answer], can_focus=True):
    """The two answers; takes letters as they are typed, whatever the layout."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Letters must not be renamed to Latin ones on their way here."""
        return character is not None and character.isprintable()


class Confirm(Dialog[bool]):
    """Gives True for `yes`; Escape means `no`. Enter means `no` too unless `enter_is_yes`."""

    AUTO_FOCUS = "Answers"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,left", "move(-1)", show=False),
        Binding("down,right,tab", "move(1)", show=False),
        Binding("enter", "answer", show=False),
    ]

    def __init__(
        self,
        question: Content,
        yes: str,
        no: str,
        *,
        enter_is_yes: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._question = question
        self._answers = (
            Answer(True, _YES.get(language(), _YES["en"]), yes),
            Answer(False, _NO.get(language(), _NO["en"]), no),
        )
        self._enter_is_yes = enter_is_yes
        self._pause = EnterPause(clock)

    def compose(self) -> ComposeResult:
        """Question, answers, keys."""
        with Vertical(id="box", classes="-small"):
            yield Static(self._question, id="question")
            yield Answers(_draw)
            no = self._answers[1].words
            yield Static(keys_line(("Enter", _("choose")), ("Esc", no[:1].lower() + no[1:])), id="keys")

    def on_mount(self) -> None:
        """Highlight what Enter means."""
        self.query_one(Answers).show(self._answers, highlight=0 if self._enter_is_yes else 1)

    def on_key(self, event: events.Key) -> None:
        """Answer with a letter."""
        letter = (event.character or "").lower()
        for answer in self._answers:
            if letter and letter in answer.letters:
                event.stop()
                self.finish(answer.is_yes)

    def action_move(self, step: int) -> None:
        """Highlight the other answer."""
        answers = self.query_one(Answers)
        answers.move_to(((answers.highlighted or 0) + step) % len(self._answers))

    def action_answer(self) -> None:
        """Give the highlighted answer."""
        if self._pause.is_over() and (answer := self.query_one(Answers).current) is not None:
            self.finish(answer.is_yes)

    def action_leave(self) -> None:
        """Answer no."""
        self.finish(False)

    @on(ChoiceList.Chosen)
    def _clicked(self, event: ChoiceList.Chosen) -> None:
        self.finish(self._answers[event.index].is_yes)


def _draw(answer: Answer, _cells: int) -> Sequence[Line]:
    return ((Span(answer.letters[0].upper(), Role.ACCENT), Span(f"  {shown(answer.words, lines=False)}")),)
