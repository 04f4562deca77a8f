"""How the right side follows the highlight, and the ways into a chat: the highlighted one, the next one."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from textual.screen import Screen
from textual.timer import Timer

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.queue import QueueItem
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui import keys
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.inbox.editing import Editing
from chat_tui.ui.kit.text import NOTICE_S, notify
from chat_tui.ui.order.pane import OrderPane
from chat_tui.ui.queue.pane import QueuePane
from chat_tui.words.status import unread_words

if TYPE_CHECKING:
    from chat_tui.ui.dialogs.dialogs import Dialogs

FAST_S: Final = 0.15
"""Seconds between two moves in the list below which their conversations are not shown: a key held down."""
STAY_S: Final = 0.4
"""Seconds on the screen after which the operator stays with a chat and does not only pass it by."""


@dataclass(eq=False)
class Following:
    """Brings the highlighted chat to the right side, which is the only open chat.

    While the operator moves fast, nothing is read and drawn until the next pause. The Market is asked for
    what is new in a chat only after `STAY_S`. On a narrow screen, where it is hidden, it follows when shown.
    """

    screen: Screen[None]
    queue: QueuePane
    talk: TalkPane
    order: OrderPane
    entered: ChatRef | None = field(default=None, init=False)
    """The chat of the right side, if the operator has been in its history or box; None = only looked at."""
    _has_begun: bool = field(default=False, init=False)
    """Whether the list is on the screen: what is beside it must not delay it."""
    _brought: int = field(default=0, init=False)
    """How many chats are being brought that a key or an answer wants."""
    _wish: object = field(default_factory=object, init=False)
    """Stands for the latest wish to show a chat: earlier wishes are dropped."""
    _moved_at: float = field(default=float("-inf"), init=False)
    """When the highlight last moved; seconds of the monotonic clock."""
    _timer: Timer | None = field(default=None, init=False)
    """Waits for a pause of the moves, then for the end of `STAY_S`; None = nothing is awaited."""

    def begin(self) -> None:
        """The list is on the screen: follow from now on."""
        self._has_begun = True
        self.check()

    def moved(self) -> None:
        """The highlight moved: show its chat at once or, while moves follow fast, when they pause."""
        before, self._moved_at = self._moved_at, time.monotonic()
        if self._moved_at - before < FAST_S:
            self._wait(FAST_S, self.check)
        else:
            self._wait(None)
            # The row is drawn first, in a frame of its own: on a slow line the conversation takes longer.
            self.screen.call_after_refresh(self._check_since, self._moved_at)

    def _check_since(self, moved_at: float) -> None:
        if moved_at == self._moved_at:
            self.check()

    def check(self) -> None:
        """Show the highlighted chat, or why there is none, unless that is shown already."""
        chat_ref = self.queue.list.highlighted
        # What a key wants shown is not disturbed.
        if self._brought or not self._has_begun or self._is_hidden:
            return
        if chat_ref is None or chat_ref != self.talk.chat_ref:
            # A worker: the next key acts meanwhile.
            self.screen.run_worker(self._follow(chat_ref), group="follow")
        else:
            self._await_stay()

    def _await_stay(self) -> None:
        is_shown = self.talk.chat_ref == self.queue.list.highlighted and not self._is_hidden
        if is_shown and not self.talk.attention.is_paid:
            self._wait(STAY_S, self.stay)

    @property
    def _is_hidden(self) -> bool:
        return self.screen.has_class("-narrow") and not self.screen.has_class("-at-talk")

    async def _follow(self, chat_ref: ChatRef | None) -> None:
        is_meant = lambda: self.queue.list.highlighted == chat_ref and not self._brought  # noqa: E731
        if chat_ref is not None:
            await self._show(chat_ref, None, is_meant, lambda: None)
        elif await self.talk.clear(only_if=is_meant):
            self.entered = None
            await self.order.follow()

    async def bring(
        self,
        chat_ref: ChatRef,
        at: MessageId | None = None,
        *,
        only_if: Callable[[], bool] = lambda: True,
        shown: Callable[[], None] = lambda: None,
    ) -> bool | None:
        """Show a chat that is wanted; False if it is not in the cache, None if another wish came in between.

        The arguments are those of `TalkPane.show`.
        """
        self._wait(None)
        self._brought += 1
        try:
            return await self._show(chat_ref, at, only_if, shown)
        finally:
            self._brought -= 1
            self.check()

    async def _show(
        self, chat_ref: ChatRef, at: MessageId | None, only_if: Callable[[], bool], shown: Callable[[], None]
    ) -> bool | None:
        # Asked at once too: a wish that is over already must not drop the one that a key has made since.
        if not only_if():
            return None
        # A new object, not the chat: the same chat may be wanted twice, at different messages.
        self._wish = wish = object()

        def is_shown() -> None:
            if self.entered != chat_ref:
                self.entered = None
            shown()

        is_wanted = lambda: self._wish is wish and only_if()  # noqa: E731
        is_there = await self.talk.show(chat_ref, at=at, only_if=is_wanted, shown=is_shown)
        if is_there:
            await self.order.follow()
            self._await_stay()
        return is_there

    def enter(self) -> bool:
        """The operator is in the history or box of the chat that is shown; False if he was there before."""
        if not self.talk.attention.is_paid:
            self.stay()
        before, self.entered = self.entered, self.talk.chat_ref
        return before != self.entered

    def stay(self) -> None:
        """The operator stays with the chat that is shown: ask for what is new, and note it as seen."""
        self._wait(None)
        self.talk.attention.pay()
        self.order.want()

    def _wait(self, seconds: float | None, then: Callable[[], None] = lambda: None) -> None:
        """Call `then` after this time, and nothing that was to be called before."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = None if seconds is None else self.screen.set_timer(seconds, then)


@dataclass(eq=False)
class Opening:
    """Goes into chats. The next one to answer, if wanted before the list is read, opens when it is there."""

    screen: Screen[None]
    terminal: TerminalApp[None]
    inbox: InboxApi
    queue: QueuePane
    talk: TalkPane
    following: Following
    editing: Editing
    dialogs: Callable[[], "Dialogs"]
    """Called when a dialog is wanted: they are not loaded before."""
    now: Callable[[], Millis]
    zone: tzinfo
    _sought: tuple[bool, float] | None = field(default=None, init=False)
    """The next chat to answer is wanted but not there yet: whether backwards, and the time of the key."""

    # -- which chat ----------------------------------------------------------------------------------

    async def meant_id(self) -> ChatRef | None:
        """The chat that a key means, the highlighted one, after bringing it to the right side.

        None if there is none, or not in the cache, which is said; or if another was wanted meanwhile.
        """
        chat_ref = self.queue.list.highlighted
        if chat_ref is None:
            self._say(self.queue.list.empty_text.plain)
            return None
        return chat_ref if await self._bring(chat_ref) else None

    async def meant(self) -> QueueItem | None:
        """As `meant_id`, the row of that chat."""
        chat_ref = await self.meant_id()
        return None if chat_ref is None else await self.inbox.chats.item(chat_ref)

    # -- going into it -------------------------------------------------------------------------------

    async def open(self, chat_ref: ChatRef, *, write: bool = False, at: MessageId | None = None) -> None:
        """Show a chat, around the message `at` if given, and focus its history, or its box with `write`."""
        if await self._bring(chat_ref, at):
            self.screen.set_focus(self.talk.box if write else self.talk.history)
            self.enter()

    async def _bring(self, chat_ref: ChatRef, at: MessageId | None = None) -> bool:
        is_there = await self.following.bring(chat_ref, at)
        if is_there is False:
            words = _("This chat is not loaded yet. {refresh}: refresh")
            self._say(words.format(refresh=keys.key_of("refresh")))
        return bool(is_there)

    def enter(self) -> None:
        """The operator is in the history or box of the chat that is shown."""
        chat_ref = self.talk.chat_ref
        if chat_ref is None or not self.following.enter():
            return
        # One question at a time: both offer to add a text to the box.
        if self.talk.others:
            offer = self._offer_other_draft(chat_ref, self.talk.others[0])
            self.screen.run_worker(offer, group="dialog", exclusive=True)
        else:
            self.editing.look_for(chat_ref)

    async def _offer_other_draft(self, chat_ref: ChatRef, text: str) -> None:
        why = _("Another chat-tui window has a different text for this chat:")
        if await self.dialogs().offer(text, why=why) and self.talk.chat_ref == chat_ref:
            await self.talk.add_text(text)

    def hint(self) -> None:
        """Tell a newcomer the two keys to begin with."""
        words = _("{next} answers the buyer who has waited longest. {help} shows all keys.")
        words = words.format(next=keys.key_of("next_waiting"), help=keys.key_of("help"))
        notify(self.terminal, words, timeout=NOTICE_S)

    # -- who waits -----------------------------------------------------------------------------------

    async def open_waiting(self, *, backwards: bool = False) -> None:
        """Open the chat to answer next: from within a chat the one after it, else the longest-waiting one.

        Only a list that was read to its end can show that there is none.
        """
        self._sought = None
        chat_ref = await self._next_waiting(backwards=backwards)
        if chat_ref is not None:
            await self.open(chat_ref, write=True)
        elif self.is_list_read:
            self._say(nobody_waits())
        else:
            self._sought = backwards, self.terminal.keyed_at
            refresh = keys.key_of("refresh")
            self._say(unread_words(self.inbox.link(), self.now(), self.zone, refresh))

    async def hear(self) -> None:
        """Open the next chat to answer, if it was wanted before it was there and no key was pressed since."""
        if self._sought is None:
            return
        backwards, keyed_at = self._sought
        # A wish from some seconds ago must not open anything while the operator does something else.
        if self.terminal.keyed_at != keyed_at or self.terminal.screen is not self.screen:
            self._sought = None
        elif self.is_list_read or await self._next_waiting(backwards=backwards) is not None:
            await self.open_waiting(backwards=backwards)

    async def _next_waiting(self, *, backwards: bool) -> ChatRef | None:
        within = self.following.entered
        if within != self.queue.list.highlighted:
            within = None
        return await self.inbox.chats.next_waiting(within, backwards=backwards)

    @property
    def is_list_read(self) -> bool:
        """Whether the list of every business was ever read to its end."""
        link = self.inbox.link()
        # With one business there are no parts.
        parts = [part for _name, part in link.parts] or [link]
        return all(part.fresh_at is not None for part in parts)

    def _say(self, words: str) -> None:
        """Say something at the caret, or elsewhere as a notification."""
        if self.screen.focused is self.talk.box:
            self.talk.box.say(words)
        else:
            notify(self.terminal, words)


def nobody_waits() -> str:
    """Said by a key, or after an answer, that leads to the next waiting chat."""
    return _("Nobody else is waiting for an answer.")
