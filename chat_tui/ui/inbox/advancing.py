"""After an answer the next waiting chat opens by itself, unless the hands are busy with something else."""

import time
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from textual.screen import Screen

from chat_tui.inbox.api import InboxApi
from chat_tui.model.ids import ChatRef
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui.chat.pane import TalkPane

QUIET_S: Final = 0.4
"""Without a key after an answer before the chat is left: whoever types on means the one that is shown."""
READ_S: Final = 0.25
"""Before it nobody has read a new name: what is typed so soon was meant for the chat before."""


@dataclass(eq=False)
class Advancing:
    """Never moves while there is text in the box, a dialog is open, the caret is elsewhere or a key came."""

    screen: Screen[None]
    terminal: TerminalApp[None]
    inbox: InboxApi
    talk: TalkPane
    _left: ChatRef | None = field(default=None, init=False)
    """The chat that was left by itself last."""

    def soon(self, chat_ref: ChatRef, keyed_at: float | None = None) -> None:
        """An answer was sent in this chat; `keyed_at` is when the last key had arrived by then."""
        keyed_at = self.terminal.keyed_at if keyed_at is None else keyed_at
        self.screen.set_timer(QUIET_S, partial(self._advance, chat_ref, keyed_at))

    async def _advance(self, chat_ref: ChatRef, keyed_at: float) -> None:
        talk, terminal = self.talk, self.terminal

        def is_idle() -> bool:
            # `is_current` holds beneath a dialog too.
            is_here = terminal.screen is self.screen and self.screen.focused is talk.box
            is_same = talk.chat_ref == chat_ref and terminal.keyed_at == keyed_at
            return is_here and is_same and not talk.box.text

        if not terminal.has_acted:
            # What such a key does decides; it may have come before the answer was durable.
            self.soon(chat_ref, keyed_at)
            return
        # Not "the one after this chat": it was just answered, so whoever waits longest is next.
        following = await self.inbox.chats.next_waiting(None) if is_idle() else None
        if following is None or following == chat_ref:
            return

        def shown() -> None:
            self._left = chat_ref
            # Keys carry the time at which they came, so one still in the queue is known for what it was.
            talk.box.came_by_itself(time.monotonic() + READ_S)

        # Asked again when nothing can come between any more: opening reads the disk, and hands are quick.
        await talk.open(following, only_if=is_idle, shown=shown)

    async def go_back(self) -> None:
        """Text for the chat that was left goes into its box, which is shown again."""
        type_astray = self.talk.box.type_astray
        if self._left is None or not await self.talk.open(self._left, shown=type_astray):
            # Rather in the box that is shown than nowhere.
            type_astray()
