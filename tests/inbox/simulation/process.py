"""A process that may die or freeze whenever it accesses the outside."""

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
    """When processes die and freeze, in numbers of accesses and shares of them."""

    crash_every: int = 0
    """The process dies after at most twice as many accesses to store, lock or network; 0 = never."""
    freeze_every: int = 0
    frozen_s: float = 600.0
    store_faults: float = 0.0
    """Share of accesses to the store that fail as busy or broken."""


class VirtualProcess:
    """Runs, freezes (its locks stay held) and dies (its locks are freed)."""

    def __init__(self, number: int, kernel: Kernel, fate: Fate, seed: int) -> None:
        self.number = number
        self.kernel = kernel
        self.random = random.Random(seed)
        self.is_alive = True
        self.tasks: dict[asyncio.Task[Any], None] = {}
        """In the order in which they were started: a seed must replay exactly."""
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
        """Start a task of this process."""
        context = Context()
        context.run(OWNER.set, self)
        return asyncio.get_running_loop().create_task(work, context=context)

    def kill(self) -> None:
        """kill -9: none of its tasks run again, and the kernel frees its locks."""
        if self.is_alive:
            self.is_alive = False
            self.kernel.free(self.number)
            asyncio.get_running_loop().call_soon(self._bury)

    def _bury(self) -> None:
        for task in tuple(self.tasks):
            task.cancel()

    def freeze(self, seconds: float) -> None:
        """SIGSTOP, and SIGCONT after `seconds`."""
        self._thawed.clear()
        asyncio.get_running_loop().call_later(seconds, self._thawed.set)

    def heal(self) -> None:
        """End all faults of this process and continue it if it is frozen."""
        self._fate = Fate()
        self._crash_in = self._freeze_in = -1
        self._thawed.set()

    def _draw(self, every: int) -> int:
        return self.random.randint(1, 2 * every) if every else -1

    def is_struck(self) -> bool:
        """Whether it dies or freezes now; every access to the outside passes through here."""
        self._crash_in -= 1
        self._freeze_in -= 1
        return self._crash_in == 0 or self._freeze_in == 0

    def strike(self) -> None:
        """Apply the fault that `is_struck` announced."""
        if self._crash_in == 0:
            self.kill()
        elif self.is_alive:
            self._freeze_in = self._draw(self._fate.freeze_every)
            self.freeze(self.random.uniform(0.1, 1.0) ** 3 * self._fate.frozen_s)

    async def touch(self) -> None:
        """Called when data is about to leave the process, or has come in."""
        if self.is_struck():
            self.strike()
        await self.wait_awake()

    async def wait_awake(self) -> None:
        """Wait while frozen; a dead process waits forever."""
        while self.is_alive and not self._thawed.is_set():
            await self._thawed.wait()
        if not self.is_alive:
            await asyncio.get_running_loop().create_future()

    def fault_of_store(self) -> None:
        """Let the store fail sometimes."""
        if self._fate.store_faults and self.random.random() < self._fate.store_faults:
            raise StoreBusy("busy") if self.random.random() < 0.5 else StoreProblem("full")
