"""Textual's driver: input accepts any byte, output never blocks, and the terminal is restored at the end."""

import os
import re
import select
import signal
import termios
import time
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import TextIOWrapper
from typing import Any, Final

from textual import events
from textual._time import get_time
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from chat_tui.safetext import one_line
from chat_tui.terminal.parser import TolerantParser

_QUEUED_WRITES: Final = 2000
"""Writes that may wait for the terminal; one more would make the event loop wait."""
_READ_BYTES: Final = 4096
_POLL_S: Final = 0.1
"""Seconds between two checks of the input thread whether it should end."""
_ANSWERED_S: Final = 1.0
"""Seconds to wait for answers to our questions before another program gets the terminal."""
_SILENT_S: Final = 3.0
"""Seconds after which a terminal that has not answered never will."""
_AFTER_FAULT: Final = (0.5, 2.0)
"""After a crash: seconds without input that show that the operator stopped typing, and the longest wait."""
_AFTER_SIGNAL: Final = (0.25, 0.4)
"""The same after a signal, whose sender does not wait long."""
_DISBELIEF_S: Final = 0.1
"""Seconds without input after which keys are meant for us and no longer for the editor that just closed."""
_MOST_DISBELIEF_S: Final = 2.0
"""Seconds after the return from the editor for which keys are dropped at most."""
_QUESTIONS: Final = "\x1b[?2004$p\x1b[c"
"""Are pastes marked? And last what every terminal answers: other answers come before that one or never."""
_ONLY_BYTES: Final = re.compile("[\udc80-\udcff]")
"""The escapes that `surrogateescape` makes of bytes that are not UTF-8."""
_UNTITLED: Final = re.compile(r"(linux|vt\d|cygwin|ansi|dumb)")
"""Terminals without a window title, some of which would show it as text."""


class InputEnded(Message):
    """The terminal is gone: no more input will come."""


class TerminalDriver(LinuxDriver):
    """The driver of every run that has a terminal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.takeovers = 0
        """How often the terminal was taken over: each time the screen is empty."""
        self.writes = 0
        """How often something was written to the terminal."""
        self._has_title = not _UNTITLED.match(os.environ.get("TERM", ""))
        self._title = ""
        self._parser = TolerantParser(self._debug)
        self._decode = getincrementaldecoder("utf-8")(errors="surrogateescape").decode
        self._answers_until = 0.0
        """Until when answers to our questions may come (monotonic, seconds); 0 = all were answered."""
        self._was_lent = False
        self._doubts_since = self._doubts_until = 0.0
        if isinstance(self._file, TextIOWrapper):
            # PYTHONIOENCODING may name an encoding in which no frame can be drawn.
            self._file.reconfigure(encoding="utf-8", errors="replace")

    @property
    def queued(self) -> int:
        """Writes that wait for the terminal."""
        return self._writer_thread._queue.qsize() if self._writer_thread is not None else 0

    @property
    def marks_pastes(self) -> bool:
        """Whether every paste is marked, so that all other input was typed.

        False inside tmux and screen: they paste with marks and without, and answer for the outer terminal.
        """
        return self._parser.marks_pastes and not (
            os.environ.get("TMUX") or os.environ.get("TERM", "").startswith(("tmux", "screen"))
        )

    def start_application_mode(self) -> None:
        """Take over the terminal."""
        self.takeovers += 1
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            # Textual's queue takes 30 writes; the next one blocks the event loop.
            self._writer_thread._queue.maxsize = _QUEUED_WRITES
        if self._has_title:
            self.write("\x1b[22;0t")  # save the title
        self.entitle(self._title)
        if os.environ.get("TERM_PROGRAM") != "Apple_Terminal":  # shows the question as letters
            self.write(_QUESTIONS)
            self._answers_until = time.monotonic() + _SILENT_S

    def stop_application_mode(self) -> None:
        """Restore the terminal."""
        # A frame ends in the style of its last character.
        self.write("\x1b[0m")
        if self._has_title:
            self.write("\x1b[23;0t")  # restore it
        self.disable_input()
        self._drain()
        super().stop_application_mode()

    def entitle(self, title: str) -> None:
        """Set the window title, where there is one, until the terminal is restored."""
        self._title = title
        if title and self._has_title:
            self.write(f"\x1b]2;{one_line(title)}\x1b\\")

    def write(self, data: str) -> None:
        """Write to the terminal; drop `data` while another program has the terminal."""
        self.writes += 1
        if self._writer_thread is not None and self._writer_thread.is_alive():
            super().write(data)

    def run_input_thread(self) -> None:
        """Read keys until the app ends or the terminal is gone."""
        if self._was_lent:
            self._was_lent = False
            self._doubts_since = time.monotonic()
            self._doubts_until = self._doubts_since + _DISBELIEF_S
        while not self.exit_event.is_set():
            if self._is_readable(_POLL_S):
                data = self._read()
                if not data:
                    self._hear([*self._parser.feed(""), InputEnded()])
                    break
                self._hear(self._believed(self._parsed(data)))
            self._hear(self._believed(self._parser.tick()))

    def finish_input(self) -> list[Message]:
        """Stop reading; return an open paste whose end mark has not come, if there is one."""
        self._stop_reading()
        return [*self._parser.feed("")]

    def disbelieve(self) -> None:
        """Drop keys until the first pause: the terminal was lent, and they were meant for the editor."""
        self._was_lent = True

    def _believed(self, messages: Iterable[Message]) -> Iterator[Message]:
        """The messages without input that was meant for the editor; each piece of it prolongs the wait."""
        for message in messages:
            now = time.monotonic()
            if not isinstance(message, events.InputEvent | events.Paste) or now >= self._doubts_until:
                yield message
            else:
                self._doubts_until = min(now + _DISBELIEF_S, self._doubts_since + _MOST_DISBELIEF_S)

    def disable_input(self) -> None:
        """Stop reading, and discard unread input."""
        signal.signal(signal.SIGWINCH, signal.SIG_DFL)
        self._disable_mouse_support()
        self._stop_reading()
        self._flush_input()

    def _stop_reading(self) -> None:
        self.exit_event.set()
        if self._key_thread is not None:
            self._key_thread.join()
        self.exit_event.clear()

    def _drain(self) -> None:
        """Read and discard input that must not reach the next program.

        These are answers to our questions and, after a crash or a signal, keys that are still being typed.
        """
        code = self._app.return_code or 0
        quiet, most = _AFTER_SIGNAL if code >= 128 else _AFTER_FAULT if code else (0.0, _ANSWERED_S)
        now = time.monotonic()
        end, quiet_at = now + most, now + quiet
        while (left := min(end, max(quiet_at, self._answers_until)) - time.monotonic()) > 0:
            if self._is_readable(left):
                if not (data := self._read()):
                    break
                for _message in self._parsed(data):
                    pass  # parsed only to find the last answer
                quiet_at = time.monotonic() + quiet
        self._flush_input()

    def _flush_input(self) -> None:
        with suppress(termios.error):  # the terminal may be gone
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def _parsed(self, data: bytes) -> Iterator[Message]:
        text = _ONLY_BYTES.sub(_as_control, self._decode(data))
        if text:
            known = self._parser.identities
            yield from self._parser.feed(text)
            if self._parser.identities > known:
                self._answers_until = 0.0

    def _is_readable(self, seconds: float) -> bool:
        if (due := self._parser.due) is not None:
            seconds = min(seconds, max(0.0, due - get_time()))
        try:
            return bool(select.select([self.fileno], [], [], seconds)[0])
        except (OSError, ValueError):
            return True  # the terminal is gone: the next read returns nothing

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, _READ_BYTES)
        except OSError:
            return b""

    def _hear(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _get_terminal_size(self) -> tuple[int, int]:
        """Columns and rows from the kernel; 80 x 24 where it does not know them."""
        for descriptor in (self.fileno, 2, 1):
            with suppress(OSError):
                columns, rows = os.get_terminal_size(descriptor)
                if columns and rows:
                    return columns, rows
        return 80, 24

    def _query_in_band_window_resize(self) -> None:
        """Do not ask: the kernel reports every new size."""

    def _enable_mouse_support(self) -> None:
        # Without 1003, which reports every move of the mouse: each report travels over SSH.
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1002l")  # Textual never sets it, and so does not reset it
        super()._disable_mouse_support()


def _as_control(byte: re.Match[str]) -> str:
    """A byte that is not UTF-8 as a character: an 8-bit control, which may begin an answer, or U+FFFD."""
    code = ord(byte[0]) - 0xDC00
    return chr(code) if code < 0xA0 else "\ufffd"
