"""Brings back what was put off: whichever copy put it off, every copy says so when the moment comes."""

import asyncio
import logging
from typing import Final

from chat_tui.inbox.events import ChatsChanged
from chat_tui.inbox.ground import Ground
from chat_tui.store import marks
from chat_tui.store.errors import StoreError

LOOK_S: Final = 1.0
"""Between two looks: a wall clock that is set meanwhile is noticed as soon."""

log = logging.getLogger(__name__)


class Alarm:
    """Publishes the chats whose moment has come since it was last looked."""

    def __init__(self, ground: Ground) -> None:
        self._g = ground

    async def run(self) -> None:
        """For as long as the engine lives."""
        looked_at = self._g.wall_ms()
        while True:
            await asyncio.sleep(LOOK_S)
            now = self._g.wall_ms()
            try:
                found = await self._g.read(marks.come_back, looked_at, now)
            except StoreError as error:
                log.warning("snoozed chats not looked at: %s", type(error).__name__)
                continue
            looked_at = now
            if found:
                self._g.bulletin.publish(ChatsChanged(frozenset(found)))
