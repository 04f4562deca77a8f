"""SIGTERM, SIGHUP, SIGINT, SIGQUIT and the end of the input lead to an orderly end within two seconds."""

import asyncio
import os
import signal
import termios
import threading
import time
from contextlib import suppress
from typing import Any, Final

from textual.app import ReturnType

from chat_tui.ui.terminal.driver import TerminalDriver
from chat_tui.ui.terminal.ordered_keys import OrderedKeys

SIGNALS: Final = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
_LAST_RESORT: Final = 1.5
"""Seconds after which the process ends although the terminal takes no more output."""
_LAST_KEYS: Final = 0.3
"""Seconds that what was typed before may take."""


class Leaving(OrderedKeys[ReturnType]):
    """Ends the app as a signal would have ended it: code 128 + number, after `on_unmount` has run."""

    _leaving: bool = False
    _ending: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        """Hear the signals from now on."""
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            for number in SIGNALS:
                loop.add_signal_handler(number, self.leave, number)

    def on_input_ended(self) -> None:
        """The terminal has gone, and no signal has told."""
        self.leave(signal.SIGHUP)

    def leave(self, number: signal.Signals) -> None:
        """End now; a terminal that takes no more output delays it by a moment only."""
        if self._leaving:
            return
        self._leaving = True
        threading.Thread(
            target=_end_anyway, args=(128 + number, *self._attributes()), name="last resort", daemon=True
        ).start()
        self._ending = asyncio.get_running_loop().create_task(self._leave_after_keys(number), name="leaving")

    async def _leave_after_keys(self, number: signal.Signals) -> None:
        """What was typed is acted on before anything ends, and so is a paste whose end has not come."""
        if isinstance(self._driver, TerminalDriver):
            for message in self._driver.finish_input():
                self.post_message(message)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_KEYS):
                await self.keys_settled()
        self.exit(return_code=128 + number)

    def _attributes(self) -> tuple[int, list[Any] | None]:
        return getattr(self._driver, "fileno", -1), getattr(self._driver, "attrs_before", None)


def _end_anyway(code: int, terminal: int, attributes: list[Any] | None) -> None:
    time.sleep(_LAST_RESORT)
    try:
        if attributes is not None:
            termios.tcsetattr(terminal, termios.TCSANOW, attributes)
    except termios.error:
        pass  # the terminal is gone: there is nothing to restore
    finally:
        os._exit(code)
