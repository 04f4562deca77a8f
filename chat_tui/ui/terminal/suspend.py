"""Stopped by SIGTSTP and continued by SIGCONT: a clean terminal in between, a whole picture afterwards.

Textual does the same inside the signal, where a lock that the event loop holds would stop it for ever.
"""

import asyncio
import os
import signal

from textual.app import App, ReturnType

from chat_tui.ui.terminal.driver import TerminalDriver


class Stopping(App[ReturnType]):
    """Gives the terminal back before it stops, and takes it over again."""

    is_lent: bool = False
    """Whether the terminal belongs to another program now: it is not ours to give back."""
    _has_stopped: bool = False

    def on_mount(self) -> None:
        """Hear the signals from now on, on the event loop."""
        if isinstance(self._driver, TerminalDriver):
            loop = asyncio.get_running_loop()
            loop.add_signal_handler(signal.SIGTSTP, self._stop, self._driver)
            loop.add_signal_handler(signal.SIGCONT, self._go_on, self._driver)

    def _stop(self, driver: TerminalDriver) -> None:
        if not self.is_lent:
            driver.suspend_application_mode()
            self._has_stopped = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self, driver: TerminalDriver) -> None:
        if self.is_lent:
            return
        if not self._has_stopped:
            # Stopped by SIGSTOP, which nobody hears: the shell may have changed the terminal meanwhile.
            driver.suspend_application_mode()
        self._has_stopped = False
        driver.resume_application_mode()
        self.refresh(layout=True)
