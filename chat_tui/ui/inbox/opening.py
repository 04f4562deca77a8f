"""The ways into a chat: the one that a key means, and the one to answer next."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING

from textual.screen import Screen

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.link import LinkState
from chat_tui.model.queue import QueueItem
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui import keys
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.inbox.editing import Editing
from chat_tui.ui.kit.text import notify
from chat_tui.ui.order.pane import OrderPane
from chat_tui.ui.queue.pane import QueuePane
from chat_tui.words.status import notice

if TYPE_CHECKING:
    from chat_tui.ui.dialogs.dialogs import Dialogs


@dataclass(eq=False)
class Opening:
    """Opens chats. The next one to answer, wanted before the list is read, opens as soon as it is there."""

    screen: Screen[None]
    terminal: TerminalApp[None]
    inbox: InboxApi
    queue: QueuePane
    talk: TalkPane
    order: OrderPane
    editing: Editing
    dialogs: Callable[[], "Dialogs"]
    """Called when a dialog is wanted: they are not loaded before."""
    now: Callable[[], Millis]
    zone: tzinfo
    _wish: object = field(default_factory=object, init=False)
    """Stands for the latest wish to open a chat: earlier wishes are dropped."""
    _sought: tuple[bool, float] | None = field(default=None, init=False)
    """The next chat to answer is wanted but not there yet: whether backwards, and the time of the key."""

    # -- which chat ----------------------------------------------------------------------------------

    def meant_id(self) -> ChatRef | None:
        """The chat that a key means: the highlighted one while the list has the focus, else the open one.

        Without one, says so and returns None.
        """
        in_list = self.screen.focused is self.queue.list
        chat_ref = self.queue.list.highlighted if in_list else self.talk.chat_ref
        if chat_ref is None:
            words = _("Open a chat first: {open} on a row, or {next} for the longest waiting.")
            notify(self.terminal, words.format(open=keys.key_of("open"), next=keys.key_of("next_waiting")))
        return chat_ref

    async def meant(self) -> QueueItem | None:
        """The row of the chat that a key means. If there is none, or not in the cache, says so; then None."""
        chat_ref = self.meant_id()
        item = None if chat_ref is None else await self.inbox.chats.item(chat_ref)
        if item is None and chat_ref is not None:
            self._say_unknown()
        return item

    # -- opening it ----------------------------------------------------------------------------------

    async def open(self, chat_ref: ChatRef, *, write: bool = False, at: MessageId | None = None) -> None:
        """Show a chat, around the message `at` if given, and focus its history, or its box with `write`."""
        is_another = chat_ref != self.talk.chat_ref
        if not await self.bring(chat_ref, at):
            return
        self.screen.set_focus(self.talk.box if write else self.talk.history)
        # One question at a time: both offer to add a text to the box.
        if is_another and self.talk.others:
            offer = self._offer_other_draft(chat_ref, self.talk.others[0])
            self.screen.run_worker(offer, group="dialog", exclusive=True)
        elif is_another:
            self.editing.look_for(chat_ref)
        await self.order.follow()

    async def bring(self, chat_ref: ChatRef, at: MessageId | None = None) -> bool:
        """Show a chat on the right; False if it is not in the cache or another one was wanted meanwhile."""
        # A new object, not the chat: the same chat may be wanted twice, at different messages.
        self._wish = wish = object()
        is_there = await self.talk.open(chat_ref, at=at, only_if=lambda: self._wish is wish)
        if self._wish is not wish:
            return False
        if not is_there:
            self._say_unknown()
        return is_there

    async def _offer_other_draft(self, chat_ref: ChatRef, text: str) -> None:
        why = _("Another window of chat-tui holds a different text for this chat:")
        if await self.dialogs().offer(text, why=why) and self.talk.chat_ref == chat_ref:
            await self.talk.add_text(text)

    # -- who waits -----------------------------------------------------------------------------------

    async def open_waiting(self, *, backwards: bool = False) -> None:
        """Open the chat to answer next. Only a list that was read to its end can show that there is none."""
        self._sought = None
        chat_ref = await self.inbox.chats.next_waiting(self.talk.chat_ref, backwards=backwards)
        if chat_ref is not None:
            await self.open(chat_ref, write=True)
        elif self._is_list_read:
            notify(self.terminal, _("Nobody else waits for an answer."))
        else:
            self._sought = backwards, self.terminal.keyed_at
            notify(self.terminal, self._why_unread())

    async def hear(self) -> None:
        """Open the next chat to answer, if it was wanted before it was there and no key was pressed since."""
        if self._sought is None:
            return
        backwards, keyed_at = self._sought
        # A wish from some seconds ago must not open anything while the operator does something else.
        if self.terminal.keyed_at != keyed_at or self.terminal.screen is not self.screen:
            self._sought = None
        elif self._is_list_read or await self.inbox.chats.next_waiting(self.talk.chat_ref) is not None:
            await self.open_waiting(backwards=backwards)

    @property
    def _is_list_read(self) -> bool:
        """Whether the list of every business was ever read to its end."""
        link = self.inbox.link()
        # With one business there are no parts.
        parts = [part for _name, part in link.parts] or [link]
        return all(part.fresh_at is not None for part in parts)

    def _why_unread(self) -> str:
        link = self.inbox.link()
        if link.state in {LinkState.CONNECTING, LinkState.ONLINE}:
            return _("Still reading the chats. The next one opens by itself as soon as it is here.")
        words = _("The chats were not read yet, so nobody can be found. {why} {refresh} asks again.")
        why = notice(link, self.now(), self.zone)
        return words.format(why=why, refresh=keys.key_of("refresh"))

    def _say_unknown(self) -> None:
        words = _("This chat is not in the cache yet. {refresh} asks the Market again.")
        notify(self.terminal, words.format(refresh=keys.key_of("refresh")))
