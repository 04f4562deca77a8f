"""The base of an app over SSH: Textual with all repairs, in the order that they need."""

import time
from collections.abc import Callable

from textual.app import ReturnType

from chat_tui.terminal.display import PatientDisplay
from chat_tui.terminal.driver import TerminalDriver
from chat_tui.terminal.guard import Guard
from chat_tui.terminal.keys import OrderedKeys
from chat_tui.terminal.side_channels import SideChannels
from chat_tui.terminal.signals import Leaving


# SideChannels comes before OrderedKeys: a key shows that somebody is there when it arrives, not when it acts.
class TerminalApp(
    Guard[ReturnType],
    Leaving[ReturnType],
    SideChannels[ReturnType],
    OrderedKeys[ReturnType],
    PatientDisplay[ReturnType],
):
    """End the process with what `run_to_code` returns; it must be called on the main thread."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(
        self,
        *,
        farewell: str,
        jcuken: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`farewell` is printed after a crash; `jcuken` is False for phonetic layouts.

        `clock` returns seconds and never goes back.
        """
        super().__init__(driver_class=TerminalDriver, clock=clock)
        self.animation_level = "none"
        self.farewell = farewell
        self.jcuken = jcuken

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Do nothing: Textual would write the screen into a folder that others may read."""
