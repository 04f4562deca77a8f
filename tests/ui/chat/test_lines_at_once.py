"""Where pastes are not marked, Enters that come all at once are line breaks, and a notice says so."""

import pytest
from textual import events
from textual.app import ComposeResult

from chat_tui.terminal.driver import TerminalDriver
from chat_tui.terminal.keys import OrderedKeys
from chat_tui.ui.chat.compose import Compose
from tests.support.settling import press, settled
from tests.support.waiting import until
from tests.terminal.test_repairs import AskingApp


class Writing(AskingApp):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    def compose(self) -> ComposeResult:
        yield Compose()

    def on_mount(self) -> None:
        self.query_one(Compose).focus()

    def on_compose_send_wanted(self, message: Compose.SendWanted) -> None:
        self.sent.append(message.text)
        box = self.query_one(Compose)
        box.clear_after_send(message.text)
        box.answered()


async def until_told(box: Compose, words: str) -> None:
    async def is_told() -> bool:
        return box.notice.words == words

    await until(is_told, words or "nothing more to tell")


async def come_at_once(app: Writing, text: str) -> Compose:
    for letter in text:
        app.post_message(events.Key("enter" if letter == "\r" else letter, letter))
    await app.keys_settled()
    return app.query_one(Compose)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\rb", "Pasted with 1 line break; Enter sends it as one message"),
        ("a\rb\rc", "Pasted with 2 line breaks; Enter sends it as one message"),
        ("да\r\rнет\r" * 4, "Pasted with 12 line breaks; Enter sends it as one message"),
    ],
)
async def test_it_is_said_until_the_text_changes(text: str, said: str) -> None:
    app = Writing()
    async with app.run_test() as pilot:
        box = await come_at_once(app, text)
        await until_told(box, said)
        assert app.sent == []
        assert box.text == text.replace("\r", "\n")
        await press(pilot.app, "x")
        await app.keys_settled()
        await until_told(box, "")


async def test_where_pastes_are_marked_every_enter_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(OrderedKeys, "marks_pastes", property(lambda _app: True))
    app = Writing()
    async with app.run_test() as pilot:
        box = await come_at_once(app, "one\rtwo\rthree\r")
        await settled(pilot.app)
        assert (app.sent, box.text) == (["one", "two", "three"], "")


async def test_an_enter_right_behind_a_marked_paste_still_sends_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(OrderedKeys, "marks_pastes", property(lambda _app: True))
    app = Writing()
    async with app.run_test():
        app.post_message(events.Paste("one"))
        box = await come_at_once(app, "\r")
        assert (app.sent, box.text) == ([], "one\n")


@pytest.mark.parametrize(
    ("variables", "is_sure"),
    [({"TERM": "xterm"}, True), ({"TERM": "tmux-256color"}, False), ({"TERM": "xterm", "TMUX": "/x"}, False)],
)
def test_a_multiplexer_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *, is_sure: bool
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    driver = TerminalDriver.__new__(TerminalDriver)
    driver._parser = Marking()  # type: ignore[assignment]
    assert driver.marks_pastes is is_sure


class Marking:
    marks_pastes = True
