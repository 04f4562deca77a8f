"""Signals and other programs: an orderly end within two seconds, a pause, the terminal lent to an editor."""

import asyncio
import os
import signal
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from textual.app import ReturnType

from chat_tui.terminal.driver import TerminalDriver
from chat_tui.terminal.keys import OrderedKeys

SIGNALS: Final = (signal.SIGHUP, signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
_LAST_RESORT: Final = 1.5
"""Seconds after which the process ends even if the terminal takes no output."""
_LAST_KEYS: Final = 0.3
"""Seconds for keys that were typed before the signal to act."""


class Leaving(OrderedKeys[ReturnType]):
    """Ends the app on a signal with exit code 128 + number, after `on_unmount` has run.

    Between SIGTSTP and SIGCONT the terminal is restored; afterwards the whole screen is drawn. Textual does
    this inside the signal handler, where a lock that the event loop holds would block it for ever; and its
    `suspend` does not take the terminal back when its block raises.
    """

    is_lent: bool = False
    """Whether another program has the terminal now: then it is not ours to restore."""
    _has_stopped: bool = False
    """Whether we restored the terminal before stopping."""
    _rescue: Callable[[], object] | None = None
    """Saves the work of the other program so far."""
    _ending: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        """Handle the signals from now on, on the event loop."""
        loop = asyncio.get_running_loop()
        if not self.is_headless:
            for number in SIGNALS:
                loop.add_signal_handler(number, self.leave, number)
        if isinstance(self._driver, TerminalDriver):
            loop.add_signal_handler(signal.SIGTSTP, self._stop, self._driver)
            loop.add_signal_handler(signal.SIGCONT, self._go_on, self._driver)

    def on_input_ended(self) -> None:
        """End: the terminal is gone, and no SIGHUP came."""
        self.leave(signal.SIGHUP)

    def leave(self, number: signal.Signals) -> None:
        """End now; a stalled terminal delays it by at most `_LAST_RESORT`.

        While the terminal is lent, Ctrl-C and Ctrl-\\ are for the other program; other signals end the app.
        """
        if self.is_lent:
            if number in {signal.SIGINT, signal.SIGQUIT}:
                return
            if self._rescue is not None:
                self._rescue()
        if self._ending is None:
            settings = getattr(self._driver, "fileno", -1), getattr(self._driver, "attrs_before", None)
            # A thread, because the event loop may wait for the terminal.
            threading.Thread(
                target=_end_anyway, args=(128 + number, *settings), name="last resort", daemon=True
            ).start()
            self._ending = asyncio.get_running_loop().create_task(
                self._leave_after_keys(number), name="leaving"
            )

    async def lend(
        self, command: Sequence[str], environ: Mapping[str, str], *, rescue: Callable[[], object]
    ) -> int | OSError:
        """Lend the terminal to a program; return its exit code, or the error if it could not be started.

        Everything but the screen goes on. If a signal ends the app meanwhile, `rescue` is called; it must not
        raise. Not for headless apps.
        """
        assert isinstance(self._driver, TerminalDriver)
        settings = self._driver.attrs_before
        self._rescue = rescue
        with self.suspend():  # only the end of the app raises inside, and it needs no terminal any more
            self.is_lent = True
            try:
                return await _run(command, environ)
            finally:
                self.is_lent = False
                self._driver.disbelieve()
                # Textual restores at the end the settings that it finds now: not those of a crashed editor.
                _restore(self._driver.fileno, settings)

    def _stop(self, driver: TerminalDriver) -> None:
        if not self.is_lent:
            driver.suspend_application_mode()
            self._has_stopped = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self, driver: TerminalDriver) -> None:
        if self.is_lent:
            return
        if not self._has_stopped:
            # SIGSTOP cannot be handled: the shell may have changed the terminal meanwhile.
            driver.suspend_application_mode()
        self._has_stopped = False
        driver.resume_application_mode()
        self.refresh(layout=True)

    async def _leave_after_keys(self, number: signal.Signals) -> None:
        """Let typed keys, and a paste without its end mark, act before the app ends."""
        if isinstance(self._driver, TerminalDriver):
            for message in self._driver.finish_input():
                self.post_message(message)
        with suppress(TimeoutError):
            async with asyncio.timeout(_LAST_KEYS):
                await self.keys_settled()
        self.exit(return_code=128 + number)


async def _run(command: Sequence[str], environ: Mapping[str, str]) -> int | OSError:
    try:
        child = await asyncio.create_subprocess_exec(*command, env=dict(environ))
    except OSError as error:
        return error
    try:
        return await child.wait()
    finally:
        if child.returncode is None:
            # The app ends while the program runs.
            child.terminate()


def _end_anyway(code: int, terminal: int, settings: list[Any] | None) -> None:
    time.sleep(_LAST_RESORT)
    try:
        _restore(terminal, settings)
    finally:
        os._exit(code)


def _restore(terminal: int, settings: list[Any] | None) -> None:
    if settings is not None:
        # A terminal that is gone needs no settings; the input thread notices.
        with suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSANOW, settings)
