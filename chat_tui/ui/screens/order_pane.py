"""The order panel beside the open chat: brings what the inbox knows to it, and says what is wanted."""

from collections.abc import Callable
from datetime import tzinfo

from textual.app import ComposeResult
from textual.containers import Vertical

from chat_tui.inbox.service import Inbox
from chat_tui.model.ids import ChatId, Millis
from chat_tui.ui import keys
from chat_tui.ui.keys import Where
from chat_tui.ui.screens.news import Digest
from chat_tui.ui.terminal.bind import bind
from chat_tui.ui.widgets.order_panel import OrderPanel


class OrderPane(Vertical):
    """Follows one chat; what is old or missing of its order is wanted from the Market."""

    def __init__(self, inbox: Inbox, *, clock: Callable[[], Millis], zone: tzinfo) -> None:
        """`clock` is the Market's."""
        super().__init__(id="order-pane")
        self._inbox = inbox
        self._chat_id: ChatId | None = None
        self.panel = OrderPanel(clock, zone, refresh=keys.key_of("refresh"))
        bind(self.panel, keys.bindings(Where.ORDER), freed=keys.freed(Where.ORDER))

    def compose(self) -> ComposeResult:
        yield self.panel

    async def follow(self, chat_id: ChatId | None) -> None:
        """Show the order of this chat from now on."""
        self._chat_id = chat_id
        await self._show()
        self.want()

    def rest(self) -> None:
        """Nobody looks: nothing is wanted."""
        self._chat_id = None

    def want(self) -> None:
        """Have the order read unless it is fresh."""
        if self._chat_id is not None:
            self._inbox.orders.want(self._chat_id)

    async def hear(self, digest: Digest) -> None:
        """Show anew what the news may concern."""
        if digest.orders or digest.link or digest.chats:
            await self._show()

    def tick(self) -> None:
        """A minute passed: clocks moved on, and what is shown may have become old."""
        self.panel.tick()
        self.want()

    async def _show(self) -> None:
        chat_id = self._chat_id
        found = await self._inbox.orders.of_chat(chat_id) if chat_id is not None else None
        if chat_id == self._chat_id:
            self.panel.show(found)
