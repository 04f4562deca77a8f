"""The pane of one chat: joins history, compose box and draft, and queues what is sent from the box."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.message import Message as UiMessage
from textual.widget import Widget

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.doubt import Doubt
from chat_tui.model.ids import ChatRef, MessageId, Millis, OutboxId
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import Problem
from chat_tui.model.queue import QueueItem
from chat_tui.model.timeline import Draft
from chat_tui.terminal.keys import bind
from chat_tui.ui import keys
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.chat.drafts import Drafts, Neighbours
from chat_tui.ui.chat.history import History
from chat_tui.ui.keys import Where
from chat_tui.ui.kit.news import Digest
from chat_tui.ui.kit.text import notify, plain
from chat_tui.words.chats import chat_brief, chat_title, recipient
from chat_tui.words.delivery import held_seconds
from chat_tui.words.problems import doubt_words, problem_words

BOX_LEAST, BOX_MOST = 3, 10
"""Rows of the box, including its frame."""
PREVIEW_MOST = 8
"""Rows of the box while it previews a template, at most: the question stays in view."""
PAGE = 50
"""Entries read at once."""
SAVING_S = 0.5
"""Seconds after which a text that is still being queued is shown as being saved."""


@dataclass(eq=False)
class HeldSend:
    """What was sent last, while it is held for undo: the box says for how long."""

    box: Compose
    now: Callable[[], Millis]
    _item: OutboxItem | None = field(default=None, init=False)
    _to: str = field(default="", init=False)

    def hold(self, item: OutboxItem, to: QueueItem | None) -> None:
        """A text or a file was sent to a chat."""
        self._item, self._to = item, "" if to is None else chat_brief(to)
        self.tick()

    def release(self, outbox_id: OutboxId) -> None:
        """A text was taken back."""
        if self._item is not None and self._item.outbox_id == outbox_id:
            self._item = None
            self.box.report("")

    def tick(self) -> None:
        """Say how long the send can still be undone; when that is over, nothing more."""
        if self._item is None:
            return
        seconds = held_seconds(self._item, self.now())
        # The other places are filled in by the box.
        words = _("Sends in {n} s: {chat}. {key}: undo").replace("{n}", str(seconds))
        self.box.report(words if seconds else "", self._to)
        if not seconds:
            self._item = None


class Attention:
    """What is asked and noted about a chat once the operator stays with it; passing it by does neither."""

    def __init__(self, pane: Widget, inbox: InboxApi) -> None:
        self._pane = pane
        self._inbox = inbox
        self._chat_ref: ChatRef | None = None
        self.is_paid = False
        """Whether the operator stays with the chat."""
        self._seen_to: MessageId | None = None
        """The newest message that was on the screen and is not noted as seen yet; None = there is none."""
        self._is_older_wanted = False
        """Whether older messages are wanted that the Market was not asked for yet."""

    def turn_to(self, chat_ref: ChatRef | None) -> None:
        """This chat is shown now; None = no chat."""
        if chat_ref is None and self._chat_ref is not None:
            self._inbox.chats.open(None)
        self._chat_ref, self.is_paid = chat_ref, False
        self._seen_to, self._is_older_wanted = None, False

    def pay(self) -> None:
        """The operator stays with the chat: ask for what is new and what was wanted, note what was seen."""
        if self._chat_ref is None or self.is_paid:
            return
        self.is_paid = True
        self._inbox.chats.open(self._chat_ref)
        if self._is_older_wanted:
            self.want_older()
        self._pane.call_later(self.see)

    def want_older(self) -> None:
        """Older messages are wanted from the Market; they arrive as news of the chat."""
        self._is_older_wanted = not self.is_paid
        if self.is_paid and self._chat_ref is not None:
            self._inbox.chats.want_older(self._chat_ref)

    async def see(self, message_id: MessageId | None = None) -> None:
        """Note this message as seen, or (None) the one that was on the screen before."""
        self._seen_to = message_id or self._seen_to
        if self.is_paid and self._chat_ref is not None and self._seen_to is not None:
            seen_to, self._seen_to = self._seen_to, None
            await self._inbox.marks.see(self._chat_ref, seen_to)


def share_out(box: Compose, width: int, height: int) -> None:
    """Share out the height of the pane, so that the whole box, with recipient and caret, is on the screen."""
    # One row at least stays for the history, and three beside a list.
    rows = min(box.notice.lines_in(max(1, width - 2)), max(1, height - BOX_LEAST - 1))
    listed = min(box.list.lines_in(max(1, width - 2)), max(1, height - BOX_LEAST - rows - 3))
    box.notice.styles.max_height, box.list.styles.max_height = max(1, rows), max(1, listed)
    room = max(BOX_LEAST, min(BOX_MOST, height - rows - listed - 1))
    box.styles.max_height = room
    previewed = min(box.preview_rows + 2, PREVIEW_MOST, room - 2)
    box.styles.min_height = max(BOX_LEAST, previewed) if box.preview_rows else None


class TalkPane(Vertical):
    """Shows a chat. Everything typed here belongs to `chat_ref`, from the first letter to the outbox.

    Until `attention` is paid, the Market is not asked about the chat, and nothing in it counts as seen.
    """

    @dataclass
    class Sent(UiMessage):
        """A text was queued from the box."""

        item: OutboxItem
        was_waiting: bool
        """Whether the chat was waiting for an answer."""

    class Shown(UiMessage):
        """The pane is on the screen again, after it was hidden."""

    def __init__(
        self, inbox: InboxApi, *, now: Callable[[], Millis], zone: tzinfo, shown: Callable[[ChatRef], None]
    ) -> None:
        """`shown` is called with another chat in the same step in which the box becomes that chat's."""
        super().__init__(id="talk-pane")
        self._inbox = inbox
        self._is_another = shown
        self.history = History(now, zone)
        self.box = Compose()
        # Until a chat is shown there is no recipient.
        self.box.disabled = True
        bind(self.history, keys.bindings(Where.HISTORY), freed=keys.freed(Where.HISTORY))
        self.drafts = Drafts(self, inbox, self.box, self._say)
        self._carets: dict[OutboxId, int] = {}
        """Where the caret was in each text sent from here, for undo."""
        self._agreed: dict[ChatRef, set[Doubt]] = {}
        """The doubts of the door already shown for texts of a chat: the next Enter there agrees to them."""
        self._read_to = MessageId(0)
        """The newest message that was on the screen when the text was last changed."""
        self.held = HeldSend(self.box, now)
        self._neighbours = Neighbours(inbox, self.box)
        self.item: QueueItem | None = None
        """The chat as the list shows it; None = no chat is shown."""
        self.attention = Attention(self, inbox)
        self._reading: ChatRef | None = None
        """The chat that is being read; None = none."""
        self._has_news = False
        """Whether there was news of it meanwhile."""
        self.others: tuple[str, ...] = ()
        """The drafts of this chat typed in other copies of the program, the latest first."""

    @property
    def chat_ref(self) -> ChatRef | None:
        """The chat that is shown; None = no chat."""
        return self.drafts.chat_ref

    def compose(self) -> ComposeResult:
        """The history, the list and the notice of the box, the box."""
        yield self.history
        yield self.box.list
        yield self.box.notice
        yield self.box

    def on_show(self) -> None:
        """The pane came onto the screen."""
        self.post_message(self.Shown())

    def on_hide(self) -> None:
        """The pane left the screen: what comes now is not seen."""
        self.attention.is_paid = False

    @on(Compose.NoticeChanged)
    @on(Resize)
    def _share_out(self) -> None:
        """Share out the height, and write the recipient when the box has its new width."""
        share_out(self.box, *self.size)
        self.call_after_refresh(self._address)

    # -- showing -------------------------------------------------------------------------------------

    async def show(
        self,
        chat_ref: ChatRef,
        *,
        at: MessageId | None = None,
        only_if: Callable[[], bool] = lambda: True,
        shown: Callable[[], None] = lambda: None,
    ) -> bool | None:
        """Show a chat with its draft and save the draft of the previous one; False if it is not in the cache.

        `at`, a message, is brought to the middle of the screen, even if the chat is shown already. `only_if`
        is asked last, when nothing can come in between; if it returns False, nothing changes, and the result
        is None. `shown` is called as soon as the box is that of the chat, before any further key is handled.
        """
        if chat_ref == self.chat_ref:
            shown()
            if at is not None:
                page = await self._inbox.chats.timeline(chat_ref, around=at, limit=PAGE)
                if chat_ref == self.chat_ref:
                    self.history.show(page, self.item, at=at)
            return True
        self._reading, self._has_news = chat_ref, False
        item, page, draft = await asyncio.gather(
            self._inbox.chats.item(chat_ref),
            self._inbox.chats.timeline(chat_ref, around=at, limit=PAGE),
            self.drafts.of(chat_ref),
        )
        if item is None:
            return False
        if not only_if():
            return None
        # Nothing is awaited until the draft is saved: name, history, text and chat change together, and a
        # letter typed a moment ago is still in the box when it is read here.
        left = self.drafts.unsaved(), _unsent(self.item, self.box)
        self.others = draft.others
        self.attention.turn_to(chat_ref)
        self.drafts.take_up(draft, recipient(item))
        self._neighbours.move(chat_ref)
        self.history.show(page, item, at=at)
        self._read_to = self.history.newest_shown
        self._entitle(item)
        self.box.disabled = False
        self._is_another(chat_ref)
        self.show_rights()
        shown()
        has_news, self._reading = self._has_news, None
        await self._left(*left)
        if has_news:
            # The page was read before it, and it does not come again.
            await self.renew()
        return True

    async def clear(self, *, only_if: Callable[[], bool]) -> bool:
        """Show no chat and save the draft of the one that was shown; False if `only_if` says no."""
        if not only_if():
            return False
        left = self.drafts.unsaved(), _unsent(self.item, self.box)
        self.others, self.item = (), None
        self.attention.turn_to(None)
        self._neighbours.move(None)
        self.drafts.put_away()
        self.history.clear()
        self.box.disabled, self.box.border_title = True, None
        await self._left(*left)
        return True

    async def _left(self, draft: Draft | None, unsent: str) -> None:
        """Another chat is shown: save the draft of the one before, and warn of a text that was not sent."""
        if unsent:
            notify(self.app, unsent, severity="warning")
        if draft is not None:
            await self.drafts.keep(draft)

    def show_rights(self) -> None:
        """Show in the box if nothing can be sent to the business of the chat, and why."""
        why = self._inbox.link(self.chat_ref).view_only
        self.box.forbid(problem_words(why) if why is not None else "")

    # -- news ----------------------------------------------------------------------------------------

    async def hear(self, digest: Digest) -> None:
        """Read and show again what the news may concern."""
        news = digest.timelines | digest.marks
        self._has_news |= self._reading in news
        if self.chat_ref in news:
            await self.renew()
        if self.chat_ref in digest.failed:
            problem = self._inbox.link(self.chat_ref).problem
            self.history.older_failed(problem_words(problem) if problem is not None else "")

    async def renew(self) -> None:
        """Read the timeline and the header of the chat again."""
        chat_ref = self.chat_ref
        if chat_ref is None:
            return
        page = await self._inbox.chats.timeline(chat_ref, limit=PAGE)
        item = await self._inbox.chats.item(chat_ref)
        oldest = self.history.oldest_id
        # The Market may have sent messages older than the oldest one held.
        older = await self._inbox.chats.timeline(chat_ref, before=oldest, limit=PAGE) if oldest else None
        if chat_ref == self.chat_ref and item is not None:
            self.history.refresh_newest(page)
            if older is not None and self.history.oldest_id == oldest:
                self.history.extend_older(older)
            self._entitle(item)

    def _entitle(self, item: QueueItem) -> None:
        self.item = item
        self.history.entitle(item)
        self._address()
        self._neighbours.show(item.elsewhere)

    def _address(self) -> None:
        """Write the recipient on the frame of the box, as wide as it is now."""
        if self.item is not None:
            words = recipient(self.item, self.box.frame_room or None)
            self.box.border_title = plain(words, lines=False)

    @on(History.OlderWanted)
    async def _older(self, message: History.OlderWanted) -> None:
        """Add older entries from the cache; if it has no more, ask the Market for them."""
        message.stop()
        if message.chat_ref != self.chat_ref:
            return
        if not message.is_cached:
            self.attention.want_older()
            return
        page = await self._inbox.chats.timeline(message.chat_ref, before=message.before, limit=PAGE)
        self.history.extend_older(page)

    @on(History.NewerWanted)
    async def _newer(self, message: History.NewerWanted) -> None:
        message.stop()
        page = await self._inbox.chats.timeline(message.chat_ref, after=message.after, limit=PAGE)
        if message.after is None:
            self.history.show_newest(page)
        else:
            self.history.extend_newer(page)

    @on(History.SeenTo)
    async def _seen(self, message: History.SeenTo) -> None:
        message.stop()
        if message.chat_ref == self.chat_ref:
            await self.attention.see(message.message_id)

    def tick(self) -> None:
        """A second passed: update what counts down."""
        if self.history.is_counting:
            self.history.tick()
        self.held.tick()
        self._neighbours.tell()

    # -- writing -------------------------------------------------------------------------------------

    @on(Compose.Changed)
    def _typed(self, message: Compose.Changed) -> None:
        message.stop()
        self._read_to = max(self._read_to, self.history.newest_shown)
        self.drafts.save_soon()
        self._neighbours.typed()

    @on(Compose.SendWanted)
    async def _send(self, message: Compose.SendWanted) -> None:
        """Put the text into the outbox; only when it is on the disk is it removed from the box."""
        message.stop()
        chat_ref = self.chat_ref
        try:
            if chat_ref is not None:
                await self._queue(chat_ref, message.text)
        finally:
            self.box.answered()

    async def _queue(self, chat_ref: ChatRef, text: str) -> None:
        # The answer may not fit a message that came just before Enter: show that message first.
        stale = _("A new message came while you were writing. Read it; Enter again sends.")
        if question := stale if await self._is_stale(chat_ref) else self._neighbours.question():
            await self._say(chat_ref, question, self.box.refuse)
            return
        # Read before sending: afterwards the chat no longer waits.
        was_waiting = self.item is not None and self.item.is_to_answer
        to = self.item
        # A timer of the app: this pane handles no messages while it waits for the disk.
        slow = self.app.set_timer(SAVING_S, lambda: self._say(chat_ref, _("Saving…")))
        try:
            agreed = self._agreed.get(chat_ref, set())
            outcome = await self._inbox.outbox.send_text(chat_ref, text, agreed)
        finally:
            slow.stop()
        if isinstance(outcome, Problem):
            words = problem_words(outcome)
            if outcome.doubts:
                self._agreed[chat_ref] = agreed.union(outcome.doubts)
                words = f"{doubt_words(outcome.doubts)} {_('Enter again sends it.')}"
            await self._say(chat_ref, words, self.box.refuse)
            return
        if chat_ref == self.chat_ref:
            # Undo restores the text with the caret where it was.
            self._carets[outcome.outbox_id] = self.box.caret
            self.drafts.sent(chat_ref)
            self.box.clear_after_send(text)
            self.drafts.save_soon()
            self._neighbours.sent()
        self.held.hold(outcome, to)
        self.post_message(self.Sent(outcome, was_waiting=was_waiting))

    async def _say(self, chat_ref: ChatRef, words: str, say: Callable[[str], None] | None = None) -> None:
        """Say something about the text of a chat: above the box, or with the chat's name if it was left.

        `say` says it above the box, by default as a notice.
        """
        if chat_ref == self.chat_ref:
            (say or self.box.say)(words)
            return
        item = await self._inbox.chats.item(chat_ref)
        words = words if item is None else f"{chat_title(item)}: {words}"
        notify(self.app, words, severity="warning")

    async def _is_stale(self, chat_ref: ChatRef) -> bool:
        """Whether someone wrote after the last change of the text; if so, that is now on the screen."""
        page = await self._inbox.chats.timeline(chat_ref, limit=PAGE)
        # Messages with an outbox item were sent from here.
        theirs = [e.message.message_id for e in page.entries if e.message is not None and e.item is None]
        if not theirs or theirs[-1] <= self._read_to:
            return False
        self._read_to = theirs[-1]
        self.history.show_newest(page)
        return True

    async def add_text(self, text: str) -> None:
        """Add the draft of another copy below the text in the box, and take it over from that copy."""
        chat_ref = self.chat_ref
        if chat_ref is None:
            return
        typed = self.box.text
        joined = f"{typed}\n{text}" if typed.strip() else text
        self.box.load(joined, len(joined))
        # In this order: in between, a crash leaves the text in two places rather than in none.
        await self.drafts.save()
        await self._inbox.drafts.forget(chat_ref, text)
        self.others = tuple(other for other in self.others if other != text)

    async def take_back(self, item: OutboxItem) -> OutboxItem | Problem:
        """Move a text from the outbox back into the draft of its chat, before anything typed since."""
        # First: the outbox puts its text before the draft that is on the disk.
        await self.drafts.save()
        taken = await self._inbox.outbox.take_back(
            item, into_draft=True, caret=self._carets.pop(item.outbox_id, None)
        )
        self.held.release(item.outbox_id)
        if isinstance(taken, OutboxItem) and taken.chat_ref == self.chat_ref and taken.text:
            draft = await self._inbox.drafts.get(taken.chat_ref)
            if self.drafts.is_saved:
                self.drafts.show(draft)
            else:
                # Letters were typed meanwhile: they stay, below the text.
                self.box.load(f"{taken.text}\n{self.box.text}", len(taken.text))
                self.drafts.save_soon()
        return taken


def _unsent(item: QueueItem | None, box: Compose) -> str:
    """The warning for leaving a chat whose text Enter did not send; "" if there is no such text."""
    if item is None or not box.is_refused:
        return ""
    return _("Not sent, kept as a draft: {chat}.").format(chat=chat_title(item))
