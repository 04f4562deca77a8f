"""What the operator marks on a chat: done, put off, pinned, noted, labelled. All of it can be undone."""

from functools import cached_property

from textual import work

from chat_tui.locale import _
from chat_tui.model.ids import ChatId
from chat_tui.model.mark import LABEL_MOST, LABELS_MOST, NOTE_MOST, Marked, Pin, read_labels, read_note
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem
from chat_tui.ui import keys
from chat_tui.ui.screens.desk import Desk
from chat_tui.ui.text import notify
from chat_tui.words.chats import chat_title
from chat_tui.words.problems import problem_words
from chat_tui.words.times import until_words


class Marking(Desk):
    """The commands that mark the chat under the highlight or, if the list has no focus, the open one."""

    @cached_property
    def _undoable(self) -> list[Marked | OutboxItem]:
        """Marks and sent texts of this run, the newest last."""
        return []

    async def _meant(self) -> QueueItem | None:
        chat_id = self._meant_id()
        item = None if chat_id is None else await self._inbox.queue_item(chat_id)
        if item is None and chat_id is not None:
            self._say_unknown()
        return item

    async def _chat_name(self, chat_id: ChatId) -> str:
        """Buyer, order and shop, for what is said of a chat that may not be on the screen."""
        item = await self._inbox.queue_item(chat_id)
        return "?" if item is None else chat_title(item)

    async def _made(self, outcome: Marked | Problem, words: str, **values: str) -> None:
        """Say what a mark did and remember it for undo."""
        if isinstance(outcome, Problem):
            notify(self.app, problem_words(outcome), severity="error")
            return
        self._undoable.append(outcome)
        notify(self.app, words.format(key=keys.key_of("undo"), **values))
        if self.focused is self._list:
            # What one does oneself is no surprise: the row goes where it belongs now.
            await self._queue.apply_order()

    async def action_done(self) -> None:
        """Mark the chat as done."""
        if item := await self._meant():
            outcome = await self._inbox.mark_done(item.chat.chat_id)
            await self._made(outcome, _("Done until the buyer writes; {key} undoes it."))

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def action_snooze(self) -> None:
        """Ask until when, and put the chat off."""
        item = await self._meant()
        until = None if item is None else await self._flows.snooze(item)
        if item is not None and until is not None:
            outcome = await self._inbox.snooze(item.chat.chat_id, until.at)
            when = until_words(until, self._now(), self._zone)
            await self._made(outcome, _("Snoozed {until}; {key} undoes it."), until=when)

    async def action_pin(self) -> None:
        """Pin the chat to the top of its tab, or let it go."""
        if item := await self._meant():
            outcome = await self._inbox.mark(item.chat.chat_id, Pin(not item.is_pinned))
            gone, there = _("No longer pinned; {key} undoes it."), _("Pinned to the top; {key} undoes it.")
            await self._made(outcome, gone if item.is_pinned else there)

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def action_note(self) -> None:
        """Write a line on the chat for ourselves."""
        item = await self._meant()
        if item is None:
            return
        hint = _("for example: promised to call back on Friday")
        text = await self._flows.jot(item, _("Note"), value=item.note, hint=hint, most=NOTE_MOST)
        if text is not None and read_note(text).text != item.note:
            outcome = await self._inbox.mark(item.chat.chat_id, read_note(text))
            await self._made(outcome, _("The note is kept; {key} undoes it."))

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def action_labels(self) -> None:
        """Write the labels of the chat."""
        item = await self._meant()
        if item is None:
            return
        hint = _("words, for example: urgent supplier")
        most = LABELS_MOST * (LABEL_MOST + 1)
        text = await self._flows.jot(item, _("Labels"), value=" ".join(item.labels), hint=hint, most=most)
        if text is not None and read_labels(text).names != item.labels:
            outcome = await self._inbox.mark(item.chat.chat_id, read_labels(text))
            await self._made(outcome, _("The labels are kept; {key} undoes it."))

    async def _unmark(self, marked: Marked) -> None:
        problem = await self._inbox.unmark(marked)
        if problem is None:
            words = _("The mark is taken back: {chat}.").format(chat=await self._chat_name(marked.chat_id))
            notify(self.app, words)
            if self.focused is self._list:
                await self._queue.apply_order()
        elif problem.kind == ProblemKind.GONE:
            words = _("Another window has marked the chat anew since; its mark stays.")
            notify(self.app, words, severity="warning")
        else:
            self._undoable.append(marked)
            notify(self.app, problem_words(problem), severity="error")
