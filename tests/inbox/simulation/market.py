"""A Market that loses requests, loses answers, answers late and shows its history late."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chat_tui.model.chat import Chat, NewChat, Shop
from chat_tui.model.ids import ChatId, MessageId, Millis
from chat_tui.model.link import Budget
from chat_tui.model.message import Message, Sender
from chat_tui.model.outbox import Accepted
from chat_tui.model.paging import ChatsPage, MessagesPage
from chat_tui.model.problem import Certainty, Problem, ProblemKind

APPLIED_LATE_S = 20.0
"""The longest time after the client gave up at which a request may still take effect."""
HISTORY_LAG_S = 3.0
"""The longest time until an accepted message is in the history."""
DEADLINE_S = 30.0


@dataclass(frozen=True, slots=True)
class Written:
    """A message in the ledger."""

    message: Message
    visible_at: float


@dataclass(slots=True)
class FaultyMarket:
    """One pretend Market for all copies; `share` of the requests meet a fault."""

    seed: int
    share: float = 0.28
    ledger: defaultdict[ChatId, list[Written]] = field(default_factory=lambda: defaultdict(list))
    posts: int = 0
    looks: int = 0
    in_flight: int = 0
    parallel: int = 0
    """The most requests that were in flight at once."""
    _random: random.Random = field(init=False)
    _next_id: int = 1000

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def now_ms(self) -> Millis:
        """The Market's clock."""
        return 1_700_000_000_000 + int(asyncio.get_running_loop().time() * 1000)

    def write(self, chat_id: ChatId, text: str, sender: str = Sender.PARTNER) -> MessageId:
        """Put a message into the ledger; it is in the history a little later."""
        self._next_id += 1
        message_id = MessageId(self._next_id)
        now = asyncio.get_running_loop().time()
        lag = self._random.random() * HISTORY_LAG_S
        before = self.ledger[chat_id][-1].visible_at if self.ledger[chat_id] else 0.0
        # A history never shows a later message before an earlier one.
        visible_at = max(now + lag, before)
        self.ledger[chat_id].append(
            Written(Message(chat_id, message_id, self.now_ms(), sender, text), visible_at)
        )
        return message_id

    async def post(self, chat_id: ChatId, text: str) -> Accepted | Problem:
        """sendMessageToChat with everything that can go wrong."""
        self.posts += 1
        fate = self._random.random() / self.share if self.share else 2.0
        await asyncio.sleep(self._random.uniform(0.05, 0.4))
        if fate >= 1.0:
            self.write(chat_id, text)
            await asyncio.sleep(self._random.uniform(0.02, 0.3))
            return Accepted(self.now_ms())
        return await self._fault(chat_id, text, fate)

    async def _fault(self, chat_id: ChatId, text: str, fate: float) -> Accepted | Problem:
        if fate < 0.15:
            return Problem(ProblemKind.OFFLINE, Certainty.NOT_SENT)
        if fate < 0.25:
            return Problem(ProblemKind.PARALLEL_LIMIT, Certainty.REFUSED, http_status=420)
        if fate < 0.30:
            return Problem(ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, http_status=420, retry_after_s=40.0)
        if fate < 0.50:
            self.write(chat_id, text)
            return Problem(ProblemKind.CUT, Certainty.UNCLEAR)
        if fate < 0.65:
            return Problem(ProblemKind.CUT, Certainty.UNCLEAR)
        if fate < 0.75:
            self.write(chat_id, text)
            return Problem(ProblemKind.SERVER, Certainty.UNCLEAR, http_status=500)
        if fate < 0.85:
            return Problem(ProblemKind.SERVER, Certainty.UNCLEAR, http_status=503)
        asyncio.get_running_loop().call_later(
            DEADLINE_S + self._random.random() * APPLIED_LATE_S, self.write, chat_id, text
        )
        await asyncio.sleep(DEADLINE_S)
        return Problem(ProblemKind.TIMEOUT, Certainty.UNCLEAR)

    async def history(self, chat_id: ChatId, base: MessageId | None) -> MessagesPage | Problem:
        """getChatHistory: what is visible by now, in any order, sometimes nothing but a failure."""
        self.looks += 1
        await asyncio.sleep(self._random.uniform(0.02, 0.2))
        if self._random.random() < self.share / 2:
            return Problem(ProblemKind.SERVER, Certainty.UNCLEAR, http_status=500)
        now = asyncio.get_running_loop().time()
        found = [
            written.message
            for written in self.ledger[chat_id]
            if written.visible_at <= now and (base is None or written.message.message_id >= base)
        ]
        self._random.shuffle(found)
        return MessagesPage(tuple(found), None, server_time=self.now_ms())


class CopyClient:
    """The client of one copy. A request of a copy that died goes on alone; nobody hears the answer."""

    def __init__(self, market: FaultyMarket, alive: Callable[[], bool]) -> None:
        self._market = market
        self._alive = alive
        self._left: set[asyncio.Task[object]] = set()

    @property
    def budgets(self) -> Mapping[str, Budget]:
        return {}

    async def send_message(self, chat_id: ChatId, text: str) -> Accepted | Problem:
        """The request leaves this process: cancelling the caller does not call it back."""
        task = asyncio.create_task(self._market.post(chat_id, text))
        self._left.add(task)
        task.add_done_callback(self._left.discard)
        return await asyncio.shield(task)

    async def get_chat_history(
        self,
        chat_id: ChatId,
        *,
        from_message_id: MessageId | None = None,
        page_token: str | None = None,
        limit: int = 100,
    ) -> MessagesPage | Problem:
        return await self._market.history(chat_id, from_message_id)

    async def get_chats(
        self, *, statuses: object = (), page_token: str | None = None, limit: int = 20
    ) -> ChatsPage | Problem:
        raise NotImplementedError("delivery does not ask for the list")

    async def get_chat(self, chat_id: ChatId) -> Chat | Problem:
        raise NotImplementedError("delivery does not ask for a chat")

    async def create_chat(self, about: NewChat) -> ChatId | Problem:
        raise NotImplementedError("delivery creates no chat")

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
        raise NotImplementedError("the simulation sends texts")

    async def get_shops(self) -> tuple[Shop, ...] | Problem:
        return ()

    async def aclose(self) -> None:
        """Nothing to close."""
