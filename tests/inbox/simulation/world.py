"""The environment of one seeded world: a Market, a kernel, some copies of the program, two clocks."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from chat_tui.inbox.context import InboxSettings
from chat_tui.model.ids import ChatRef, Millis, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.store import outbox
from tests.inbox.simulation.copy import Copy
from tests.inbox.simulation.kernel import Kernel, new_database
from tests.inbox.simulation.market import BEGINNING, FaultyMarket
from tests.inbox.simulation.plan import Plan
from tests.inbox.simulation.process import OWNER, Fate
from tests.inbox.simulation.referee import Referee
from tests.inbox.simulation.virtual import VirtualLoop, now

S = OutboxState


@dataclass(slots=True)
class World:
    """The copies and the people around them."""

    plan: Plan
    dice: random.Random
    market: FaultyMarket
    referee: Referee
    kernel: Kernel
    copies: list[Copy] = field(default_factory=list)
    started: int = 0
    wall_jump: Millis = 0
    is_healed: bool = False
    stopped: int = 0
    """The number of requests that the operator cancelled."""
    seen: set[OutboxId] = field(default_factory=set)
    phrases: dict[ChatRef, list[str]] = field(default_factory=dict)

    @classmethod
    def begin(cls, plan: Plan, trace: list[str] | None = None, market: FaultyMarket | None = None) -> "World":
        """A world in which nothing has happened yet; needs a running event loop."""
        dice = random.Random(f"world {plan.seed}")
        market = market or FaultyMarket(random.Random(f"market {plan.seed}"), plan.manners)
        referee = Referee(
            market, now, keeps_times=plan.keeps_times, keeps_clock=not plan.clock_jumps, trace=trace
        )
        kernel = Kernel(new_database(plan.chats), referee)
        referee.kernel = kernel
        return cls(plan, dice, market, referee, kernel)

    def wall_ms(self) -> Millis:
        """The time of the wall clock, which may be wrong and jumps."""
        return max(BEGINNING + int(now() * 1000) + self.wall_jump, 0)

    def start_copy(self, settings: InboxSettings | None = None) -> Copy:
        """Start another process."""
        self.started += 1
        copy = Copy(
            self.started,
            self.kernel,
            self.market,
            settings or InboxSettings(undo_s=self.plan.undo_s),
            self.wall_ms,
            Fate() if self.is_healed else self.plan.fate,
            self.dice.getrandbits(60),
        )
        copy.start()
        return copy

    async def settled(self) -> None:
        """Wait until no item changes without the operator."""
        while any(self._is_moving(item) for item in outbox.open_items(self.kernel.conn)):
            await asyncio.sleep(10.0)

    def _is_moving(self, item: OutboxItem) -> bool:
        return item.state in {S.QUEUED, S.WAITING, S.SENDING} or (
            item.state == S.SENT and not item.is_released
        )

    def awake(self) -> Copy | None:
        """A copy that an operator could use now."""
        awake = [copy for copy in self.copies if copy.is_awake]
        return self.dice.choice(awake) if awake else None

    async def ask(self, copy: Copy, work: Coroutine[Any, Any, Any]) -> Any:
        """The answer of a copy to the operator; None if the copy dies meanwhile."""
        if not copy.is_alive:
            work.close()
            return None
        task = copy.spawn(work)
        await asyncio.wait({task})
        return None if task.cancelled() else task.result()


def virtual_loop() -> VirtualLoop:
    """A virtual loop on which every task knows its copy, and every failure is kept."""
    loop = VirtualLoop()

    def factory(
        loop: asyncio.AbstractEventLoop, coro: Any, *, context: Any = None, **words: Any
    ) -> "asyncio.Task[Any]":
        task: asyncio.Task[Any] = asyncio.Task(coro, loop=loop, context=context, **words)
        owner = context.get(OWNER) if context is not None else OWNER.get()
        if owner is not None:
            owner.tasks[task] = None
            task.add_done_callback(owner.tasks.pop)
        return task

    loop.set_task_factory(factory)
    return loop
