"""A small app with nothing but a history, for the tests of the history."""

from datetime import UTC
from typing import Any

from textual.app import App, ComposeResult

from chat_tui.model.timeline import Coverage, TimelinePage
from chat_tui.ui.chat.history import History
from chat_tui.ui.chat.history_view import HistoryView
from tests.ui.pane_samples import (
    NOW,
    entries,
    timeline_page,
)

KEYS = {
    "j": "move(1)",
    "k": "move(-1)",
    "pagedown": "page(1)",
    "pageup": "page(-1)",
    "g": "edge(False)",
    "G": "edge(True)",
    "f": "fold",
}
MORE: dict[str, Any] = {"has_older": True, "coverage": Coverage.HAVE_MORE}


class HistoryApp(App[None]):
    """A history of ten lines; with `serves` it answers requests for pages out of `total` messages."""

    CSS = "History { width: 80; height: 12; }"

    def __init__(self, total: int = 5000, *, serves: bool = False) -> None:
        super().__init__()
        self.total, self.serves = total, serves
        self.now = NOW
        self.told: list[Any] = []

    def compose(self) -> ComposeResult:
        yield History(lambda: self.now, UTC)

    def on_mount(self) -> None:
        for key, action in KEYS.items():
            self.history._bindings.bind(key, action)
        self.history.focus()

    @property
    def history(self) -> History:
        return self.query_one(History)

    @property
    def view(self) -> HistoryView:
        assert self.history.view is not None
        return self.history.view

    def page(self, first: int, last: int) -> TimelinePage:
        """The messages from `first` up to, not including, `last`, out of 1 to `total`."""
        first = max(1, first)
        return timeline_page(*entries(first, last), has_older=first > 1, has_newer=last <= self.total)

    def newest(self) -> TimelinePage:
        return self.page(self.total - 49, self.total + 1)

    def on_history_older_wanted(self, message: History.OlderWanted) -> None:
        self.told.append(("older", message.before, message.is_cached))
        if self.serves and message.before is not None:
            self.history.extend_older(self.page(message.before - 50, message.before))

    def on_history_newer_wanted(self, message: History.NewerWanted) -> None:
        self.told.append(("newer", message.after))
        if self.serves and message.after is None:
            self.history.show_newest(self.newest())
        elif self.serves and message.after is not None:
            last = min(self.total, message.after + 50)
            self.history.extend_newer(self.page(message.after + 1, last + 1))

    def on_history_seen_to(self, message: History.SeenTo) -> None:
        self.told.append(("seen", message.message_id))


def screen(history: History) -> list[str]:
    return [history.render_line(y).text.rstrip() for y in range(history.content_size.height)]


def first_message(history: History) -> str:
    return next(line.split("Message ")[1].split(".")[0] for line in screen(history) if "Message " in line)
