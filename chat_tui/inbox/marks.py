"""What the operator marks on a chat: all of it is local."""

from chat_tui.inbox.asking import Asking, refusal_of, settled
from chat_tui.inbox.events import ChatsChanged, MarksChanged
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.mark import Hold, Mark, Marked
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import marks


class Marks:
    """See `api.MarksApi`."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    async def done(self, chat_id: ChatRef) -> Marked | Problem:
        newest = await self._newest(chat_id)
        return newest if isinstance(newest, Problem) else await self.put(chat_id, Hold(done=newest))

    async def snooze(self, chat_id: ChatRef, until: Millis | None) -> Marked | Problem:
        newest = await self._newest(chat_id)
        if isinstance(newest, Problem):
            return newest
        return await self.put(chat_id, Hold(snoozed=newest, until=until))

    async def _newest(self, chat_id: ChatRef) -> MessageId | Problem:
        """What a mark is made against; never anything in the place of what cannot be read."""
        newest = await self._asking.reads.guarded(self._asking.store.read(marks.newest, chat_id), None)
        return (
            newest if newest is not None else Problem(ProblemKind.STORAGE, message=self._asking.reads.trouble)
        )

    async def put(self, chat_id: ChatRef, mark: Mark) -> Marked | Problem:
        """Set one kind of mark of a chat; the result is what `unmark` takes."""
        written = self._asking.store.write_state(marks.put, chat_id, mark, self._asking.wall_ms())
        outcome = await settled(written)
        if isinstance(outcome, Marked):
            self._asking.tell(MarksChanged(chat_id))
        return outcome

    async def take_back(self, marked: Marked) -> Problem | None:
        written = self._asking.store.write_state(marks.take_back, marked, self._asking.wall_ms())
        outcome = await settled(written)
        if outcome is True:
            self._asking.tell(MarksChanged(marked.chat_id))
        return outcome if isinstance(outcome, Problem) else None if outcome else Problem(ProblemKind.GONE)

    async def see(self, chat_id: ChatRef, message_id: MessageId) -> Problem | None:
        written = self._asking.store.write_state(marks.see, chat_id, message_id, self._asking.wall_ms())
        problem = await refusal_of(written)
        if problem is None:
            # Its row may have been read, and drawn as unseen, a moment ago.
            self._asking.tell(ChatsChanged(frozenset({chat_id})))
        return problem
