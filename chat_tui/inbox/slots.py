"""At most four requests at once over all copies of the program, one place kept for sends.

The places are kernel locks: a killed copy frees its own at once, a frozen one keeps them.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from chat_tui.inbox.market import Market
from chat_tui.model.chat import Chat, NewChat, Shop
from chat_tui.model.ids import ChatId, MessageId
from chat_tui.model.link import Budget
from chat_tui.model.outbox import Accepted
from chat_tui.model.paging import ChatsPage, MessagesPage
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store.errors import StoreProblem
from chat_tui.store.locks import ByteLock

T = TypeVar("T")

PLACES: Final = 4
"""What the Market allows per business, whoever asks."""
READ_PLACES: Final = PLACES - 1
_PAUSE_S: Final = (0.005, 0.02)
"""Between two tries for a place: short beside a request, with jitter so that copies take turns."""


class Slots:
    """The places of one business on this machine."""

    def __init__(self, data_dir: Path) -> None:
        self._lock = ByteLock(data_dir / "slots.lock")
        self._jitter = random.Random()  # noqa: S311 - spreads tries, guards nothing

    @asynccontextmanager
    async def place(self, *, sending: bool) -> AsyncIterator[None]:
        """Hold a place for one request; StoreProblem if the lock file was taken away."""
        number = await self._take(PLACES if sending else READ_PLACES)
        try:
            yield
        finally:
            self._lock.release(number)

    async def _take(self, places: int) -> int:
        while True:
            for number in self._jitter.sample(range(places), places):
                if self._lock.try_hold(number):
                    return number
            await asyncio.sleep(self._jitter.uniform(*_PAUSE_S))


class SlottedMarket:
    """The Market, each request in a place of its own."""

    def __init__(self, market: Market, slots: Slots) -> None:
        self._market = market
        self._slots = slots

    @property
    def budgets(self) -> Mapping[str, Budget]:
        """Quotas by operationId."""
        return self._market.budgets

    async def get_chats(
        self, *, statuses: Sequence[str] = (), page_token: str | None = None, limit: int = 20
    ) -> ChatsPage | Problem:
        """One page of getChats."""
        return await self._read(
            lambda: self._market.get_chats(statuses=statuses, page_token=page_token, limit=limit)
        )

    async def get_chat(self, chat_id: ChatId) -> Chat | Problem:
        """One chat (getChat)."""
        return await self._read(lambda: self._market.get_chat(chat_id))

    async def get_chat_history(
        self,
        chat_id: ChatId,
        *,
        from_message_id: MessageId | None = None,
        page_token: str | None = None,
        limit: int = 100,
    ) -> MessagesPage | Problem:
        """One page of getChatHistory."""
        return await self._read(
            lambda: self._market.get_chat_history(
                chat_id, from_message_id=from_message_id, page_token=page_token, limit=limit
            )
        )

    async def get_shops(self) -> tuple[Shop, ...] | Problem:
        """All shops of the key (getCampaigns), page after page in one place."""
        return await self._read(self._market.get_shops)

    async def create_chat(self, about: NewChat) -> ChatId | Problem:
        """Open or find a chat (createChat)."""
        return await self._write(lambda: self._market.create_chat(about))

    async def send_message(self, chat_id: ChatId, text: str) -> Accepted | Problem:
        """One attempt of sendMessageToChat."""
        return await self._write(lambda: self._market.send_message(chat_id, text))

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
        """One attempt of sendFileToChat."""
        return await self._write(
            lambda: self._market.send_file(
                chat_id, path=path, name=name, size=size, media_type=media_type, progress=progress
            )
        )

    async def aclose(self) -> None:
        """Close connections."""
        await self._market.aclose()

    async def _read(self, ask: Callable[[], Awaitable[T | Problem]]) -> T | Problem:
        return await self._within(ask, sending=False)

    async def _write(self, ask: Callable[[], Awaitable[T | Problem]]) -> T | Problem:
        return await self._within(ask, sending=True)

    async def _within(self, ask: Callable[[], Awaitable[T | Problem]], *, sending: bool) -> T | Problem:
        try:
            async with self._slots.place(sending=sending):
                return await ask()
        except StoreProblem as problem:
            # Without the lock nobody could say how many are under way: nothing is asked.
            return Problem(ProblemKind.STORAGE, message=str(problem))
