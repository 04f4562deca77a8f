"""An answer that is on its way when the program ends is awaited, and reaches no other program."""

import os
import pty
import select
import signal
import time
import tty
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chat_tui.terminal.driver import TerminalDriver

LAST = b"\x1b[?62;22c"
"""The terminal's identity: the answer to the last question."""


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The terminal's side and the program's side of a pseudo-terminal."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, slave
    os.close(master)
    os.close(slave)
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    "answer",
    [LAST, b"\x1b[?2026;2$y\x1b[?2004;1$y" + LAST, b"\xd0\xbdnq\r" + LAST, b"\x1b]11;rgb:1/1/1\x1b\\" + LAST],
)
async def test_it_is_read_however_late_it_comes(
    monkeypatch: pytest.MonkeyPatch, terminal: tuple[int, int], answer: bytes
) -> None:
    ours: Any = TerminalDriver(SimpleNamespace(return_code=0))
    master, ours.fileno = terminal
    ours._answers_until = time.monotonic() + 3
    waits = select.select
    late = [answer[:2], answer[2:]]

    def answered(*given: Any) -> Any:
        """Send the answer only when the program waits for it."""
        if late:
            os.write(master, late.pop(0))
        return waits(*given)

    monkeypatch.setattr(select, "select", answered)
    ours._drain()
    assert late == []
    assert ours._answers_until == 0.0, "the last answer was heard"
    assert waits([ours.fileno], [], [], 0)[0] == []


async def test_nothing_is_awaited_where_all_is_answered(
    monkeypatch: pytest.MonkeyPatch, terminal: tuple[int, int]
) -> None:
    ours: Any = TerminalDriver(SimpleNamespace(return_code=0))
    _master, ours.fileno = terminal
    monkeypatch.setattr(select, "select", lambda *_: pytest.fail("it waits"))
    ours._drain()
