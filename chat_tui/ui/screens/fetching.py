"""A file on its way here: how much has come, and Escape to break it off."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from chat_tui.locale import _
from chat_tui.ui.screens.dialog import Dialog, keys_line
from chat_tui.ui.text import plain
from chat_tui.words.files import file_line, size_words
from chat_tui.words.line import text_of

Outcome = TypeVar("Outcome")

_SHOWN_S = 0.2
_CELLS = 60


class Fetching(Dialog[Outcome], Generic[Outcome]):
    """Gives what the work gives, or None when it was broken off."""

    AUTO_FOCUS = None

    def __init__(
        self, name: str, size: int | None, work: Callable[[Callable[[int], None]], Awaitable[Outcome]]
    ) -> None:
        """`work` gets a function that hears how many bytes have come, on whatever thread."""
        super().__init__()
        self._name_words = text_of(file_line(name, size, _CELLS))
        self._work = work
        self._came = 0

    def compose(self) -> ComposeResult:
        """Name, progress, keys."""
        with Vertical(id="box", classes="-small") as box:
            box.border_title = Content(_("Fetching the file"))
            yield Static(plain(self._name_words), id="name")
            yield Static(id="progress", classes="muted")
            yield Static(keys_line(("Esc", _("break off"))), id="keys")

    def on_mount(self) -> None:
        """Begin."""
        self._working = self.run_worker(self._run(), exit_on_error=True)
        self.set_interval(_SHOWN_S, self._show)
        self._show()

    def action_leave(self) -> None:
        """Break it off; nothing is kept."""
        self._working.cancel()
        self.finish(None)

    async def _run(self) -> None:
        self.finish(await self._work(self._hear))

    def _hear(self, came: int) -> None:
        self._came = came

    def _show(self) -> None:
        words = _("{size} so far").format(size=size_words(self._came))
        self.query_one("#progress", Static).update(plain(words))
