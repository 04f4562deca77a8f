"""The dialogs about one chat: snooze it, write a note or labels, start it, save it as evidence."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final

from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.notifications import SeverityLevel
from textual.widgets import Input, Static

from chat_tui.inbox.api import InboxApi
from chat_tui.inbox.evidence import free_directory, keep_evidence, whole_chat
from chat_tui.locale import _
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.record import Record
from chat_tui.safetext import one_line
from chat_tui.ui import keys
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.dialog import Answers, Dialog, ListDialog, framed, text_field
from chat_tui.ui.kit.text import notify, plain
from chat_tui.words import glyphs
from chat_tui.words.documents import evidence_documents, gap_words
from chat_tui.words.line import Line, Role, Span
from chat_tui.words.orders import read_number
from chat_tui.words.times import Choice, Until, choices, read_time, until_words


class SnoozeScreen(ListDialog[Until, Choice]):
    """Returns until when to snooze, or None. The times have digits, which are the same on every layout."""

    AUTO_FOCUS = "Answers"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "choose", show=False)]

    def __init__(
        self,
        title: str,
        *,
        now: Callable[[], Millis],
        zone: tzinfo,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`title` names the chat; `clock` returns seconds."""
        super().__init__(clock=clock)
        self._title = title
        self._now = now
        self._zone = zone
        # Computed once: "in an hour" counts from the opening of the dialog.
        self._choices = choices(now(), zone)

    def compose(self) -> ComposeResult:
        yield framed(
            _("Snooze"),
            Static(plain(self._title, lines=False), id="recipient"),
            Answers(self._draw),
            text_field(placeholder=_("14:30, 25.11 10:00 or +90m")),
            Static(id="problem"),
            keys=(("1–5 Enter", _("choose")), ("Esc", _("close"))),
        )

    def on_mount(self) -> None:
        """List the times; the field stays hidden until a time of one's own is chosen."""
        self.rows.show(self._choices)
        self.query_one(Input).display = False

    def on_key(self, event: events.Key) -> None:
        """Choose by number."""
        number = event.character or ""
        # In the field the same digits are typed.
        if self.rows.has_focus and number in {"1", "2", "3", "4", "5"}:
            event.stop()
            self._choose(int(number) - 1)

    def action_move(self, step: int) -> None:
        """Highlight another time, or return from the field to the times."""
        if self.rows.has_focus:
            self.rows.move(step)
        else:
            self.rows.focus()

    def action_choose(self) -> None:
        """Choose the highlighted time."""
        index = self.rows.highlighted
        if self.is_enter_meant() and index is not None:
            self._choose(index)

    def _choose(self, index: int) -> None:
        self.rows.move_to(index)
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
        """Say what the typed time means; what is wrong with it is said only after Enter."""
        at = read_time(event.value, self._now(), self._zone)
        words = "" if isinstance(at, str) else until_words(Until(at), self._now(), self._zone)
        self.say(words, "problem", is_bad=False)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        at = read_time(event.value, self._now(), self._zone)
        if isinstance(at, str):
            self.say(at, "problem", is_bad=True)
        else:
            self.finish(Until(at))

    def _draw(self, choice: Choice, _cells: int) -> Sequence[Line]:
        number = str(self._choices.index(choice) + 1)
        return ((Span(number, Role.ACCENT), Span(f"  {one_line(choice.words)}")),)


class LineDialog(Dialog[str]):
    """Returns the typed line, empty to remove the old one; None = leave the old one."""

    def __init__(self, heading: str, chat: str, *, value: str, hint: str, most: int) -> None:
        """`chat` names the chat, `value` is the old line, `most` is the number of characters allowed."""
        super().__init__()
        self._heading = heading
        self._chat = chat
        self._value = one_line(value)
        self._hint = hint
        self._most = most

    def compose(self) -> ComposeResult:
        field = text_field(placeholder=self._hint, value=self._value)
        field.max_length = self._most
        yield framed(
            self._heading,
            Static(plain(self._chat, lines=False), id="recipient"),
            field,
            Static(plain(_("Only this shop sees it. It is not sent to the Market.")), classes="muted"),
            keys=(("Enter", _("save")), ("Esc", _("close"))),
        )

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        self.finish(event.value)


_KINDS = (ContextKind.ORDER, ContextKind.RETURN)


class NewChatScreen(Dialog[NewChat]):
    """Returns the order or return that the new chat is to be about, or None.

    `known` are the numbers of the highlighted chat, which are offered. To ask again after a refusal, pass
    `number` and `kind` as they were, and `problem`, a sentence.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab,up,down", "other_kind", priority=True, show=False),
        Binding("left,right", "other_kind(True)", priority=True, show=False),
    ]

    def __init__(
        self,
        number: int | None = None,
        kind: ContextKind = ContextKind.ORDER,
        problem: str = "",
        known: Mapping[ContextKind, int] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        # The API starts chats about these two kinds only.
        self._kind = kind if kind in _KINDS else ContextKind.ORDER
        self._known = known
        self._number = known.get(self._kind) if number is None else number
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

    def on_mount(self) -> None:
        """Select the number that is offered: another one is typed over it."""
        if self._known:
            self.query_one(Input).action_select_all()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While the field has text, left and right move its caret."""
        if action == "other_kind" and parameters:
            return not self.query_one(Input).value
        return super().check_action(action, parameters)

    def action_other_kind(self, is_by_caret: bool = False) -> None:
        """Switch between order and return; `is_by_caret` only marks the arrows for `check_action`."""
        field, before = self.query_one(Input), self._known.get(self._kind)
        self._kind = _KINDS[1 - _KINDS.index(self._kind)]
        # The number that is offered belongs to its kind; one that was typed stays.
        if self._known and field.value in {"", str(before)}:
            field.value = str(self._known.get(self._kind, ""))
            field.action_select_all()
        self.query_one("#kinds", Static).update(self._kinds())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        # Setting the first value is a change too; it must not remove the reason why the dialog is back.
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


# -- evidence: no dialog, but a notification that names every gap ----------------------------------------


_NOTICE_S: Final = 20.0
"""Seconds that the path of the evidence stays on the screen."""


async def keep(app: App[Any], inbox: InboxApi, chat_ref: ChatRef, zone: tzinfo) -> None:
    """Save the whole chat in a new directory and show its path; without the network, what is in the cache."""
    notify(app, _("Loading the whole conversation… {key}: stop").format(key=keys.key_of("evidence")))
    # Evidence needs the whole inbox of one business.
    inbox = inbox.own(chat_ref)
    record = await whole_chat(inbox, chat_ref, ask=True)
    if not isinstance(record, Record):
        # Perhaps there is no network. The cached part is better than nothing, and says that it is a part.
        record = await whole_chat(inbox, chat_ref, ask=False)
    assert isinstance(record, Record), "a chat on the screen is in the cache"
    try:
        directory = free_directory(inbox, record, zone)
        evidence = await keep_evidence(inbox, record, directory, partial(evidence_documents, zone=zone))
    except OSError as error:
        words = _("{place}: {error}. Nothing was written.")
        notify(app, words.format(place=error.filename, error=error.strerror), severity="error")
        return
    gaps = gap_words(record, len(evidence.missing))
    words = _("Evidence saved in {directory}").format(directory=_short(directory))
    severity: SeverityLevel = "warning" if gaps else "information"
    notify(app, " ".join([words, *gaps]), severity=severity, timeout=_NOTICE_S)


def keeping_stopped(app: App[Any]) -> None:
    """Say that the operator stopped `keep`, and what stays."""
    words = _("Stopped, nothing was saved. What has been loaded is kept: {key} continues from there.")
    notify(app, words.format(key=keys.key_of("evidence")))


def _short(directory: Path) -> str:
    """The path as it can be typed in a shell: below the home directory it begins with `~`."""
    home = Path.home()
    return f"~/{directory.relative_to(home)}" if directory.is_relative_to(home) else str(directory)
