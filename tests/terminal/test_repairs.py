"""The repairs that need no real terminal."""

from pathlib import Path

import pytest
from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from chat_tui.terminal.app import TerminalApp
from chat_tui.terminal.keys import bind
from chat_tui.terminal.layout import latin
from chat_tui.terminal.parser import TolerantParser
from chat_tui.ui.keys import Where, bindings
from chat_tui.ui.kit.text import farewell
from tests.support.clock import ToldClock
from tests.support.settling import settled


class Question(ModalScreen[str]):
    """A dialog that takes the focus when it opens."""

    def compose(self) -> ComposeResult:
        yield Input()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)


class AskingApp(TerminalApp[None]):
    """Asks a question when a key is pressed."""

    def __init__(self) -> None:
        super().__init__(farewell=farewell(Path("report")))
        self.answers: list[str | None] = []
        self.helped = 0
        bind(self, bindings(Where.ANYWHERE))

    def compose(self) -> ComposeResult:
        yield Static()
        yield Input(id="first")

    def on_mount(self) -> None:
        self.bind("a", "ask")

    def action_ask(self) -> None:
        self.push_screen(Question(), self.answers.append)

    def action_help(self) -> None:
        self.helped += 1


async def test_keys_pressed_while_a_dialog_opens_are_typed_into_it() -> None:
    app = AskingApp()
    async with app.run_test():
        app.screen.set_focus(None)
        for key in "aaxa":
            app.post_message(events.Key(key, key))
        app.post_message(events.Key("enter", "\r"))
        await settled(app)
        assert app.answers == ["axa"]


async def test_keys_of_the_app_are_heard_in_a_dialog_but_its_letters_are_typed() -> None:
    app = AskingApp()
    async with app.run_test() as pilot:
        app.push_screen(Question())
        await settled(app)
        await pilot.press("f1", "question_mark")
        await app.keys_settled()
        assert app.helped == 1
        assert app.screen.query_one(Input).value == "?"


async def test_a_fault_in_a_key_is_not_lost_in_its_task() -> None:
    class Failing(AskingApp):
        def action_help(self) -> None:
            raise ZeroDivisionError

    app = Failing()
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - it is raised on leaving `run_test`
        async with app.run_test() as pilot:
            await pilot.press("f1")
            await app.keys_settled()
    assert app.return_code == 1


async def test_focus_stays_when_the_window_loses_it() -> None:
    app = AskingApp()
    async with app.run_test():
        field = app.query_one("#first", Input)
        field.focus()
        app.post_message(events.AppBlur())
        await settled(app)
        assert (app.focused, app.terminal_focused) == (field, False)
        app.post_message(events.AppFocus())
        await settled(app)
        assert (app.focused, app.terminal_focused) == (field, True)


async def test_a_sure_alt_with_a_letter_is_never_typed() -> None:
    app = AskingApp()
    async with app.run_test():
        field = app.query_one("#first", Input)
        field.focus()
        for key in (events.Key("alt+о", None), events.Key("alt+j", None), events.Key("о", "о")):
            app.post_message(key)
        await app.keys_settled()
        assert field.value == "о"


async def test_a_phonetic_layout_keeps_its_letters() -> None:
    app = AskingApp()
    app.jcuken = False
    key = events.Key("ф", "ф")
    app.rename(key)
    assert key.key == "ф"


def test_every_letter_of_the_layout_has_its_place() -> None:
    assert latin("йцукен ФЫВА хъжэбюё ХЪЖЭБЮЁ №") == "qwerty ASDF [];',.` {}:\"<>~ #"


def test_a_paste_is_cut_at_a_million_characters_and_keys_go_on() -> None:
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    heard = [*parser.feed("\x1b[200~")]
    for _piece in range(300):
        heard += parser.feed("x" * 4096)
    heard += parser.feed("\x1b[201~n")
    clock.now += 0.2
    heard += parser.tick()
    paste, key = heard
    assert isinstance(paste, events.Paste)
    assert len(paste.text) == 1_000_000
    assert isinstance(key, events.Key)
    assert key.key == "n"


@pytest.mark.parametrize("cut", range(1, 6))
def test_the_mark_of_a_paste_may_be_split_anywhere(cut: int) -> None:
    clock = ToldClock()
    parser, begin, end = TolerantParser(clock=clock), "\x1b[200~", "\x1b[201~"
    heard = [
        *parser.feed("x" + begin[:cut]),
        *parser.feed(begin[cut:] + "a\r\x1b[31mb" + end[:cut]),
        *parser.feed(end[cut:] + "y"),
    ]
    clock.now += 0.2
    heard += parser.tick()
    assert [(type(event), getattr(event, "text", getattr(event, "key", ""))) for event in heard] == [
        (events.Key, "x"),
        (events.Paste, "a\r\x1b[31mb"),
        (events.Key, "y"),
    ]


def test_two_pastes_in_one_read() -> None:
    parser = TolerantParser()
    heard = [*parser.feed("\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~")]
    assert [event.text for event in heard if isinstance(event, events.Paste)] == ["a", "b"]


END = "\x1b[201~"


@pytest.mark.parametrize("inner", [END + "q\t\x11\r", END + "\x1b[200~\x11\r", END + "\r\r" + END])
def test_a_text_that_holds_the_mark_of_its_own_end_is_text_to_its_real_end(inner: str) -> None:
    parser = TolerantParser(clock=ToldClock())
    heard = [*parser.feed("\x1b[200~before" + inner), *parser.feed("x" * 300), *parser.feed("after" + END)]
    assert all(isinstance(event, events.Paste) for event in heard)
    text = "".join(event.text for event in heard if isinstance(event, events.Paste))
    assert text == ("before" + inner + "x" * 300 + "after").replace(END, "").replace("\x1b[200~", "")


def test_an_enter_that_came_with_a_paste_has_the_time_of_the_paste() -> None:
    clock = ToldClock()
    pasted_at = clock.now
    parser = TolerantParser(clock=clock)
    paste, *more = parser.feed("\x1b[200~a" + END + "\r")
    assert (type(paste), more) == (events.Paste, [])
    clock.now += 0.15
    (key,) = parser.tick()
    assert isinstance(key, events.Key)
    assert (key.key, key.time) == ("enter", pasted_at)
    clock.now += 1
    assert [type(event) for event in parser.feed("n")] == [events.Key]
