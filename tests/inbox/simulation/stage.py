"""A small world whose every step a test decides: a scripted Market, copies, virtual time."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, TypeVar

from chat_tui.inbox.context import InboxSettings
from chat_tui.model.chat import Message, Page
from chat_tui.model.ids import ChatRef, MessageId, OutboxId
from chat_tui.model.outbox import Accepted, OutboxItem, OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.store import outbox
from tests.inbox.simulation.copy import Copy
from tests.inbox.simulation.market import FaultyMarket, Manners
from tests.inbox.simulation.plan import Plan
from tests.inbox.simulation.world import World, virtual_loop
from tests.support.refs import ref

T = TypeVar("T")

PATIENCE_S = 3 * 3600.0
"""Virtual seconds after which a test gives up waiting."""

_ANSWERS = {
    "answer lost": Problem(ProblemKind.CUT, Certainty.UNCLEAR),
    "request lost": Problem(ProblemKind.SERVER, Certainty.UNCLEAR, http_status=502),
    "slow and lost": Problem(ProblemKind.CUT, Certainty.UNCLEAR),
    "refused": Problem(ProblemKind.BAD_REQUEST, Certainty.REFUSED, http_status=400),
    "wait": Problem(ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, http_status=420, retry_after_s=20.0),
    "no network": Problem(ProblemKind.OFFLINE, Certainty.NOT_SENT),
    "changed": Problem(ProblemKind.FILE_CHANGED, Certainty.NOT_SENT),
    "no right": Problem(ProblemKind.FORBIDDEN, Certainty.REFUSED, http_status=403),
}
"""The Market's answers to attempts that it does not simply accept."""


class ScriptedMarket(FaultyMarket):
    """Accepts every request, except for the outcomes set for the next ones."""

    def __init__(self) -> None:
        super().__init__(random.Random(0), Manners(share=0.0))
        self.script: list[str] = []

        self.is_hidden = False
        """Whether the history is empty for now."""
        self.is_unreadable: Problem | None = None
        """The answer to every read of a history for now; None = the history."""
        self.change: Callable[[str], str] | None = None
        """Changes the texts that the Market accepts."""

    def accept(self, item: OutboxItem) -> None:
        super().accept(item if self.change is None else replace(item, text=self.change(item.text)))

    async def post(self, item: OutboxItem) -> Accepted | Problem:
        self.posts += 1
        outcome = self.script.pop(0) if self.script else "accepted"
        if outcome in {"accepted", "answer lost"}:
            self.accept(item)
        await asyncio.sleep(0.3)
        if outcome == "slow and lost":
            await asyncio.sleep(5.0)
        if outcome == "late":
            asyncio.get_running_loop().call_later(45.0, self.accept, item)
            await asyncio.sleep(29.0)
            return Problem(ProblemKind.TIMEOUT, Certainty.UNCLEAR)
        return _ANSWERS.get(outcome) or Accepted(self.now_ms())

    async def history(
        self, chat_ref: ChatRef, base: MessageId | None, token: str | None
    ) -> Page[Message] | Problem:
        page = await super().history(chat_ref, base, token)
        if self.is_unreadable is not None:
            return self.is_unreadable
        return Page((), None, server_time=self.now_ms()) if self.is_hidden else page


class Stage:
    """One shop with one copy of the program at first; a failure in the background fails the next step."""

    def __init__(self, *, undo_s: float = 0.0, trace: list[str] | None = None) -> None:
        self.loop = virtual_loop()
        self.failures: list[BaseException] = []
        self.loop.set_exception_handler(
            lambda _, context: self.failures.append(context.get("exception") or Exception(context["message"]))
        )
        self.market = ScriptedMarket()
        self.world = World.begin(Plan(seed=0, chats=2, undo_s=undo_s), trace, self.market)
        self.copy = self.open()

    def open(self, settings: InboxSettings | None = None) -> Copy:
        """Start another copy of the program."""
        copy = self.wait_for(self._open(settings))
        self.world.copies.append(copy)
        return copy

    async def _open(self, settings: InboxSettings | None) -> Copy:
        return self.world.start_copy(settings)

    def close(self) -> None:
        """Kill every copy."""
        self.kill(*self.world.copies)
        self.loop.close()

    def kill(self, *copies: Copy) -> None:
        """kill -9."""
        self.loop.run_until_complete(self._kill(copies))

    async def _kill(self, copies: tuple[Copy, ...]) -> None:
        for copy in copies:
            copy.kill()
            self.world.copies.remove(copy)
        await asyncio.sleep(0)

    def wait_for(self, work: Coroutine[Any, Any, T]) -> T:
        """Run until `work` is done."""
        result = self.loop.run_until_complete(work)
        if self.failures:
            raise self.failures[0]
        return result

    def let(self, seconds: float) -> None:
        """Let virtual time pass."""
        self.wait_for(asyncio.sleep(seconds))

    def send(self, text: str, chat_id: int = 1, copy: Copy | None = None) -> OutboxId:
        """Send a text as the operator; return its id once it is saved."""
        copy = copy or self.copy
        queued = self.wait_for(self.world.ask(copy, copy.send_text(ref(chat_id), text)))
        assert isinstance(queued, OutboxItem)
        return queued.outbox_id

    def send_file(self, name: str, chat_id: int = 1) -> OutboxId:
        """Send a file as the operator; return its id once it is saved."""
        queued = self.wait_for(self.world.ask(self.copy, self.copy.send_file(ref(chat_id), name)))
        assert queued is not None
        return OutboxId(queued.outbox_id)

    def say_elsewhere(self, text: str, chat_id: int = 1) -> None:
        """Write as a colleague in the web cabinet, and let the first copy read it."""
        self.wait_for(self._say_elsewhere(ref(chat_id), text))

    async def _say_elsewhere(self, chat_ref: ChatRef, text: str) -> None:
        self.market.say(chat_ref, text)
        await self.world.ask(self.copy, self.copy.read_history(chat_ref))

    def resend(self, outbox_id: OutboxId, copy: Copy | None = None) -> Problem | None:
        """Send the item again as the operator."""
        copy = copy or self.copy
        said: Problem | None = self.wait_for(self.world.ask(copy, copy.delivery.resend(outbox_id)))
        return said

    def item(self, outbox_id: OutboxId) -> OutboxItem:
        """The item as it was last committed."""
        item = outbox.get(self.world.kernel.conn, outbox_id)
        assert item is not None
        return item

    def reaches(self, outbox_id: OutboxId, *states: OutboxState) -> OutboxItem:
        """The item, once it is in one of the states."""
        return self._until(outbox_id, lambda item: item.state in states)

    def is_checked(self, outbox_id: OutboxId) -> OutboxItem:
        """The item, once its outcome is unclear and was looked up."""
        return self._until(outbox_id, lambda item: item.is_checking)

    def is_released(self, outbox_id: OutboxId) -> OutboxItem:
        """The item, once it is sent, was not found, and no longer blocks its chat."""
        return self._until(outbox_id, lambda item: item.is_released)

    def _until(self, outbox_id: OutboxId, is_so: Any) -> OutboxItem:
        end = self.loop.time() + PATIENCE_S
        while not is_so(item := self.item(outbox_id)):
            assert self.loop.time() < end, f"still {item.state}"
            self.let(0.1)
        return item

    def record_requests(self) -> list[str]:
        """The names of all requests of the first copy from now on."""
        asked: list[str] = []
        client: Any = self.copy.history._ctx.client

        def record(name: str) -> None:
            real = getattr(client, name)

            async def request(*arguments: Any, **words: Any) -> Any:
                asked.append(name)
                return await real(*arguments, **words)

            setattr(client, name, request)

        for name in ("get_chat", "get_chat_history", "send_message", "send_file"):
            record(name)
        return asked

    def chat_answers(self, answer: Problem) -> None:
        """Give this answer whenever the first copy requests a chat."""

        async def get_chat(_: ChatRef) -> Problem:
            return answer

        client: Any = self.copy.history._ctx.client
        client.get_chat = get_chat

    def posted(self, chat_id: int = 1) -> list[str]:
        """The texts from this program that were accepted in a chat, in order."""
        ledger = self.market.ledger[ref(chat_id)]
        return [w.message.text or w.message.attachments[0].name or "" for w in ledger if w.outbox_id]
