"""What an interface may ask of an inbox, by noun: of one business (`service`) or of several (`multi`).

Every method may be called from any thread and any event loop. Reads are local and take milliseconds; what
must be asked of the Market is recorded as a need and answered by an event (`events`). Whoever asks takes the
smallest of these that does. What only verbs ask stands on `service.Inbox` itself.
"""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chat_tui.inbox.events import Event
from chat_tui.inbox.reading.attachments import Progress
from chat_tui.model.chat import NewChat
from chat_tui.model.doubt import Doubt
from chat_tui.model.file import FileCard, Saved
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.link import Link
from chat_tui.model.mark import Mark, Marked
from chat_tui.model.order import ChatOrder
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
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
        """Chats of a tab: the first ones, those after or before a key, or the last ones."""

    async def item(self, chat_ref: ChatRef, /, tab: Tab = Tab.ALL) -> QueueItem | None:
        """One chat as the list shows it (its key is that of `tab`), or None if it is not in the cache."""

    async def counts(self) -> dict[Tab, int]:
        """How many chats each tab holds."""

    async def longest_wait(self) -> Millis | None:
        """Since when whoever waits longest has been waiting; None if nobody does."""

    async def next_waiting(self, beyond: ChatRef | None, *, backwards: bool = False) -> ChatRef | None:
        """The chat to answer next: the longest waiting one, or the one after (before) `beyond`.

        Behind the last one comes the first again; None if there is no other.
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
        """This chat is on the screen: its history comes first. None = no chat is open."""

    def want_older(self, chat_ref: ChatRef, /) -> None:
        """Older messages are wanted from the Market; TimelineChanged or HistoryFailed follows."""

    async def create(self, about: NewChat) -> ChatRef | Problem:
        """Open (or find) the chat about an order or a return (createChat); it is in the cache afterwards."""


class MarksApi(Protocol):
    """What the operator marks on a chat, for every copy; nothing of it is sent to the Market."""

    async def done(self, chat_ref: ChatRef, /) -> Marked | Problem:
        """Take a chat out of WAITING until a buyer writes in it; a snooze ends."""

    async def snooze(self, chat_ref: ChatRef, /, until: Millis | None) -> Marked | Problem:
        """Move a chat from WAITING to SNOOZED until the buyer writes, at the latest until a moment."""

    async def put(self, chat_ref: ChatRef, /, mark: Mark) -> Marked | Problem:
        """Set one kind of mark of a chat; the result is what `take_back` takes."""

    async def take_back(self, marked: Marked, /) -> Problem | None:
        """Put back what stood there before a mark; GONE when any copy has marked it anew since."""

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

        The result are those that cannot be kept there either. Without any the file is removed.
        """

    async def forget(self, chat_ref: ChatRef, /, text: str) -> Problem | None:
        """One of a draft's `others` was taken into the box (and saved), or is not wanted."""


class OutboxApi(Protocol):
    """What leaves, on its way."""

    async def open_items(self) -> tuple[OutboxItem, ...]:
        """Everything sent and not yet confirmed, all chats, oldest first."""

    async def send_text(
        self, chat_ref: ChatRef, /, text: str, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Queue a text and clear the chat's draft in one durable step (later: sendMessageToChat).

        The compose box may clear once this has returned an item. A Problem means that nothing was queued;
        to its `doubts`, if it has any, the operator may agree, and the same call with them goes on.
        """

    async def send_file(
        self, chat_ref: ChatRef, /, card: FileCard, agreed: Collection[Doubt] = ()
    ) -> OutboxItem | Problem:
        """Copy the file into the spool and queue it (later: sendFileToChat); refused if it changed since.

        As with a text, a Problem may carry `doubts`; those of the file itself stand on its card too.
        """

    async def resend(self, item: OutboxItem, /, agreed: Collection[Doubt] = ()) -> Problem | None:
        """Try a failed or unconfirmed item again, because the operator says so (after one more look).

        A Problem may carry `doubts`, as with `send_text`.
        """

    async def take_back(
        self, item: OutboxItem, /, *, into_draft: bool = False, caret: int | None = None
    ) -> OutboxItem | Problem:
        """Remove an item from the outbox (undo, cancel, discard); returns what it was. GONE if it went on.

        `into_draft` makes its text the draft of its chat in the same step, with the caret at `caret`.
        """

    async def stop(self, item: OutboxItem, /) -> Problem | None:
        """Break off a request under way; it may have arrived all the same, so the item is then looked up."""


class FilesApi(Protocol):
    """Files to send, and those of messages; cancelling any of it leaves nothing behind."""

    async def inspect(self, path: Path) -> FileCard | Problem:
        """Read what the card shows; refuse what cannot be sent (empty, too large, not a regular file…)."""

    async def save(
        self,
        chat_ref: ChatRef,
        /,
        message_id: MessageId,
        index: int,
        into: Path,
        progress: Progress | None = None,
    ) -> Saved | Problem:
        """Save a file of a message into a folder, under a harmless name that was free.

        `index` counts the message's attachments from 0.
        """

    async def read(
        self, chat_ref: ChatRef, /, message_id: MessageId, index: int, progress: Progress | None = None
    ) -> bytes | Problem:
        """The bytes of a file, to be looked at; FILE_OVER_CAP above `attachments.LOOKED_AT`."""

    async def last_folder(self) -> Path | None:
        """Where was saved last, in this run or before."""


class OrdersApi(Protocol):
    """What a chat is about."""

    async def of_chat(self, chat_ref: ChatRef, /) -> ChatOrder | None:
        """What is known here of a chat's order, return and buyer; None for a chat that is not in the cache.

        Where nothing was read and there is no problem, the Market is being asked.
        """

    def want(self, chat_ref: ChatRef, /) -> None:
        """This chat's order is on the screen: it is asked for unless it is fresh; OrdersChanged follows."""


class SearchApi(Protocol):
    """The search through everything ever read."""

    async def find(self, query: SearchQuery, after: SearchKey | None = None, limit: int = 50) -> SearchPage:
        """What is found, or what comes after a `next_key`. A page without hits is the last one.

        Looking for rare things among many takes several short turns, between which others may read;
        cancelling ends it.
        """

    async def coverage(self) -> SearchCoverage:
        """How much of the history a search looks through."""

    def fetch_rest(self, wanted: bool) -> None:
        """The operator wants the history that is not here yet read now, or no longer wants it."""


class InboxApi(Protocol):
    """All of it, with how things stand and what begins and ends."""

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
        """Begin; without `background` nothing is synced or delivered but what is asked for.

        `asleep`, all that is the engine's waits for `awaken`: the first paint has the processor for itself.
        """

    def awaken(self) -> None:
        """Let the engine begin, if it was started and has not."""

    async def close(self) -> None:
        """Stop the engine: nothing new is begun, what is durable stays; the store is closed."""

    def link(self, chat: ChatRef | None = None, /) -> Link:
        """How things stand with the Market, now: for the business of a chat, or for all."""

    @property
    def view_only(self) -> Problem | None:
        """Why nothing may be sent in this run; None = it may, to one business at least."""

    def refresh(self) -> None:
        """Look for new chats and messages now, and try again what was paused."""

    def active(self, *, is_here: bool = True) -> None:
        """The operator is at the screen, or not; while somebody is, at whichever copy, news comes sooner."""

    def subscribe(self, hear: Callable[[Event], None]) -> Callable[[], None]:
        """Call `hear` with every event, on the engine's thread; the result ends it."""

    def own(self, chat: ChatRef, /) -> "Inbox":
        """The inbox of a chat's business alone, which can be asked what only verbs ask."""
