"""Several businesses, each with a key of its own, as one inbox.

Each has its engine, store and client; nothing of one is known to another. What concerns a chat goes to the
business it belongs to, which the chat's number tells (`model/apart`): there is nothing to look up that could
be wrong.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from chat_tui.inbox.orders import Orders
from chat_tui.inbox.reading.attachments import Progress
from chat_tui.inbox.service import Inbox
from chat_tui.inbox.together import Business, Together
from chat_tui.model import apart
from chat_tui.model.chat import NewChat
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import FileCard, Saved
from chat_tui.model.ids import ChatId, MessageId, Millis, OutboxId
from chat_tui.model.mark import Mark, Marked
from chat_tui.model.order import ChatOrder
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.timeline import Draft, TimelinePage


class Several(Together, Inbox):
    """An `Inbox` for a screen, without anything of its own: a test holds that every ability is here.

    What only verbs ask (`sync_once`, `deliver`, …) is not: a verb works on one business, found by `own`.
    """

    def __init__(self, businesses: Sequence[Business], left_out: Sequence[tuple[str, str]] = ()) -> None:
        """At least one business; `left_out` are those that could not be opened, with a sentence each."""
        Together.__init__(self, businesses, left_out)
        self.orders = _Orders(self._businesses)

    def start(self, *, background: bool = True, asleep: bool = False) -> None:
        """Begin, all of them."""
        for one in self._businesses:
            one.inbox.start(background=background, asleep=asleep)

    def awaken(self) -> None:
        """Let the engines begin."""
        for one in self._businesses:
            one.inbox.awaken()

    async def close(self) -> None:
        """Stop all engines; the fault of one does not keep the others from their end."""
        ends = await asyncio.gather(*(one.inbox.close() for one in self._businesses), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                raise end

    @property
    def view_only(self) -> Problem | None:
        """Why nothing may be sent to any of them; what one alone may not is refused by it."""
        return self.link().view_only

    # -- of one chat -----------------------------------------------------------------------------------

    async def timeline(
        self,
        chat_id: ChatId,
        *,
        before: MessageId | None = None,
        after: MessageId | None = None,
        around: MessageId | None = None,
        limit: int = 50,
    ) -> TimelinePage:
        """Entries of a chat."""
        place, own = apart.own_chat(chat_id)
        page = await self._at(place).timeline(own, before=before, after=after, around=around, limit=limit)
        return apart.common_timeline(place, page)

    async def draft(self, chat_id: ChatId) -> Draft:
        """The text typed for a chat."""
        place, own = apart.own_chat(chat_id)
        return apart.common_draft(place, await self._at(place).draft(own))

    async def save_draft(self, draft: Draft) -> Problem | None:
        """Keep the text typed for a chat."""
        place, own = apart.own_chat(draft.chat_id)
        return await self._at(place).save_draft(Draft(own, draft.text, draft.caret, draft.others))

    def keep_aside(self, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
        """Keep texts beside the databases of their businesses."""
        left: list[Draft] = []
        for place, one in enumerate(self._businesses):
            own = [(draft, apart.own_chat(draft.chat_id)) for draft in drafts]
            theirs = [replace(draft, chat_id=chat) for draft, (at, chat) in own if at == place]
            left += (apart.common_draft(place, draft) for draft in one.inbox.keep_aside(theirs))
        return tuple(left)

    async def forget_draft(self, chat_id: ChatId, text: str) -> Problem | None:
        """One of a draft's `others` is not wanted."""
        place, own = apart.own_chat(chat_id)
        return await self._at(place).forget_draft(own, text)

    async def mark_seen(self, chat_id: ChatId, message_id: MessageId) -> Problem | None:
        """The operator has seen a chat up to a message."""
        place, own = apart.own_chat(chat_id)
        return await self._at(place).mark_seen(own, message_id)

    async def mark_done(self, chat_id: ChatId) -> Marked | Problem:
        """Take a chat out of WAITING until a buyer writes in it."""
        place, own = apart.own_chat(chat_id)
        return _marked(place, await self._at(place).mark_done(own))

    async def snooze(self, chat_id: ChatId, until: Millis | None) -> Marked | Problem:
        """Put a chat off."""
        place, own = apart.own_chat(chat_id)
        return _marked(place, await self._at(place).snooze(own, until))

    async def mark(self, chat_id: ChatId, mark: Mark) -> Marked | Problem:
        """Set one kind of mark of a chat."""
        place, own = apart.own_chat(chat_id)
        return _marked(place, await self._at(place).mark(own, mark))

    async def unmark(self, marked: Marked) -> Problem | None:
        """Put back what stood there before a mark."""
        place, own = apart.own_chat(marked.chat_id)
        return await self._at(place).unmark(replace(marked, chat_id=own))

    def open_chat(self, chat_id: ChatId | None) -> None:
        """This chat is on the screen, and none of the other businesses."""
        place, own = (None, None) if chat_id is None else apart.own_chat(chat_id)
        for n, one in enumerate(self._businesses):
            one.inbox.open_chat(own if n == place else None)

    def want_older(self, chat_id: ChatId) -> None:
        """Older messages of a chat are wanted."""
        place, own = apart.own_chat(chat_id)
        self._at(place).want_older(own)

    async def send_text(
        self, chat_id: ChatId, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a text for a chat, in the outbox of its business."""
        place, own = apart.own_chat(chat_id)
        return _sent(place, await self._at(place).send_text(own, text, agreed))

    async def send_file(
        self, chat_id: ChatId, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a file for a chat, in the outbox of its business."""
        place, own = apart.own_chat(chat_id)
        return _sent(place, await self._at(place).send_file(own, card, agreed))

    async def save_attachment(
        self,
        chat_id: ChatId,
        message_id: MessageId,
        index: int,
        into: Path,
        progress: Progress | None = None,
    ) -> Saved | Problem:
        """Save a file of a message into a folder."""
        place, own = apart.own_chat(chat_id)
        return await self._at(place).save_attachment(own, message_id, index, into, progress)

    async def read_attachment(
        self, chat_id: ChatId, message_id: MessageId, index: int, progress: Progress | None = None
    ) -> bytes | Problem:
        """The bytes of a file, to be looked at."""
        place, own = apart.own_chat(chat_id)
        return await self._at(place).read_attachment(own, message_id, index, progress)

    def own(self, chat_id: ChatId) -> tuple[Inbox, ChatId]:
        """The inbox of a chat's business, and the Market's number of the chat."""
        place, own = apart.own_chat(chat_id)
        return self._at(place), own

    # -- of one outbox item ------------------------------------------------------------------------------

    async def take_back(
        self, outbox_id: OutboxId, *, into_draft: bool = False, caret: int | None = None
    ) -> OutboxItem | Problem:
        """Remove an item from the outbox."""
        place, own = apart.own_outbox(outbox_id)
        return _sent(place, await self._at(place).take_back(own, into_draft=into_draft, caret=caret))

    async def stop_sending(self, outbox_id: OutboxId) -> Problem | None:
        """Break off a request under way."""
        place, own = apart.own_outbox(outbox_id)
        return await self._at(place).stop_sending(own)

    async def resend(self, outbox_id: OutboxId, agreed: Collection[Doubt] = ()) -> Problem | None:
        """Try a failed or unconfirmed item again."""
        place, own = apart.own_outbox(outbox_id)
        return await self._at(place).resend(own, agreed)

    # -- of all ------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look for news everywhere."""
        for one in self._businesses:
            one.inbox.refresh()

    def fetch_rest(self, wanted: bool) -> None:
        """The history that is not here yet is wanted now, or not any more."""
        for one in self._businesses:
            one.inbox.fetch_rest(wanted)

    def active(self, *, is_here: bool = True) -> None:
        """The operator is at the screen, or not."""
        for one in self._businesses:
            one.inbox.active(is_here=is_here)

    async def inspect_file(self, path: Path) -> FileCard | Problem:
        """Read what the card shows; what is private to one business is sent by none."""
        cards = [await one.inbox.inspect_file(path) for one in self._businesses]
        return next((card for card in cards if isinstance(card, Problem)), cards[0])

    async def create_chat(self, about: NewChat) -> ChatId | Problem:
        """Open (or find) the chat about an order or a return, in the business whose order it is.

        The others' answer is that there is no such order; what else kept one from answering goes before it.
        """
        refusals: list[Problem] = []
        for place, one in enumerate(self._businesses):
            created = await one.inbox.create_chat(about)
            if not isinstance(created, Problem):
                return apart.common_chat(place, created)
            refusals.append(created)
        return min(refusals, key=lambda refusal: refusal.kind is ProblemKind.NOT_FOUND)

    async def last_folder(self) -> Path | None:
        """Where was saved last, as the first business has it that saved anything."""
        folders = [await one.inbox.last_folder() for one in self._businesses]
        return next(filter(None, folders), None)

    def _at(self, place: int) -> Inbox:
        return self._businesses[place].inbox


class _Orders(Orders):
    """The orders of several businesses."""

    def __init__(self, businesses: Sequence[Business]) -> None:
        self._businesses = businesses

    async def of_chat(self, chat_id: ChatId) -> ChatOrder | None:
        """What is known of a chat's order, return and buyer."""
        place, own = apart.own_chat(chat_id)
        found = await self._businesses[place].inbox.orders.of_chat(own)
        return found and apart.common_order(place, found, self._businesses[place].name)

    def want(self, chat_id: ChatId) -> None:
        """A chat's order is on the screen."""
        place, own = apart.own_chat(chat_id)
        self._businesses[place].inbox.orders.want(own)


def _sent(place: int, outcome: OutboxItem | Problem) -> OutboxItem | Problem:
    return apart.common_sent(place, outcome) if isinstance(outcome, OutboxItem) else outcome


def _marked(place: int, outcome: Marked | Problem) -> Marked | Problem:
    return apart.common_marked(place, outcome) if isinstance(outcome, Marked) else outcome
