"""A program on a pseudo-terminal: fed with bytes, read only when asked, seen through pyte."""

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
from typing import Self

import pyte

ROOT = Path(__file__).parents[2]
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][\d;]*u|\x1b\[\?[\d;]*\$p")
_UNFINISHED = re.compile(rb"\x1b(\[[0-?]*[ -/]*)?\Z")
_WHAT_ARE_YOU = b"\x1b[c"
_VT220 = b"\x1b[?62;22c"
_AGAIN_S = 3.0
_HAND_S = 0.25
"""What a hand takes to the next key after it has seen the screen change."""
PATIENCE_S = 60.0
"""How long anything may take on a loaded machine before a test gives up."""
_INHERITED = ("PATH", "HOME", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR", "PYTHONPATH")
"""With the last a broken build (tests/mutants) is broken in its processes too."""

RESTORED = (b"\x1b[?1049l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h")
"""What a program writes that leaves the terminal as it was: alternate screen, mouse, pastes, cursor."""


def plain_environment(**more: str) -> dict[str, str]:
    """An environment in which programs behave the same everywhere."""
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return environment | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "TZ": "UTC"} | more


class PtyProgram:
    """One process, the leader of its own terminal; ended at the latest on leaving `with`."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        environment: Mapping[str, str] | None = None,
        size: tuple[int, int] = (80, 24),
        cwd: Path = ROOT,
        stdin: int | None = None,
    ) -> None:
        """`size` is columns, rows; `stdin` a descriptor other than the terminal."""
        self.raw = bytearray()
        """Every byte the program wrote."""
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
        """The interpreter that runs the tests, with these arguments."""
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
        """Whether the process is over."""
        return self._process.poll() is not None

    @property
    def text(self) -> str:
        """The screen as lines, without the spaces at their ends."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def attributes(self) -> list[object]:
        """The terminal's line settings, as tcgetattr tells them."""
        return termios.tcgetattr(self._slave)

    def feed(self, data: bytes | str, *, timeout: float = PATIENCE_S) -> None:
        """Type; what the program writes meanwhile is read, so that neither waits for the other."""
        left = data.encode() if isinstance(data, str) else data
        deadline = time.monotonic() + timeout
        while left:
            if self._is_ready(select.POLLOUT, 0.05):
                left = left[os.write(self._terminal, left[:1024]) :]
            else:
                self.pump(0)
            assert time.monotonic() < deadline, f"{len(left)} bytes were not taken"

    def feed_at_once(self, data: bytes | str) -> None:
        """Type everything in one write."""
        left = data.encode() if isinstance(data, str) else data
        assert os.write(self._terminal, left) == len(left)

    def feed_until(self, key: str, is_so: Callable[[], bool]) -> None:
        """Press a key as a hand would, once more every few seconds, until the claim holds.

        Behind an editor the program does not believe what comes without a pause.
        """
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline, f"waited in vain; on the screen:\n{self.text}"
            while self.pump(_HAND_S) and time.monotonic() < deadline:
                pass
            self.feed(key)
            again = time.monotonic() + _AGAIN_S
            while not is_so() and time.monotonic() < again and not self.has_ended:
                self.pump(0.05)

    def pump(self, wait: float) -> bool:
        """Read what is there, waiting at most so many seconds; whether anything came."""
        if not self._is_ready(select.POLLIN, wait):
            return False
        try:
            data = os.read(self._terminal, 65536)
        except OSError:  # the last process that held the other end has gone
            return False
        self.raw += data
        self._show(data)
        return bool(data)

    def _is_ready(self, event: int, wait: float) -> bool:
        poll = select.poll()
        poll.register(self._terminal, event)
        return bool(poll.poll(wait * 1000))

    def wait_for(self, is_so: Callable[[], bool], *, timeout: float = PATIENCE_S) -> None:
        """Read until the claim holds."""
        deadline = time.monotonic() + timeout
        while True:
            # Asked before the claim, which may hold because the program has ended meanwhile.
            is_over = self.has_ended and not self.pump(0)
            if is_so():
                return
            assert not is_over, f"ended; on the screen:\n{self.text}"
            assert time.monotonic() < deadline, f"waited in vain; on the screen:\n{self.text}"
            self.pump(0.05)

    def wait_for_text(self, text: str, *, timeout: float = PATIENCE_S) -> None:
        """Read until the text stands on the screen."""
        self.wait_for(lambda: text in self.text, timeout=timeout)

    def wait_exit(self, *, timeout: float = PATIENCE_S, reading: bool = True) -> int:
        """The exit code (negative: killed by that signal), once it has ended."""
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
        """Change the size of the terminal; the kernel tells the program."""
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
        """Say what this terminal is, as every terminal does; nobody may be there to read it."""
        if times and self._is_ready(select.POLLOUT, 0):
            with suppress(OSError):
                os.write(self._terminal, _VT220 * times)
