"""The marks on a chat (done, snoozed, pinned, note, labels), and undoing marks and sends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.screen import Screen

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.model.mark import LABEL_MOST, LABELS_MOST, NOTE_MOST, Marked, Pin, read_labels, read_note
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import QueueItem
from chat_tui.ui import keys
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.inbox.opening import Opening
from chat_tui.ui.kit.text import notify
from chat_tui.ui.queue.pane import QueuePane
from chat_tui.words.chats import chat_brief
from chat_tui.words.problems import problem_words
from chat_tui.words.times import until_words

if TYPE_CHECKING:
    from chat_tui.ui.dialogs.dialogs import Dialogs


@dataclass(eq=False)
class Marking:
    """Marks a chat; undoes the newest mark or send of this run."""

    screen: Screen[None]
    inbox: InboxApi
    queue: QueuePane
    talk: TalkPane
    opening: Opening
    dialogs: Callable[[], "Dialogs"]
    now: Callable[[], Millis]
    zone: tzinfo
    _undoable: list[Marked | OutboxItem] = field(default_factory=list, init=False)
    """Marks and sent messages of this run that are not undone yet, newest last."""

    # -- marks ---------------------------------------------------------------------------------------

    async def done(self) -> None:
        """Mark the highlighted chat as done."""
        if (chat_ref := await self.opening.meant_id()) is not None:
            outcome = await self.inbox.marks.done(chat_ref)
            await self._made(outcome, _("Closed until the buyer writes"))

    async def snooze(self, item: QueueItem) -> None:
        """Ask until when, and snooze the chat."""
        until = await self.dialogs().snooze(item)
        if until is not None:
            outcome = await self.inbox.marks.snooze(item.chat.chat_ref, until.at)
            when = until_words(until, self.now(), self.zone)
            await self._made(outcome, _("Snoozed {until}").format(until=when))

    async def pin(self) -> None:
        """Pin the highlighted chat to the top of its tab, or unpin it."""
        if item := await self.opening.meant():
            outcome = await self.inbox.marks.put(item.chat.chat_ref, Pin(not item.is_pinned))
            await self._made(outcome, _("Unpinned") if item.is_pinned else _("Pinned to the top"))

    async def note(self, item: QueueItem) -> None:
        """Edit the note on the chat, which the Market does not see."""
        hint = _("for example: promised to call back on Friday")
        text = await self.dialogs().line(item, _("Note"), value=item.note, hint=hint, most=NOTE_MOST)
        if text is not None and (note := read_note(text)).text != item.note:
            outcome = await self.inbox.marks.put(item.chat.chat_ref, note)
            await self._made(outcome, _("Note saved"))

    async def label(self, item: QueueItem) -> None:
        """Edit the labels of the chat."""
        hint = _("words, for example: urgent supplier")
        before, most = " ".join(item.labels), LABELS_MOST * (LABEL_MOST + 1)
        text = await self.dialogs().line(item, _("Labels"), value=before, hint=hint, most=most)
        if text is not None and (labels := read_labels(text)).names != item.labels:
            outcome = await self.inbox.marks.put(item.chat.chat_ref, labels)
            await self._made(outcome, _("Labels saved"))

    async def _made(self, outcome: Marked | Problem, words: str) -> None:
        """Say what a mark did to which chat, or why it failed, and remember it for undo."""
        if isinstance(outcome, Problem):
            notify(self.screen, problem_words(outcome), severity="error")
            return
        self._undoable.append(outcome)
        sentence = _("{done}: {chat}. {key}: undo")
        chat = await self._chat_name(outcome.chat_ref)
        notify(self.screen, sentence.format(done=words, chat=chat, key=keys.key_of("undo")))
        await self._apply_order()

    # -- undo ----------------------------------------------------------------------------------------

    def remember(self, item: OutboxItem) -> None:
        """Remember a sent message for undo: it can be taken back while it is held."""
        self._undoable.append(item)

    async def undo(self) -> None:
        """Undo the newest mark or send; a send only while it is held."""
        if not self._undoable:
            notify(self.screen, _("Nothing to undo."))
            return
        # Removed at once: holding `u` down undoes one after the other, never one twice.
        newest = self._undoable.pop()
        if isinstance(newest, Marked):
            await self._unmark(newest)
        else:
            await self.take_back(newest)

    async def undo_send(self) -> None:
        """Undo the newest send of this run, whatever was marked since."""
        sends = [one for one in self._undoable if isinstance(one, OutboxItem)]
        if not sends:
            self._tell(_("There is no send to undo."))
            return
        self._undoable.remove(sends[-1])
        await self.take_back(sends[-1])

    def _tell(self, words: str) -> None:
        """Say something at the caret, or as a notification if the box may not be on the screen."""
        if self.screen.focused in {self.talk.box, self.talk.history}:
            self.talk.box.say(words)
        else:
            notify(self.screen, words, severity="warning")

    async def take_back(self, item: OutboxItem) -> None:
        """Move a text from the outbox into the box of its chat, and open the chat; else say why not."""
        taken = await self.talk.take_back(item)
        if isinstance(taken, OutboxItem):
            self._undoable = [
                one for one in self._undoable if isinstance(one, Marked) or one.outbox_id != item.outbox_id
            ]
            await self.opening.open(taken.chat_ref, write=True)
        elif taken.kind == ProblemKind.GONE:
            # Earlier sends are no longer held either, so the next undo is of a mark.
            self._undoable = [one for one in self._undoable if isinstance(one, Marked)]
            words = _("Already sent: {chat}.")
            self._tell(words.format(chat=await self._chat_name(item.chat_ref)))
        else:
            self._tell(problem_words(taken))

    async def _unmark(self, marked: Marked) -> None:
        problem = await self.inbox.marks.take_back(marked)
        if problem is None:
            words = _("Mark undone: {chat}")
            notify(self.screen, words.format(chat=await self._chat_name(marked.chat_ref)))
            await self._apply_order()
        elif problem.kind == ProblemKind.GONE:
            words = _("Marked in another window since then, that mark stays: {chat}")
            name = await self._chat_name(marked.chat_ref)
            notify(self.screen, words.format(chat=name), severity="warning")
        else:
            # It failed for a reason that may pass, so it can still be undone later.
            self._undoable.append(marked)
            notify(self.screen, problem_words(problem), severity="error")

    async def _apply_order(self) -> None:
        # The operator expects the effect of a mark of their own: move the row at once.
        if self.screen.focused is self.queue.list:
            await self.queue.apply_order()

    async def _chat_name(self, chat_ref: ChatRef) -> str:
        """Buyer and order, for a sentence about a chat that may not be on the screen."""
        item = await self.inbox.chats.item(chat_ref)
        return "?" if item is None else chat_brief(item)
