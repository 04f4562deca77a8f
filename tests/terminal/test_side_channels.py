"""Output beside the screen: title, clipboard, bell and notifications."""

import base64

import pytest
from textual import events
from textual.app import ComposeResult
from textual.widgets import Input

from chat_tui.terminal.app import TerminalApp
from chat_tui.terminal.side_channels import (
    IDLE_S,
    LIMIT,
    PAUSE_S,
    SideChannels,
    call,
    copy,
    is_inside_tmux,
    through_tmux,
)
from chat_tui.ui.kit.text import notify_copied
from tests.support.clock import ToldClock
from tests.support.settling import settled


class KeptBytesApp(TerminalApp[None]):
    """An app that keeps its output beside the screen."""

    def __init__(self, clock: ToldClock | None = None) -> None:
        super().__init__(farewell="", clock=clock or ToldClock())
        self.written: list[str] = []

    def compose(self) -> ComposeResult:
        yield Input("a\x1b]52;c;ZXZpbA==\x07b")

    def on_mount(self) -> None:
        assert self._driver is not None
        self._driver.write = self.written.append  # type: ignore[assignment]

    def on_side_channels_copied(self, message: SideChannels.Copied) -> None:
        notify_copied(self, message)

    @property
    def calls(self) -> list[str]:
        """Bells and notifications so far."""
        return [data for data in self.written if data == "\x07" or "\x1b]" in data]


@pytest.fixture(autouse=True)
def _no_tmux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMUX", raising=False)


async def test_nobody_is_called_who_sits_before_the_screen() -> None:
    clock = ToldClock()
    app = KeptBytesApp(clock)
    async with app.run_test():
        app.call_operator("chat-tui", "news")
        assert app.calls == []
        app.post_message(events.AppBlur())
        await settled(app)
        app.call_operator("chat-tui", "news")
        assert app.calls == ["\x07"]


async def test_who_pressed_no_key_for_a_minute_is_called_once_in_half_a_minute() -> None:
    clock = ToldClock()
    app = KeptBytesApp(clock)
    async with app.run_test():
        clock.now += IDLE_S
        for seconds in (0, PAUSE_S - 1, 1, 1):
            clock.now += seconds
            app.call_operator("chat-tui", "news")
        assert app.calls == ["\x07", "\x07"]
        clock.now += PAUSE_S
        app.post_message(events.Key("a", "a"))
        await app.keys_settled()
        app.call_operator("chat-tui", "news")
        assert len(app.calls) == 2


async def test_an_alarm_is_not_held_back_by_what_was_called_for_before() -> None:
    clock = ToldClock()
    app = KeptBytesApp(clock)
    async with app.run_test():
        app.terminal_focused = False
        app.call_operator("chat-tui", "news")
        app.call_operator("chat-tui", "a dispute", is_alarm=True)
        assert app.calls == ["\x07", "\x07"]
        app.call_operator("chat-tui", "news")
        assert len(app.calls) == 2


async def test_calls_can_be_switched_off() -> None:
    app = KeptBytesApp()
    app.call_by = "off"
    async with app.run_test():
        app.terminal_focused = False
        app.call_operator("chat-tui", "news")
        assert app.calls == []


@pytest.mark.parametrize(
    ("how", "bytes_"),
    [
        ("bell", "\x07"),
        ("osc9", "\x1b]9;chat;tui: a; \\ b c\x1b\\"),
        ("osc777", "\x1b]777;notify;chat,tui;a, \\ b c\x1b\\"),
        ("osc99", "\x1b]99;i=chat-tui:d=0;chat;tui\x1b\\\x1b]99;i=chat-tui:d=1:p=body;a; \\ b c\x1b\\"),
    ],
)
def test_nothing_in_a_text_ends_a_notification_early(how: str, bytes_: str) -> None:
    hostile = "a; \x1b\\\x07\x9cb\n\x1b]52;c;ZXZpbA==\x07\u202ec"
    assert call(how, "chat;tui", hostile, in_tmux=False) == bytes_
    if how != "bell":
        inside = call(how, "chat;tui", hostile, in_tmux=True)
        assert inside == through_tmux(bytes_)
        assert inside.startswith("\x1bPtmux;\x1b\x1b]")


async def test_f_087_what_is_copied_is_stripped_sent_and_said() -> None:
    app = KeptBytesApp()
    async with app.run_test():
        app.copy_to_clipboard("при\x1b[31mвет\u202e")
        await settled(app)
        assert app.calls == ["\x1b]52;c;" + base64.b64encode("привет".encode()).decode() + "\x07"]
        app.copy_to_clipboard("привет")
        await settled(app)
        assert app.calls[1:] == app.calls[:1]
        assert [str(one.message) for one in app._notifications] == [
            "Sent to the terminal's clipboard, without its control characters.",
            "Sent to the terminal's clipboard.",
        ]


async def test_what_is_too_long_for_a_clipboard_is_not_sent() -> None:
    app = KeptBytesApp()
    async with app.run_test():
        app.copy_to_clipboard("я" * (LIMIT // 2))
        app.copy_to_clipboard("я" * (LIMIT // 2 + 1))
        await settled(app)
        assert len(app.calls) == 1
        assert "too long" in [str(one.message) for one in app._notifications][-1]


def test_inside_tmux_a_copy_goes_both_to_tmux_and_through_it() -> None:
    bare = copy(b"text", in_tmux=False)
    assert copy(b"text", in_tmux=True) == bare + through_tmux(bare)
    assert is_inside_tmux({"TMUX": "/tmp/tmux-0/default,1,0"})
    assert not is_inside_tmux({})


async def test_a_title_is_one_safe_line() -> None:
    app = KeptBytesApp()
    async with app.run_test():
        app.entitle("chat-tui\n\x1b]0;PWN\x07")
        assert app.window_title == "chat-tui ␛]0;PWN␇"
