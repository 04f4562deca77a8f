"""A Market that loses requests and answers, applies requests late and shows its history late."""

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass, field

from chat_tui.model.chat import Attachment, Message, Page, Sender
from chat_tui.model.ids import ChatRef, MessageId, Millis, OutboxId
from chat_tui.model.outbox import Accepted, OutboxItem, OutboxKind
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.inbox.simulation.virtual import now

DEADLINE_S = 30.0
BEGINNING = 1_700_000_000_000


@dataclass(frozen=True, slots=True)
class Manners:
    """How badly the Market behaves; times are in seconds."""

    share: float = 0.28
    """Share of the requests that fail."""
    applied_late: float = 20.0
    """The longest time after the client gave up until a request takes effect."""
    lag: float = 3.0
    """The longest time until an accepted message is in the history."""
    page: int = 1_000
    """Messages per page of the history."""


@dataclass(frozen=True, slots=True)
class Written:
    """A message in the ledger, and the outbox item it was sent for; None = sent from the web cabinet."""

    message: Message
    visible_at: float
    outbox_id: OutboxId | None


@dataclass(slots=True)
class FaultyMarket:
    """One pretend Market for all copies."""

    random: random.Random
    manners: Manners
    ledger: defaultdict[ChatRef, list[Written]] = field(default_factory=lambda: defaultdict(list))
    of_item: defaultdict[OutboxId, list[MessageId]] = field(default_factory=lambda: defaultdict(list))
    posts: int = 0
    looks: int = 0
    _next_id: int = 1000

    def now_ms(self) -> Millis:
        """The time of the Market's clock."""
        return BEGINNING + int(now() * 1000)

    def say(self, chat_ref: ChatRef, text: str, sender: str = Sender.PARTNER) -> None:
        """Add a message not sent by this program: from a buyer, or from a colleague in the web cabinet."""
        self._write(chat_ref, sender, text, (), None)

    def accept(self, item: OutboxItem) -> None:
        files = (Attachment(item.file_name, None, item.file_size),) if item.kind == OutboxKind.FILE else ()
        self._write(item.chat_ref, Sender.PARTNER, item.text or None, files, item.outbox_id)

    def _write(
        self,
        chat_ref: ChatRef,
        sender: str,
        text: str | None,
        files: tuple[Attachment, ...],
        outbox_id: OutboxId | None,
    ) -> None:
        self._next_id += 1
        message = Message(chat_ref, MessageId(self._next_id), self.now_ms(), sender, text, files)
        visible_at = now() + self.random.random() * self.manners.lag
        written = self.ledger[chat_ref]
        if written:
            # A history never shows a later message before an earlier one.
            visible_at = max(visible_at, written[-1].visible_at)
        written.append(Written(message, visible_at, outbox_id))
        if outbox_id is not None:
            self.of_item[outbox_id].append(message.message_id)

    async def post(self, item: OutboxItem) -> Accepted | Problem:
        """sendMessageToChat or sendFileToChat with everything that can go wrong."""
        self.posts += 1
        share = self.manners.share
        fate = self.random.random() / share if share else 2.0
        await asyncio.sleep(self.random.uniform(0.05, 0.4))
        if fate >= 1.0:
            self.accept(item)
            await asyncio.sleep(self.random.uniform(0.02, 0.3))
            return Accepted(self.now_ms())
        return await self._fault(item, fate)

    async def _fault(self, item: OutboxItem, fate: float) -> Accepted | Problem:
        for below, problem in _REFUSALS:
            if fate < below:
                return problem
        if fate < 0.50:
            self.accept(item)
            return Problem(ProblemKind.CUT, Certainty.UNCLEAR)
        if fate < 0.62:
            return Problem(ProblemKind.CUT, Certainty.UNCLEAR)
        if fate < 0.75:
            self.accept(item)
            return Problem(ProblemKind.SERVER, Certainty.UNCLEAR, http_status=500)
        if fate < 0.85:
            return Problem(ProblemKind.SERVER, Certainty.UNCLEAR, http_status=503)
        late = DEADLINE_S + self.random.random() * self.manners.applied_late
        asyncio.get_running_loop().call_later(late, self.accept, item)
        await asyncio.sleep(DEADLINE_S)
        return Problem(ProblemKind.TIMEOUT, Certainty.UNCLEAR)

    async def history(
        self, chat_ref: ChatRef, base: MessageId | None, token: str | None
    ) -> Page[Message] | Problem:
        """getChatHistory: the messages visible by now; a whole history in any order, pages newest first."""
        self.looks += 1
        await asyncio.sleep(self.random.uniform(0.02, 0.2))
        if self.random.random() < self.manners.share / 2:
            return Problem(ProblemKind.SERVER, Certainty.UNCLEAR, http_status=500)
        moment = now()
        lowest = base or 0
        beyond = int(token) if token is not None else self._next_id + 1
        found: list[Message] = []
        for written in reversed(self.ledger[chat_ref]):
            if written.message.message_id < lowest:
                break
            if written.visible_at <= moment and written.message.message_id < beyond:
                found.append(written.message)
        if len(found) > self.manners.page:
            found = found[: self.manners.page]
            return Page(tuple(found), str(found[-1].message_id), server_time=self.now_ms())
        if token is None:
            self.random.shuffle(found)
        return Page(tuple(found), None, server_time=self.now_ms())


_REFUSALS = (
    (0.10, Problem(ProblemKind.OFFLINE, Certainty.NOT_SENT)),
    (0.18, Problem(ProblemKind.PARALLEL_LIMIT, Certainty.REFUSED, http_status=420)),
    (0.22, Problem(ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, http_status=420, retry_after_s=40.0)),
    (0.23, Problem(ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, http_status=420)),
    (0.25, Problem(ProblemKind.LOCKED, Certainty.REFUSED, http_status=423)),
    (0.30, Problem(ProblemKind.BAD_REQUEST, Certainty.REFUSED, http_status=400)),
)
"""Answers that mean that the request was certainly not applied."""
