"""The life of one world, from its first key to its last settled item."""

import asyncio
from dataclasses import replace
from typing import Any

from chat_tui.store import outbox
from tests.inbox.simulation import people
from tests.inbox.simulation.market import BEGINNING
from tests.inbox.simulation.plan import Plan
from tests.inbox.simulation.referee import BrokenPromiseError
from tests.inbox.simulation.virtual import run
from tests.inbox.simulation.world import World, virtual_loop
from tests.support.refs import ref

LONGEST_S = 24 * 3600.0


async def live(world: World) -> None:
    """Run the world from its first key to its last settled item."""
    world.copies = [world.start_copy() for _ in range(world.plan.copies)]
    around = [
        asyncio.create_task(work)
        for work in (
            _supervise(world),
            people.decide(world),
            people.talk_elsewhere(world),
            _read(world),
            _jump(world),
        )
    ]
    per_chat = -(-world.plan.intents // world.plan.chats)
    typing = [
        asyncio.create_task(people.write(world, ref(n), per_chat)) for n in range(1, world.plan.chats + 1)
    ]
    await _join(typing, around)
    world.is_healed = True
    world.market.manners = replace(world.market.manners, share=0.0)
    for copy in world.copies:
        copy.heal()
    settled = asyncio.create_task(world.settled())
    await _join([settled], around)
    for task in around:
        task.cancel()
    for copy in world.copies:
        copy.kill()
    await asyncio.gather(*around, return_exceptions=True)
    world.referee.judge(outbox.open_items(world.kernel.conn))


async def _join(awaited: list[asyncio.Task[None]], around: list[asyncio.Task[None]]) -> None:
    """Wait until all of `awaited` are done; any failure ends the world."""
    left = set(awaited)
    while left:
        done, _ = await asyncio.wait(left | set(around), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        left -= done


async def _supervise(world: World) -> None:
    """Start copies again after they died."""
    while True:
        await asyncio.sleep(world.dice.uniform(1.0, 20.0))
        for place, copy in enumerate(world.copies):
            if not copy.is_alive:
                world.copies[place] = world.start_copy()


async def _read(world: World) -> None:
    """Read the history of changed chats, as sync does, in any copy at any time."""
    while True:
        await asyncio.sleep(world.dice.uniform(5.0, 30.0))
        if (copy := world.awake()) is not None:
            copy.spawn(copy.read_history(ref(world.dice.randint(1, world.plan.chats))))


async def _jump(world: World) -> None:
    """Set the wall clock."""
    while True:
        await asyncio.sleep(world.dice.uniform(60.0, 400.0))
        if world.plan.clock_jumps:
            world.wall_jump = world.dice.choice((0, 3_600_000, -3_600_000, 365 * 86_400_000, -BEGINNING))


def simulate(plan: Plan, trace: list[str] | None = None) -> dict[str, int]:
    """Run one world to its end; BrokenPromiseError names its seed."""

    async def whole() -> World:
        failures: list[BaseException] = []
        loop = asyncio.get_running_loop()
        world = World.begin(plan, trace)
        main = asyncio.current_task()
        assert main is not None

        def failed(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            failures.append(context.get("exception") or AssertionError(context["message"]))
            main.cancel()

        loop.set_exception_handler(failed)
        try:
            async with asyncio.timeout(LONGEST_S):
                await live(world)
        except asyncio.CancelledError:
            raise failures[0] from None
        return world

    try:
        world = run(whole(), virtual_loop)
    except Exception as error:
        raise BrokenPromiseError(f"seed {plan.seed}, intents {plan.intents}: {error!r}") from error
    return {
        **world.referee.counts(),
        "stopped": world.stopped,
        "copies": world.started,
        "posts": world.market.posts,
        "looks": world.market.looks,
    }
