"""One running copy of the program: the real engine, whose every touch of the outside may be its last."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from contextvars import Context, ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chat_tui.inbox.bulletin import Bulletin
from chat_tui.inbox.delivery import Delivery
from chat_tui.inbox.ground import Ground
from chat_tui.inbox.history import History
from chat_tui.inbox.settings import InboxSettings
from chat_tui.inbox.writing import Writing
from chat_tui.model.chat import Chat, NewChat, Shop
from chat_tui.model.ids import ChatId, MessageId, Millis, OutboxId
from chat_tui.model.link import Budget
from chat_tui.model.outbox import Accepted, OutboxItem, OutboxKind, OutboxState
from chat_tui.model.paging import ChatsPage, MessagesPage
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.timeline import Draft
from chat_tui.store import outbox
from chat_tui.store.database import StoreBusy, StorePaths, StoreProblem
from tests.inbox.simulation.kernel import Kernel, new_chat
from tests.inbox.simulation.market import DEADLINE_S, FaultyMarket
from tests.inbox.simulation.virtual import now

Answer = asyncio.Future[Any]
"""The engine awaits what the store gives; here it is there at once, most of the time."""

OWNER: ContextVar["Copy | None"] = ContextVar("owner", default=None)
"""The copy whose task is running."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What happens to copies; numbers of touches and shares of them."""

    crash_every: int = 0
    """A copy dies after at most twice so many touches of store, lock or network; 0 = never."""
    freeze_every: int = 0
    frozen_s: float = 600.0
    store_faults: float = 0.0
    """Share of touches of the store that answer busy or broken."""


class Copy:
    """A process: it lives, is frozen (its locks stay held), and dies (they are free)."""

    def __init__(
        self,
        number: int,
        kernel: Kernel,
        market: FaultyMarket,
        settings: InboxSettings,
        wall_ms: Callable[[], Millis],
        fate: Fate,
        seed: int,
    ) -> None:
        self.number = number
        self.kernel = kernel
        self.market = market
        self.random = random.Random(seed)
        self.is_alive = True
        self.tasks: dict[asyncio.Task[Any], None] = {}
        """In the order they were begun: a seed must replay to the letter."""
        self._fate = fate
        self._crash_in = self._draw(fate.crash_every)
        self._freeze_in = self._draw(fate.freeze_every)
        self._thawed = asyncio.Event()
        self._thawed.set()
        self._wall_ms = wall_ms
        self._store = SimStore(self)
        store: Any = self._store
        locks: Any = SimLocks(self)
        ground = Ground(store, CopyClient(self), Bulletin(), settings, wall_ms)
        self.history = History(ground)
        self.delivery = Delivery(ground, self.history, locks)
        self.writing = Writing(store, settings, wall_ms)
        self.delivery._waits._jitter = random.Random(seed)

    @property
    def is_awake(self) -> bool:
        """Whether an operator could use it."""
        return self.is_alive and self._thawed.is_set()

    def start(self) -> None:
        """Begin to deliver."""
        self.spawn(self.delivery.run())

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

    # -- what the operator does with it --------------------------------------------------------------

    async def type_text(self, chat_id: ChatId, text: str) -> bool:
        """Open the chat and type; whether the text is durable as its draft."""
        try:
            await self.writing.draft(chat_id)
        except (StoreBusy, StoreProblem):
            return False
        return await self.writing.save_draft(Draft(chat_id, text, 0)) is None

    async def send_text(self, chat_id: ChatId, text: str) -> OutboxItem | Problem:
        """Enter in the compose box."""
        queued = await self.writing.enqueue_text(chat_id, text)
        self.delivery.wake()
        return queued

    async def send_file(self, chat_id: ChatId, name: str) -> OutboxItem | None:
        """A file whose copy lies in the spool; None when it could not be queued."""
        try:
            queued: OutboxItem = await self._store.write_state(
                outbox.enqueue,
                outbox_id=OutboxId(f"file-{self.random.getrandbits(60)}"),
                chat_id=chat_id,
                kind=OutboxKind.FILE,
                text="",
                file_name=f"{name}.pdf",
                file_size=len(name),
                sha256="",
                not_before=0,
                created_at=self._wall_ms(),
                clear_draft=False,
            )
        except (StoreBusy, StoreProblem):
            return None
        self.delivery.wake()
        return queued

    async def take_back(self, outbox_id: OutboxId) -> None:
        """Undo, cancel, discard."""
        taken = await self.writing.take_back(outbox_id)
        if isinstance(taken, OutboxItem):
            self.delivery.forget(outbox_id)
            self.delivery.wake()

    async def read_history(self, chat_id: ChatId) -> None:
        """What sync does for a chat that changed."""
        with suppress(StoreBusy, StoreProblem):
            await self.history.newer(chat_id)

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


class SimStore:
    """The real functions of the store, run at once on one connection for all copies."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self.paths = StorePaths(Path("/nowhere"), Path("/nowhere"))

    def read(self, fn: Callable[..., Any], *arguments: Any, **words: Any) -> Answer:
        return self._run(lambda: self._copy.kernel.read(fn, arguments, words))

    def write_cache(self, fn: Callable[..., Any], *arguments: Any, **words: Any) -> Answer:
        return self.write_state(fn, *arguments, **words)

    def write_state(self, fn: Callable[..., Any], *arguments: Any, **words: Any) -> Answer:
        return self._run(lambda: self._copy.kernel.write(self._copy.number, fn, arguments, words))

    def _run(self, work: Callable[[], Any]) -> Answer:
        """Die or freeze before the work or after it, as the seed wills."""
        copy = self._copy
        if not copy.is_awake:
            return self._run_later(work, None)
        if not copy.is_struck():
            return self._run_now(work)
        done = self._run_now(work) if copy.random.random() < 0.5 else None
        copy.strike()
        return self._run_later(work, done)

    def _run_now(self, work: Callable[[], Any]) -> Answer:
        loop = asyncio.get_running_loop()
        answer: Answer = loop.create_future()
        try:
            self._copy.fault_of_store()
            result = work()
        except Exception as error:  # noqa: BLE001 - handed on to whoever waits
            answer.set_exception(error)
            # A copy that dies now never asks for it.
            answer.exception()
            return answer
        if self._copy.random.random() < 0.3:
            # Others may come between.
            loop.call_soon(_give, answer, result)
        else:
            answer.set_result(result)
        return answer

    def _run_later(self, work: Callable[[], Any], done: Answer | None) -> Answer:
        async def wake() -> Any:
            await self._copy.wait_awake()
            return await (done or self._run_now(work))

        return self._copy.spawn(wake())


def _give(answer: Answer, result: Any) -> None:
    if not answer.done():
        answer.set_result(result)


class SimLocks:
    """The kernel lock per chat as one process sees it."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy

    def try_hold(self, chat_id: int) -> bool:
        holders = self._copy.kernel.holders
        if not self._copy.is_alive or chat_id in holders:
            return False
        holders[chat_id] = self._copy.number
        return True

    def release(self, chat_id: int) -> None:
        holders = self._copy.kernel.holders
        if self._copy.is_alive and holders.get(chat_id) == self._copy.number:
            del holders[chat_id]


class CopyClient:
    """The client of one copy. A request that left goes on when its copy dies; nobody hears the answer."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        self._left: set[asyncio.Task[Any]] = set()

    @property
    def budgets(self) -> Mapping[str, Budget]:
        return {}

    async def _ask(self, request: Any) -> Any:
        """The request leaves this process: cancelling the caller does not call it back."""
        begun = now()
        task = asyncio.get_running_loop().create_task(request, context=Context())
        self._left.add(task)
        task.add_done_callback(self._left.discard)
        answer = await asyncio.shield(task)
        await self._copy.touch()
        if now() - begun > DEADLINE_S and self._copy.random.random() < 0.5:
            return Problem(ProblemKind.TIMEOUT, Certainty.UNCLEAR)
        return answer

    async def _send(self, chat_id: ChatId) -> Accepted | Problem:
        await self._copy.touch()
        kernel = self._copy.kernel
        sending = [i for i in outbox.own_for(kernel.conn, chat_id) if i.state == OutboxState.SENDING]
        assert len(sending) == 1, f"{len(sending)} items of chat {chat_id} are under way"
        kernel.watcher.posts(self._copy.number, sending[0])
        answer: Accepted | Problem = await self._ask(self._copy.market.post(sending[0]))
        kernel.watcher.answered(self._copy.number, sending[0], answer)
        return answer

    async def send_message(self, chat_id: ChatId, text: str) -> Accepted | Problem:
        return await self._send(chat_id)

    async def send_file(
        self,
        chat_id: ChatId,
        *,
        path: Path,
        name: str,
        size: int,
        media_type: str,
        progress: Callable[[int], None] | None = None,
    ) -> Accepted | Problem:
        return await self._send(chat_id)

    async def get_chat_history(
        self,
        chat_id: ChatId,
        *,
        from_message_id: MessageId | None = None,
        page_token: str | None = None,
        limit: int = 100,
    ) -> MessagesPage | Problem:
        await self._copy.touch()
        page: MessagesPage | Problem = await self._ask(
            self._copy.market.history(chat_id, from_message_id, page_token)
        )
        if isinstance(page, MessagesPage) and page.next_token is None:
            self._copy.kernel.watcher.has_read(chat_id)
        return page

    async def get_chat(self, chat_id: ChatId) -> Chat | Problem:
        return new_chat(chat_id)

    async def get_chats(
        self, *, statuses: Sequence[str] = (), page_token: str | None = None, limit: int = 20
    ) -> ChatsPage | Problem:
        raise NotImplementedError("delivery does not ask for the list")

    async def create_chat(self, about: NewChat) -> ChatId | Problem:
        raise NotImplementedError("delivery creates no chat")

    async def get_shops(self) -> tuple[Shop, ...] | Problem:
        raise NotImplementedError("delivery asks for no shops")

    async def aclose(self) -> None:
        """Nothing to close."""
