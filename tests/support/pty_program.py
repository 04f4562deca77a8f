"""A program on a pseudo-terminal: typed into as bytes, read only on request, shown through pyte."""

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte

ROOT = Path(__file__).parents[2]
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][\d;]*u|\x1b\[\?[\d;]*\$p")
_UNFINISHED = re.compile(rb"\x1b(\[[0-?]*[ -/]*)?\Z")
_WHAT_ARE_YOU = b"\x1b[c"
_VT220 = b"\x1b[?62;22c"
_AGAIN_S = 3.0
_HAND_S = 0.25
"""Seconds that a person needs from a change of the screen to the next key."""
PATIENCE_S = 60.0
"""Seconds that anything may take on a loaded machine before a test gives up."""
_INHERITED = ("PATH", "HOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR", "PYTHONPATH")
"""The last one makes a broken build (tests/mutants) broken in child processes too."""

RESTORED = (b"\x1b[?1049l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h")
"""Sequences that restore the terminal: alternate screen, mouse, pastes, cursor."""


def plain_environment(**more: str) -> dict[str, str]:
    """An environment in which programs behave the same everywhere."""
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return environment | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC"} | more


class PtyProgram:
    """One process that leads its own terminal session; leaving `with` ends it at the latest."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        size: tuple[int, int] = (80, 24),
        cwd: Path = ROOT,
        stdin: int | None = None,
    ) -> None:
        """`size` is columns, rows; `stdin` is a descriptor to use instead of the terminal."""
        self.raw = bytearray()
        """Every byte that the program wrote."""
        self.screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self.screen)
        self._held_back = b""
        self._terminal, slave = os.openpty()
        os.set_blocking(self._terminal, False)
        self._slave = os.dup(slave)
        self.resize(*size)
        self._process = subprocess.Popen(
            argv,
            stdin=slave if stdin is None else stdin,
            stdout=slave,
            stderr=slave,
            env=dict(environment if environment is not None else plain_environment()),
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(1, termios.TIOCSCTTY, 0),  # noqa: PLW1509
        )
        os.close(slave)

    @classmethod
    def python(cls, *arguments: str, **options: object) -> Self:
        """Run the tests' interpreter with these arguments."""
        return cls([sys.executable, *arguments], **options)  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    @property
    def text(self) -> str:
        """The lines of the screen, without trailing spaces."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def attributes(self) -> list[Any]:
        """The terminal's settings, as tcgetattr returns them."""
        return termios.tcgetattr(self._slave)

    def feed(self, data: bytes | str, *, timeout: float = PATIENCE_S) -> None:
        """Type the data and read the program's output meanwhile, so that neither blocks the other."""
        left = data.encode() if isinstance(data, str) else data
        deadline = time.monotonic() + timeout
        while left:
            if self._is_ready(select.POLLOUT, 0.05):
                left = left[os.write(self._terminal, left[:1024]) :]
            else:
                self.pump(0)
            assert time.monotonic() < deadline, f"{len(left)} bytes were not read by the program"

    def feed_at_once(self, data: bytes | str) -> None:
        """Type all data in one write."""
        left = data.encode() if isinstance(data, str) else data
        assert os.write(self._terminal, left) == len(left)

    def feed_until(self, key: str, is_so: Callable[[], bool]) -> None:
        """Press a key as a person would, and again every few seconds, until the condition holds.

        After an editor has closed, the program ignores keys that come without a pause.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline, f"condition not met; on the screen:\n{self.text}"
            while self.pump(_HAND_S) and time.monotonic() < deadline:
                pass
            self.feed(key)
            again = time.monotonic() + _AGAIN_S
            while not is_so() and time.monotonic() < again and not self.has_ended:
                self.pump(0.05)

    def pump(self, wait: float) -> bool:
        """Read the available output, waiting at most `wait` seconds; return whether there was any."""
        if not self._is_ready(select.POLLIN, wait):
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # the last process that held the other end has ended
            return False
        self.raw += data
        self._show(data)
        return bool(data)

    def _is_ready(self, event: int, wait: float) -> bool:
        poll = select.poll()
        poll.register(self._terminal, event)
        return bool(poll.poll(wait * 1000))

    def wait_for(self, is_so: Callable[[], bool], *, timeout: float = PATIENCE_S) -> None:
        """Read until the condition holds."""
        deadline = time.monotonic() + timeout
        while True:
            # Evaluated before the condition, which may hold because the program has ended meanwhile.
            is_over = self.has_ended and not self.pump(0)
            if is_so():
                return
            assert not is_over, f"ended; on the screen:\n{self.text}"
            assert time.monotonic() < deadline, f"condition not met; on the screen:\n{self.text}"
            self.pump(0.05)

    def wait_for_text(self, text: str, *, timeout: float = PATIENCE_S) -> None:
        """Read until the text is on the screen."""
        self.wait_for(lambda: text in self.text, timeout=timeout)

    def wait_exit(self, *, timeout: float = PATIENCE_S, reading: bool = True) -> int:
        """Wait for the end and return the exit code (negative: killed by that signal)."""
        deadline = time.monotonic() + timeout
        while self._process.poll() is None:
            assert time.monotonic() < deadline, f"did not end; on the screen:\n{self.text}"
            if reading:
                self.pump(0.02)
            else:
                time.sleep(0.02)
        while reading and self.pump(0):
            pass
        return self._process.returncode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, number)

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminal; the kernel notifies the program."""
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if columns and rows:
            self.screen.resize(rows, columns)

    def hang_up(self) -> None:
        """Close the terminal."""
        for descriptor in (self._terminal, self._slave):
            if descriptor >= 0:
                os.close(descriptor)
        self._terminal = self._slave = -1

    def close(self) -> None:
        """End the process if it still runs, and close the terminal."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.hang_up()

    def _show(self, data: bytes) -> None:
        data = self._held_back + data
        unfinished = _UNFINISHED.search(data)
        cut = unfinished.start() if unfinished else len(data)
        self._held_back = data[cut:]
        self._answer(data[:cut].count(_WHAT_ARE_YOU))
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data[:cut]))

    def _answer(self, times: int) -> None:
        """Report the terminal's attributes, as every terminal does; the program may have ended."""
        if times and self._is_ready(select.POLLOUT, 0):
            with suppress(OSError):
                os.write(self._terminal, _VT220 * times)
