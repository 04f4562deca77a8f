"""The list of chats as a user interface asks for it, and what the operator marks there."""

from collections.abc import Callable

from chat_tui.inbox.events import Event, LinkChanged, MarksChanged
from chat_tui.inbox.reads import Reads
from chat_tui.inbox.writing import Writing
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.mark import Hold, Mark, Marked
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
from chat_tui.store import chats
from chat_tui.store.database import Store


class Queue:
    """The part of `Inbox` that knows tabs and marks; all of it is local."""

    def __init__(
        self,
        store: Store,
        writing: Writing,
        wall_ms: Callable[[], Millis],
        tell: Callable[[Event], None],
    ) -> None:
        """`tell` publishes an event."""
        self._reads = Reads(lambda: tell(LinkChanged()))
        self._store = store
        self._writing = writing
        self._wall_ms = wall_ms
        self._tell = tell

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
        page = self._store.read(
            chats.page,
            tab,
            after=after,
            before=before,
            from_end=from_end,
            limit=limit,
            now=self._wall_ms(),
        )
        without = QueuePage(tab, (), has_before=False, has_after=False)
        return await self._reads.guarded(page, without, ("page", tab, after, before, from_end, limit))

    async def queue_item(self, chat_id: ChatRef, tab: Tab = Tab.ALL) -> QueueItem | None:
        """One chat as the list shows it (its key is that of `tab`), or None if it is not in the cache."""
        item = self._store.read(chats.item, chat_id, tab, now=self._wall_ms())
        return await self._reads.guarded(item, None, ("item", chat_id, tab))

    async def tab_counts(self) -> dict[Tab, int]:
        """How many chats each tab holds."""
        counts = self._store.read(chats.counts, self._wall_ms())
        return await self._reads.guarded(counts, dict.fromkeys(Tab, 0), "counts")

    async def longest_wait(self) -> Millis | None:
        """Since when whoever waits longest has been waiting; None if nobody does."""
        since = self._store.read(chats.longest_wait, self._wall_ms())
        return await self._reads.guarded(since, None)

    async def next_waiting(self, beyond: ChatRef | None, *, backwards: bool = False) -> ChatRef | None:
        """The chat to answer next: the longest waiting one, or the one after (before) `beyond`."""
        found = self._store.read(chats.next_waiting, beyond, backwards=backwards, now=self._wall_ms())
        return await self._reads.guarded(found, None)

    async def waiting_beyond(self, start: QueueKey | None, *, backwards: bool = False) -> QueueItem | None:
        """The first (last) chat of WAITING beyond a key to which no answer is on its way."""
        found = self._store.read(chats.waiting_beyond, start, backwards=backwards, now=self._wall_ms())
        return await self._reads.guarded(found, None)

    async def mark_done(self, chat_id: ChatRef) -> Marked | Problem:
        """Take a chat out of WAITING until a buyer writes in it; a snooze ends."""
        newest = await self._newest(chat_id)
        return newest if isinstance(newest, Problem) else await self.mark(chat_id, Hold(done=newest))

    async def snooze(self, chat_id: ChatRef, until: Millis | None) -> Marked | Problem:
        """Move a chat from WAITING to SNOOZED until the buyer writes, at the latest until a moment."""
        newest = await self._newest(chat_id)
        if isinstance(newest, Problem):
            return newest
        return await self.mark(chat_id, Hold(snoozed=newest, until=until))

    async def _newest(self, chat_id: ChatRef) -> MessageId | Problem:
        """What a mark is made against; never anything in the place of what cannot be read."""
        newest = await self._reads.guarded(self._writing.newest(chat_id), None)
        return newest if newest is not None else Problem(ProblemKind.STORAGE, message=self._reads.trouble)

    async def mark(self, chat_id: ChatRef, mark: Mark) -> Marked | Problem:
        """Set one kind of mark of a chat; the result is what `unmark` takes."""
        outcome = await self._writing.mark(chat_id, mark)
        if isinstance(outcome, Marked):
            self._tell_mark(chat_id)
        return outcome

    async def unmark(self, marked: Marked) -> Problem | None:
        """Put back what stood there before a mark; GONE when any copy has marked it anew since."""
        problem = await self._writing.unmark(marked)
        if problem is None:
            self._tell_mark(marked.chat_id)
        return problem

    def _tell_mark(self, chat_id: ChatRef) -> None:
        self._tell(MarksChanged(chat_id))
