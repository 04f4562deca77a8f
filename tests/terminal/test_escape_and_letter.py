"""A key right after an Escape is Alt if that is bound; otherwise it is Escape and the key, in this order."""

import pytest
from textual import events
from textual.widgets import Input

from chat_tui.terminal.parser import TolerantParser
from tests.support.clock import ToldClock
from tests.terminal.test_repairs import AskingApp


class Noting(AskingApp):
    """Notes the keys that it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[str] = []

    def on_mount(self) -> None:
        for key in ("escape", "j", "alt+n", "O", "ctrl+g", "1"):
            self.bind(key, f"note('{key}')")

    def action_note(self, key: str) -> None:
        self.noted.append(key)


def read(data: str) -> list[events.Key]:
    """The events of one read and the quiet second after it."""
    clock = ToldClock()
    parser = TolerantParser(clock=clock)
    found = [*parser.feed(data)]
    clock.now += 1
    return [event for event in [*found, *parser.tick()] if isinstance(event, events.Key)]


@pytest.mark.parametrize(
    ("data", "noted"),
    [
        ("\x1bj", ["escape", "j"]),
        ("\x1bо", ["escape", "j"]),
        ("\x1bO", ["escape", "O"]),
        ("\x1b1", ["escape", "1"]),
        ("\x1b\x07", ["escape", "ctrl+g"]),
        ("\x1b\x1bj", ["escape", "escape", "j"]),
        ("\x1bjj\x1bj", ["escape", "j", "j", "escape", "j"]),
        ("\x1bn", ["alt+n"]),
        ("\x1bт", ["alt+n"]),
        ("\x1b[110;3u", ["alt+n"]),
        ("\x1b[106;3u", []),
    ],
)
async def test_what_was_pressed_acts(data: str, noted: list[str]) -> None:
    app = Noting()
    async with app.run_test():
        app.screen.set_focus(None)
        for key in read(data):
            app.post_message(key)
        await app.keys_settled()
        assert app.noted == noted


@pytest.mark.parametrize(
    ("data", "left"),
    [
        ("\x1bx", "one twox"),
        ("\x1bX", "one twoX"),
        ("\x1bж", "one twoж"),
        ("\x1b ", "one two "),
        ("\x1b\x17", "one "),
        ("\x1bb!", "one !two"),  # what some terminals send for Alt and the arrow to the left
    ],
)
async def test_in_a_text_the_letter_is_typed(data: str, left: str) -> None:
    app = Noting()
    async with app.run_test():
        field = app.query_one("#first", Input)
        field.value = "one two"
        field.focus()
        field.cursor_position = 7
        for key in read(data):
            app.post_message(key)
        await app.keys_settled()
        assert field.value == left
