"""Whatever the operator, the Market and the kernel do, in any order: none lost, none doubled."""

import asyncio
import logging
import random
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chat_tui.model.ids import ChatId
from chat_tui.model.outbox import Accepted, OutboxItem, OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.store import outbox
from tests.inbox.simulation.copy import Copy
from tests.inbox.simulation.market import FaultyMarket, Manners
from tests.inbox.simulation.plan import Plan
from tests.inbox.simulation.world import World, virtual_loop

T = TypeVar("T")

CHATS = st.sampled_from([ChatId(1), ChatId(2)])
TEXTS = st.sampled_from(["Да", "Нет", "Завтра"])
OUTCOMES = st.sampled_from(
    ["accepted", "answer lost", "request lost", "late", "refused", "wait", "no network", "no right"]
)


class ScriptedMarket(FaultyMarket):
    """Takes everything, but for the outcomes that were drawn for the next requests."""

    def __init__(self) -> None:
        super().__init__(random.Random(0), Manners(share=0.0))
        self.script: list[str] = []

    async def post(self, item: OutboxItem) -> Accepted | Problem:
        outcome = self.script.pop(0) if self.script else "accepted"
        if outcome in {"accepted", "answer lost"}:
            self.accept(item)
        await asyncio.sleep(0.3)
        if outcome == "late":
            asyncio.get_running_loop().call_later(45.0, self.accept, item)
            await asyncio.sleep(29.0)
            return Problem(ProblemKind.TIMEOUT, Certainty.UNCLEAR)
        return _ANSWERS.get(outcome) or Accepted(self.now_ms())


_ANSWERS = {
    "answer lost": Problem(ProblemKind.CUT, Certainty.UNCLEAR),
    "request lost": Problem(ProblemKind.SERVER, Certainty.UNCLEAR, http_status=502),
    "refused": Problem(ProblemKind.BAD_REQUEST, Certainty.REFUSED, http_status=400),
    "wait": Problem(ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, http_status=420, retry_after_s=20.0),
    "no network": Problem(ProblemKind.OFFLINE, Certainty.NOT_SENT),
    "no right": Problem(ProblemKind.FORBIDDEN, Certainty.REFUSED, http_status=403),
}


class DeliveryMachine(RuleBasedStateMachine):
    """One shop; every rule is something that happens to it."""

    @initialize()
    def begin(self) -> None:
        logging.disable(logging.CRITICAL)
        self.loop = virtual_loop()
        self.failures: list[BaseException] = []
        self.loop.set_exception_handler(
            lambda _, context: self.failures.append(context.get("exception") or Exception(context["message"]))
        )
        self.market = ScriptedMarket()
        self.world = World.begin(Plan(seed=0, chats=2, undo_s=2.0), market=self.market)
        self.world.copies = [self.wait_for(self.started())]

    async def started(self) -> Copy:
        return self.world.start_copy()

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        result = self.loop.run_until_complete(work)
        if self.failures:
            raise self.failures[0]
        return result

    def awake(self, place: int) -> Copy | None:
        alive = [copy for copy in self.world.copies if copy.is_awake]
        return alive[place % len(alive)] if alive else None

    def open_items(self, *states: OutboxState) -> list[OutboxItem]:
        return [item for item in outbox.open_items(self.world.kernel.conn) if item.state in states]

    @rule(chat=CHATS, text=TEXTS, place=st.integers(0, 2))
    def type_and_send(self, chat: ChatId, text: str, place: int) -> None:
        if (copy := self.awake(place)) is not None:
            self.wait_for(self.world.ask(copy, copy.type_text(chat, text)))
            assert isinstance(self.wait_for(self.world.ask(copy, copy.send_text(chat, text))), OutboxItem)

    @rule(outcome=OUTCOMES)
    def answer(self, outcome: str) -> None:
        self.market.script.append(outcome)

    @rule(seconds=st.sampled_from([0.2, 1.0, 5.0, 40.0, 120.0]))
    def tick(self, seconds: float) -> None:
        self.wait_for(asyncio.sleep(seconds))

    @precondition(lambda self: len(self.world.copies) < 3)
    @rule()
    def another_copy(self) -> None:
        self.world.copies.append(self.wait_for(self.started()))

    @rule(place=st.integers(0, 2))
    def crash(self, place: int) -> None:
        if (copy := self.awake(place)) is not None:
            self.wait_for(self._kill(copy))

    async def _kill(self, copy: Copy) -> None:
        copy.kill()
        self.world.copies.remove(copy)

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

    @rule(chat=CHATS, jump=st.sampled_from([3_600_000, -3_600_000, 0]))
    def read_history_and_set_the_clock(self, chat: ChatId, jump: int) -> None:
        self.world.referee.keeps_clock = False
        self.world.wall_jump = jump
        if (copy := self.awake(0)) is not None:
            self.wait_for(self.world.ask(copy, copy.read_history(chat)))

    @invariant()
    def nothing_failed(self) -> None:
        assert not getattr(self, "failures", None)

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        try:
            if not self.failures:
                self.wait_for(self._settle())
                self.world.referee.judge(outbox.open_items(self.world.kernel.conn))
        finally:
            self.loop.close()
            logging.disable(logging.NOTSET)

    async def _settle(self) -> None:
        """Everything gets well, and every row comes to its end."""
        self.market.script.clear()
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
        """What blocks a chat is resent once, then discarded."""
        while True:
            await asyncio.sleep(5.0)
            for item in self.open_items(OutboxState.UNCONFIRMED):
                await (
                    copy.take_back(item.outbox_id) if item.in_doubt else copy.delivery.resend(item.outbox_id)
                )


DeliveryMachine.TestCase.settings = settings(
    max_examples=150, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestDelivery = pytest.mark.filterwarnings("ignore::ResourceWarning")(DeliveryMachine.TestCase)
