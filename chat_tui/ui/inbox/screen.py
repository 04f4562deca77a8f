"""The main screen: lays out queue, chat and order, passes news to them, and keys to the objects that act."""

import gc
from collections.abc import Callable, Coroutine
from datetime import tzinfo
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widget import Widget

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import Millis
from chat_tui.model.queue import QueueItem, Tab
from chat_tui.settings import Preferences
from chat_tui.terminal.keys import bind
from chat_tui.ui import keys
from chat_tui.ui.chat.compose import Compose
from chat_tui.ui.chat.history import History
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.inbox.arrivals import Arrivals, Calls
from chat_tui.ui.inbox.commands import Commands
from chat_tui.ui.inbox.lines import Lines, TabWanted
from chat_tui.ui.keys import Where
from chat_tui.ui.kit.dialog import Legible, LegibleApp
from chat_tui.ui.kit.news import News, NewsCame
from chat_tui.ui.order.pane import OrderPane
from chat_tui.ui.queue.list import QueueList
from chat_tui.ui.queue.pane import QueuePane

_TABS = tuple(Tab)


class MainScreen(Legible[None]):
    """Routes keys and messages to the objects it owns, which do the work."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (140, "-roomy")]  # noqa: RUF012 - as Textual declares it

    def __init__(
        self,
        terminal: LegibleApp[None],
        inbox: InboxApi,
        preferences: Preferences,
        *,
        templates: Path,
        now: Callable[[], Millis],
        zone: tzinfo,
    ) -> None:
        """`templates` is the directory of the operator's templates; `zone` applies to all times shown."""
        super().__init__()

        def market_now() -> Millis:
            # The times of the chats are by the Market's clock; ours may be wrong.
            return now() + inbox.link().clock_ahead

        self._terminal = terminal
        self._inbox = inbox
        self._now = now
        self._auto_advance = preferences.queue.auto_advance
        self._minute = now() // 60_000
        self._news = News(inbox, self)
        self.calls = Calls(terminal, Arrivals(inbox), preferences.ui.notify_text)
        self._lines = Lines(terminal, inbox, now, zone)
        self.queue = QueuePane(inbox, preferences.queue, clock=market_now, zone=zone)
        self.talk = TalkPane(inbox, now=now, zone=zone, shown=self.queue.list.highlight)
        self._order = OrderPane(inbox, self.queue, self.talk, clock=market_now, zone=zone)
        operator = preferences.ui.operator
        self.commands = Commands(
            self, terminal, inbox, self.queue, self.talk, self._order, now, zone, templates, operator
        )
        self.opening, self._marking = self.commands.opening, self.commands.marking
        self._following = self.commands.following
        bind(self, keys.bindings(Where.OUTSIDE_TEXT), freed=keys.freed(Where.OUTSIDE_TEXT))

    def compose(self) -> ComposeResult:
        yield self._lines.top
        yield self._lines.notice
        with Horizontal(id="panes"):
            yield self.queue
            yield self.talk
            yield self._order
        yield self._lines.hints

    async def on_mount(self) -> None:
        self._news.start()
        await self.queue.show_tab(Tab.WAITING)
        self.set_focus(self.queue.list)
        self._show_link()
        self.set_interval(1.0, self.tick)
        self.call_after_refresh(self._painted)

    async def _painted(self) -> None:
        """The list is on the screen: start everything that had to wait for it."""
        # The start runs without the garbage collector, which would search all modules in vain.
        # They stay until the end: `freeze` spares them from later searches too.
        if not gc.isenabled():
            gc.freeze()
            gc.enable()
        self._inbox.awaken()
        self._following.begin()
        await self._lines.count(self.queue.tab)

    async def on_unmount(self) -> None:
        self._news.stop()
        # The app prints them below the restored terminal.
        self._terminal.unkept = await self.talk.drafts.keep_all()

    def tick(self) -> None:
        """A second passed: update countdowns, and ages and dates once a minute."""
        self.talk.tick()
        minute = self._now() // 60_000
        if minute != self._minute:
            self._minute = minute
            self.talk.history.tick()
            self.queue.list.tick()
            self._order.tick()
            self._show_link()

    @on(NewsCame)
    async def _hear(self) -> None:
        """Refresh everything on the screen that changed."""
        # First: an operator who is waiting for a chat to open gets it before anything is redrawn.
        await self.opening.hear()
        digest = self._news.read()
        if digest.link:
            self._show_link()
        await self.talk.hear(digest)
        if digest.chats:
            await self.queue.hear(digest.chats)
            await self._lines.count(self.queue.tab)
        if self.talk.chat_ref is None:
            # The list is empty, and may say something else by now.
            self._following.check()
        await self._order.hear(digest)
        await self.calls.hear(digest)
        if digest.outbox:
            await self.commands.dialogs.outbox.hear()

    def _show_link(self) -> None:
        self._lines.show_link()
        self.queue.show_words()
        self.talk.show_rights()

    # -- panes ---------------------------------------------------------------------------------------

    def watch_focused(self, focused: Widget | None) -> None:
        """Show the pane that has the focus, which alone decides what a narrow screen shows.

        So the box is on the screen whenever it has the focus. It is always the box of the highlighted chat,
        because outside the list the highlight stays on the chat that is shown.
        """
        if focused is None:
            return
        place = self.place
        self.set_class(place is Where.ORDER, "-at-order")
        self._lines.hints.show(keys.letters_go(place), keys.hints(place))
        if place is Where.LIST:
            self.remove_class("-at-talk")
            self._order.give_way()
            self.queue.list.take_highlight()
            return
        self.queue.leave(self.talk.chat_ref)
        if place in {Where.HISTORY, Where.COMPOSE}:
            self.add_class("-at-talk")
            self.opening.enter()
        self._let_order_in()

    @on(TalkPane.Shown)
    def _show_highlighted(self) -> None:
        self._following.check()

    @property
    def place(self) -> Where:
        """Where the focus is."""
        places: dict[Widget | None, Where] = {
            self._order.panel: Where.ORDER,
            self.queue.list: Where.LIST,
            self.talk.history: Where.HISTORY,
            self.talk.box: Where.COMPOSE,
        }
        return places.get(self.focused, Where.OUTSIDE_TEXT)

    @work(group="order", exclusive=True)
    async def _let_order_in(self) -> None:
        """Apply the new order of the rows, which is held back while the list has the focus."""
        await self.queue.apply_order()

    async def action_next_pane(self) -> None:
        """Focus the next pane: list, history, compose box, order, list."""
        await self.commands.step_pane(1)

    async def action_previous_pane(self) -> None:
        """Focus the previous pane."""
        await self.commands.step_pane(-1)

    def action_back(self) -> None:
        """One step outward: from the order to the history, from anywhere else to the list."""
        if self._order.is_focused:
            self._order.leave()
        else:
            self.set_focus(self.queue.list)

    @on(Compose.LeaveWanted)
    async def _leave_box(self) -> None:
        self.set_focus(self.talk.history)
        await self.talk.drafts.save()

    # -- the list ------------------------------------------------------------------------------------

    @on(QueueList.Highlighted)
    def _follow(self) -> None:
        self._following.moved()

    @on(QueueList.Opened)
    async def _open_from_list(self, message: QueueList.Opened) -> None:
        await self.opening.open(message.chat_ref)

    @on(TabWanted)
    async def _tab_clicked(self, message: TabWanted) -> None:
        await self._show_tab(message.tab)

    async def action_tab(self, number: int) -> None:
        """Show tab 1 … 6."""
        await self._show_tab(_TABS[number - 1])

    async def _show_tab(self, tab: Tab) -> None:
        # Focus the list first: nothing may be typed into a box while the highlight moves to another chat.
        self.set_focus(self.queue.list)
        await self.queue.show_tab(tab)
        await self._lines.count(self.queue.tab)

    async def action_refresh(self) -> None:
        """Ask the Market now and apply the new order of the list."""
        self._inbox.refresh()
        self._order.want()
        await self.queue.apply_order(from_top=True)

    # -- commands: documented in the objects that carry them out -----------------------------------------

    @on(Compose.NextWanted)
    async def action_next_waiting(self) -> None:
        await self.opening.open_waiting()

    async def action_previous_waiting(self) -> None:
        await self.opening.open_waiting(backwards=True)

    async def action_write(self) -> None:
        await self.commands.write()

    async def action_order(self) -> None:
        await self.commands.toggle_order()

    async def action_done(self) -> None:
        await self._marking.done()

    async def action_pin(self) -> None:
        await self._marking.pin()

    async def action_undo(self) -> None:
        await self._marking.undo()

    # Commands that wait for an answer of the operator run as workers, never two of them at once.

    async def _ask_about(
        self, work: Callable[[QueueItem], Coroutine[None, None, None]], group: str = "dialog"
    ) -> None:
        """Do this with the highlighted chat, after the right side shows it; later keys change neither."""
        if (item := await self.opening.meant()) is not None:
            self.run_worker(work(item), group=group, exclusive=True)

    async def action_snooze(self) -> None:
        await self._ask_about(self._marking.snooze)

    async def action_note(self) -> None:
        await self._ask_about(self._marking.note)

    async def action_labels(self) -> None:
        await self._ask_about(self._marking.label)

    @work(group="dialog", exclusive=True)
    async def greet(self) -> None:
        await self.commands.greet()

    @work(group="dialog", exclusive=True)
    async def action_new_chat(self) -> None:
        await self.commands.new_chat()

    @work(group="dialog", exclusive=True)
    async def action_search(self) -> None:
        await self.commands.search()

    @work(group="dialog", exclusive=True)
    async def action_outbox(self) -> None:
        await self.commands.outbox()

    async def action_evidence(self) -> None:
        """Save the highlighted chat as evidence; while one is being saved, stop that."""
        if self.workers.cancel_group(self, "evidence"):
            self.commands.evidence_stopped()
        else:
            await self._ask_about(self.commands.evidence, group="evidence")

    # -- the chat that is shown -----------------------------------------------------------------------

    @on(TalkPane.Sent)
    def _sent(self, message: TalkPane.Sent) -> None:
        self._marking.remember(message.item)
        if self._auto_advance and message.was_waiting:
            self.commands.advancing.soon(message.item.chat_ref)

    @on(Compose.TypedTooSoon)
    async def _go_back(self) -> None:
        await self.commands.advancing.go_back()

    @on(Compose.UndoWanted)
    async def _undo_from_box(self) -> None:
        await self._marking.undo_send()

    @on(Compose.EditWanted)
    @work(group="dialog", exclusive=True)
    async def _edit(self) -> None:
        await self.commands.editing.edit()

    @on(Compose.AttachWanted)
    @work(group="dialog", exclusive=True)
    async def _attach_file(self) -> None:
        await self.commands.attach()

    @on(Compose.Pasted)
    @work(group="pasted", exclusive=True)
    async def _pasted(self, message: Compose.Pasted) -> None:
        await self.commands.recognise(message.text)

    @on(Compose.TemplateWanted)
    def _read_templates(self, message: Compose.TemplateWanted) -> None:
        self.commands.read_templates(message.choice)

    @on(History.Picked)
    @work(group="dialog", exclusive=True)
    async def _deal_with(self, picked: History.Picked) -> None:
        await self.commands.deal_with(picked.entry, picked.wish)
