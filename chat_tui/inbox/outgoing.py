"""The part of `Inbox` through which texts and files leave; `door` checks each of them."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from chat_tui.inbox import files
from chat_tui.inbox.asking import Asking
from chat_tui.inbox.events import Event
from chat_tui.inbox.settings import InboxSettings
from chat_tui.inbox.writing import Writing
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import FileCard
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import outbox
from chat_tui.store.database import Store
from chat_tui.store.errors import StoreError, store_refusal


class Sending(Asking):
    """Whatever leaves goes through one of these; what is queued is delivered by the engine."""

    _store: Store
    _settings: InboxSettings
    _writing: Writing
    _own: Sequence[Path]
    """The program's own directories, whose files are never sent."""
    _publish: Callable[[Event], None]

    async def outbox_item(self, outbox_id: OutboxId) -> OutboxItem | None:
        """One item of the outbox as it stands now, confirmed ones too; None if it was taken back."""
        return await asyncio.wrap_future(self._store.read(outbox.get, outbox_id))

    @property
    def settle_s(self) -> float:
        """Seconds for which an unclear outcome is looked up at least."""
        return self._settings.settle_s

    async def send_text(
        self, chat_id: ChatRef, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a text and clear the chat's draft in one durable step (later: sendMessageToChat).

        The compose box may clear once this has returned an item. A Problem means that nothing was queued;
        to its `doubts`, if it has any, the operator may agree, and the same call with them goes on.
        """
        if (forbidden := self._forbidden()) is not None:
            return forbidden
        return self._queued(await self._writing.enqueue_text(chat_id, text, agreed))

    async def check_text(self, chat_id: ChatRef, text: str, agreed: Collection[Doubt] = ()) -> str | Problem:
        """What `send_text` would send, or why it would not; nothing is queued."""
        return self._forbidden() or await self._writing.door.text(chat_id, text, agreed)

    async def inspect_file(self, path: Path) -> FileCard | Problem:
        """Read what the card shows; refuse what cannot be sent (empty, too large, not a regular file…)."""
        return await asyncio.to_thread(files.inspect, path, self._own, self._settings.secrets)

    async def send_file(
        self, chat_id: ChatRef, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Copy the file into the spool and queue it (later: sendFileToChat); refused if it changed since.

        As with a text, a Problem may carry `doubts`; those of the file itself stand on its card too.
        """
        if (forbidden := self._forbidden()) is not None:
            return forbidden
        return self._queued(await self._writing.enqueue_file(chat_id, card, agreed))

    async def check_file(
        self, chat_id: ChatRef, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> Problem | None:
        """Why `send_file` would not send; nothing is queued."""
        return self._forbidden() or await self._writing.door.file(chat_id, card, None, agreed)

    async def resend(self, item: OutboxItem, agreed: Collection[Doubt] = ()) -> Problem | None:
        """Try a failed or unconfirmed item again, because the operator says so (after one more look).

        A Problem may carry `doubts`, as with `send_text`.
        """
        if (forbidden := self._forbidden()) is not None:
            return forbidden
        try:
            found = await self.outbox_item(item.outbox_id)
        except StoreError as error:
            return store_refusal(error)
        if found is None:
            return Problem(ProblemKind.GONE)
        refusal = await self._writing.door.again(found, agreed)
        return refusal or await self._try(self._engine.delivery.resend, item.outbox_id)

    def _forbidden(self) -> Problem | None:
        """Why nothing may be sent in this run."""
        return self._engine.bus.link.view_only

    def _queued(self, outcome: OutboxItem | Problem) -> OutboxItem | Problem:
        if isinstance(outcome, OutboxItem):
            self._loop.call(self._engine.deliver_soon)
        return outcome
