"""After an answer the next waiting chat opens by itself, unless the hands are busy with something else."""

import time
from functools import partial
from typing import Final

from textual import on

from chat_tui.model.ids import ChatId
from chat_tui.ui.screens.marking import Marking
from chat_tui.ui.widgets.compose import Compose

QUIET_S: Final = 0.4
"""Without a key after an answer before the chat is left: whoever types on means the one that is shown."""
READ_S: Final = 0.25
"""Before it nobody has read a new name: what is typed so soon was meant for the chat before."""


class Advancing(Marking):
    """Never moves while there is text in the box, a dialog is open, the caret is elsewhere or a key came."""

    _left: ChatId | None = None
    """The chat that was left by itself last."""

    def _advance_soon(self, chat_id: ChatId, keyed_at: float | None = None) -> None:
        """An answer was sent in this chat; `keyed_at` is when the last key had arrived by then."""
        keyed_at = self._terminal.keyed_at if keyed_at is None else keyed_at
        self.set_timer(QUIET_S, partial(self._advance, chat_id, keyed_at))

    async def _advance(self, chat_id: ChatId, keyed_at: float) -> None:
        def is_idle() -> bool:
            # `is_current` holds beneath a dialog too.
            is_here = self.app.screen is self and self.focused is self._box and self._talk.chat_id == chat_id
            return is_here and not self._box.text and self._terminal.keyed_at == keyed_at

        if not self._terminal.has_acted:
            # What such a key does decides; it may have come before the answer was durable.
            self._advance_soon(chat_id, keyed_at)
            return
        following = await self._inbox.next_waiting(None) if is_idle() else None
        if following is None or following == chat_id:
            return

        def shown() -> None:
            self._left = chat_id
            self._box.came_by_itself(time.monotonic() + READ_S)

        await self._talk.open(following, only_if=is_idle, shown=shown)

    @on(Compose.TypedTooSoon)
    async def _go_back(self, message: Compose.TypedTooSoon) -> None:
        """Text for the chat that was left goes into its box, which is shown again."""
        message.stop()
        if self._left is None or not await self._talk.open(self._left, shown=self._box.type_astray):
            # Rather in the box that is shown than nowhere.
            self._box.type_astray()
