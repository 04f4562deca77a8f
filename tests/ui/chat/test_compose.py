"""The compose box: it sends once, never because of a paste, and never cuts a text silently."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Static

from chat_tui.terminal import keys
from chat_tui.terminal.keys import OrderedKeys
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.kit.text import plain
from tests.support.settling import press, settled


class BoxApp(OrderedKeys[None]):
    """A compose box, and the messages it posts."""

    def __init__(self) -> None:
        super().__init__()
        self.pressed_at: float | None = None
        """The moment at which all keys are pressed; None = the real time."""
        self.put_at = 0.0
        self.answers = True
        """Whether each `SendWanted` is answered at once."""
        self.asked: list[Message] = []
        self.box = Compose(id="box", now=lambda: self.put_at)

    def compose(self) -> ComposeResult:
        yield Static()
        yield self.box

    @on(Compose.SendWanted)
    @on(Compose.AttachWanted)
    @on(Compose.LeaveWanted)
    @on(Compose.UndoWanted)
    @on(Compose.Changed)
    def _note(self, message: Message) -> None:
        self.asked.append(message)
        if self.answers and isinstance(message, Compose.SendWanted):
            self.box.answered()

    @property
    def sent(self) -> list[str]:
        return [message.text for message in self.asked if isinstance(message, Compose.SendWanted)]

    @property
    def has_one_enter_waiting(self) -> bool:
        return [key.key for key in self._held if isinstance(key, events.Key)] == ["enter"]

    async def arrive(self, *keys: str | events.Paste) -> None:
        """Press keys that all come in one read, at one moment."""
        moment = time.monotonic() if self.pressed_at is None else self.pressed_at
        for key in keys:
            named = {"\r": "enter", "\x7f": "backspace"}
            event: events.Event
            if isinstance(key, str):
                event = events.Key(named.get(key, key), key if len(key) == 1 else None)
            else:
                event = key
            event.time = moment
            self.post_message(event)
        await self.heard()

    async def heard(self) -> None:
        """Wait until everything that arrived was handled."""
        await self.keys_settled()
        await settled(self)

    _pilot: Pilot[None]


@asynccontextmanager
async def a_box() -> AsyncIterator[BoxApp]:
    app = BoxApp()
    async with app.run_test(size=(60, 20)) as pilot:
        app._pilot = pilot
        app.box.focus()
        await settled(pilot.app)
        yield app


async def test_enter_asks_to_send_and_keeps_the_text() -> None:
    async with a_box() as app:
        await app.arrive(*"Да", "\r")
        assert (app.sent, app.box.text) == (["Да"], "Да")


async def test_cleared_after_the_send_but_not_what_was_typed_since() -> None:
    async with a_box() as app:
        await app.arrive(*"abc", "\r")
        await app.arrive(*"de")
        app.box.clear_after_send("abc")
        assert (app.box.text, app.box.caret) == ("de", 2)
        app.box.clear_after_send("other")
        assert app.box.text == "de"
        app.box.clear_after_send("de")
        await app.arrive("ctrl+z")
        assert app.box.text == ""


async def test_a_second_enter_within_the_same_press_is_the_same() -> None:
    """Promised: U40."""
    async with a_box() as app:
        app.box.load("x", 1)
        app.pressed_at = 1.0
        for _repeat in range(20):
            await app.arrive("\r")
            app.pressed_at += 0.05
        assert app.sent == ["x"]
        app.pressed_at += 0.06
        await app.arrive("\r")
        assert app.sent == ["x", "x"]


async def test_an_enter_behind_new_text_is_a_new_one() -> None:
    async with a_box() as app:
        await app.arrive("a", "\r")
        app.box.clear_after_send("a")
        await app.arrive("b", "\r", "\r")
        assert app.sent == ["a", "b"]


@pytest.mark.parametrize("text", ["", "  \n ", "\u3164"])
async def test_nothing_to_say_is_not_sent(text: str) -> None:
    async with a_box() as app:
        app.box.load(text, 0)
        await app.arrive("\r")
        assert not app.asked


@pytest.mark.parametrize(("text", "length"), [("я" * 4097, 4097), ("😀" * 2049, 4098)])
async def test_too_long_is_blocked_and_kept(text: str, length: int) -> None:
    async with a_box() as app:
        app.box.load(text, 0)
        await app.arrive("\r")
        assert (app.asked, app.box.text) == ([], text)
        assert app.box.notice.words.startswith("The text is over 4096 characters.")
        assert app.box.border_subtitle == f"{length}/4096"
        assert app.box.has_class("-too-long")


async def test_the_counter_counts_from_the_first_letter_and_warns_near_the_limit() -> None:
    async with a_box() as app:
        app.box.load("", 0)
        await app.arrive("я", " ")
        assert app.box.border_subtitle == "1/4096", "a blank at the end is not sent"
        app.box.load("я" * 3686, 3686)
        assert not app.box.has_class("-near-limit")
        await app.arrive("я")
        assert app.box.border_subtitle == "3687/4096"
        assert app.box.has_class("-near-limit")
        app.box.load("я" * 4096, 0)
        await app.arrive("\r")
        assert len(app.sent) == 1


async def test_the_message_before_is_reported_with_its_key_and_its_name_is_cut_first() -> None:
    async with a_box() as app:
        app.box.report("Sends in 5 s: {chat}. {key}: undo", "Olga · order …4561")
        assert app.box.border_subtitle == "Sends in 5 s: Olga · order …4561. ctrl+z: undo"
        app.box.report("Sends in 5 s: {chat}. {key}: undo", "Olga " * 20)
        await app.arrive("a")
        subtitle = str(app.box.border_subtitle)
        assert subtitle.startswith("Sends in 5 s: Olga")
        assert subtitle.endswith("…. Esc u: undo · 1/4096"), "ctrl+z would undo the letter"
        assert len(subtitle) == app.box.frame_room
        app.box.report("")
        assert app.box.border_subtitle == "1/4096"


async def test_ctrl_z_is_the_texts_own_undo_until_the_box_is_empty() -> None:
    async with a_box() as app:
        await app.arrive("a", "b", "ctrl+z")
        assert not any(isinstance(one, Compose.UndoWanted) for one in app.asked)
        app.box.load("", 0)
        await app.arrive("ctrl+z")
        assert any(isinstance(one, Compose.UndoWanted) for one in app.asked)


@pytest.mark.parametrize(("outcome", "text"), [("", "a"), ("Sends in 5 s", "")])
async def test_a_deleted_text_comes_back_unless_a_send_can_be_undone(outcome: str, text: str) -> None:
    async with a_box() as app:
        await app.arrive("a", "\x7f")
        app.box.report(outcome)
        await app.arrive("ctrl+z")
        assert app.box.text == text
        assert any(isinstance(one, Compose.UndoWanted) for one in app.asked) == (not text)


@pytest.mark.parametrize("key", ["ctrl+j", "shift+enter", "alt+enter"])
async def test_new_line_keys(key: str) -> None:
    """Promised: U41."""
    async with a_box() as app:
        await app.arrive("a", key, "b")
        assert app.box.text == "a\nb"
        assert not app.sent


async def test_other_wishes() -> None:
    async with a_box() as app:
        await app.arrive("ctrl+o", "escape")
        assert [type(message) for message in app.asked] == [Compose.AttachWanted, Compose.LeaveWanted]


async def test_typed_text_is_reported_as_changed_but_not_a_draft_put_back() -> None:
    async with a_box() as app:
        app.box.load("ab\ncd", 4)
        await app.heard()
        assert not app.asked
        await app.arrive("X")
        (changed,) = app.asked
        assert isinstance(changed, Compose.Changed)
        assert (app.box.text, app.box.caret) == ("ab\ncXd", 5)


@pytest.mark.parametrize(("caret", "at"), [(0, 0), (2, 2), (3, 3), (5, 5), (99, 5), (-1, 0)])
async def test_the_caret_comes_back(caret: int, at: int) -> None:
    async with a_box() as app:
        app.box.load("ab\ncd", caret)
        assert app.box.caret == at


async def test_a_paste_is_text_without_controls_and_never_sends() -> None:
    async with a_box() as app:
        await app.arrive("a", events.Paste("1\r\n\x1b[31m2\r3\t\x00\u202e"), "\r")
        assert app.box.text == "a1\n2\n3\t\n"
        assert not app.sent
        await app.arrive("ctrl+z", "ctrl+z")
        assert app.box.text == "a"


async def test_pasted_lines_without_marks_do_not_send() -> None:
    async with a_box() as app:
        await app.arrive(*"строка\r" * 30)
        assert app.box.text == "строка\n" * 30
        assert not app.sent


async def test_pasted_lines_without_marks_may_come_in_two_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_MOMENT", 1.0)
    async with a_box() as app:
        await app.arrive(*"Здравствуйте, заказ собран")
        app.post_message(events.Key("enter", "\r"))
        while not app.has_one_enter_waiting:
            await asyncio.sleep(0)
        for _turn in range(20):
            await asyncio.sleep(0)
        assert app.has_one_enter_waiting
        await app.arrive(*"и в пути\r")
        assert not app.sent
        assert app.box.text == "Здравствуйте, заказ собран\nи в пути\n"


async def test_an_enter_typed_behind_text_over_a_slow_link_sends() -> None:
    async with a_box() as app:
        await app.arrive(*"Добрый день, сегодня отправим", "\r")
        assert app.sent == ["Добрый день, сегодня отправим"]


async def test_a_letter_is_left_and_removed_as_a_whole() -> None:
    async with a_box() as app:
        await app.arrive(*"a👩\u200d👧👍🏽е\u0301")
        assert app.box.text == "a👩\u200d👧👍🏽е\u0301"
        carets = []
        for _step in range(4):
            await app.arrive("left")
            carets.append(app.box.caret)
        assert carets == [6, 4, 1, 0]
        await app.arrive("right", "right")
        assert app.box.caret == 4
        await app.arrive("\x7f")
        assert app.box.text == "a👍🏽е\u0301"


async def test_the_header_is_not_markup_and_the_box_grows() -> None:
    async with a_box() as app:
        app.box.border_title = plain("Кому: [/] Ольга")
        assert app.box.border_title == "Кому: \\[/] Ольга"
        assert app.box.outer_size.height == 3
        await app.arrive(*["ctrl+j"] * 20)
        assert app.box.outer_size.height == 10


async def test_an_enter_behind_a_template_sends_at_once_what_was_typed_to_it() -> None:
    async with a_box() as app:
        app.put_at = time.monotonic() + 60
        app.box.put("Здравствуйте!")
        await app.heard()
        await app.arrive("\r")
        assert app.sent == [], "the Enter that chose the template, bouncing"
        assert app.box.notice.words.endswith("Enter again sends it.")
        await app.arrive(*"да")
        await app.arrive("\r")
        assert app.sent == ["Здравствуйте!да"]


async def test_while_a_template_is_awaited_an_enter_sends_nothing() -> None:
    async with a_box() as app:
        await press(app, "/")
        await app.heard()
        assert app.box.text == ""
        await app.arrive("a", "\r")
        app.box.action_send()
        await app.heard()
        assert app.sent == []
        assert "still being chosen" in app.box.notice.words
        await app.arrive("escape", "a", "\r")
        assert app.sent == ["a"]


@pytest.mark.parametrize(("late_s", "sent"), [(0.1, []), (0.3, ["draft"])])
async def test_an_enter_meant_for_the_chat_before_sends_nothing_here(late_s: float, sent: list[str]) -> None:
    async with a_box() as app:
        app.box.load("draft", 5)
        app.box.came_by_itself(5.25)
        app.pressed_at = 5.0 + late_s
        await app.arrive("\r")
        assert app.sent == sent
        assert ("only just opened" in app.box.notice.words) is not bool(sent)
