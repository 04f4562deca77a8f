"""Base classes of screens, app and dialogs.

A screen below the least size shows one line, and no key acts until the screen can be seen again. A dialog is
a framed box that closes once.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, TypeVar

from textual import events, on
from textual.app import ReturnType
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Size
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widget import Widget
from textual.widgets import Input, Static

from chat_tui.locale import _
from chat_tui.safetext import one_line
from chat_tui.terminal.app import TerminalApp
from chat_tui.terminal.layout import latin
from chat_tui.terminal.side_channels import SideChannels
from chat_tui.ui import keys
from chat_tui.ui.kit.bars import KeyLines
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.text import farewell, notify, notify_copied, plain, print_unkept
from chat_tui.words.line import Line

Result = TypeVar("Result")
Row = TypeVar("Row")

STYLES = Path(__file__).parent.parent / "styles"
LEAST: Final = (40, 12)
"""Columns and rows below which a screen shows one line only."""
ENTER_PAUSE_S = 0.1
"""Seconds within which a second Enter is the first one, bouncing; a later one counts."""


class Legible(Screen[ScreenResultType], Generic[ScreenResultType]):
    """A screen that hides its widgets while it is too small to be read, and keeps its focus meanwhile."""

    DEFAULT_CSS = """
    Legible > #too-small {
        display: none;
        width: 100%;
        height: 100%;
        background: $background;
        content-align: center middle;
    }
    Legible.-too-small > * {
        display: none !important;
    }
    Legible.-too-small > #too-small {
        display: block !important;
    }
    """

    @property
    def is_too_small(self) -> bool:
        """Whether this screen is hidden because it is too small."""
        return self.has_class("-too-small")

    @on(events.Resize)
    def _fit(self, event: events.Resize) -> None:
        """Show the one line, or the screen again."""
        is_small = _is_small(event.size)
        # Made when first needed: most windows are never that small.
        if is_small and not self.query_children("#too-small"):
            words = _("The window is too small: use 40 × 12.")
            self.mount(Static(plain(words), id="too-small"))
        self.set_class(is_small, "-too-small")

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Focus a widget; None is ignored while the screen is hidden, so that its widget keeps the focus."""
        if widget is None and self.is_too_small:
            return
        super().set_focus(widget, scroll_visible, from_app_focus)


class LegibleApp(TerminalApp[ReturnType], Generic[ReturnType]):
    """The app: every key and paste passes its `on_event`, which drops them while the window is too small."""

    edited: Path
    """The folder of texts being edited in an external editor; it outlives the program."""
    unkept: tuple[tuple[str, str], ...] = ()
    """Recipient and text of drafts that could not be saved; printed once the terminal is restored."""

    def __init__(self, report: Path, *, jcuken: bool = True) -> None:
        """`report` is the private file for the details of a crash; `jcuken` is off for phonetic layouts."""
        super().__init__(farewell=farewell(report), jcuken=jcuken)

    def run_to_code(self, *, mouse: bool = True) -> int:
        """Run, print the texts that could not be saved, and return the exit code."""
        code = super().run_to_code(mouse=mouse)
        print_unkept(self.unkept)
        return code

    def action_help_quit(self) -> None:
        """Ctrl-C where there is nothing to copy: say which key ends the program."""
        notify(
            self, _("Ctrl+C does not quit the program. Press {key} to quit.").format(key=keys.key_of("quit"))
        )

    def on_notify(self) -> None:
        """Remove the notification that is shown: the new one, which the app adds next, takes its place."""
        self.clear_notifications()

    def turn(self, dialog: "type[Dialog[Any]]", *about: Any) -> None:
        """Show a dialog, made with `about`, or close it if it is shown."""
        if isinstance(self.screen, dialog):
            self.screen.action_leave()
        else:
            self.push_screen(dialog(*about))

    async def push_screen_wait(self, screen: Any, *, mode: str | None = None) -> Any:
        """Show a screen until it is dismissed; if whoever waits for it is cancelled, a dialog closes."""
        try:
            return await super().push_screen_wait(screen, mode=mode)
        except asyncio.CancelledError:
            # Its answer would do nothing: a command that was pressed again asks again.
            if isinstance(screen, Dialog):
                screen.finish(None)
            raise

    def on_side_channels_copied(self, message: SideChannels.Copied) -> None:
        """Say whether a text was copied."""
        notify_copied(self, message)

    async def on_event(self, event: events.Event) -> None:
        """Handle an event; while the screen cannot be seen, drop all input but the key that quits."""
        # A forwarded event has passed here before.
        is_input = isinstance(event, events.Key | events.Paste) and not event.is_forwarded
        if is_input and self._is_blind and not _ends(event):
            return
        await super().on_event(event)

    @property
    def _is_blind(self) -> bool:
        """Whether the window is too small, or was and the screen is not drawn again yet."""
        # Input may come before the first screen is there.
        screen = self.screen_stack[-1] if self.screen_stack else None
        # Both tests: the size is known before the screen hides itself, and also before it shows itself again.
        return _is_small(self.size) or (isinstance(screen, Legible) and screen.is_too_small)


def _is_small(size: Size) -> bool:
    return size.width < LEAST[0] or size.height < LEAST[1]


def _ends(event: events.Event) -> bool:
    # No letter, even if one is bound to quit: words typed into a hidden box would end the program.
    quit_keys = {key for one in keys.commands() if one.id == "quit" for key in one.keys}
    return isinstance(event, events.Key) and latin(event.key) in {
        key for key in quit_keys if not keys.typed_by(key)
    }


class Dialog(Legible[Result | None], ModalScreen[Result | None], Generic[Result]):
    """A dialog that returns its result once; None = it was left. `compose` yields one `framed` box."""

    CSS_PATH: ClassVar = [STYLES / "dialog.tcss"]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (18, "-high")]  # noqa: RUF012 - as Textual declares it
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave", "")]

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` gives seconds. A key still held down when the dialog opens must not answer it."""
        super().__init__()
        self.clock = clock
        self._enter_at = clock()
        self._outcome: tuple[Result | None] | None = None
        """The result to close with; None = it stays open."""

    def is_enter_meant(self) -> bool:
        """Whether an Enter pressed now counts, that is, no other came in the last `ENTER_PAUSE_S`."""
        before, self._enter_at = self._enter_at, self.clock()
        return self._enter_at - before >= ENTER_PAUSE_S

    def finish(self, result: Result | None) -> None:
        """Close with `result`, once there is no dialog above; a second call changes nothing."""
        self._outcome = self._outcome or (result,)
        self.on_screen_resume()

    def on_screen_resume(self) -> None:
        """Close if that is wanted: this is now the dialog on top."""
        # Not `is_current`, which is also true beneath a dialog: the one above would be closed instead.
        if self._outcome is not None and self.is_active:
            self.dismiss(self._outcome[0])

    def action_leave(self) -> None:
        """Close without a result."""
        self.finish(None)

    def say(self, words: str, where: str = "status", *, is_bad: bool | None = None) -> None:
        """Show a sentence in the line with this id, as a fault or not; None = in the look of the last one."""
        line = self.query_one(f"#{where}", Static)
        if is_bad is not None:
            line.set_class(is_bad, "bad")
        line.update(plain(words))


class ListDialog(Dialog[Result], Generic[Result, Row]):
    """A dialog with one list, which the arrows move wherever the focus is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: a focused list or field would take these keys for itself.
        Binding("up", "move(-1)", priority=True, show=False),
        Binding("down", "move(1)", priority=True, show=False),
        Binding("pageup", "page(-1)", priority=True, show=False),
        Binding("pagedown", "page(1)", priority=True, show=False),
    ]

    @property
    def rows(self) -> ChoiceList[Row]:
        """The list."""
        return self.query_one(ChoiceList)

    def action_move(self, step: int) -> None:
        """Highlight another row, or scroll a list without a highlight."""
        self.rows.move(step)

    def action_page(self, direction: int) -> None:
        """Highlight a row one page away, or scroll."""
        self.rows.move_page(direction)


class Answers(ChoiceList[Row], Generic[Row], can_focus=True):
    """The answers to a question, of which there is always one."""

    takes_letters = False
    """Whether letters come as typed, not as on a Latin keyboard."""

    def __init__(self, draw: Callable[[Row, int], Sequence[Line]], *, row_height: int = 1) -> None:
        super().__init__(draw, instead="", row_height=row_height)

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Whether a key must come as typed, without translation from the operator's layout."""
        return self.takes_letters and character is not None and character.isprintable()


class Question(ListDialog[Result, Row], Generic[Result, Row]):
    """A dialog with a list of answers. The arrows wrap around; Enter, a click or the answer's key answers."""

    AUTO_FOCUS = "Answers"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+tab", "move(-1)", priority=True, show=False),
        Binding("tab", "move(1)", priority=True, show=False),
        Binding("enter", "answer", show=False),
    ]

    def answer(self, index: int) -> None:
        """Act on the answer at `index`."""
        raise NotImplementedError

    def answered_by(self, character: str) -> int | None:
        """Index of the answer that a typed character stands for, by default its digit; None = no answer."""
        # Not `isdigit`, which takes digits of any script; a set, because "" is in every string.
        number = int(character) if character in set("123456789") else 0
        return number - 1 if 1 <= number <= len(self.rows.rows) else None

    def on_key(self, event: events.Key) -> None:
        """Answer if the key stands for an answer."""
        index = self.answered_by(event.character or "")
        if index is not None:
            event.stop()
            self.answer(index)

    def action_move(self, step: int) -> None:
        """Highlight another answer; the first follows the last."""
        self.rows.move_to(((self.rows.highlighted or 0) + step) % len(self.rows.rows))

    def action_answer(self) -> None:
        """Answer with the highlighted row, unless the Enter bounced."""
        index = self.rows.highlighted
        if self.is_enter_meant() and index is not None:
            self.answer(index)

    @on(ChoiceList.Chosen)
    def _clicked(self, event: ChoiceList.Chosen) -> None:
        self.answer(event.index)


def framed(title: str, *widgets: Widget, keys: Sequence[tuple[str, str]], look: str = "-small") -> Vertical:
    """The box of a dialog: its title, its widgets, and its keys and what they do.

    `look` is "-small" for a question, "-tall" for a list as high as the screen, "-view" for a picture.
    """
    box = Vertical(*widgets, KeyLines(keys, id="keys"), id="box", classes=look)
    if title:
        box.border_title = plain(title, lines=False)
    return box


def keys_line(*pairs: tuple[str, str]) -> Content:
    """Keys and what they do, on one line; both are our own words."""
    parts = [Content.assemble(plain(key, "bold"), " ", plain(words)) for key, words in pairs]
    return Content("  ").join(parts)


def text_field(*, placeholder: str = "", value: str = "", id: str | None = None) -> Input:
    """A field for one line of text that reads nothing as markup and does not blink."""
    field = Input(value=value, placeholder=one_line(placeholder), id=id, select_on_focus=False)
    field.cursor_blink = False
    return field
