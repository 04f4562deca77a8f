"""The order pane: beside the open chat, or instead of it on a narrow screen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widget import Widget

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.terminal.keys import bind
from chat_tui.ui import keys
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.keys import Where
from chat_tui.ui.kit.news import Digest
from chat_tui.ui.queue.pane import QueuePane


class OrderPane(Vertical):
    """Reads the order of one chat for the panel, and has it fetched if it is old or missing."""

    def __init__(self, inbox: InboxApi, *, clock: Callable[[], Millis], zone: tzinfo) -> None:
        """`clock` is the Market's."""
        from chat_tui.ui.order.panel import OrderPanel  # noqa: PLC0415 - not before the first paint

        super().__init__(id="order-pane")
        self._inbox = inbox
        self._chat_ref: ChatRef | None = None
        self.panel = OrderPanel(clock, zone, refresh=keys.key_of("refresh"))
        bind(self.panel, keys.bindings(Where.ORDER), freed=keys.freed(Where.ORDER))

    def compose(self) -> ComposeResult:
        yield self.panel

    async def follow(self, chat_ref: ChatRef | None) -> None:
        """Show the order of this chat from now on; None = no chat is open."""
        self._chat_ref = chat_ref
        await self.renew()
        self._want()

    def rest(self) -> None:
        """Stop fetching: the panel is hidden."""
        self._chat_ref = None

    def tick(self) -> None:
        """Update the deadlines, and fetch the order again if it is old; to be called once a minute."""
        self.panel.tick()
        self._want()

    async def renew(self) -> None:
        """Read and show the order as it is in the cache."""
        chat_ref = self._chat_ref
        found = await self._inbox.orders.of_chat(chat_ref) if chat_ref is not None else None
        # Another chat may have been opened while the store was asked.
        if chat_ref == self._chat_ref:
            self.panel.show(found)

    def _want(self) -> None:
        """Have the Market asked for the order, unless it is fresh."""
        if self._chat_ref is not None:
            self._inbox.orders.want(self._chat_ref)


@dataclass(eq=False)
class OrderSide:
    """The order pane on the main screen: made when it is first wanted, shown and hidden by CSS classes.

    `-with-order` on the screen: the operator wants the panel. `-at-order`: it has the focus.
    """

    screen: Screen[None]
    queue: QueuePane
    talk: TalkPane
    make: Callable[[], OrderPane]
    """Makes the pane; called once at most."""
    _pane: OrderPane | None = field(default=None, init=False)
    """None until the operator first wants it."""

    @property
    def is_wanted(self) -> bool:
        """Whether the operator wants the panel; on a narrow screen it may still be hidden."""
        return self.screen.has_class("-with-order")

    @property
    def panel(self) -> Widget | None:
        """The widget that takes the focus; None until the panel is first wanted."""
        return None if self._pane is None else self._pane.panel

    @property
    def is_focused(self) -> bool:
        """Whether the panel has the focus."""
        return self._pane is not None and self.screen.focused is self._pane.panel

    def is_seen(self, chat_ref: ChatRef) -> bool:
        """Whether the order of this chat is on the screen."""
        shown = "-at-order" if self.screen.has_class("-narrow") else "-with-order"
        return chat_ref == self.talk.chat_ref and self.screen.has_class(shown)

    async def show(self) -> None:
        """Show the order of the open chat."""
        if self._pane is None:
            self._pane = self.make()
            await self.screen.query_one("#panes", Horizontal).mount(self._pane)
        self.screen.add_class("-with-order")
        if self.screen.has_class("-narrow"):
            self.screen.set_focus(self._pane.panel)
        await self._pane.follow(self.talk.chat_ref)

    def hide(self) -> None:
        """Hide the panel, and stop fetching for it."""
        if self._pane is not None:
            # A hidden panel costs no requests.
            self._pane.rest()
        if self.is_focused:
            self._focus_chat()
        self.screen.remove_class("-with-order")

    def leave(self) -> None:
        """Move the focus out of the panel; on a narrow screen, where it fills the screen, hide it."""
        if self.screen.has_class("-narrow"):
            self.hide()
        else:
            self._focus_chat()

    def _focus_chat(self) -> None:
        """Focus the chat, or the list if the operator came from there."""
        is_at_talk = self.screen.has_class("-at-talk")
        self.screen.set_focus(self.talk.history if is_at_talk else self.queue.list)

    async def follow(self) -> None:
        """Show the order of the open chat, which may be another one by now, if the panel is wanted."""
        if self._pane is not None and self.is_wanted:
            await self._pane.follow(self.talk.chat_ref)

    async def hear(self, digest: Digest) -> None:
        """Read the order again if the news may concern it."""
        if self._pane is not None and (digest.orders or digest.link or digest.chats):
            await self._pane.renew()

    def tick(self) -> None:
        """Update the panel; to be called once a minute."""
        if self._pane is not None:
            self._pane.tick()
