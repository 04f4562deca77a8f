"""What all dialogs share: a framed box over the main screen, left at most once, no answer by a held Enter."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input

from chat_tui.safetext import one_line
from chat_tui.ui.screens.legible import Legible
from chat_tui.ui.text import plain

Result = TypeVar("Result")

STYLES = Path(__file__).parent.parent / "styles"
ENTER_PAUSE_S = 0.1
"""A second Enter within this time is the first one, bouncing; any later one is meant."""


class Dialog(Legible[Result | None], ModalScreen[Result | None], Generic[Result]):
    """A dialog that gives its result once."""

    CSS_PATH: ClassVar = [STYLES / "dialog.tcss"]
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "")]

    def finish(self, result: Result | None) -> None:
        """Close with `result`; a second call changes nothing."""
        if self.is_current:
            self.dismiss(result)

    def action_leave(self) -> None:
        """Close without a result."""
        self.finish(None)


class EnterPause:
    """Tells an Enter that is meant from one of a key held down or pressed twice.

    `clock` gives seconds; the pause begins when this is made and again with every Enter that is refused.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._last = clock()

    def is_over(self) -> bool:
        """Whether an Enter pressed now counts."""
        before, self._last = self._last, self._clock()
        return self._last - before >= ENTER_PAUSE_S


def keys_line(*pairs: tuple[str, str]) -> Content:
    """The bottom line of a dialog: keys and what they do, both of our own making."""
    parts = [Content.assemble(plain(key, "bold"), " ", plain(words)) for key, words in pairs]
    return Content("  ").join(parts)


def text_field(*, placeholder: str = "", value: str = "", id: str | None = None) -> Input:
    """A field for one line of text that shows nothing as markup and does not blink."""
    field = Input(value=value, placeholder=one_line(placeholder), id=id, select_on_focus=False)
    field.cursor_blink = False
    return field
