"""The functions with which tests of the screen wait: see tests/support/settling.py."""

import asyncio
import threading
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.widgets import Static

from tests.support import settling
from tests.support.settling import drawn, press, settled
from tests.support.unseen import picture


class Chain(App[None]):
    """Passes a message on to itself ten times for a key, and writes on its screen how often it came."""

    class Link(Message):
        """One step of the chain."""

    def __init__(self) -> None:
        super().__init__()
        self.links = 0
        self.held = threading.Event()

    def compose(self) -> ComposeResult:
        yield Static()

    def key_a(self) -> None:
        self.links = 0
        self.post_message(self.Link())

    def on_chain_link(self) -> None:
        self.links += 1
        self.call_after_refresh(self.query_one(Static).update, str(self.links))
        if self.links < 10:
            self.post_message(self.Link())

    async def key_t(self) -> None:
        self.run_worker(self._ask(), exit_on_error=True)

    async def _ask(self) -> None:
        await asyncio.to_thread(self.held.wait)
        self.post_message(self.Link())

    @property
    def seen(self) -> str:
        return picture(self.screen)[0]


async def test_a_key_has_come_to_its_end_and_is_on_the_screen() -> None:
    app = Chain()
    async with app.run_test():
        for _ in range(5):
            await press(app, "a")
            assert (app.links, app.seen) == (10, "10")


async def test_what_a_thread_answers_is_waited_for_unless_only_drawing_is() -> None:
    app = Chain()
    async with app.run_test():
        settling.send_key(app, "t")
        await drawn(app)
        assert app.links == 0
        threading.Timer(0.05, app.held.set).start()
        await settled(app)
        assert (app.links, app.seen) == (10, "10")


async def test_what_never_ends_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Chain()
    async with app.run_test():
        settling.send_key(app, "t")
        await drawn(app)
        monkeypatch.setattr(settling, "PATIENCE_S", 0.05)
        try:
            with pytest.raises(AssertionError, match="1 answers awaited"):
                await settled(app)
        finally:
            app.held.set()
        monkeypatch.undo()
        await settled(app)


def test_no_test_lets_textual_guess_when_all_is_drawn() -> None:
    """Textual's pause guesses from processor time, often wrongly; sleeps of fixed length are allowed."""
    guess = ".pause" + "()"
    tests = Path(__file__).parents[1]
    assert [str(path) for path in tests.rglob("*.py") if guess in path.read_text(encoding="utf-8")] == []
