"""The base of the real app: Textual with all repairs, in the order in which they must stand."""

import time
from collections.abc import Callable
from pathlib import Path

from textual.app import ReturnType

from chat_tui.ui.terminal.attention import Attentive
from chat_tui.ui.terminal.clipboard import Copying
from chat_tui.ui.terminal.display import PatientDisplay
from chat_tui.ui.terminal.driver import TerminalDriver
from chat_tui.ui.terminal.editor import Lending
from chat_tui.ui.terminal.filter import Filtered
from chat_tui.ui.terminal.guard import Guard
from chat_tui.ui.terminal.layout import Layout
from chat_tui.ui.terminal.ordered_keys import OrderedKeys
from chat_tui.ui.terminal.title import Titled


class TerminalApp(
    Guard[ReturnType],
    Lending[ReturnType],
    Attentive[ReturnType],
    OrderedKeys[ReturnType],
    Layout[ReturnType],
    Filtered[ReturnType],
    PatientDisplay[ReturnType],
    Copying[ReturnType],
    Titled[ReturnType],
):
    """End the process with what `run_to_code` returns; it must be called on the main thread."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self, report: Path, *, jcuken: bool = True, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`report` is the log file named after a crash; `jcuken` is off for phonetic layouts.

        `clock` gives seconds and only ever advances.
        """
        super().__init__(driver_class=TerminalDriver, clock=clock)
        self.animation_level = "none"
        self.report = report
        self.edited = report.parent / "edited"
        """Where texts lie while they are edited outside: a lasting place."""
        self.jcuken = jcuken
        self.unkept: tuple[tuple[str, str], ...] = ()
        """Typed texts that nothing could keep: to whom, and what; printed once the terminal is restored."""

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Nothing: Textual would write buyers' words into a folder that others may read."""
