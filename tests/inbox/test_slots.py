"""Four places over all copies, one of them for sends."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from chat_tui.inbox.slots import PLACES, READ_PLACES, Slots, SlottedMarket
from chat_tui.model.ids import ChatId
from chat_tui.model.problem import Problem, ProblemKind
from tests.inbox.simulation.virtual import run


async def takes(slots: Slots, *, sending: bool) -> bool:
    """Whether a place can be had now."""
    try:
        async with asyncio.timeout(1.0), slots.place(sending=sending):
            return True
    except TimeoutError:
        return False


def test_reads_leave_the_last_place_to_sends(tmp_path: Path) -> None:
    async def scene() -> None:
        ours, theirs = Slots(tmp_path), Slots(tmp_path)
        async with AsyncExitStack() as held:
            for place in range(READ_PLACES):
                await held.enter_async_context((ours, theirs)[place % 2].place(sending=False))
            assert not await takes(theirs, sending=False)
            assert await takes(theirs, sending=True)
            await held.enter_async_context(ours.place(sending=True))
            assert not await takes(theirs, sending=True)
        for _ in range(PLACES):
            assert await takes(theirs, sending=False)

    run(scene())


def test_a_request_that_fails_or_is_broken_off_gives_its_place_back(tmp_path: Path) -> None:
    class Endless:
        async def get_chat(self, chat_id: ChatId) -> Problem:
            await asyncio.sleep(3600)
            raise AssertionError

    async def scene() -> None:
        slots = Slots(tmp_path)
        market = SlottedMarket(Endless(), slots)  # type: ignore[arg-type]
        asking = [asyncio.create_task(market.get_chat(ChatId(1))) for _ in range(READ_PLACES)]
        await asyncio.sleep(1)
        assert not await takes(slots, sending=False)
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
        assert await takes(slots, sending=False)

    run(scene())


def test_without_the_lock_file_nothing_is_asked(tmp_path: Path) -> None:
    class Silent:
        async def get_chat(self, chat_id: ChatId) -> Problem:
            raise AssertionError("nobody knows how many requests are under way")

    async def scene() -> None:
        market = SlottedMarket(Silent(), Slots(tmp_path))  # type: ignore[arg-type]
        (tmp_path / "slots.lock").unlink()
        answer = await market.get_chat(ChatId(1))
        assert isinstance(answer, Problem)
        assert answer.kind == ProblemKind.STORAGE

    run(scene())
