"""A process whose every touch of the outside may be its last."""

import asyncio
import random
from contextvars import Context, ContextVar
from dataclasses import dataclass
from typing import Any

from chat_tui.store.errors import StoreBusy, StoreProblem
from tests.inbox.simulation.kernel import Kernel

OWNER: ContextVar["VirtualProcess | None"] = ContextVar("owner", default=None)
"""The process whose task is running."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to processes; numbers of touches and shares of them."""

    crash_every: int = 0
    """One dies after at most twice so many touches of store, lock or network; 0 = never."""
    freeze_every: int = 0
    frozen_s: float = 600.0
    store_faults: float = 0.0
    """Share of touches of the store that answer busy or broken."""


class VirtualProcess:
    """It lives, is frozen (its locks stay held), and dies (they are free)."""

    def __init__(self, number: int, kernel: Kernel, fate: Fate, seed: int) -> None:
        self.number = number
        self.kernel = kernel
        self.random = random.Random(seed)
        self.is_alive = True
        self.tasks: dict[asyncio.Task[Any], None] = {}
        """In the order they were begun: a seed must replay to the letter."""
        self._fate = fate
        self._crash_in = self._draw(fate.crash_every)
        self._freeze_in = self._draw(fate.freeze_every)
        self._thawed = asyncio.Event()
        self._thawed.set()

    @property
    def is_awake(self) -> bool:
        """Whether an operator could use it."""
        return self.is_alive and self._thawed.is_set()

    def spawn(self, work: Any) -> asyncio.Task[Any]:
        """A task of this process."""
        context = Context()
        context.run(OWNER.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def kill(self) -> None:
        """kill -9: nothing of it runs again, and the kernel frees what it held."""
        if self.is_alive:
            self.is_alive = False
            self.kernel.free(self.number)
            asyncio.get_running_loop().call_soon(self._bury)

    def _bury(self) -> None:
        for task in tuple(self.tasks):
            task.cancel()

    def freeze(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT later."""
        self._thawed.clear()
        asyncio.get_running_loop().call_later(seconds, self._thawed.set)

    def heal(self) -> None:
        """From now on nothing bad happens to it, and what was frozen goes on."""
        self._fate = Fate()
        self._crash_in = self._freeze_in = -1
        self._thawed.set()

    def _draw(self, every: int) -> int:
        return self.random.randint(1, 2 * every) if every else -1

    def is_struck(self) -> bool:
        """Every way out of the process leads through here: whether it dies or freezes now."""
        self._crash_in -= 1
        self._freeze_in -= 1
        return self._crash_in == 0 or self._freeze_in == 0

    def strike(self) -> None:
        """Let happen what `is_struck` told."""
        if self._crash_in == 0:
            self.kill()
        elif self.is_alive:
            self._freeze_in = self._draw(self._fate.freeze_every)
            self.freeze(self.random.uniform(0.1, 1.0) ** 3 * self._fate.frozen_s)

    async def touch(self) -> None:
        """Something is about to leave the process, or has come in."""
        if self.is_struck():
            self.strike()
        await self.wait_awake()

    async def wait_awake(self) -> None:
        """While frozen nothing goes on; the dead wait for ever."""
        while self.is_alive and not self._thawed.is_set():
            await self._thawed.wait()
        if not self.is_alive:
            await asyncio.get_running_loop().create_future()

    def fault_of_store(self) -> None:
        """The store sometimes cannot."""
        if self._fate.store_faults and self.random.random() < self._fate.store_faults:
            raise StoreBusy("busy") if self.random.random() < 0.5 else StoreProblem("full")
