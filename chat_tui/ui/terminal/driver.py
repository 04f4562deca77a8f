"""Textual's driver, with input that survives any byte and output that never blocks the event loop."""

import os
import re
import select
import signal
from codecs import getincrementaldecoder
from collections.abc import Iterable
from io import TextIOWrapper
from typing import Any, Final

from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from chat_tui.safetext import one_line
from chat_tui.ui.terminal.parser import TolerantParser
from chat_tui.ui.terminal.signals import Leaving

_QUEUED_WRITES: Final = 2000
"""Writes that wait for the terminal before the event loop would have to."""
_READ_BYTES: Final = 4096
_UNTITLED: Final = re.compile(r"(linux|vt\d|cygwin|ansi|dumb)")
"""Terminals without a window, some of which would show a title as letters."""


class TerminalDriver(LinuxDriver):
    """The driver of every run that has a terminal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.takeovers = 0
        """How often the terminal was taken over: each time it shows nothing of ours."""
        self._has_title = not _UNTITLED.match(os.environ.get("TERM", ""))
        self._title = ""
        if isinstance(self._file, TextIOWrapper):
            # PYTHONIOENCODING may name an encoding in which no frame can be drawn.
            self._file.reconfigure(encoding="utf-8", errors="replace")

    @property
    def queued(self) -> int:
        """Writes that wait for the terminal."""
        return self._writer_thread._queue.qsize() if self._writer_thread is not None else 0

    def start_application_mode(self) -> None:
        """Take over the terminal."""
        self.takeovers += 1
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            self._writer_thread._queue.maxsize = _QUEUED_WRITES
        if self._has_title:
            self.write("\x1b[22;0t")
        self.entitle(self._title)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        # A frame leaves the style of its last letter behind.
        self.write("\x1b[0m")
        if self._has_title:
            self.write("\x1b[23;0t")
        super().stop_application_mode()

    def entitle(self, title: str) -> None:
        """Name the window, where there is one, until the terminal is given back."""
        self._title = title
        if title and self._has_title:
            self.write(f"\x1b]2;{one_line(title)}\x1b\\")

    def write(self, data: str) -> None:
        """Write to the terminal; nothing while it is given away to another program."""
        if self._writer_thread is not None and self._writer_thread.is_alive():
            super().write(data)

    def run_input_thread(self) -> None:
        """Read keys until the app ends or the terminal does."""
        parser = TolerantParser(self._debug)
        decode = getincrementaldecoder("utf-8")(errors="replace").decode
        while not self.exit_event.is_set():
            if self._is_readable():
                data = self._read()
                if not data:
                    self._input_ended()
                    break
                if text := decode(data):
                    self._hear(parser.feed(text))
            self._hear(parser.tick())
        for _message in parser.feed(""):
            pass  # what is left over belongs to no app any more

    def _is_readable(self) -> bool:
        try:
            return bool(select.select([self.fileno], [], [], 0.1)[0])
        except (OSError, ValueError):
            return True  # the read that follows tells the end

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ_BYTES)
        except OSError:
            return b""

    def _hear(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _input_ended(self) -> None:
        if isinstance(self._app, Leaving):
            self._loop.call_soon_threadsafe(self._app.leave, signal.SIGHUP)

    def _enable_mouse_support(self) -> None:
        # Moves without a pressed button are not reported: each would travel over the link.
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1002l")
        super()._disable_mouse_support()
