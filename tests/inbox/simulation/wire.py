"""Requests that leave a process for the Market, and their answers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from pathlib import Path
from typing import Any

from chat_tui.model.chat import Chat, KeyRights, Message, NewChat, Page, Shop
from chat_tui.model.ids import ChatRef, MessageId
from chat_tui.model.link import Budget
from chat_tui.model.outbox import Accepted, OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import Urgency
from tests.inbox.simulation.kernel import new_chat
from tests.inbox.simulation.market import DEADLINE_S, FaultyMarket
from tests.inbox.simulation.process import VirtualProcess
from tests.inbox.simulation.virtual import now


class CopyClient:
    """The client of one process. A request that has left continues when its copy dies; its answer is lost."""

    def __init__(self, process: VirtualProcess, market: FaultyMarket) -> None:
        self._process = process
        self._market = market
        self._left: set[asyncio.Task[Any]] = set()

    @property
    def budgets(self) -> Mapping[str, Budget]:
        return {}

    async def ask(self, urgency: Urgency, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Delivery has no quota of its own here: that of the Market is enough."""
        return await getattr(self, call.__name__)(*args, **kwargs)

    @property
    def proxy(self) -> str:
        return ""

    async def _ask(self, request: Any) -> Any:
        """Let the request leave this process: cancelling the caller does not stop it."""
        begun = now()
        task = asyncio.get_running_loop().create_task(request, context=Context())
        self._left.add(task)
        task.add_done_callback(self._left.discard)
        answer = await asyncio.shield(task)
        await self._process.touch()
        if now() - begun > DEADLINE_S and self._process.random.random() < 0.5:
            return Problem(ProblemKind.TIMEOUT, Certainty.UNCLEAR)
        return answer

    async def _send(self, chat_ref: ChatRef) -> Accepted | Problem:
        await self._process.touch()
        kernel = self._process.kernel
        sending = [i for i in kernel.items_of(chat_ref).values() if i.state == OutboxState.SENDING]
        assert len(sending) == 1, f"{len(sending)} items of chat {chat_ref} are under way"
        kernel.watcher.posts(self._process.number, sending[0])
        try:
            answer: Accepted | Problem = await self._ask(self._market.post(sending[0]))
        except asyncio.CancelledError:
            if self._process.is_alive:
                # The operator cancelled it; the request that has left continues.
                unknown = Problem(ProblemKind.CUT, Certainty.UNCLEAR)
                kernel.watcher.answered(self._process.number, sending[0], unknown)
            raise
        kernel.watcher.answered(self._process.number, sending[0], answer)
        return answer

    async def send_message(self, chat_ref: ChatRef, text: str) -> Accepted | Problem:
        return await self._send(chat_ref)

    async def send_file(
        self,
        chat_ref: ChatRef,
        *,
        path: Path,
        name: str,
        size: int,
        media_type: str,
        progress: Callable[[int], None] | None = None,
    ) -> Accepted | Problem:
        return await self._send(chat_ref)

    async def get_chat_history(
        self,
        chat_ref: ChatRef,
        *,
        from_message_id: MessageId | None = None,
        page_token: str | None = None,
        limit: int = 100,
    ) -> Page[Message] | Problem:
        await self._process.touch()
        page: Page[Message] | Problem = await self._ask(
            self._market.history(chat_ref, from_message_id, page_token)
        )
        if isinstance(page, Page) and page.next_token is None:
            self._process.kernel.watcher.has_read(chat_ref)
        return page

    async def get_chat(self, chat_ref: ChatRef) -> Chat | Problem:
        return new_chat(chat_ref)

    async def get_chats(
        self, *, statuses: Sequence[str] = (), page_token: str | None = None, limit: int = 20
    ) -> Page[Chat] | Problem:
        raise NotImplementedError("delivery does not ask for the list")

    async def create_chat(self, about: NewChat) -> ChatRef | Problem:
        raise NotImplementedError("delivery creates no chat")

    async def get_key_rights(self) -> KeyRights | Problem:
        raise NotImplementedError("delivery asks for no rights")

    async def get_shops(self) -> tuple[Shop, ...] | Problem:
        raise NotImplementedError("delivery asks for no shops")

    async def aclose(self) -> None:
        """Close nothing."""
