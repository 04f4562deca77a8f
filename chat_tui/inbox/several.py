"""Several businesses, each with a key of its own, as one inbox.

Each has its engine, store and client; nothing of one is known to another. What concerns a chat goes to the
business that its `ChatRef` names: there is nothing to look up that could be wrong.
"""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from chat_tui.inbox.orders import Orders
from chat_tui.inbox.reading.attachments import Progress
from chat_tui.inbox.service import Inbox
from chat_tui.inbox.together import Business, Together
from chat_tui.model.chat import NewChat
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import FileCard, Saved
from chat_tui.model.ids import BusinessId, ChatRef, MessageId, Millis
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
        self.orders = _Orders(self._by_id)

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

    def own(self, chat: ChatRef) -> Inbox:
        """The inbox of a chat's business."""
        return self._by_id[chat.business].inbox

    async def timeline(
        self,
        chat_id: ChatRef,
        *,
        before: MessageId | None = None,
        after: MessageId | None = None,
        around: MessageId | None = None,
        limit: int = 50,
    ) -> TimelinePage:
        """Entries of a chat."""
        inbox = self.own(chat_id)
        return await inbox.timeline(chat_id, before=before, after=after, around=around, limit=limit)

    async def draft(self, chat_id: ChatRef) -> Draft:
        """The text typed for a chat."""
        return await self.own(chat_id).draft(chat_id)

    async def save_draft(self, draft: Draft) -> Problem | None:
        """Keep the text typed for a chat."""
        return await self.own(draft.chat_id).save_draft(draft)

    def keep_aside(self, drafts: Sequence[Draft]) -> tuple[Draft, ...]:
        """Keep texts beside the databases of their businesses."""
        left: list[Draft] = []
        for number, one in self._by_id.items():
            left += one.inbox.keep_aside([draft for draft in drafts if draft.chat_id.business == number])
        return tuple(left)

    async def forget_draft(self, chat_id: ChatRef, text: str) -> Problem | None:
        """One of a draft's `others` is not wanted."""
        return await self.own(chat_id).forget_draft(chat_id, text)

    async def mark_seen(self, chat_id: ChatRef, message_id: MessageId) -> Problem | None:
        """The operator has seen a chat up to a message."""
        return await self.own(chat_id).mark_seen(chat_id, message_id)

    async def mark_done(self, chat_id: ChatRef) -> Marked | Problem:
        """Take a chat out of WAITING until a buyer writes in it."""
        return await self.own(chat_id).mark_done(chat_id)

    async def snooze(self, chat_id: ChatRef, until: Millis | None) -> Marked | Problem:
        """Put a chat off."""
        return await self.own(chat_id).snooze(chat_id, until)

    async def mark(self, chat_id: ChatRef, mark: Mark) -> Marked | Problem:
        """Set one kind of mark of a chat."""
        return await self.own(chat_id).mark(chat_id, mark)

    async def unmark(self, marked: Marked) -> Problem | None:
        """Put back what stood there before a mark."""
        return await self.own(marked.chat_id).unmark(marked)

    def open_chat(self, chat_id: ChatRef | None) -> None:
        """This chat is on the screen, and none of the other businesses."""
        for number, one in self._by_id.items():
            one.inbox.open_chat(chat_id if chat_id and chat_id.business == number else None)

    def want_older(self, chat_id: ChatRef) -> None:
        """Older messages of a chat are wanted."""
        self.own(chat_id).want_older(chat_id)

    async def send_text(
        self, chat_id: ChatRef, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a text for a chat, in the outbox of its business."""
        return await self.own(chat_id).send_text(chat_id, text, agreed)

    async def send_file(
        self, chat_id: ChatRef, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a file for a chat, in the outbox of its business."""
        return await self.own(chat_id).send_file(chat_id, card, agreed)

    async def save_attachment(
        self,
        chat_id: ChatRef,
        message_id: MessageId,
        index: int,
        into: Path,
        progress: Progress | None = None,
    ) -> Saved | Problem:
        """Save a file of a message into a folder."""
        return await self.own(chat_id).save_attachment(chat_id, message_id, index, into, progress)

    async def read_attachment(
        self, chat_id: ChatRef, message_id: MessageId, index: int, progress: Progress | None = None
    ) -> bytes | Problem:
        """The bytes of a file, to be looked at."""
        return await self.own(chat_id).read_attachment(chat_id, message_id, index, progress)

    # -- of one outbox item ------------------------------------------------------------------------------

    async def take_back(
        self, item: OutboxItem, *, into_draft: bool = False, caret: int | None = None
    ) -> OutboxItem | Problem:
        """Remove an item from the outbox."""
        return await self.own(item.chat_id).take_back(item, into_draft=into_draft, caret=caret)

    async def stop_sending(self, item: OutboxItem) -> Problem | None:
        """Break off a request under way."""
        return await self.own(item.chat_id).stop_sending(item)

    async def resend(self, item: OutboxItem, agreed: Collection[Doubt] = ()) -> Problem | None:
        """Try a failed or unconfirmed item again."""
        return await self.own(item.chat_id).resend(item, agreed)

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

    async def create_chat(self, about: NewChat) -> ChatRef | Problem:
        """Open (or find) the chat about an order or a return, in the business whose order it is.

        The others' answer is that there is no such order; what else kept one from answering goes before it.
        """
        refusals: list[Problem] = []
        for one in self._businesses:
            created = await one.inbox.create_chat(about)
            if not isinstance(created, Problem):
                return created
            refusals.append(created)
        return min(refusals, key=lambda refusal: refusal.kind is ProblemKind.NOT_FOUND)

    async def last_folder(self) -> Path | None:
        """Where was saved last, as the first business has it that saved anything."""
        folders = [await one.inbox.last_folder() for one in self._businesses]
        return next(filter(None, folders), None)


class _Orders(Orders):
    """The orders of several businesses."""

    def __init__(self, businesses: dict[BusinessId, Business]) -> None:
        self._businesses = businesses

    async def of_chat(self, chat_id: ChatRef) -> ChatOrder | None:
        """What is known of a chat's order, return and buyer."""
        business = self._businesses[chat_id.business]
        found = await business.inbox.orders.of_chat(chat_id)
        return found and replace(
            found, item=business.named(found.item), others=tuple(map(business.named, found.others))
        )

    def want(self, chat_id: ChatRef) -> None:
        """A chat's order is on the screen."""
        self._businesses[chat_id.business].inbox.orders.want(chat_id)
