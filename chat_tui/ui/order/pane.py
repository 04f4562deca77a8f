"""The order pane: beside the conversation, in the place of the list, or on a narrow screen alone."""

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.containers import Vertical

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import ChatRef, Millis
from chat_tui.terminal.keys import bind
from chat_tui.ui import keys
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.keys import Where
from chat_tui.ui.kit.news import Digest
from chat_tui.ui.queue.pane import QueuePane

if TYPE_CHECKING:
    from chat_tui.ui.order.panel import OrderPanel


class OrderPane(Vertical):
    """Reads the order of the chat that is shown for the panel; has it fetched if it is old or missing.

    Classes of the screen: `-with-order` = the operator wants the panel, `-at-order` = it has the focus.
    """

    def __init__(
        self, inbox: InboxApi, queue: QueuePane, talk: TalkPane, *, clock: Callable[[], Millis], zone: tzinfo
    ) -> None:
        """`clock` is the Market's, `zone` the operator's."""
        super().__init__(id="order-pane")
        self.panel: OrderPanel | None = None
        """The widget that takes the focus; None until the operator first wants it."""
        self._inbox = inbox
        self._queue = queue
        self._talk = talk
        self._clock = clock
        self._zone = zone
        self._chat_ref: ChatRef | None = None
        """The chat whose order is shown and fetched; None = there is none, or the panel is hidden."""

    @property
    def is_wanted(self) -> bool:
        """Whether the operator wants the panel; in a small window it may still be hidden."""
        return self.screen.has_class("-with-order")

    @property
    def _is_beside_list(self) -> bool:
        """Whether the window has room for the list, the conversation and the panel."""
        return self.screen.has_class("-roomy")

    @property
    def is_visible(self) -> bool:
        """Whether the panel is on the screen; the style sheet decides by the same classes."""
        screen = self.screen
        is_in_place = screen.has_class("-at-order") or screen.has_class("-wide", "-at-talk")
        return self.is_wanted and (self._is_beside_list or is_in_place)

    @property
    def is_focused(self) -> bool:
        """Whether the panel has the focus."""
        return self.panel is not None and self.screen.focused is self.panel

    async def show(self) -> None:
        """Show the order of the chat that is shown, and have it fetched."""
        if self.panel is None:
            from chat_tui.ui.order.panel import OrderPanel  # noqa: PLC0415 - not before the first paint

            self.panel = OrderPanel(self._clock, self._zone, refresh=keys.key_of("refresh"))
            bind(self.panel, keys.bindings(Where.ORDER), freed=keys.freed(Where.ORDER))
            await self.mount(self.panel)
        self.screen.add_class("-with-order")
        if not self.is_visible:
            # Only the focus decides which pane a small window shows.
            self.screen.set_focus(self.panel)
        await self.follow()
        self.want()

    def hide(self) -> None:
        """Hide the panel, and stop fetching for it: a hidden panel must cost no requests."""
        self._chat_ref = None
        if self.is_focused:
            self._focus_chat()
        self.screen.remove_class("-with-order")

    def leave(self) -> None:
        """Move the focus out of the panel; where it takes the place of another pane, hide it."""
        if self._is_beside_list:
            self._focus_chat()
        else:
            self.hide()

    def give_way(self) -> None:
        """The list has the focus: hide the panel if it is in the place of the list."""
        if self.is_wanted and not self._is_beside_list:
            self.hide()

    def _focus_chat(self) -> None:
        """Focus the chat, or the list if the operator came from there."""
        is_at_talk = self.screen.has_class("-at-talk")
        self.screen.set_focus(self._talk.history if is_at_talk else self._queue.list)

    async def follow(self) -> None:
        """If the panel is wanted, show what is known of the order of the chat that is shown by now."""
        if self.panel is not None and self.is_wanted and self._chat_ref != self._talk.chat_ref:
            self._chat_ref = self._talk.chat_ref
            await self._renew(self.panel)

    async def hear(self, digest: Digest) -> None:
        """Read the order again if the news may concern it."""
        # Of the link: why the Market does not answer. Of the chats: the panel lists the buyer's other ones.
        if self.panel is not None and (digest.orders or digest.link or digest.chats):
            await self._renew(self.panel)

    def tick(self) -> None:
        """Update the deadlines, and fetch the order again if it is old; to be called once a minute."""
        if self.panel is not None:
            self.panel.tick()
            self.want()

    async def _renew(self, panel: "OrderPanel") -> None:
        """Read and show the order as it is in the cache."""
        chat_ref = self._chat_ref
        found = await self._inbox.orders.of_chat(chat_ref) if chat_ref is not None else None
        # Another chat may be shown since the store was read.
        if chat_ref == self._chat_ref:
            panel.show(found)

    def want(self) -> None:
        """Have the Market asked for the order in the panel, unless it is fresh."""
        if self._chat_ref is not None and self.is_visible:
            self._inbox.orders.want(self._chat_ref)
