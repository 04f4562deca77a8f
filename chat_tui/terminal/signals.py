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
"""Seconds after which the process ends although the terminal takes no more output."""
_LAST_KEYS: Final = 0.3
"""Seconds that what was typed before may take."""


class Leaving(OrderedKeys[ReturnType]):
    """Ends the app as a signal would have ended it: code 128 + number, after `on_unmount` has run.

    Stopped by SIGTSTP and continued by SIGCONT it leaves a clean terminal in between, and draws a whole
    picture afterwards. Textual does that inside the signal, where a lock that the event loop holds would stop
    it for ever; and its `suspend` leaves the terminal lost when its block raises.
    """

    is_lent: bool = False
    """Whether the terminal belongs to another program now: it is not ours to give back."""
    _has_stopped: bool = False
    _rescue: Callable[[], object] | None = None
    """Takes over what the other program has saved so far."""
    _ending: asyncio.Task[None] | None = None

    def on_mount(self) -> None:
        """Hear the signals from now on, on the event loop."""
        loop = asyncio.get_running_loop()
        if not self.is_headless:
            for number in SIGNALS:
                loop.add_signal_handler(number, self.leave, number)
        if isinstance(self._driver, TerminalDriver):
            loop.add_signal_handler(signal.SIGTSTP, self._stop, self._driver)
            loop.add_signal_handler(signal.SIGCONT, self._go_on, self._driver)

    def on_input_ended(self) -> None:
        """The terminal has gone, and no signal has told."""
        self.leave(signal.SIGHUP)

    def leave(self, number: signal.Signals) -> None:
        """End now; a terminal that takes no more output delays it by a moment only.

        While the terminal is lent, Ctrl-C is the other program's; everything else ends the app.
        """
        if self.is_lent:
            if number in {signal.SIGINT, signal.SIGQUIT}:
                return
            if self._rescue is not None:
                self._rescue()
        if self._ending is None:
            settings = getattr(self._driver, "fileno", -1), getattr(self._driver, "attrs_before", None)
            threading.Thread(
                target=_end_anyway, args=(128 + number, *settings), name="last resort", daemon=True
            ).start()
            self._ending = asyncio.get_running_loop().create_task(
                self._leave_after_keys(number), name="leaving"
            )

    async def lend(
        self, command: Sequence[str], environ: Mapping[str, str], *, rescue: Callable[[], object]
    ) -> int | OSError:
        """Let a program have the terminal while everything else works on; its exit code, or why it has none.

        `rescue` is called, and must not raise, if the app is told to end meanwhile. Not for headless apps.
        """
        assert isinstance(self._driver, TerminalDriver)
        settings = self._driver.attrs_before
        self._rescue = rescue
        with self.suspend():  # nothing raises inside but the end of the app, which needs no terminal any more
            self.is_lent = True
            try:
                return await _run(command, environ)
            finally:
                self.is_lent = False
                self._driver.disbelieve()
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
            # Stopped by SIGSTOP, which nobody hears: the shell may have changed the terminal meanwhile.
            driver.suspend_application_mode()
        self._has_stopped = False
        driver.resume_application_mode()
        self.refresh(layout=True)

    async def _leave_after_keys(self, number: signal.Signals) -> None:
        """What was typed is acted on before anything ends, and so is a paste whose end has not come."""
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
            # The app ends while the program is open.
            child.terminate()


def _end_anyway(code: int, terminal: int, settings: list[Any] | None) -> None:
    time.sleep(_LAST_RESORT)
    try:
        _restore(terminal, settings)
    finally:
        os._exit(code)


def _restore(terminal: int, settings: list[Any] | None) -> None:
    if settings is not None:
        # A terminal that is gone needs nothing; whoever reads its input notices.
        with suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSANOW, settings)
