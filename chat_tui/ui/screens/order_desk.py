"""The main screen with a panel for the order of the open chat: beside it, or instead where it is narrow."""

from textual.containers import Horizontal

from chat_tui.ui.screens.desk import Desk


class OrderDesk(Desk):
    """`-with-order`: the operator wants the panel. `-at-order`: it has the focus."""

    async def action_order(self) -> None:
        """Show the order of the chat that is meant, or hide it."""
        chat_id = self._meant_id()
        if chat_id is None:
            return
        is_narrow = self.has_class("-narrow")
        if chat_id == self._talk.chat_id and self.has_class("-at-order" if is_narrow else "-with-order"):
            self._hide_order()
            return
        if not await self._bring(chat_id):
            return
        if self._order is None:
            from chat_tui.ui.screens.order_pane import OrderPane  # noqa: PLC0415 - not before the first paint

            self._order = OrderPane(self._inbox, clock=self._market_now, zone=self._zone)
            await self.query_one("#panes", Horizontal).mount(self._order)
        self.add_class("-with-order")
        if is_narrow:
            self.set_focus(self._order.panel)
        await self._order.follow(self._talk.chat_id)

    @property
    def _is_at_order(self) -> bool:
        """Whether the panel has the focus."""
        return self._order is not None and self.focused is self._order.panel

    def _hide_order(self) -> None:
        if self._order is not None:
            self._order.rest()
        if self._is_at_order:
            self._focus_chat()
        self.remove_class("-with-order")

    def _leave_order(self) -> None:
        """Step out of the panel, which has the focus; where nothing else is shown it goes."""
        if self.has_class("-narrow"):
            self._hide_order()
        else:
            self._focus_chat()

    def _focus_chat(self) -> None:
        """The chat, or the list where one came from there."""
        self.set_focus(self._history if self.has_class("-at-talk") else self._list)

    async def _follow_order(self) -> None:
        """Another chat is open: the panel, if it is wanted, shows its order."""
        if self._order is not None and self.has_class("-with-order"):
            await self._order.follow(self._talk.chat_id)
