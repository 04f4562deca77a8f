"""One seeded world: a Market, some copies of the program, an operator who types, a cabinet, bad luck."""

import asyncio
import random
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from typing import Any

from chat_tui.inbox.settings import InboxSettings
from chat_tui.model.ids import ChatId, Millis, OutboxId
from chat_tui.model.message import Sender
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem
from chat_tui.store import drafts, outbox
from tests.inbox.simulation.copy import OWNER, Copy, Fate
from tests.inbox.simulation.kernel import Kernel, new_database
from tests.inbox.simulation.market import BEGINNING, FaultyMarket, Manners
from tests.inbox.simulation.referee import BrokenPromiseError, Referee
from tests.inbox.simulation.virtual import VirtualLoop, now, run

S = OutboxState
PHRASES = ("Здравствуйте!", "Да", "Завтра")
LONGEST_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What kind of world it is."""

    seed: int
    intents: int = 300
    chats: int = 12
    copies: int = 3
    manners: Manners = field(default_factory=Manners)
    fate: Fate = field(default_factory=Fate)
    undo_s: float = 0.0
    clock_jumps: bool = False
    equal_words: float = 0.0
    """Share of the web cabinet's messages that say what the operator says."""
    keeps_times: bool = True

    @classmethod
    def of(cls, seed: int, intents: int = 300) -> "Plan":
        """Everything about a world follows from its seed."""
        dice = random.Random(seed)
        manners = Manners(
            share=dice.choice((0.02, 0.15, 0.28, 0.28, 0.45)), page=dice.choice((1000, 1000, 2))
        )
        fate = Fate(
            crash_every=dice.choice((0, 60, 200, 200, 800)),
            freeze_every=dice.choice((0, 300, 600, 1500)),
            store_faults=dice.choice((0.0, 0.0, 0.005, 0.02)),
        )
        plan = cls(
            seed,
            intents,
            manners=manners,
            fate=fate,
            undo_s=dice.choice((0.0, 0.0, 3.0)),
            clock_jumps=dice.random() < 0.2,
            equal_words=dice.choice((0.0, 0.0, 0.0, 0.3)),
        )
        if dice.random() < 0.1:
            late = Manners(share=manners.share, applied_late=300.0, lag=90.0)
            return replace(plan, manners=late, keeps_times=False)
        return plan


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
    typed: int = 0
    seen: set[OutboxId] = field(default_factory=set)
    phrases: dict[ChatId, list[str]] = field(default_factory=dict)

    @classmethod
    def begin(cls, plan: Plan, trace: list[str] | None = None, market: FaultyMarket | None = None) -> "World":
        """A world in which nothing has happened yet; needs the running loop."""
        dice = random.Random(f"world {plan.seed}")
        market = market or FaultyMarket(random.Random(f"market {plan.seed}"), plan.manners)
        referee = Referee(
            market, now, keeps_times=plan.keeps_times, keeps_clock=not plan.clock_jumps, trace=trace
        )
        kernel = Kernel(new_database(plan.chats), referee)
        referee.kernel = kernel
        return cls(plan, dice, market, referee, kernel)

    def wall_ms(self) -> Millis:
        """The clock on the wall: it may be wrong, and it jumps."""
        return max(BEGINNING + int(now() * 1000) + self.wall_jump, 0)

    def start_copy(self) -> Copy:
        """One more process."""
        self.started += 1
        copy = Copy(
            self.started,
            self.kernel,
            self.market,
            InboxSettings(undo_s=self.plan.undo_s),
            self.wall_ms,
            Fate() if self.is_healed else self.plan.fate,
            self.dice.getrandbits(60),
        )
        copy.start()
        return copy

    async def live(self) -> None:
        """From the first key to the last settled item."""
        self.copies = [self.start_copy() for _ in range(self.plan.copies)]
        around = [
            asyncio.create_task(work)
            for work in (self._supervise(), self._decide(), self._cabinet(), self._read(), self._jump())
        ]
        per_chat = -(-self.plan.intents // self.plan.chats)
        typing = [asyncio.create_task(self._type(ChatId(n), per_chat)) for n in range(1, self.plan.chats + 1)]
        await self._join(typing, around)
        self.is_healed = True
        self.market.manners = replace(self.market.manners, share=0.0)
        for copy in self.copies:
            copy.heal()
        settled = asyncio.create_task(self.settled())
        await self._join([settled], around)
        for task in around:
            task.cancel()
        for copy in self.copies:
            copy.kill()
        await asyncio.gather(*around, return_exceptions=True)
        self.referee.judge(outbox.open_items(self.kernel.conn))

    async def _join(self, awaited: list[asyncio.Task[None]], around: list[asyncio.Task[None]]) -> None:
        """Until all of `awaited` are done; whatever fails ends the world."""
        left = set(awaited)
        while left:
            done, _ = await asyncio.wait(left | set(around), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            left -= done

    async def settled(self) -> None:
        """Until no item moves by itself any more."""
        while any(self._is_moving(item) for item in outbox.open_items(self.kernel.conn)):
            await asyncio.sleep(10.0)

    def _is_moving(self, item: OutboxItem) -> bool:
        return item.state in {S.QUEUED, S.WAITING, S.SENDING} or (
            item.state == S.SENT and not item.is_released
        )

    # -- people ---------------------------------------------------------------------------------------

    def _awake(self) -> Copy | None:
        awake = [copy for copy in self.copies if copy.is_awake]
        return self.dice.choice(awake) if awake else None

    async def ask(self, copy: Copy, work: Coroutine[Any, Any, Any]) -> Any:
        """What a copy answers to the operator; None when it dies over it."""
        if not copy.is_alive:
            work.close()
            return None
        task = copy.spawn(work)
        await asyncio.wait({task})
        return None if task.cancelled() else task.result()

    async def _type(self, chat_id: ChatId, count: int) -> None:
        """The operator in one chat: he types, and types again when his text is still in the box."""
        said = self.phrases.setdefault(chat_id, [])
        for number in range(count):
            await asyncio.sleep(self.dice.expovariate(1 / 20.0))
            text = self.dice.choice(PHRASES) if self.dice.random() < 0.4 else f"{chat_id}.{number}"
            said.append(text)
            queued = await self._send(chat_id, text)
            if queued is not None and self.dice.random() < 0.04:
                await asyncio.sleep(self.dice.random() * 3)
                if (copy := self._awake()) is not None:
                    await self.ask(copy, copy.take_back(queued.outbox_id))

    async def _send(self, chat_id: ChatId, text: str) -> OutboxItem | None:
        """Until it is queued; after a crash the text is in the box or in the outbox, never in neither."""
        while True:
            copy = self._awake()
            if copy is None:
                await asyncio.sleep(1.0)
                continue
            if self.dice.random() < 0.1:
                return await self._send_file(copy, chat_id, text)
            known = {item.outbox_id for item in outbox.own_for(self.kernel.conn, chat_id)}
            is_kept = await self.ask(copy, copy.type_text(chat_id, text))
            outcome = await self.ask(copy, copy.send_text(chat_id, text))
            new = [i for i in outbox.own_for(self.kernel.conn, chat_id) if i.outbox_id not in known]
            boxed = any(row.text == text for row in drafts.kept(self.kernel.conn, chat_id))
            if is_kept and boxed == bool(new) and not isinstance(outcome, OutboxItem):
                self.referee.fail(f"«{text}» is in {'both box and outbox' if boxed else 'neither'}")
            if isinstance(outcome, OutboxItem) or new:
                return outcome or new[0]
            await asyncio.sleep(1.0)

    async def _send_file(self, copy: Copy, chat_id: ChatId, name: str) -> OutboxItem | None:
        outcome = await self.ask(copy, copy.send_file(chat_id, name))
        return outcome if isinstance(outcome, OutboxItem) else None

    async def _decide(self) -> None:
        """The operator at the outbox screen."""
        while True:
            await asyncio.sleep(self.dice.uniform(2.0, 15.0))
            for item in outbox.open_items(self.kernel.conn):
                copy = self._awake()
                if copy is None or item.state not in {S.UNCONFIRMED, S.FAILED, S.WAITING}:
                    continue
                choice = self.dice.random()
                if item.state != S.WAITING and choice < 0.5:
                    await self.ask(copy, copy.delivery.resend(item.outbox_id))
                elif choice < (0.02 if item.state == S.WAITING else 0.8):
                    await self.ask(copy, copy.take_back(item.outbox_id))

    async def _cabinet(self) -> None:
        """Buyers, and a colleague in the web cabinet, who sometimes uses the same words."""
        while True:
            await asyncio.sleep(self.dice.expovariate(1 / 8.0))
            chat_id = ChatId(self.dice.randint(1, self.plan.chats))
            if self.dice.random() < 0.5:
                self.market.say(chat_id, self.dice.choice(PHRASES), Sender.CUSTOMER)
            elif self.phrases.get(chat_id) and self.dice.random() < self.plan.equal_words:
                text = self.dice.choice(self.phrases[chat_id][-3:])
                self.referee.foreign.add((chat_id, text))
                self.market.say(chat_id, text)
            else:
                self.market.say(chat_id, "из кабинета")

    # -- circumstances ---------------------------------------------------------------------------------

    async def _supervise(self) -> None:
        """Somebody starts the program again after it died."""
        while True:
            await asyncio.sleep(self.dice.uniform(1.0, 20.0))
            for place, copy in enumerate(self.copies):
                if not copy.is_alive:
                    self.copies[place] = self.start_copy()

    async def _read(self) -> None:
        """Sync reads the history of chats that changed, in any copy, at any time."""
        while True:
            await asyncio.sleep(self.dice.uniform(5.0, 30.0))
            if (copy := self._awake()) is not None:
                copy.spawn(copy.read_history(ChatId(self.dice.randint(1, self.plan.chats))))

    async def _jump(self) -> None:
        """The clock on the wall is set."""
        while True:
            await asyncio.sleep(self.dice.uniform(60.0, 400.0))
            if self.plan.clock_jumps:
                self.wall_jump = self.dice.choice((0, 3_600_000, -3_600_000, 365 * 86_400_000, -BEGINNING))


def virtual_loop() -> VirtualLoop:
    """A virtual loop on which every task knows the copy it belongs to, and every failure is kept."""
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

    loop.set_task_factory(factory)  # type: ignore[arg-type]
    return loop


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
                await world.live()
        except asyncio.CancelledError:
            raise failures[0] from None
        return world

    try:
        world = run(whole(), virtual_loop)
    except Exception as error:
        raise BrokenPromiseError(f"seed {plan.seed}, intents {plan.intents}: {error!r}") from error
    return {
        **world.referee.counts(),
        "copies": world.started,
        "posts": world.market.posts,
        "looks": world.market.looks,
    }


__all__ = ["OutboxKind", "Plan", "Problem", "World", "simulate"]
