"""Four places for requests over all copies, one of them only for sends."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from chat_tui.inbox.copies.rate_limit import (
    NARROW_PLACES,
    PATIENCE_S,
    PLACES,
    READ_PLACES,
    ConcurrencyLimit,
    places,
)
from chat_tui.model.quota import Urgency
from chat_tui.store.locks import ByteLock
from tests.inbox.simulation.virtual import run


async def takes(
    slots: ConcurrencyLimit, *, writing: bool, urgency: Urgency = Urgency.SEND, patience_s: float = 1.0
) -> bool:
    """Whether a place is free now."""
    try:
        async with asyncio.timeout(patience_s), slots.place(writing=writing, urgency=urgency):
            return True
    except TimeoutError:
        return False


def test_reads_leave_the_last_place_to_sends(tmp_path: Path) -> None:
    async def scene() -> None:
        ours, theirs = (ConcurrencyLimit(ByteLock(tmp_path / "slots.lock")) for _ in range(2))
        async with AsyncExitStack() as held:
            for place in range(READ_PLACES):
                await held.enter_async_context(
                    (ours, theirs)[place % 2].place(writing=False, urgency=Urgency.OPEN)
                )
            assert not await takes(theirs, writing=False)
            assert await takes(theirs, writing=True)
            await held.enter_async_context(ours.place(writing=True, urgency=Urgency.SEND))
            assert not await takes(theirs, writing=True)
        for _ in range(PLACES):
            assert await takes(theirs, writing=False)

    run(scene())


def test_background_leaves_places_to_whoever_is_more_urgent(tmp_path: Path) -> None:
    async def scene() -> None:
        slots = ConcurrencyLimit(ByteLock(tmp_path / "slots.lock"))
        async with slots.place(writing=False, urgency=Urgency.BACKFILL):
            assert not await takes(slots, writing=False, urgency=Urgency.WANTED)
            assert await takes(slots, writing=False, urgency=Urgency.FIRST)
            assert await takes(slots, writing=False, urgency=Urgency.SWEEP)
            async with slots.place(writing=False, urgency=Urgency.NEWS):
                assert not await takes(slots, writing=False, urgency=Urgency.NEWS)
                assert await takes(slots, writing=False, urgency=Urgency.OPEN)
                assert await takes(slots, writing=True)

    run(scene())


def test_a_frozen_copy_in_the_places_of_all_reads_stops_no_read(tmp_path: Path) -> None:
    async def scene() -> None:
        frozen, ours = (ConcurrencyLimit(ByteLock(tmp_path / "slots.lock")) for _ in range(2))
        async with AsyncExitStack() as held:
            for _ in range(READ_PLACES):
                await held.enter_async_context(frozen.place(writing=False, urgency=Urgency.OPEN))
            for urgency in (Urgency.OPEN, Urgency.NEWS):
                assert await takes(ours, writing=False, urgency=urgency, patience_s=3 * PATIENCE_S)
            assert not await takes(ours, writing=False, urgency=Urgency.SWEEP, patience_s=9 * PATIENCE_S)
        async with frozen.place(writing=False, urgency=Urgency.BACKFILL):
            assert await takes(ours, writing=False, urgency=Urgency.BACKFILL, patience_s=2 * PATIENCE_S)

    run(scene())


def test_after_a_complaint_fewer_are_under_way_and_a_send_still_finds_its_place() -> None:
    for urgency in Urgency:
        assert places(writing=False, urgency=urgency, is_narrow=True) == NARROW_PLACES - 1
    assert places(writing=True, urgency=Urgency.SEND, is_narrow=True) == NARROW_PLACES


def test_whoever_stops_waiting_or_is_broken_off_keeps_no_place(tmp_path: Path) -> None:
    async def scene() -> None:
        limit = ConcurrencyLimit(ByteLock(tmp_path / "slots.lock"))
        came: list[str] = []

        async def hold(name: str) -> None:
            async with limit.place(writing=False, urgency=Urgency.OPEN):
                came.append(name)
                await asyncio.sleep(3600)

        tasks = {name: asyncio.create_task(hold(name)) for name in ("r1", "r2", "r3", "r4")}
        await asyncio.sleep(1)
        assert sorted(came) == ["r1", "r2", "r3"]
        tasks["r4"].cancel()
        tasks["r1"].cancel()
        tasks["r5"] = asyncio.create_task(hold("r5"))
        await asyncio.sleep(1)
        assert came[3:] == ["r5"]
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
        for _ in range(PLACES):
            assert await takes(limit, writing=False)

    run(scene())
