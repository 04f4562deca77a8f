"""The dialog that puts a chat off."""

import time
from collections.abc import Callable, Sequence
from datetime import tzinfo
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from chat_tui.locale import _
from chat_tui.model.ids import Millis
from chat_tui.ui.screens.dialog import Dialog, EnterPause, keys_line, text_field
from chat_tui.ui.text import plain
from chat_tui.ui.widgets.choice_list import ChoiceList
from chat_tui.words.line import Line, Role, Span, shown
from chat_tui.words.times import Choice, Until, choices, read_time, until_words


class Times(ChoiceList[Choice], can_focus=True):
    """The offered times; their numbers are the same keys on every layout."""


class SnoozeScreen(Dialog[Until]):
    """Gives until when, or None."""

    AUTO_FOCUS = "Times"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", priority=True, show=False),
        Binding("down", "move(1)", priority=True, show=False),
        Binding("enter", "choose", show=False),
    ]

    def __init__(
        self,
        title: str,
        *,
        now: Callable[[], Millis],
        zone: tzinfo,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`title` names the chat; `clock` gives seconds."""
        super().__init__()
        self._title = title
        self._now = now
        self._zone = zone
        self._choices = choices(now(), zone)
        self._pause = EnterPause(clock)

    def compose(self) -> ComposeResult:
        """The chat, the times, the field for another one, what it means, keys."""
        with Vertical(id="box", classes="-small") as box:
            box.border_title = plain(_("Snooze"))
            yield Static(plain(self._title, lines=False), id="recipient")
            yield Times(self._draw)
            yield text_field(placeholder=_("14:30, 25.11 10:00 or +90m"))
            yield Static(id="problem")
            yield Static(keys_line(("1–5 Enter", _("choose")), ("Esc", _("close"))), id="keys")

    def on_mount(self) -> None:
        """Highlight the first time; the field comes when it is wanted."""
        self.query_one(Times).show(self._choices)
        self.query_one(Input).display = False

    def on_key(self, event: events.Key) -> None:
        """Choose by number."""
        number = event.character or ""
        if self.query_one(Times).has_focus and number in {"1", "2", "3", "4", "5"}:
            event.stop()
            self._choose(int(number) - 1)

    def action_move(self, step: int) -> None:
        """Highlight another time; from the field back to the times."""
        times = self.query_one(Times)
        if times.has_focus:
            times.move(step)
        else:
            times.focus()

    def action_choose(self) -> None:
        """Take the highlighted time."""
        index = self.query_one(Times).highlighted
        if self._pause.is_over() and index is not None:
            self._choose(index)

    def _choose(self, index: int) -> None:
        self.query_one(Times).move_to(index)
        until = self._choices[index].until
        if until is not None:
            self.finish(until)
            return
        field = self.query_one(Input)
        field.display = True
        field.focus()

    @on(ChoiceList.Chosen)
    def _clicked(self, event: ChoiceList.Chosen) -> None:
        self._choose(event.index)

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        """Say what the time means while it is typed; what is wrong with it only after Enter."""
        at = read_time(event.value, self._now(), self._zone)
        words = "" if isinstance(at, str) else until_words(Until(at), self._now(), self._zone)
        self._say(words, is_bad=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        at = read_time(event.value, self._now(), self._zone)
        if isinstance(at, str):
            self._say(at, is_bad=True)
        else:
            self.finish(Until(at))

    def _say(self, sentence: str, *, is_bad: bool) -> None:
        line = self.query_one("#problem", Static)
        line.set_class(is_bad, "bad")
        line.update(plain(sentence))

    def _draw(self, choice: Choice, _cells: int) -> Sequence[Line]:
        number = str(self._choices.index(choice) + 1)
        return ((Span(number, Role.ACCENT), Span(f"  {shown(choice.words, lines=False)}")),)
