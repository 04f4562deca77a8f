"""An event loop whose clock jumps to the next timer as soon as there is nothing else to do."""

import asyncio
from asyncio.base_events import BaseEventLoop
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from chat_tui.clock import BootClock

T = TypeVar("T")


MOST_AT_ONCE = 20_000
"""Rounds of the loop in one moment; more means that the program spins."""
_MOMENT_S = 1e-6
"""A shorter timer does not move the clock: waiting for one again and again is spinning, too."""


class _Jumping:
    """Never waits: the time that it would have waited is added to the clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self._rounds = 0

    def select(self, timeout: float | None = None) -> tuple[()]:
        assert timeout is not None, "the simulation waits for something that will never happen"
        self._rounds = 0 if timeout > _MOMENT_S else self._rounds + 1
        assert self._rounds < MOST_AT_ONCE, "something spins: time stands still"
        self.now += max(timeout, 0.0)
        return ()


class VirtualLoop(BaseEventLoop):
    """`time()` is virtual seconds since the start; there are no files, signals or processes."""

    def __init__(self) -> None:
        super().__init__()
        self._selector = _Jumping()

    def time(self) -> float:
        return self._selector.now

    def _process_events(self, events: object) -> None:
        """There are none."""

    def run_in_executor(  # type: ignore[override]
        self, executor: object, func: Callable[..., T], *args: Any
    ) -> asyncio.Future[T]:
        """Run at once, not on a thread: nothing here may depend on the speed of the machine."""
        done: asyncio.Future[T] = self.create_future()
        done.set_result(func(*args))
        return done

    def _write_to_self(self) -> None:
        """Nothing sleeps in a real `select`, so there is nothing to wake."""


STARTED_MS: Final = 1_000_000
"""Uptime of the machine when the simulation began."""


class VirtualClock(BootClock):
    """The machine's clock in virtual time; `started_at` is when the machine was last started."""

    def __init__(self, boot: str, started_at: float = 0.0) -> None:
        super().__init__(boot)
        self._started_at = started_at

    def now(self) -> int:
        return STARTED_MS + int((now() - self._started_at) * 1000)


def now() -> float:
    """Virtual seconds since the start."""
    return asyncio.get_running_loop().time()


def run(work: Coroutine[Any, Any, T], loop_factory: Callable[[], VirtualLoop] = VirtualLoop) -> T:
    """Run a coroutine to its end in virtual time."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(work)
