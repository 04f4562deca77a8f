"""The main screen: the queue, the open chat, and every command the operator gives there."""

from textual import on, work
from textual.widget import Widget

from chat_tui.locale import _
from chat_tui.model.mark import Marked
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.problem import ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.ui.screens.advancing import Advancing
from chat_tui.ui.screens.opening import Opening
from chat_tui.ui.screens.talk_pane import TalkPane
from chat_tui.ui.text import notify
from chat_tui.ui.widgets.compose import Compose
from chat_tui.ui.widgets.history import History, Wish
from chat_tui.ui.widgets.queue_list import QueueList
from chat_tui.ui.widgets.tab_bar import TabBar
from chat_tui.words.problems import problem_words

TABS = tuple(Tab)


class InboxScreen(Advancing, Opening):
    """Turns what the operator presses into wishes to the inbox and steps between the panes."""

    # -- the list ------------------------------------------------------------------------------------

    @on(QueueList.Opened)
    async def _open_from_list(self, message: QueueList.Opened) -> None:
        message.stop()
        await self._open(message.chat_id)

    @on(TabBar.TabWanted)
    async def _tab_clicked(self, message: TabBar.TabWanted) -> None:
        message.stop()
        await self._show_tab(message.tab)

    async def action_tab(self, number: int) -> None:
        """Show tab 1 … 6."""
        await self._show_tab(TABS[number - 1])

    async def _show_tab(self, tab: Tab) -> None:
        # The list first: nothing is typed into a box while the highlight is led elsewhere.
        self.set_focus(self._list)
        await self._queue.show_tab(tab)
        await self._count()

    # -- commands ------------------------------------------------------------------------------------

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def greet(self) -> None:
        """The first look at a shop that was just connected."""
        if await self._flows.greet():
            await self._open_waiting(backwards=False)

    async def action_next_waiting(self) -> None:
        """Open the chat that waits longest, or the one after it, ready to write."""
        await self._open_waiting(backwards=False)

    async def action_previous_waiting(self) -> None:
        """Open the waiting chat before this one, ready to write."""
        await self._open_waiting(backwards=True)

    async def action_write(self) -> None:
        """Put the caret into the box of the chat that is meant."""
        chat_id = self._meant_id()
        if chat_id is not None:
            await self._open(chat_id, write=True)

    def action_back(self) -> None:
        """One step outward: from the order to the history, from there to the list."""
        if self._is_at_order:
            self._leave_order()
        else:
            self.set_focus(self._list)

    @on(Compose.LeaveWanted)
    async def _leave_box(self, message: Compose.LeaveWanted) -> None:
        message.stop()
        self.set_focus(self._history)
        await self._talk.save_draft()

    @on(Compose.NextWanted)
    async def _next_from_box(self, message: Compose.NextWanted) -> None:
        message.stop()
        await self._open_waiting(backwards=False)

    async def action_next_pane(self) -> None:
        """List, history, compose box, order, and round again."""
        await self._step_pane(1)

    async def action_previous_pane(self) -> None:
        """The same the other way round."""
        await self._step_pane(-1)

    async def _step_pane(self, step: int) -> None:
        """The neighbour gets the keys. Whoever steps out of the list steps into the highlighted chat."""
        panes: list[Widget] = [self._list, self._history, self._box]
        if self._order is not None and self.has_class("-with-order"):
            panes.append(self._order.panel)
        place = panes.index(self.focused) if self.focused in panes else 0
        target = panes[(place + step) % len(panes)]
        if target is not self._list and self.focused is self._list:
            chat_id = self._meant_id()
            if chat_id is None or not await self._bring(chat_id):
                return
            await self._follow_order()
        self.set_focus(target)

    async def action_refresh(self) -> None:
        """Ask the Market now and show the list in today's order."""
        self._inbox.refresh()
        await self._follow_order()
        await self._queue.apply_order(from_top=True)

    @work(group="evidence", exclusive=True, exit_on_error=True)
    async def action_evidence(self) -> None:
        """Write a chat down for an arbiter: that under the highlight, or the open one."""
        chat_id = self._meant_id()
        if chat_id is not None:
            await self._flows.keep_evidence(chat_id)

    async def action_undo(self) -> None:
        """Take back the newest of: a mark; a sent text, while it is held."""
        if not self._undoable:
            notify(self.app, _("There is nothing to undo."))
            return
        newest = self._undoable.pop()
        if isinstance(newest, Marked):
            await self._unmark(newest)
        else:
            await self._take_back(newest)

    async def _take_back(self, item: OutboxItem) -> None:
        taken = await self._talk.take_back(item.outbox_id)
        if isinstance(taken, OutboxItem):
            self._undoable[:] = [
                one for one in self._undoable if isinstance(one, Marked) or one.outbox_id != item.outbox_id
            ]
            await self._open(taken.chat_id, write=True)
        elif taken.kind == ProblemKind.GONE:
            # What was sent before it is no longer held either: the next undo is of a mark.
            self._undoable[:] = [one for one in self._undoable if isinstance(one, Marked)]
            words = _("Too late, the message is on its way: {chat}.")
            chat = await self._chat_name(item.chat_id)
            notify(self.app, words.format(chat=chat), severity="warning")
        else:
            notify(self.app, problem_words(taken), severity="error")

    @on(TalkPane.Sent)
    def _sent(self, message: TalkPane.Sent) -> None:
        message.stop()
        self._undoable.append(message.item)
        if self._preferences.queue.auto_advance and message.was_waiting:
            self._advance_soon(message.item.chat_id)

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
            self._undoable.append(sent)

    @on(Compose.TemplateWanted)
    def _template_wanted(self, message: Compose.TemplateWanted) -> None:
        message.stop()
        self._choose_template()

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def _choose_template(self) -> None:
        """Put a template into the box of the chat it was chosen for."""
        item, text = self._talk.item, None
        try:
            if item is not None:
                text = await self._flows.choose_template(item)
        finally:
            is_there = item is not None and self._talk.chat_id == item.chat.chat_id
            self._box.put(text if is_there else None)

    @on(History.Picked)
    def _picked(self, message: History.Picked) -> None:
        message.stop()
        self._deal_with(message)

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def _deal_with(self, picked: History.Picked) -> None:
        """Copy something of the message that was picked, or save or view its file."""
        if picked.wish is Wish.SAVE:
            await self._received.save(picked.entry)
            return
        if picked.wish is Wish.VIEW:
            await self._received.view(picked.entry)
            return
        context = self._talk.item.chat.context if self._talk.item is not None else None
        await self._received.copy(picked.entry, context)

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def action_new_chat(self) -> None:
        """Start a chat about an order or a return."""
        chat_id = await self._flows.start_chat()
        if chat_id is not None:
            await self._open(chat_id, write=True)

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def action_search(self) -> None:
        """Find a message or a chat and open it there."""
        hit = await self._flows.search()
        if hit is not None:
            await self._open(hit.chat_id, at=hit.message_id)

    @work(group="dialog", exclusive=True, exit_on_error=True)
    async def action_outbox(self) -> None:
        """Everything that is not confirmed."""
        choice = await self._flows.show_outbox()
        if choice is None:
            return
        if choice.is_to_edit:
            await self._take_back(choice.item)
        else:
            await self._open(choice.item.chat_id)
