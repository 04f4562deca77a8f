"""The open chat: its history, the compose box, its draft, and what is sent from here."""

from collections.abc import Callable, Collection, Sequence
from datetime import tzinfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.message import Message as UiMessage

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.doubt import Doubt
from chat_tui.model.ids import ChatRef, MessageId, Millis, OutboxId
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem
from chat_tui.terminal.keys import bind
from chat_tui.ui import keys
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.chat.drafts import Drafts
from chat_tui.ui.chat.history import History
from chat_tui.ui.keys import Where
from chat_tui.ui.kit.news import Digest
from chat_tui.ui.kit.text import notify, plain
from chat_tui.words.chats import chat_title, recipient
from chat_tui.words.problems import doubt_words, problem_words

BOX_LEAST, BOX_MOST = 3, 10
"""Rows of the box with its frame."""
PAGE = 50
"""Entries asked for at once."""
SAVING_S = 0.5
"""Seconds after which a text that is not on the disk yet is said to be on its way there."""


class SendChecks:
    """What the operator was told of a text before it is sent: said once, a second Enter agrees to it.

    Which doubts there are is decided by the door of the inbox.
    """

    def __init__(self) -> None:
        self._said: dict[ChatRef, set[Doubt]] = {}

    def agreed(self, chat_ref: ChatRef) -> Collection[Doubt]:
        """What the next Enter in a chat agrees to."""
        return self._said.get(chat_ref, ())

    def say(self, chat_ref: ChatRef, doubts: Sequence[Doubt]) -> str:
        """What to tell the operator; he then knows it."""
        self._said.setdefault(chat_ref, set()).update(doubts)
        return f"{doubt_words(doubts)} {_('Enter again sends it.')}"


class TalkPane(Vertical):
    """Everything typed here belongs to `chat_ref`, from the first letter to the outbox."""

    class Sent(UiMessage):
        """Something was queued from here."""

        def __init__(self, item: OutboxItem, *, was_waiting: bool) -> None:
            self.item = item
            self.was_waiting = was_waiting
            """Whether the chat stood among those to be answered."""
            super().__init__()

    def __init__(
        self,
        inbox: InboxApi,
        *,
        now: Callable[[], Millis],
        zone: tzinfo,
        opened: Callable[[ChatRef], None],
    ) -> None:
        """`opened` hears of another chat in the very moment in which the box becomes its own."""
        super().__init__(id="talk-pane")
        self._inbox = inbox
        self._opened = opened
        self.history = History(now, zone)
        self.box = Compose()
        self.box.disabled = True
        bind(self.history, keys.bindings(Where.HISTORY), freed=keys.freed(Where.HISTORY))
        self.drafts = Drafts(self, inbox, self.box, self._tell)
        self._carets: dict[OutboxId, int] = {}
        """Where the caret stood in what was sent from here."""
        self._checks = SendChecks()
        self._read_to = MessageId(0)
        """The newest message that was on the screen when a key was last pressed in the box."""
        self.item: QueueItem | None = None
        self.others: tuple[str, ...] = ()
        """What other copies of the program hold as the draft of this chat, the latest first."""

    @property
    def chat_ref(self) -> ChatRef | None:
        """The open chat."""
        return self.drafts.chat_ref

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
        chat_ref: ChatRef,
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
        if chat_ref == self.chat_ref:
            shown()
            if at is not None:
                await self._go_to(chat_ref, at)
            return True
        item = await self._inbox.chats.item(chat_ref)
        if item is None:
            return False
        page = await self._inbox.chats.timeline(chat_ref, around=at, limit=PAGE)
        draft = await self.drafts.of(chat_ref)
        if not only_if():
            return False
        # Up to the last line nothing is awaited: name, history, text and chat change together, and a
        # letter typed a moment ago is still in the box when it is read here.
        leaving, unsent = self.drafts.unsaved(), self._unsent()
        self.item, self.others = item, draft.others
        self.drafts.take_up(draft, recipient(item))
        self.history.show(page, item, at=at)
        self._read_to = self.history.newest_shown
        self.box.address(plain(recipient(item), lines=False))
        self.box.disabled = False
        self._opened(chat_ref)
        self.tell_rights()
        shown()
        self._inbox.chats.open(chat_ref)
        if unsent:
            notify(self.app, unsent, severity="warning")
        if leaving is not None:
            await self.drafts.keep(leaving)
        # News that came since the page was read was not news of the open chat yet, and is not told again.
        await self.renew()
        return True

    async def _go_to(self, chat_ref: ChatRef, at: MessageId) -> None:
        page = await self._inbox.chats.timeline(chat_ref, around=at, limit=PAGE)
        if chat_ref == self.chat_ref:
            self.history.show(page, self.item, at=at)

    def tell_rights(self) -> None:
        """Say in the box when nothing can be sent to the business of the open chat."""
        why = self._inbox.link(self.chat_ref).view_only
        self.box.forbid(problem_words(why) if why is not None else "")

    # -- news ----------------------------------------------------------------------------------------

    async def hear(self, digest: Digest) -> None:
        """Show anew what the news may concern."""
        if self.chat_ref in digest.timelines:
            await self.renew()
        elif self.chat_ref in digest.marks:
            await self._renew_marks()
        if self.chat_ref in digest.failed:
            problem = self._inbox.link(self.chat_ref).problem
            self.history.older_failed(problem_words(problem) if problem is not None else "")

    async def renew(self) -> None:
        """The timeline or the outbox of the open chat changed."""
        chat_ref = self.chat_ref
        if chat_ref is None:
            return
        page = await self._inbox.chats.timeline(chat_ref, limit=PAGE)
        item = await self._inbox.chats.item(chat_ref)
        oldest = self.history.oldest_id
        # A history that was read meanwhile may have grown at its old end, too.
        older = await self._inbox.chats.timeline(chat_ref, before=oldest, limit=PAGE) if oldest else None
        if chat_ref == self.chat_ref and item is not None:
            self.item = item
            self.history.refresh_newest(page)
            if older is not None and self.history.oldest_id == oldest:
                self.history.extend_older(older)
            self.history.entitle(item)
            self.box.address(plain(recipient(item), lines=False))

    async def _renew_marks(self) -> None:
        """A mark of the open chat changed: the header shows it, the history need not be read."""
        chat_ref = self.chat_ref
        item = None if chat_ref is None else await self._inbox.chats.item(chat_ref)
        if item is not None and chat_ref == self.chat_ref:
            self.item = item
            self.history.entitle(item)

    @on(History.OlderWanted)
    async def _older(self, message: History.OlderWanted) -> None:
        """Older entries: from the cache, else from the Market."""
        message.stop()
        if message.chat_ref != self.chat_ref:
            return
        if not message.is_cached:
            # What the Market sends comes as news of this chat.
            self._inbox.chats.want_older(message.chat_ref)
            return
        page = await self._inbox.chats.timeline(message.chat_ref, before=message.before, limit=PAGE)
        if message.chat_ref == self.chat_ref:
            self.history.extend_older(page)

    @on(History.NewerWanted)
    async def _newer(self, message: History.NewerWanted) -> None:
        message.stop()
        page = await self._inbox.chats.timeline(message.chat_ref, after=message.after, limit=PAGE)
        if message.chat_ref != self.chat_ref:
            return
        if message.after is None:
            self.history.show_newest(page)
        else:
            self.history.extend_newer(page)

    @on(History.SeenTo)
    async def _seen(self, message: History.SeenTo) -> None:
        message.stop()
        await self._inbox.marks.see(message.chat_ref, message.message_id)

    # -- writing -------------------------------------------------------------------------------------

    @on(Compose.Changed)
    def _typed(self, message: Compose.Changed) -> None:
        message.stop()
        self._read_to = max(self._read_to, self.history.newest_shown)
        self.drafts.save_soon()

    def _unsent(self) -> str:
        """What is said when the chat is left although Enter did not send its text; empty if all is well."""
        if self.item is None or not self.box.is_refused:
            return ""
        words = _("Not sent, kept as a draft: {chat}.")
        return words.format(chat=chat_title(self.item))

    @on(Compose.SendWanted)
    async def _send(self, message: Compose.SendWanted) -> None:
        """Queue the text durably; only then does the box let go of it."""
        message.stop()
        chat_ref = self.chat_ref
        try:
            if chat_ref is not None:
                await self._queue(chat_ref, message.text)
        finally:
            self.box.answered()

    async def _queue(self, chat_ref: ChatRef, text: str) -> None:
        # Nobody answers what he has not read: a message that came while Enter was on its way is shown
        # first.
        if await self._is_stale(chat_ref):
            stale = _("Something new came while you were writing. Read it; Enter again sends.")
            await self._tell(chat_ref, stale)
            return
        # Before it is sent: afterwards the chat does not wait any more.
        was_waiting = self.item is not None and self.item.is_to_answer
        # A timer of the app: this pane waits for the disk.
        slow = self.app.set_timer(SAVING_S, lambda: self._tell(chat_ref, _("Saving…")))
        try:
            agreed = self._checks.agreed(chat_ref)
            outcome = await self._inbox.outbox.send_text(chat_ref, text, agreed)
        finally:
            slow.stop()
        if isinstance(outcome, Problem) and outcome.doubts:
            await self._tell(chat_ref, self._checks.say(chat_ref, outcome.doubts))
            return
        if isinstance(outcome, Problem):
            await self._tell(chat_ref, problem_words(outcome))
            return
        if chat_ref == self.chat_ref:
            # For undo, which brings the text back as it was left.
            self._carets[outcome.outbox_id] = self.box.caret
            self.drafts.sent(chat_ref)
            self.box.clear_after_send(text)
            self.drafts.save_soon()
        self.post_message(self.Sent(outcome, was_waiting=was_waiting))

    async def _tell(self, chat_ref: ChatRef, words: str) -> None:
        """Say something about what is written for a chat: at the caret, or with its name if it was left."""
        if chat_ref == self.chat_ref:
            self.box.tell(words)
            return
        item = await self._inbox.chats.item(chat_ref)
        words = words if item is None else f"{chat_title(item)}: {words}"
        notify(self.app, words, severity="warning")

    async def _is_stale(self, chat_ref: ChatRef) -> bool:
        """Whether anybody wrote after what was on the screen at the last key; it is on the screen now."""
        page = await self._inbox.chats.timeline(chat_ref, limit=PAGE)
        theirs = [e.message.message_id for e in page.entries if e.message is not None and e.item is None]
        if not theirs or theirs[-1] <= self._read_to:
            return False
        self._read_to = theirs[-1]
        self.history.show_newest(page)
        return True

    async def add_text(self, text: str) -> None:
        """Put what another copy typed below what is in the box, and make it ours."""
        chat_ref = self.chat_ref
        if chat_ref is None:
            return
        typed = self.box.text
        joined = f"{typed}\n{text}" if typed.strip() else text
        self.box.load(joined, len(joined))
        await self.drafts.save()
        await self._inbox.drafts.forget(chat_ref, text)
        self.others = tuple(other for other in self.others if other != text)

    async def take_back(self, item: OutboxItem) -> OutboxItem | Problem:
        """Take a text out of the outbox, back into the draft of its chat, before whatever was typed since."""
        await self.drafts.save()
        taken = await self._inbox.outbox.take_back(
            item, into_draft=True, caret=self._carets.pop(item.outbox_id, None)
        )
        if isinstance(taken, OutboxItem) and taken.chat_ref == self.chat_ref and taken.text:
            draft = await self._inbox.drafts.get(taken.chat_ref)
            if self.drafts.is_saved:
                self.drafts.show(draft)
            else:
                # Letters came meanwhile: they are kept behind the text.
                self.box.load(f"{taken.text}\n{self.box.text}", len(taken.text))
                self.drafts.save_soon()
        return taken
