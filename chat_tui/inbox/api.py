"""What an interface may ask of an inbox, by noun: of one business (`service`) or of several (`multi`).

Every method may be called from any thread and any event loop. Reads are local and take milliseconds; what
has to come from the Market is recorded as a need and answered by an event (`events`). A caller takes the
smallest of these protocols that serves it. What only verbs need is on `service.Inbox` itself.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chat_tui.inbox.events import Event
from chat_tui.inbox.reading.attachments import Progress
from chat_tui.model.chat import NewChat
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import AttachmentRef, FileCard, Saved
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.link import Link
from chat_tui.model.mark import Mark, Marked
from chat_tui.model.order import ChatOrder
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Stage, Tab
from chat_tui.model.search import SearchCoverage, SearchKey, SearchPage, SearchQuery
from chat_tui.model.timeline import Draft, TimelinePage

if TYPE_CHECKING:
    from chat_tui.inbox.service import Inbox


class ChatsApi(Protocol):
    """The list of chats and their histories."""

    async def page(
        self,
        tab: Tab,
        *,
        after: QueueKey | None = None,
        before: QueueKey | None = None,
        from_end: bool = False,
        limit: int = 64,
    ) -> QueuePage:
        """A page of a tab: its first chats, those after or before a key, or (`from_end`) its last ones."""

    async def item(self, chat_ref: ChatRef, /, tab: Tab = Tab.ALL) -> QueueItem | None:
        """One chat as the list shows it (its key is that of `tab`), or None if it is not in the cache."""

    async def counts(self) -> dict[Tab, int]:
        """How many chats of each tab need us; for SNOOZED and ALL, how many it holds."""

    async def next_waiting(self, beyond: ChatRef | None, *, backwards: bool = False) -> ChatRef | None:
        """The chat to answer next: the longest waiting one, or the one after (before) `beyond`.

        After the last one comes the first again; None if no other chat is waiting. One that somebody
        is about to answer in another copy comes only if there is no other.
        """

    async def timeline(
        self,
        chat_ref: ChatRef,
        /,
        *,
        before: MessageId | None = None,
        after: MessageId | None = None,
        around: MessageId | None = None,
        limit: int = 50,
    ) -> TimelinePage:
        """The newest entries of a chat, or those before, after or around a message."""

    def open(self, chat_ref: ChatRef | None) -> None:
        """This chat is on the screen, so its history is read first. None = no chat is open."""

    def attend(self, chat_ref: ChatRef, /, stage: Stage) -> None:
        """How far the operator is in the chat on the screen: other copies show it."""

    def want_older(self, chat_ref: ChatRef, /) -> None:
        """Ask the Market for older messages; TimelineChanged or HistoryFailed follows."""

    async def create(self, about: NewChat) -> ChatRef | Problem:
        """Open or find the chat about an order or a return (createChat); afterwards it is in the cache."""


class MarksApi(Protocol):
    """Marks the operator puts on a chat. Every copy of the program sees them; the Market never does."""

    async def done(self, chat_ref: ChatRef, /) -> Marked | Problem:
        """Take a chat out of WAITING until a buyer writes in it; a snooze ends."""

    async def snooze(self, chat_ref: ChatRef, /, until: Millis | None) -> Marked | Problem:
        """Move a chat from WAITING to SNOOZED until the buyer writes, at the latest until a moment."""

    async def put(self, chat_ref: ChatRef, /, mark: Mark) -> Marked | Problem:
        """Set one kind of mark of a chat; the result is what `take_back` takes."""

    async def take_back(self, marked: Marked, /) -> Problem | None:
        """Restore what a mark replaced; GONE when any copy has changed that mark since."""

    async def see(self, chat_ref: ChatRef, /, message_id: MessageId) -> Problem | None:
        """The operator has seen the chat up to this message."""


class DraftsApi(Protocol):
    """Texts typed and not sent."""

    async def get(self, chat_ref: ChatRef, /) -> Draft:
        """The text typed for this chat, and other texts that copies of the program typed for it."""

    async def save(self, draft: Draft, /) -> Problem | None:
        """Keep the text typed for a chat; an empty text removes the draft."""

    def keep_aside(self, drafts: Sequence[Draft], /) -> tuple[Draft, ...]:
        """Keep texts that `save` refuses in a file beside the database, for the next start.

        Returns those that could not be kept there either. An empty sequence removes the file.
        """

    async def forget(self, chat_ref: ChatRef, /, text: str) -> Problem | None:
        """Remove one of a draft's `others`: it is in the box now (and saved), or is not wanted."""


class OutboxApi(Protocol):
    """Texts and files on their way to the Market."""

    async def open_items(self) -> tuple[OutboxItem, ...]:
        """Everything sent and not yet confirmed, of all chats, oldest first."""

    async def send_text(
        self, chat_ref: ChatRef, /, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a text and clear the chat's draft in one durable step (later: sendMessageToChat).

        The compose box may clear once this has returned an item. A Problem means that nothing was queued. If
        it has `doubts`, the operator may agree to them; call again with `agreed` set to those.
        """

    async def send_file(
        self, chat_ref: ChatRef, /, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Copy the file into the spool and queue it (later: sendFileToChat); refused if it changed since.

        As with a text, a Problem may carry `doubts`; those about the file itself are on its card, too.
        """

    async def resend(self, item: OutboxItem, /, agreed: Collection[Doubt] = ()) -> Problem | None:
        """Send a failed or unconfirmed item again because the operator says so, after one more look.

        A Problem may carry `doubts`, as with `send_text`.
        """

    async def take_back(
        self, item: OutboxItem, /, *, into_draft: bool = False, caret: int | None = None
    ) -> OutboxItem | Problem:
        """Remove an item from the outbox (undo, cancel, discard) and return it; GONE if it has moved on.

        `into_draft` makes its text the draft of its chat in the same step, with the caret at `caret`.
        """

    async def stop(self, item: OutboxItem, /) -> Problem | None:
        """Break off a request under way. It may have arrived all the same, so the item is looked up."""


class FilesApi(Protocol):
    """Files to send, and files of messages. Cancelling any of these calls leaves nothing behind."""

    async def inspect(self, path: Path) -> FileCard | Problem:
        """Read what the card shows; refuse what cannot be sent (empty, too large, not a regular file…)."""

    async def save(
        self, file: AttachmentRef, /, into: Path, progress: Progress | None = None
    ) -> Saved | Problem:
        """Save a file of a message into a folder, under a harmless name that is not taken."""

    async def read(self, file: AttachmentRef, /, progress: Progress | None = None) -> bytes | Problem:
        """The bytes of a file, for viewing; FILE_ONLY_TO_SAVE above `attachments.LOOKED_AT`."""

    async def last_folder(self) -> Path | None:
        """The folder of the last save, in this run or an earlier one; None before the first."""


class OrdersApi(Protocol):
    """What a chat is about."""

    async def of_chat(self, chat_ref: ChatRef, /) -> ChatOrder | None:
        """What the cache knows of a chat's order, return and buyer; None for a chat that is not in the cache.

        Nothing read and no problem means that the Market is being asked.
        """

    def want(self, chat_ref: ChatRef, /) -> None:
        """This chat's order is on the screen: ask for it unless it is fresh; OrdersChanged follows."""


class SearchApi(Protocol):
    """Search through all messages ever read."""

    async def find(self, query: SearchQuery, after: SearchKey | None = None, limit: int = 50) -> SearchPage:
        """The first hits, or those after a `next_key`. A page without hits is the last one.

        A rare word among many messages takes several short reads, so that other reads are not held up;
        cancelling ends them.
        """

    async def coverage(self) -> SearchCoverage:
        """How much of the shop's history is in the cache and can be searched."""

    def fetch_rest(self, wanted: bool) -> None:
        """Read the missing history as soon as the quota allows, or (False) only in passing again."""


class InboxApi(Protocol):
    """All of them, with the state of the link and the life cycle."""

    @property
    def chats(self) -> ChatsApi: ...
    @property
    def marks(self) -> MarksApi: ...
    @property
    def drafts(self) -> DraftsApi: ...
    @property
    def outbox(self) -> OutboxApi: ...
    @property
    def files(self) -> FilesApi: ...
    @property
    def orders(self) -> OrdersApi: ...
    @property
    def search(self) -> SearchApi: ...

    def start(self, *, background: bool = True, asleep: bool = False) -> None:
        """Begin. Without `background`, only what is asked for is read or delivered.

        With `asleep` the engine waits for `awaken`, so that the first paint has the processor to itself.
        """

    def awaken(self) -> None:
        """Let an engine that was started `asleep` begin."""

    async def close(self) -> None:
        """Stop the engine and close the store: nothing new starts, what is durable stays."""

    def link(self, chat: ChatRef | None = None, /) -> Link:
        """The state of the connection now: of the business of a chat, or of all."""

    @property
    def view_only(self) -> Problem | None:
        """Why nothing may be sent in this run; None = something may, to one business at least."""

    def refresh(self) -> None:
        """Look for new chats and messages now, and resume what was paused."""

    def active(self, *, is_here: bool = True) -> None:
        """The operator is at the screen, or not. While one is, at any copy, news is polled more often."""

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with every event, on the engine's thread; call the result to unsubscribe."""

    def own(self, chat: ChatRef, /) -> "Inbox":
        """The inbox of a chat's business alone, which also has what only verbs need."""
