"""What a user interface may ask of the inbox and do with it.

Every method may be called from any thread and any event loop; reads are local and take milliseconds.
"""

from collections.abc import Callable
from pathlib import Path

from chat_tui.inbox.events import Event
from chat_tui.model.chat import NewChat
from chat_tui.model.file import FileCard
from chat_tui.model.ids import ChatId, MessageId, OutboxId
from chat_tui.model.link import Link
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
from chat_tui.model.timeline import Draft, TimelinePage


class Inbox:
    """The shop's chats: one per running copy of the program."""

    # -- reading: local, never the network ---------------------------------------------------

    async def queue_page(
        self,
        tab: Tab,
        *,
        after: QueueKey | None = None,
        before: QueueKey | None = None,
        from_end: bool = False,
        limit: int = 64,
    ) -> QueuePage:
        """Chats of a tab: the first ones, those after or before a key, or the last ones."""
        raise NotImplementedError

    async def queue_item(self, chat_id: ChatId, tab: Tab = Tab.ALL) -> QueueItem | None:
        """One chat as the list shows it (its key is that of `tab`), or None if it is not in the cache."""
        raise NotImplementedError

    async def tab_counts(self) -> dict[Tab, int]:
        """How many chats each tab holds."""
        raise NotImplementedError

    async def next_waiting(self, beyond: ChatId | None, *, backwards: bool = False) -> ChatId | None:
        """The chat to answer next: the longest waiting one, or the one after (before) `beyond`."""
        raise NotImplementedError

    async def timeline(
        self,
        chat_id: ChatId,
        *,
        before: MessageId | None = None,
        after: MessageId | None = None,
        limit: int = 50,
    ) -> TimelinePage:
        """The newest entries of a chat, or those before or after a message."""
        raise NotImplementedError

    async def draft(self, chat_id: ChatId) -> Draft:
        """The text typed for this chat; empty if none."""
        raise NotImplementedError

    async def open_items(self) -> tuple[OutboxItem, ...]:
        """Everything sent and not yet confirmed, all chats, oldest first."""
        raise NotImplementedError

    def link(self) -> Link:
        """How things stand with the Market, now."""
        raise NotImplementedError

    # -- needs: recorded here, met by the engine, answered by events ------------------------------

    def open_chat(self, chat_id: ChatId | None) -> None:
        """This chat is on the screen: its history comes first. None = no chat is open."""
        raise NotImplementedError

    def want_older(self, chat_id: ChatId) -> None:
        """Older messages of this chat are wanted from the Market; TimelineChanged or HistoryFailed follows."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Look for new chats and messages now."""
        raise NotImplementedError

    # -- doing ------------------------------------------------------------------------------------

    async def save_draft(self, draft: Draft) -> Problem | None:
        """Keep the text typed for a chat; an empty text removes the draft."""
        raise NotImplementedError

    async def mark_seen(self, chat_id: ChatId, message_id: MessageId) -> None:
        """The operator has seen the chat up to this message."""
        raise NotImplementedError

    async def send_text(self, chat_id: ChatId, text: str) -> OutboxItem | Problem:
        """Queue a text and clear the chat's draft in one durable step (later: sendMessageToChat).

        The compose box may clear once this has returned an item. A Problem means that nothing was queued.
        """
        raise NotImplementedError

    async def inspect_file(self, path: Path) -> FileCard | Problem:
        """Read what the card shows; refuse what cannot be sent (empty, too large, not a regular file…)."""
        raise NotImplementedError

    async def send_file(self, chat_id: ChatId, card: FileCard) -> OutboxItem | Problem:
        """Copy the file into the spool and queue it (later: sendFileToChat); refused if it changed since."""
        raise NotImplementedError

    async def take_back(self, outbox_id: OutboxId) -> OutboxItem | Problem:
        """Remove an item that was surely not delivered yet (undo, cancel, discard); returns what it was."""
        raise NotImplementedError

    async def resend(self, outbox_id: OutboxId) -> Problem | None:
        """Try a failed or unconfirmed item again, because the operator says so."""
        raise NotImplementedError

    async def create_chat(self, about: NewChat) -> ChatId | Problem:
        """Open (or find) the chat about an order or a return (createChat); it is in the cache afterwards."""
        raise NotImplementedError

    # -- hearing ----------------------------------------------------------------------------------

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with every event, on the engine's thread; the result ends it."""
        raise NotImplementedError

    async def close(self) -> None:
        """Stop the engine: nothing new is begun, what is durable stays."""
        raise NotImplementedError
