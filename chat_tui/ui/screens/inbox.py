"""The main screen: the queue, the open chat, and every command the operator gives there."""

from collections.abc import Callable
from datetime import tzinfo
from typing import ClassVar, cast

from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus, Key, Resize
from textual.message import Message as UiMessage
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from chat_tui.inbox.service import Inbox
from chat_tui.locale import _
from chat_tui.model.ids import ChatId, Millis, OutboxId
from chat_tui.model.problem import ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.ui import keys
from chat_tui.ui.keys import Where
from chat_tui.ui.screens.flows import Flows
from chat_tui.ui.screens.news import News
from chat_tui.ui.screens.outbox import OutboxScreen
from chat_tui.ui.screens.queue_pane import QueuePane
from chat_tui.ui.screens.talk_pane import TalkPane
from chat_tui.ui.terminal.bind import bind
from chat_tui.ui.text import notify, plain
from chat_tui.ui.view.problems import problem_words
from chat_tui.ui.view.queue_rows import Patience
from chat_tui.ui.view.status import notice
from chat_tui.ui.widgets.compose import Compose
from chat_tui.ui.widgets.hint_line import HintLine
from chat_tui.ui.widgets.history import History
from chat_tui.ui.widgets.queue_list import QueueList
from chat_tui.ui.widgets.status_line import NoticeLine, StatusLine
from chat_tui.ui.widgets.tab_bar import TabBar

TABS = tuple(Tab)
LEAST = (40, 12)
"""Columns and rows below which only one line is shown."""


class InboxScreen(Screen[None]):
    """Asks the inbox, hands rows to the widgets, and turns what they say into wishes to the inbox."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(Where.OUTSIDE_TEXT)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 - as Textual declares it

    class NewsCame(UiMessage):
        """The engine has news."""

    def __init__(
        self,
        inbox: Inbox,
        *,
        now: Callable[[], Millis],
        zone: tzinfo,
        patience: Patience = Patience(),  # noqa: B008 - frozen
    ) -> None:
        super().__init__()
        self._inbox = inbox
        self._now = now
        self._zone = zone
        self._news = News(lambda: self.post_message(self.NewsCame()))
        self._unsubscribe: Callable[[], None] | None = None
        self._last_sent: OutboxId | None = None
        self._minute = now() // 60_000
        self._seen_last: Widget | None = None
        """The pane that had the focus before the window became too small."""
        self._tabs = TabBar()
        self._status = StatusLine()
        self._notice = NoticeLine()
        self._hints = HintLine()
        self._list = QueueList(now, patience=patience)
        self._history = History(now, zone)
        self._box = Compose()
        bind(self._list, keys.bindings(Where.LIST))
        bind(self._history, keys.bindings(Where.HISTORY))
        self._queue = QueuePane(inbox, self._list, fresh=lambda: inbox.link().fresh_at is not None)
        self._talk = TalkPane(inbox, self._history, self._box)
        self._flows: Flows

    def compose(self) -> ComposeResult:
        with Horizontal(id="top"):
            yield self._tabs
            yield self._status
        yield self._notice
        with Horizontal(id="panes"):
            yield self._queue
            yield self._talk
        yield self._hints
        yield Static(plain(_("The window is too small: at least 40 × 12 is needed.")), id="too-small")

    async def on_mount(self) -> None:
        self._flows = Flows(cast("App[None]", self.app), self._inbox, self._now, self._zone)
        self._box.disabled = True
        self._list.heading = plain(_("Chats"))
        self._history.say(
            plain(_("No chat is open. Enter opens the highlighted one, n the longest waiting."))
        )
        self.add_class("-at-list")
        self._unsubscribe = self._inbox.subscribe(self._news.hear)
        await self._queue.show_tab(Tab.WAITING)
        self._list.focus()
        self._show_link()
        self.set_interval(1.0, self._tick)
        self.call_after_refresh(self._count)

    async def on_unmount(self) -> None:
        if self._unsubscribe is not None:
            self._unsubscribe()
        await self._talk.save_draft()

    def on_resize(self, event: Resize) -> None:
        was_small = self.has_class("-too-small")
        is_small = event.size.width < LEAST[0] or event.size.height < LEAST[1]
        self.set_class(is_small, "-too-small")
        if is_small and not was_small:
            self._seen_last = self.focused
        elif was_small and not is_small:
            # What is hidden has no focus; it may have it again once it is on the screen.
            self.call_after_refresh(self.set_focus, self._seen_last)

    def on_key(self, event: Key) -> None:
        """While nothing can be seen, no letter acts: it was meant for the box."""
        if self.has_class("-too-small"):
            event.stop()

    def _tick(self) -> None:
        """A second passed: a countdown moves every time, ages and dates once a minute."""
        if self._history.is_counting:
            self._history.tick()
        minute = self._now() // 60_000
        if minute != self._minute:
            self._minute = minute
            self._history.tick()
            self._list.tick()
            self._show_link()

    def _show_link(self) -> None:
        link = self._inbox.link()
        self._status.show(link)
        self._notice.say(notice(link, self._now(), self._zone))

    # -- news ----------------------------------------------------------------------------------------

    async def on_inbox_screen_news_came(self) -> None:
        """Ask again for whatever changed and is on the screen."""
        digest = self._news.read()
        if digest.link:
            self._show_link()
        if self._talk.chat_id in digest.timelines:
            await self._talk.hear()
        if self._talk.chat_id in digest.failed:
            self._talk.hear_failure()
        if digest.chats:
            await self._queue.hear(digest.chats)
            await self._count()
        if digest.outbox and isinstance(self.app.screen, OutboxScreen):
            self.app.screen.show(await self._inbox.open_items())
        for what in digest.faults:
            words = _("A part of the program failed ({what}). Restart it; the log has the details.")
            notify(self.app, words.format(what=what), severity="error")

    async def _count(self) -> None:
        self._tabs.show(self._queue.tab, await self._inbox.tab_counts())

    # -- the list ------------------------------------------------------------------------------------

    @on(QueueList.Opened)
    async def _open_from_list(self, message: QueueList.Opened) -> None:
        message.stop()
        await self._open(message.chat_id)

    async def _open(self, chat_id: ChatId, *, write: bool = False) -> None:
        if not await self._talk.open(chat_id):
            notify(self.app, _("This chat is not in the cache yet. r asks the Market again."))
            return
        self._list.opened = chat_id
        self._list.highlight(chat_id)
        self.set_class(False, "-at-list")
        self.set_class(True, "-at-talk")
        (self._box if write else self._history).focus()

    @on(TabBar.TabWanted)
    async def _tab_clicked(self, message: TabBar.TabWanted) -> None:
        message.stop()
        await self._show_tab(message.tab)

    async def action_tab(self, number: int) -> None:
        """Show tab 1 … 6."""
        await self._show_tab(TABS[number - 1])

    async def _show_tab(self, tab: Tab) -> None:
        await self._queue.show_tab(tab)
        await self._count()
        self._step_to_list()

    def _step_to_list(self) -> None:
        self.set_class(True, "-at-list")
        self.set_class(False, "-at-talk")
        self._list.focus()

    # -- commands ------------------------------------------------------------------------------------

    async def action_next_waiting(self) -> None:
        """Open the chat that waits longest, or the one after it, ready to write."""
        await self._open_waiting(backwards=False)

    async def action_previous_waiting(self) -> None:
        """Open the waiting chat before this one, ready to write."""
        await self._open_waiting(backwards=True)

    async def _open_waiting(self, *, backwards: bool) -> None:
        chat_id = await self._inbox.next_waiting(self._talk.chat_id, backwards=backwards)
        if chat_id is None:
            notify(self.app, _("Nobody else waits for an answer."))
        else:
            await self._open(chat_id, write=True)

    def action_write(self) -> None:
        """Put the caret into the compose box of the open chat."""
        if self._talk.chat_id is None:
            notify(self.app, _("Open a chat first: Enter on a row, or n for the longest waiting."))
        else:
            self._box.focus()

    def action_back(self) -> None:
        """One step outward: from the history to the list."""
        self._step_to_list()

    @on(Compose.LeaveWanted)
    async def _leave_box(self, message: Compose.LeaveWanted) -> None:
        message.stop()
        await self._talk.save_draft()
        self._history.focus()

    def action_next_pane(self) -> None:
        """List, history, compose box, and round again."""
        self.focus_next()

    def action_previous_pane(self) -> None:
        """The same the other way round."""
        self.focus_previous()

    async def action_refresh(self) -> None:
        """Ask the Market now and show the list in today's order."""
        self._inbox.refresh()
        await self._queue.apply_order(from_top=True)

    async def action_undo(self) -> None:
        """Take the last sent text back into its box, while it is held."""
        if self._last_sent is None:
            notify(self.app, _("There is nothing to undo."))
            return
        problem = await self._talk.undo(self._last_sent)
        self._last_sent = None
        if problem is None:
            self._box.focus()
        elif problem.kind == ProblemKind.GONE:
            notify(self.app, _("Too late: the message is on its way."), severity="warning")
        else:
            notify(self.app, problem_words(problem), severity="error")

    @on(TalkPane.Sent)
    def _sent(self, message: TalkPane.Sent) -> None:
        message.stop()
        self._last_sent = message.item.outbox_id

    @on(Compose.AttachWanted)
    def _attach_wanted(self, message: Compose.AttachWanted) -> None:
        message.stop()
        self._attach_file()

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def _attach_file(self) -> None:
        if self._talk.item is None:
            return
        sent = await self._flows.attach(self._talk.item)
        if sent is not None:
            self._last_sent = sent.outbox_id

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def action_new_chat(self) -> None:
        """Start a chat about an order or a return."""
        chat_id = await self._flows.start_chat()
        if chat_id is not None:
            await self._open(chat_id, write=True)

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def action_outbox(self) -> None:
        """Everything that is not confirmed."""
        item = await self._flows.show_outbox()
        if item is not None:
            await self._open(item.chat_id)

    # -- focus ---------------------------------------------------------------------------------------

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """Show the keys of the focused pane; leaving the list lets the new order in."""
        places: dict[Widget, Where] = {
            self._list: Where.LIST,
            self._history: Where.HISTORY,
            self._box: Where.COMPOSE,
        }
        place = places.get(event.widget, Where.OUTSIDE_TEXT)
        self._hints.show(keys.hints(place))
        if place is not Where.LIST:
            self.run_worker(self._queue.apply_order(), group="order", exclusive=True)
