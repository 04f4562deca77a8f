"""Places in flight: four, one of them for writes, two after a complaint."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import pytest

from chat_tui.market.pacing import Gate
from chat_tui.model.ids import ChatId
from chat_tui.model.problem import Problem, ProblemKind
from tests.market.conftest import Connect


class Queue:
    """Tasks that take a place and keep it until told."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.inside: list[str] = []
        self.leave: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def come(self, name: str, *, writes: bool = False) -> None:
        self.leave[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._stay(name, writes))
        await settle()

    async def _stay(self, name: str, writes: bool) -> None:
        async with self.gate.place(writes=writes):
            self.inside.append(name)
            try:
                await self.leave[name].wait()
            finally:
                self.inside.remove(name)

    async def go(self, name: str) -> None:
        self.leave[name].set()
        await settle()


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_reads_leave_the_last_place_to_writes() -> None:
    queue = Queue(Gate())
    for name in ("r1", "r2", "r3", "r4"):
        await queue.come(name)
    assert queue.inside == ["r1", "r2", "r3"]
    await queue.come("w1", writes=True)
    await queue.come("w2", writes=True)
    assert queue.inside == ["r1", "r2", "r3", "w1"]
    await queue.go("r1")  # the write has waited less long than r4 and still goes first
    assert queue.inside == ["r2", "r3", "w1", "w2"]
    await queue.go("w1")
    assert queue.inside == ["r2", "r3", "w2"]
    await queue.go("r2")
    assert queue.inside == ["r3", "w2", "r4"]
    for name in ("r3", "w2", "r4"):
        await queue.go(name)
    assert queue.inside == []


async def test_cancelled_waiters_and_holders_give_their_place_back() -> None:
    queue = Queue(Gate())
    for name in ("r1", "r2", "r3", "r4", "r5"):
        await queue.come(name)
    queue.tasks["r4"].cancel()
    await queue.go("r1")
    assert queue.inside == ["r2", "r3", "r5"]
    queue.tasks["r2"].cancel()
    queue.tasks["r2"].cancel()
    await queue.come("r6")
    assert queue.inside == ["r3", "r5", "r6"]
    # Admitted and cancelled in the same turn of the loop: the place must not be lost.
    await queue.come("r7")
    queue.leave["r3"].set()
    await asyncio.sleep(0)
    queue.tasks["r7"].cancel()
    await queue.come("r8")
    assert queue.inside == ["r5", "r6", "r8"]
    for task in queue.tasks.values():
        task.cancel()
    await asyncio.gather(*queue.tasks.values(), return_exceptions=True)


async def test_a_complaint_narrows_the_gate_for_a_minute() -> None:
    now = [100.0]
    gate = Gate(clock=lambda: now[0])
    gate.narrow()
    queue = Queue(gate)
    for name in ("r1", "r2", "r3"):
        await queue.come(name)
    assert queue.inside == ["r1"]
    await queue.come("w1", writes=True)
    await queue.come("w2", writes=True)
    assert queue.inside == ["r1", "w1"]
    now[0] += 60
    await queue.go("r1")
    assert queue.inside == ["w1", "w2", "r2"]
    for task in queue.tasks.values():
        task.cancel()
    await asyncio.gather(*queue.tasks.values(), return_exceptions=True)


@pytest.mark.parametrize(("words", "places"), [("4 parallel requests", 2), ("1000 requests per 1 hour", 4)])
async def test_the_client_hears_the_complaint(connect: Connect, words: str, places: int) -> None:
    body = {"errors": [{"message": words}]}
    client = connect(lambda _request: httpx.Response(420, json=body))
    outcome = await client.send_message(ChatId(1), "m")
    assert isinstance(outcome, Problem)
    assert outcome.kind in {ProblemKind.PARALLEL_LIMIT, ProblemKind.HOURLY_LIMIT}
    async with AsyncExitStack() as stack:
        for _ in range(places):
            await stack.enter_async_context(client._gate.place(writes=True))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await stack.enter_async_context(client._gate.place(writes=True))
