"""After an answer, opens the next waiting chat automatically, unless the operator is doing something else."""

import time
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from textual.screen import Screen

from chat_tui.inbox.api import InboxApi
from chat_tui.locale import _
from chat_tui.model.ids import ChatRef
from chat_tui.terminal.app import TerminalApp
from chat_tui.ui import keys
from chat_tui.ui.chat.pane import TalkPane
from chat_tui.ui.inbox.opening import Opening, nobody_waits

QUIET_S: Final = 0.4
"""Seconds without a key before an answered chat is left: an operator who types on means the one shown."""
READ_S: Final = 0.25
"""Seconds it takes to read a new name: text typed sooner was meant for the chat before."""


@dataclass(eq=False)
class Advancing:
    """Stays in the chat if the box has text, a dialog is open, the focus is elsewhere or a key came."""

    screen: Screen[None]
    terminal: TerminalApp[None]
    inbox: InboxApi
    talk: TalkPane
    opening: Opening
    _left: ChatRef | None = field(default=None, init=False)
    """The chat that was last left automatically."""

    def soon(self, chat_ref: ChatRef, keyed_at: float | None = None) -> None:
        """An answer was sent in this chat: go on to the next one after `QUIET_S`.

        `keyed_at` is the time of the last key before that, in seconds; None = of the last key so far.
        """
        keyed_at = self.terminal.keyed_at if keyed_at is None else keyed_at
        self.screen.set_timer(QUIET_S, partial(self._advance, chat_ref, keyed_at))

    async def _advance(self, chat_ref: ChatRef, keyed_at: float) -> None:
        talk, terminal, following = self.talk, self.terminal, self.opening.following

        def is_idle() -> bool:
            # Not `is_current`, which is also true beneath a dialog.
            is_here = terminal.screen is self.screen and self.screen.focused is talk.box
            is_same = talk.chat_ref == chat_ref and terminal.keyed_at == keyed_at
            return is_here and is_same and not talk.box.text

        if not terminal.has_acted:
            # Wait for the effect of a key still in the queue; it may be older than the saved answer.
            self.soon(chat_ref, keyed_at)
            return
        # Not "the one after this chat": it was just answered, so the longest-waiting one is next.
        chosen = await self.inbox.chats.next_waiting(None) if is_idle() else chat_ref
        if chosen == chat_ref:
            return
        if chosen is None:
            if is_idle() and self.opening.is_list_read:
                talk.box.say(nobody_waits())
            return
        item = await self.inbox.chats.item(chosen)
        if item is not None and item.elsewhere is not None and item.elsewhere.is_busy:
            # Where somebody else is about to answer, only a key leads.
            if is_idle():
                words = _("The next chat is open in another window. {key} opens it.")
                talk.box.say(words.format(key=keys.key_of("next_in_text")))
            return

        def shown() -> None:
            self._left = chat_ref
            # Keys carry their time of arrival, so one still in the queue counts as typed too soon.
            talk.box.came_by_itself(time.monotonic() + READ_S)
            # Without a question about other drafts: it would take the keys of an operator who writes on.
            following.enter()

        # Checked again at the last moment: opening reads the disk, and a key may arrive meanwhile.
        await following.bring(chosen, only_if=is_idle, shown=shown)

    async def go_back(self) -> None:
        """Put text meant for the chat that was left into its box, and show it again."""
        following, box = self.opening.following, self.talk.box

        def shown() -> None:
            box.type_astray()
            following.enter()

        if self._left is None or not await following.bring(self._left, shown=shown):
            # Better in the box that is shown than lost.
            box.type_astray()
