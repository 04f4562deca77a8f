"""The parts that read, put together; and reads of one chat, or of the rights of the key, on demand."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from chat_tui.inbox.context import EngineContext
from chat_tui.inbox.copies.copies import Copies
from chat_tui.inbox.events import HistoryFailed
from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.reading.attachments import AttachmentReader
from chat_tui.inbox.reading.backfill import Backfill
from chat_tui.inbox.reading.history import HistoryReader
from chat_tui.inbox.reading.orders import OrderReader
from chat_tui.inbox.reading.sync import Sync
from chat_tui.model.chat import NewChat
from chat_tui.model.ids import ChatRef
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.store import cursors
from chat_tui.store.errors import tolerated

RIGHTS: Final = "rights"
"""The name of the cursor that remembers the rights of the key: `read` or `write`."""

log = logging.getLogger(__name__)


Spawn = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]
"""Starts a task that ends with the engine."""

CREATE_TRIES: Final = 3


class Reading:
    """Everything that reads from the Market into the cache."""

    def __init__(self, ctx: EngineContext, copies: Copies, spawn: Spawn) -> None:
        self._ctx = ctx
        self._spawn = spawn
        self._older: set[ChatRef] = set()
        """Chats whose next page of older messages is being read."""
        self.history = HistoryReader(ctx)
        self.sync = Sync(ctx, self.history, copies.leadership, copies.presence.poll_interval_s)
        self.backfill = Backfill(
            ctx, self.history, lambda: ctx.settings.backfill and copies.leadership.is_ours
        )
        self.orders = OrderReader(ctx, spawn)
        self.files = AttachmentReader(ctx)

    def want_older(self, chat_ref: ChatRef) -> None:
        """Read one page of older messages, unless one is being read already."""
        if self._ctx.link.refused_key is not None:
            self._ctx.bus.publish(HistoryFailed(chat_ref))
        elif chat_ref not in self._older:
            self._older.add(chat_ref)
            task = self._spawn(self.history.older(chat_ref))
            task.add_done_callback(lambda _: self._older.discard(chat_ref))

    async def fetch_chat(self, chat_ref: ChatRef, about: NewChat | None = None) -> Problem | None:
        """Bring a chat and its newest messages into the cache; a Problem if it is not about `about`."""
        chat = await self._ctx.client.ask(Urgency.OPEN, MarketApi.get_chat, chat_ref)
        if isinstance(chat, Problem):
            return chat
        if about is not None and not chat.context.may_be(about):
            return Problem(ProblemKind.UNEXPECTED_ANSWER, Certainty.UNCLEAR, "createChat")
        await self._ctx.save_chats((chat,))
        return await self.history.newer(chat_ref)

    async def fetch_whole(self, chat_ref: ChatRef) -> Problem | None:
        """Bring a chat with all its messages into the cache."""
        problem = await self.fetch_chat(chat_ref)
        return problem if problem is not None else await self.history.rest(chat_ref)

    async def create_chat(self, about: NewChat) -> ChatRef | Problem:
        """Open or find a chat (createChat). Safe to repeat: one context has one chat."""
        created: ChatRef | Problem = Problem(ProblemKind.OFFLINE)
        for _ in range(CREATE_TRIES):
            created = await self._ctx.client.ask(Urgency.OPEN, MarketApi.create_chat, about)
            if not isinstance(created, Problem) or created.certainty != Certainty.UNCLEAR:
                break
        if isinstance(created, Problem):
            return created
        problem = await self.fetch_chat(created, about)
        return problem if problem is not None else created

    async def learn_rights(self) -> None:
        """Publish whether the key may send: what is remembered, then the answer of getAuthTokenInfo.

        A failure or an answer without rights changes nothing: the Market itself refuses what is not allowed.
        """
        remembered = await self._ctx.store.read(cursors.get, RIGHTS)
        if remembered == "read":
            self._restrict(may_write=False)
        rights = await self._ctx.client.ask(Urgency.NEWS, MarketApi.get_key_rights)
        if isinstance(rights, Problem) or not rights.may_read:
            return
        self._restrict(may_write=rights.may_write)
        told = "write" if rights.may_write else "read"
        if told != remembered:
            with tolerated(log, "rights not remembered"):
                await self._ctx.store.write_cache(cursors.set_, RIGHTS, told)

    def _restrict(self, *, may_write: bool) -> None:
        self._ctx.link.restrict(None if may_write else Problem(ProblemKind.KEY_READ_ONLY))
