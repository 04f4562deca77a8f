"""Dialogs that ask: with two answers, with several, and those asked before a text is sent or taken over."""

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Final, NamedTuple, TypeVar

from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from chat_tui.locale import _, language
from chat_tui.model.doubt import Doubt
from chat_tui.model.problem import Problem
from chat_tui.safetext import one_line, safe
from chat_tui.ui.kit.dialog import Answers, Question, framed
from chat_tui.ui.kit.text import plain
from chat_tui.words.line import Line, Role, Span, beginning
from chat_tui.words.problems import doubt_words

T = TypeVar("T")

# The first letter is the one shown. "н" is on the key of "y" and means "нет" in Russian, so the Latin "y"
# answers nothing there.
_YES: Final = {"en": "yн", "ru": "дl"}
_NO: Final = {"en": "nт", "ru": "нnт"}

MOST: Final = 9
"""How many answers have a digit; more are reached by moving the highlight."""
_ROWS: Final = 12
"""The most answers on the screen at once."""
_OFFERED_LINES, _OFFERED_CELLS = 8, 60
"""How much of an offered text is shown."""

Draw = Callable[[int], Line]
"""Makes the line of an answer for a width in cells."""


class Answer(NamedTuple):
    """One of two answers, and the letters that choose it."""

    is_yes: bool
    letters: str
    words: str


class Confirm(Question[bool, Answer]):
    """Returns True for `yes`. Escape means `no`, and so does Enter unless `enter_is_yes`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
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
        super().__init__(clock=clock)
        self._question = question
        self._answers = (
            Answer(True, _YES.get(language(), _YES["en"]), yes),
            Answer(False, _NO.get(language(), _NO["en"]), no),
        )
        self._enter_is_yes = enter_is_yes

    def compose(self) -> ComposeResult:
        no = self._answers[1].words
        answers = Answers(_draw_letter)
        answers.takes_letters = True
        yield framed(
            "",
            Static(self._question, id="question"),
            answers,
            keys=(("Enter", _("choose")), ("Esc", no[:1].lower() + no[1:])),
        )

    def on_mount(self) -> None:
        """Highlight the answer that Enter gives."""
        # An Enter pressed once too often must not discard, send or leave.
        self.rows.show(self._answers, highlight=0 if self._enter_is_yes else 1)

    def answer(self, index: int) -> None:
        """Close with the answer."""
        self.finish(self._answers[index].is_yes)

    def answered_by(self, character: str) -> int | None:
        """Index of the answer with this letter."""
        letters = [answer.letters for answer in self._answers]
        return next((i for i, own in enumerate(letters) if character and character.lower() in own), None)

    def action_leave(self) -> None:
        """Answer no."""
        self.finish(False)


class Choose(Question[int, tuple[int, Draw]]):
    """Returns the index of the chosen answer, or None if the dialog was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "move(-1)", show=False),
        Binding("j", "move(1)", show=False),
    ]

    def __init__(
        self, question: str, answers: Sequence[Draw], *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`question` is one of our own sentences; an answer must draw safe text only."""
        super().__init__(clock=clock)
        self._question = question
        self._choices = tuple(enumerate(answers))

    def compose(self) -> ComposeResult:
        answers = Answers(_draw_number)
        # The style sheet cannot know how many answers there are.
        answers.styles.height = min(_ROWS, len(self._choices))
        yield framed(self._question, answers, keys=(("Enter", _("choose")), ("Esc", _("close"))))

    def on_mount(self) -> None:
        """Highlight the first answer."""
        self.rows.show(self._choices)

    def answer(self, index: int) -> None:
        """Close with the index."""
        self.finish(index)


def _draw_letter(answer: Answer, _cells: int) -> Sequence[Line]:
    return ((Span(answer.letters[0].upper(), Role.ACCENT), Span(f"  {one_line(answer.words)}")),)


def _draw_number(choice: tuple[int, Draw], cells: int) -> Sequence[Line]:
    index, draw = choice
    digit = f"{index + 1}" if index < MOST else " "
    return ((Span(f"{digit}  ", Role.ACCENT), *draw(max(1, cells - 3))),)


def offer(why: str, text: str) -> Confirm:
    """Ask whether to put a text into the box that is kept elsewhere; `why` says where."""
    held = beginning(safe(text), _OFFERED_LINES, _OFFERED_CELLS)
    question = Content("\n").join([plain(why), plain(held, "bold")])
    return Confirm(question, yes=_("Add it below"), no=_("Leave it there"))


def send_anyway(
    doubts: Sequence[Doubt], *about: Content, clock: Callable[[], float] = time.monotonic
) -> Confirm:
    """Ask whether to send in spite of doubts; the lines of `about` say what is sent to whom."""
    question = plain(f"{doubt_words(doubts)} {_('Send it anyway?')}", "bold")
    asked = Content("\n").join([question, *about])
    return Confirm(asked, yes=_("Send anyway"), no=_("Do not send"), clock=clock)


async def agreed(
    app: App[None],
    send: Callable[[Sequence[Doubt]], Awaitable[T | Problem]],
    to: str,
    agreed: Sequence[Doubt] = (),
) -> T | Problem | None:
    """Send, after the operator has agreed to the doubts of the door; None if the operator does not agree."""
    # Sent first without asking: only the door knows all doubts, and most messages raise none.
    outcome = await send(agreed)
    if not isinstance(outcome, Problem) or not outcome.doubts:
        return outcome
    if not await app.push_screen_wait(send_anyway(outcome.doubts, plain(to, lines=False))):
        return None
    # The operator agreed only to the doubts shown: a new one makes the door refuse again.
    return await send((*agreed, *outcome.doubts))
