"""Whatever the operator, the Market and the kernel do, in any order: none lost, none doubled."""

import asyncio
import logging

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chat_tui.model.ids import ChatRef
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.store import outbox
from tests.inbox.simulation.copy import Copy
from tests.inbox.simulation.stage import Stage
from tests.support.properties import examples
from tests.support.refs import ref

CHATS = st.sampled_from([ref(1), ref(2)])
TEXTS = st.sampled_from(["Да", "Нет", "Завтра"])
OUTCOMES = st.sampled_from(
    ["accepted", "answer lost", "request lost", "late", "refused", "wait", "no network", "no right"]
)


class DeliveryMachine(RuleBasedStateMachine):
    """One shop; every rule is an event that may happen to it."""

    @initialize()
    def begin(self) -> None:
        logging.disable(logging.CRITICAL)
        self.stage = Stage(undo_s=2.0)
        self.world = self.stage.world
        self.wait_for = self.stage.wait_for

    def awake(self, place: int) -> Copy | None:
        alive = [copy for copy in self.world.copies if copy.is_awake]
        return alive[place % len(alive)] if alive else None

    def open_items(self, *states: OutboxState) -> list[OutboxItem]:
        return [item for item in outbox.open_items(self.world.kernel.conn) if item.state in states]

    @rule(chat=CHATS, text=TEXTS, place=st.integers(0, 2))
    def type_and_send(self, chat: ChatRef, text: str, place: int) -> None:
        if (copy := self.awake(place)) is not None:
            self.wait_for(self.world.ask(copy, copy.type_text(chat, text)))
            assert isinstance(self.wait_for(self.world.ask(copy, copy.send_text(chat, text))), OutboxItem)

    @rule(outcome=OUTCOMES)
    def answer(self, outcome: str) -> None:
        self.stage.market.script.append(outcome)

    @rule(seconds=st.sampled_from([0.2, 1.0, 5.0, 40.0, 120.0]))
    def tick(self, seconds: float) -> None:
        self.stage.let(seconds)

    @precondition(lambda self: len(self.world.copies) < 3)
    @rule()
    def another_copy(self) -> None:
        self.stage.open()

    @rule(place=st.integers(0, 2))
    def crash(self, place: int) -> None:
        if (copy := self.awake(place)) is not None:
            self.stage.kill(copy)

    @rule(place=st.integers(0, 2), seconds=st.sampled_from([1.0, 35.0, 600.0]))
    def freeze(self, place: int, seconds: float) -> None:
        if (copy := self.awake(place)) is not None:
            self.wait_for(self._freeze(copy, seconds))

    async def _freeze(self, copy: Copy, seconds: float) -> None:
        copy.freeze(seconds)

    @rule(place=st.integers(0, 2), which=st.integers(0, 9))
    def undo_or_discard(self, place: int, which: int) -> None:
        copy, items = self.awake(place), self.open_items(*OutboxState)
        if copy is not None and items:
            self.wait_for(self.world.ask(copy, copy.take_back(items[which % len(items)].outbox_id)))

    @rule(place=st.integers(0, 2), which=st.integers(0, 9))
    def resend(self, place: int, which: int) -> None:
        copy, items = self.awake(place), self.open_items(OutboxState.FAILED, OutboxState.UNCONFIRMED)
        if copy is not None and items:
            self.wait_for(self.world.ask(copy, copy.delivery.resend(items[which % len(items)].outbox_id)))

    @rule(place=st.integers(0, 2))
    def break_off(self, place: int) -> None:
        copy, items = self.awake(place), self.open_items(OutboxState.SENDING)
        if copy is not None and items:
            self.wait_for(self._break_off(copy, items[0]))

    async def _break_off(self, copy: Copy, item: OutboxItem) -> None:
        copy.delivery.stop(item.outbox_id)

    @rule(chat=CHATS, jump=st.sampled_from([3_600_000, -3_600_000, 0]))
    def read_history_and_set_the_clock(self, chat: ChatRef, jump: int) -> None:
        self.world.referee.keeps_clock = False
        # Retry times are stored in wall time; how they survive a jump is left to the tests of clocks.
        self.world.referee.told.clear()
        self.world.wall_jump = jump
        if (copy := self.awake(0)) is not None:
            self.wait_for(self.world.ask(copy, copy.read_history(chat)))

    @invariant()
    def nothing_failed(self) -> None:
        assert not hasattr(self, "stage") or not self.stage.failures

    def teardown(self) -> None:
        if not hasattr(self, "stage"):
            return
        try:
            if not self.stage.failures:
                self.wait_for(self._settle())
                self.world.referee.judge(outbox.open_items(self.world.kernel.conn))
        finally:
            self.stage.loop.close()
            logging.disable(logging.NOTSET)

    async def _settle(self) -> None:
        """Heal everything and let every item reach its final state."""
        self.stage.market.script.clear()
        self.world.copies.append(self.world.start_copy())
        for copy in self.world.copies:
            copy.heal()
            copy.delivery.resume()
        deciding = asyncio.create_task(self._decide(self.world.copies[-1]))
        async with asyncio.timeout(12 * 3600):
            await self.world.settled()
        deciding.cancel()
        for copy in self.world.copies:
            copy.kill()
        await asyncio.sleep(0)

    async def _decide(self, copy: Copy) -> None:
        """Resend an item that blocks its chat once, then discard it."""
        while True:
            await asyncio.sleep(5.0)
            for item in self.open_items(OutboxState.UNCONFIRMED):
                await (
                    copy.take_back(item.outbox_id) if item.in_doubt else copy.delivery.resend(item.outbox_id)
                )


DeliveryMachine.TestCase.settings = settings(
    max_examples=examples(20),
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)
TestDelivery = pytest.mark.filterwarnings("ignore::ResourceWarning")(DeliveryMachine.TestCase)
