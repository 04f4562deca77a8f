"""Textual's driver: input that survives any byte, output that never blocks, a terminal given back clean."""

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
"""Writes that wait for the terminal before the event loop would have to."""
_READ_BYTES: Final = 4096
_POLL_S: Final = 0.1
"""Seconds after which the input thread looks whether it is still wanted."""
_ANSWERED_S: Final = 1.0
"""Seconds for which answers to our questions are awaited before somebody else gets the terminal."""
_SILENT_S: Final = 3.0
"""Seconds after which a terminal that has not answered never will."""
_AFTER_FAULT: Final = (0.5, 2.0)
"""Seconds without input after which nobody types on into a program that had to end, and the most of them."""
_AFTER_SIGNAL: Final = (0.25, 0.4)
"""The same where whoever ended it does not wait long."""
_DISBELIEF_S: Final = 0.1
"""Seconds without input after which what is typed is meant for us, not for the editor before us."""
_MOST_DISBELIEF_S: Final = 2.0
_QUESTIONS: Final = "\x1b[?2004$p\x1b[c"
"""Are pastes marked? And last, what every terminal answers: all other answers come before it or never."""
_ONLY_BYTES: Final = re.compile("[\udc80-\udcff]")
_SIGNALLED: Final = 128
_MULTIPLEXERS: Final = ("tmux", "screen")
_USUAL_SIZE: Final = (80, 24)
_UNTITLED: Final = re.compile(r"(linux|vt\d|cygwin|ansi|dumb)")
"""Terminals without a window, some of which would show a title as letters."""


class InputEnded(Message):
    """Nothing will ever come from the terminal again."""


class TerminalDriver(LinuxDriver):
    """The driver of every run that has a terminal."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.takeovers = 0
        """How often the terminal was taken over: each time it shows nothing of ours."""
        self._has_title = not _UNTITLED.match(os.environ.get("TERM", ""))
        self._title = ""
        self._parser = TolerantParser(self._debug)
        self._decode = getincrementaldecoder("utf-8")(errors="surrogateescape").decode
        self._asked_at: float | None = None
        """When the terminal was asked what it has not answered yet; None = all is answered."""
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
        """Whether what is pasted is surely marked, so that all else was typed.

        tmux and screen paste with marks and without them, and answer for the terminal around them.
        """
        return self._parser.marks_pastes and not (
            os.environ.get("TMUX") or os.environ.get("TERM", "").startswith(_MULTIPLEXERS)
        )

    def start_application_mode(self) -> None:
        """Take over the terminal."""
        self.takeovers += 1
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is not None:
            self._writer_thread._queue.maxsize = _QUEUED_WRITES
        if self._has_title:
            self.write("\x1b[22;0t")
        self.entitle(self._title)
        if os.environ.get("TERM_PROGRAM") != "Apple_Terminal":  # shows the question as letters
            self.write(_QUESTIONS)
            self._asked_at = time.monotonic()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        # A frame leaves the style of its last letter behind.
        self.write("\x1b[0m")
        if self._has_title:
            self.write("\x1b[23;0t")
        self.disable_input()
        self._drain()
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
        if self._was_lent:
            self._was_lent = False
            self._doubts_since = time.monotonic()
            self._doubts_until = self._doubts_since + _DISBELIEF_S
        while not self.exit_event.is_set():
            if self._is_readable(_POLL_S):
                data = self._read()
                if not data:
                    self._input_ended()
                    break
                self._hear(self._believed(self._parsed(data)))
            self._hear(self._believed(self._parser.tick()))

    def finish_input(self) -> list[Message]:
        """Read no more; what is left is a paste without its end, as it is."""
        self._stop_reading()
        return [*self._parser.feed("")]

    def disbelieve(self) -> None:
        """The terminal was lent: what has come meanwhile, and comes without a pause, was not meant for us."""
        self._was_lent = True

    def _believed(self, messages: Iterable[Message]) -> Iterator[Message]:
        for message in messages:
            now = time.monotonic()
            if not isinstance(message, events.InputEvent | events.Paste) or now >= self._doubts_until:
                yield message
            else:
                self._doubts_until = min(now + _DISBELIEF_S, self._doubts_since + _MOST_DISBELIEF_S)

    def disable_input(self) -> None:
        """Read no more, and forget what was not read."""
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
        """Read and forget what must not reach whoever has the terminal next.

        That is the answers to what we asked, and after a fault or a signal also what is typed on.
        """
        code = self._app.return_code or 0
        quiet, most = _AFTER_SIGNAL if code >= _SIGNALLED else _AFTER_FAULT if code else (0.0, _ANSWERED_S)
        now = time.monotonic()
        end, quiet_at = now + most, now + quiet
        while (left := min(end, max(quiet_at, self._answered_by())) - time.monotonic()) > 0:
            if self._is_readable(left):
                if not (data := self._read()):
                    break
                for _message in self._parsed(data):
                    pass
                quiet_at = time.monotonic() + quiet
        self._flush_input()

    def _answered_by(self) -> float:
        """Until when an answer may still come; in seconds of the monotonic clock."""
        return 0.0 if self._asked_at is None else self._asked_at + _SILENT_S

    def _flush_input(self) -> None:
        with suppress(termios.error):  # a terminal that is gone holds nothing
            termios.tcflush(self.fileno, termios.TCIFLUSH)

    def _parsed(self, data: bytes) -> Iterator[Message]:
        text = _ONLY_BYTES.sub(_as_control, self._decode(data))
        if text:
            known = self._parser.identities
            yield from self._parser.feed(text)
            if self._parser.identities > known:
                self._asked_at = None

    def _is_readable(self, seconds: float) -> bool:
        if (due := self._parser.due) is not None:
            seconds = min(seconds, max(0.0, due - get_time()))
        try:
            return bool(select.select([self.fileno], [], [], seconds)[0])
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
        self._hear([*self._parser.feed(""), InputEnded()])

    def _get_terminal_size(self) -> tuple[int, int]:
        """Columns and rows as the kernel knows them; 80 x 24 where it does not."""
        for descriptor in (self.fileno, 2, 1):
            with suppress(OSError):
                columns, rows = os.get_terminal_size(descriptor)
                if columns and rows:
                    return columns, rows
        return _USUAL_SIZE

    def _query_in_band_window_resize(self) -> None:
        # Not asked: the kernel tells every size.
        pass

    def _enable_mouse_support(self) -> None:
        # Moves without a pressed button are not reported: each would travel over the link.
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1002h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1002l")
        super()._disable_mouse_support()


def _as_control(byte: re.Match[str]) -> str:
    """A byte that is no UTF-8: a control of eight bits, which terminals may answer with, or nothing known."""
    code = ord(byte[0]) - 0xDC00
    return chr(code) if code < 0xA0 else "\ufffd"
