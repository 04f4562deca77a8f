"""The open chat: its history, the compose box, its draft, and what is sent from here."""

import asyncio
from collections.abc import Callable
from datetime import tzinfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.message import Message as UiMessage
from textual.timer import Timer

from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.ids import ChatId, MessageId, Millis, OutboxId
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Draft
from chat_tui.ui import keys
from chat_tui.ui.keys import Where
from chat_tui.ui.screens.news import Digest
from chat_tui.ui.screens.send_checks import SendChecks
from chat_tui.ui.terminal.bind import bind
from chat_tui.ui.text import notify, plain
from chat_tui.ui.widgets.compose import Compose
from chat_tui.ui.widgets.history import History
from chat_tui.words.chats import chat_title, recipient
from chat_tui.words.problems import problem_words

BOX_LEAST, BOX_MOST = 3, 10
"""Rows of the box with its frame."""
PAGE = 50
"""Entries asked for at once."""
DRAFT_S = 1.0
"""Seconds after the first key that is not saved yet before a draft is."""
SAVING_S = 0.5
"""Seconds after which a text that is not on the disk yet is said to be on its way there."""
LEAVE_S = 1.0
"""Seconds that the database gets to take what is typed when the program ends."""
RETRY_S = 5.0
"""Seconds before a draft that the disk refused is tried again."""


class TalkPane(Vertical):
    """Everything typed here belongs to `chat_id`, from the first letter to the outbox."""

    class Sent(UiMessage):
        """Something was queued from here."""

        def __init__(self, item: OutboxItem, *, was_waiting: bool) -> None:
            self.item = item
            self.was_waiting = was_waiting
            """Whether the chat stood among those to be answered."""
            super().__init__()

    def __init__(
        self,
        inbox: Inbox,
        *,
        now: Callable[[], Millis],
        zone: tzinfo,
        opened: Callable[[ChatId], None],
    ) -> None:
        """`opened` hears of another chat in the very moment in which the box becomes its own."""
        super().__init__(id="talk-pane")
        self._inbox = inbox
        self._opened = opened
        self.history = History(now, zone)
        self.box = Compose()
        self.box.disabled = True
        bind(self.history, keys.bindings(Where.HISTORY), freed=keys.freed(Where.HISTORY))
        self._draft_timer: Timer | None = None
        self._saved = ""
        self._carets: dict[OutboxId, int] = {}
        """Where the caret stood in what was sent from here."""
        self._checks = SendChecks()
        self._read_to = MessageId(0)
        """The newest message that was on the screen when a key was last pressed in the box."""
        self._names: dict[ChatId, str] = {}
        """To whom what is typed goes, in words, by chat."""
        self._is_aside = False
        """Whether texts lie in a file beside the database."""
        self._unkept: dict[ChatId, Draft] = {}
        """Drafts on their way to the disk, or refused by it: tried again until they are there."""
        self.chat_id: ChatId | None = None
        self.item: QueueItem | None = None
        self.others: tuple[str, ...] = ()
        """What other copies of the program hold as the draft of this chat, the latest first."""

    def compose(self) -> ComposeResult:
        """The history, the line in which the box tells something, the box."""
        yield self.history
        yield self.box.told
        yield self.box

    def on_mount(self) -> None:
        """No chat is open: say which keys open one."""
        words = _("No chat is open. {open} opens the highlighted one, {next} the longest waiting.")
        words = words.format(open=keys.key_of("open"), next=keys.key_of("next_waiting"))
        self.history.say(plain(words))

    @on(Compose.Told)
    @on(Resize)
    def _share_out(self) -> None:
        """At every size the whole box is on the screen, its recipient and the caret with it."""
        height, width = self.size.height, max(1, self.size.width - 2)
        told = min(self.box.told.lines_in(width), max(1, height - BOX_LEAST - 1))
        self.box.told.styles.max_height = max(1, told)
        self.box.styles.max_height = max(BOX_LEAST, min(BOX_MOST, height - told - 1))

    # -- opening -------------------------------------------------------------------------------------

    async def open(
        self,
        chat_id: ChatId,
        *,
        at: MessageId | None = None,
        only_if: Callable[[], bool] = lambda: True,
        shown: Callable[[], None] = lambda: None,
    ) -> bool:
        """Show a chat with its draft; what was typed for the one before is kept with that one.

        `at`, a message, is brought to the middle of the screen, also when the chat is open already.
        `only_if` is asked when nothing can come between any more; `shown` is called in the very moment in
        which the box is that of the chat, before any key.
        """
        if chat_id == self.chat_id:
            shown()
            if at is not None:
                await self._go_to(chat_id, at)
            return True
        item = await self._inbox.queue_item(chat_id)
        if item is None:
            return False
        page = await self._inbox.timeline(chat_id, around=at, limit=PAGE)
        draft = self._unkept.get(chat_id) or await self._inbox.draft(chat_id)
        if not only_if():
            return False
        # Up to the last line nothing is awaited: name, history, text and chat change together, and a
        # letter typed a moment ago is still in the box when it is read here.
        leaving, unsent = self._unsaved(), self._unsent()
        self.chat_id, self.item = chat_id, item
        self._names[chat_id] = recipient(item)
        self._saved, self.others = draft.text, draft.others
        self.history.show(page, item, at=at)
        self._read_to = self.history.newest_shown
        self.box.load(draft.text, draft.caret)
        self.box.address(plain(recipient(item), lines=False))
        self.box.disabled = False
        self._opened(chat_id)
        self.tell_rights()
        shown()
        self._inbox.open_chat(chat_id)
        if unsent:
            notify(self.app, unsent, severity="warning")
        if leaving is not None:
            await self._keep(leaving)
        # News that came since the page was read was not news of the open chat yet, and is not told again.
        await self.renew()
        return True

    async def _go_to(self, chat_id: ChatId, at: MessageId) -> None:
        page = await self._inbox.timeline(chat_id, around=at, limit=PAGE)
        if chat_id == self.chat_id:
            self.history.show(page, self.item, at=at)

    def tell_rights(self) -> None:
        """Say in the box when nothing can be sent to the business of the open chat."""
        why = self._inbox.link(self.chat_id).view_only
        self.box.forbid(problem_words(why) if why is not None else "")

    # -- news ----------------------------------------------------------------------------------------

    async def hear(self, digest: Digest) -> None:
        """Show anew what the news may concern."""
        if self.chat_id in digest.timelines:
            await self.renew()
        elif self.chat_id in digest.marks:
            await self._renew_marks()
        if self.chat_id in digest.failed:
            problem = self._inbox.link(self.chat_id).problem
            self.history.older_failed(problem_words(problem) if problem is not None else "")

    async def renew(self) -> None:
        """The timeline or the outbox of the open chat changed."""
        chat_id = self.chat_id
        if chat_id is None:
            return
        page = await self._inbox.timeline(chat_id, limit=PAGE)
        item = await self._inbox.queue_item(chat_id)
        oldest = self.history.oldest_id
        older = await self._inbox.timeline(chat_id, before=oldest, limit=PAGE) if oldest else None
        if chat_id == self.chat_id and item is not None:
            self.item = item
            self.history.refresh_newest(page)
            if older is not None and self.history.oldest_id == oldest:
                self.history.extend_older(older)
            self.history.entitle(item)
            self.box.address(plain(recipient(item), lines=False))

    async def _renew_marks(self) -> None:
        """A mark of the open chat changed: the header shows it, the history need not be read."""
        chat_id = self.chat_id
        item = None if chat_id is None else await self._inbox.queue_item(chat_id)
        if item is not None and chat_id == self.chat_id:
            self.item = item
            self.history.entitle(item)

    @on(History.OlderWanted)
    async def _older(self, message: History.OlderWanted) -> None:
        """Older entries: from the cache, else from the Market."""
        message.stop()
        if message.chat_id != self.chat_id:
            return
        if not message.is_cached:
            self._inbox.want_older(message.chat_id)
            return
        page = await self._inbox.timeline(message.chat_id, before=message.before, limit=PAGE)
        if message.chat_id == self.chat_id:
            self.history.extend_older(page)

    @on(History.NewerWanted)
    async def _newer(self, message: History.NewerWanted) -> None:
        message.stop()
        page = await self._inbox.timeline(message.chat_id, after=message.after, limit=PAGE)
        if message.chat_id != self.chat_id:
            return
        if message.after is None:
            self.history.show_newest(page)
        else:
            self.history.extend_newer(page)

    @on(History.SeenTo)
    async def _seen(self, message: History.SeenTo) -> None:
        message.stop()
        await self._inbox.mark_seen(message.chat_id, message.message_id)

    # -- writing -------------------------------------------------------------------------------------

    @on(Compose.Changed)
    def _typed(self, message: Compose.Changed) -> None:
        message.stop()
        self._read_to = max(self._read_to, self.history.newest_shown)
        self._save_soon()

    def _save_soon(self) -> None:
        # Counted from the first letter, not from the last: whoever types without a pause is kept up with.
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(DRAFT_S, self.save_draft)

    async def save_draft(self) -> None:
        """Keep what is in the box as the draft of the open chat, and whatever the disk refused before."""
        unsaved = self._unsaved()
        if unsaved is not None:
            self._saved = unsaved.text
            self._unkept[unsaved.chat_id] = unsaved
        for draft in tuple(self._unkept.values()):
            await self._keep(draft)

    @property
    def is_kept(self) -> bool:
        """Whether what is in the box is on the disk."""
        return self.box.text == self._saved and self.chat_id not in self._unkept

    async def keep_all(self) -> tuple[tuple[str, str], ...]:
        """Keep everything typed, in the database or else beside it; to whom and what, if neither takes it."""
        try:
            # Whoever ends the program by a signal does not wait for longer.
            async with asyncio.timeout(LEAVE_S):
                await self.save_draft()
        except TimeoutError:
            pass
        unkept = [draft for draft in self._unkept.values() if draft.text.strip()]
        if unkept or self._is_aside:
            self._is_aside = bool(unkept)
            unkept = list(await asyncio.to_thread(self._inbox.keep_aside, unkept))
        return tuple((self._names.get(draft.chat_id, ""), draft.text) for draft in unkept)

    def _unsaved(self) -> Draft | None:
        """What is in the box, if it differs from what was last handed to the disk."""
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None
        if self.chat_id is None or self.box.text == self._saved:
            return None
        return Draft(self.chat_id, self.box.text, self.box.caret)

    def _unsent(self) -> str:
        """What is said when the chat is left although Enter did not send its text; empty if all is well."""
        if self.item is None or not self.box.is_refused:
            return ""
        words = _("Not sent, kept as a draft: {chat}.")
        return words.format(chat=chat_title(self.item))

    async def _keep(self, draft: Draft) -> None:
        self._unkept[draft.chat_id] = draft
        problem = await self._inbox.save_draft(draft)
        if problem is None:
            if self._unkept.get(draft.chat_id) is draft:
                del self._unkept[draft.chat_id]
            if self._is_aside and not self._unkept:
                self._is_aside = False
                await asyncio.to_thread(self._inbox.keep_aside, ())
            return
        await self._tell(draft.chat_id, problem_words(problem))
        if self._draft_timer is None:
            self._draft_timer = self.set_timer(RETRY_S, self.save_draft)

    @on(Compose.SendWanted)
    async def _send(self, message: Compose.SendWanted) -> None:
        """Queue the text durably; only then does the box let go of it."""
        message.stop()
        chat_id = self.chat_id
        try:
            if chat_id is not None:
                await self._queue(chat_id, message.text)
        finally:
            self.box.answered()

    async def _queue(self, chat_id: ChatId, text: str) -> None:
        if await self._is_stale(chat_id):
            stale = _("Something new came while you were writing. Read it; Enter again sends.")
            await self._tell(chat_id, stale)
            return
        was_waiting = self.item is not None and self.item.is_to_answer
        # A timer of the app: this pane waits for the disk.
        slow = self.app.set_timer(SAVING_S, lambda: self._tell(chat_id, _("Saving…")))
        try:
            agreed = self._checks.agreed(chat_id)
            outcome = await self._inbox.send_text(chat_id, text, agreed)
        finally:
            slow.stop()
        if isinstance(outcome, Problem) and outcome.doubts:
            await self._tell(chat_id, self._checks.say(chat_id, outcome.doubts))
            return
        if isinstance(outcome, Problem):
            await self._tell(chat_id, problem_words(outcome))
            return
        if chat_id == self.chat_id:
            self._carets[outcome.outbox_id] = self.box.caret
            self._saved = ""
            self._unkept.pop(chat_id, None)
            self.box.clear_after_send(text)
            self._save_soon()
        self.post_message(self.Sent(outcome, was_waiting=was_waiting))

    async def _tell(self, chat_id: ChatId, words: str) -> None:
        """Say something about what is written for a chat: at the caret, or with its name if it was left."""
        if chat_id == self.chat_id:
            self.box.tell(words)
            return
        item = await self._inbox.queue_item(chat_id)
        words = words if item is None else f"{chat_title(item)}: {words}"
        notify(self.app, words, severity="warning")

    async def _is_stale(self, chat_id: ChatId) -> bool:
        """Whether anybody wrote after what was on the screen at the last key; it is on the screen now."""
        page = await self._inbox.timeline(chat_id, limit=PAGE)
        theirs = [e.message.message_id for e in page.entries if e.message is not None and e.item is None]
        if not theirs or theirs[-1] <= self._read_to:
            return False
        self._read_to = theirs[-1]
        self.history.show_newest(page)
        return True

    async def add_text(self, text: str) -> None:
        """Put what another copy typed below what is in the box, and make it ours."""
        chat_id = self.chat_id
        if chat_id is None:
            return
        typed = self.box.text
        joined = f"{typed}\n{text}" if typed.strip() else text
        self.box.load(joined, len(joined))
        await self.save_draft()
        await self._inbox.forget_draft(chat_id, text)
        self.others = tuple(other for other in self.others if other != text)

    async def take_back(self, outbox_id: OutboxId) -> OutboxItem | Problem:
        """Take a text out of the outbox, back into the draft of its chat, before whatever was typed since."""
        await self.save_draft()
        taken = await self._inbox.take_back(
            outbox_id, into_draft=True, caret=self._carets.pop(outbox_id, None)
        )
        if isinstance(taken, OutboxItem) and taken.chat_id == self.chat_id and taken.text:
            draft = await self._inbox.draft(taken.chat_id)
            if self.box.text == self._saved:
                self._saved = draft.text
                self.box.load(draft.text, draft.caret)
            else:
                # Letters came meanwhile: they are kept behind the text.
                self.box.load(f"{taken.text}\n{self.box.text}", len(taken.text))
                self._save_soon()
        return taken
