"""At most four requests at once over all copies of the program, one place kept for sends.

The places are kernel locks: a killed copy frees its own at once, a frozen one keeps them. Whoever waits for
longer than requests take chooses from one more place, so that a frozen copy stops nobody.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from chat_tui.inbox.locks import Locks
from chat_tui.model.allowance import Urgency

PLACES: Final = 4
"""What the Market allows per business, whoever asks."""
READ_PLACES: Final = PLACES - 1
NARROW_PLACES: Final = 2
"""For a while after the Market complained."""
_BY_URGENCY: Final = {
    Urgency.SEND: READ_PLACES,
    Urgency.OPEN: READ_PLACES,
    Urgency.NEWS: READ_PLACES - 1,
    # The list is walked between two looks at its top: they must not wait for histories of the past.
    Urgency.FIRST: READ_PLACES - 1,
    Urgency.SWEEP: READ_PLACES - 1,
}
"""How many places a read may choose from: whoever is more urgent always finds one that others leave alone."""
_IN_BACKGROUND: Final = 1
PATIENCE_S: Final = 10.0
"""A place that is not free for so long may belong to a frozen copy: one more may be used instead."""
_PAUSE_S: Final = (0.005, 0.02)
"""Between two tries for a place: short beside a request, with jitter so that copies take turns."""


class Slots:
    """The places of one business on this machine."""

    def __init__(self, locks: Locks) -> None:
        """`locks` are those all copies on this machine share."""
        self._lock = locks
        self._refused_since: dict[int, float] = {}
        """By how many places there are to choose from: since when all of them have been taken."""
        self._jitter = random.Random()  # noqa: S311 - spreads tries, guards nothing

    @asynccontextmanager
    async def place(self, *, writing: bool, urgency: Urgency, is_narrow: bool = False) -> AsyncIterator[None]:
        """Hold a place for one request; StoreProblem if the lock file was taken away."""
        count = places(writing=writing, urgency=urgency, is_narrow=is_narrow)
        number = await self._take(count, READ_PLACES if urgency.is_background else PLACES)
        try:
            yield
        finally:
            self._lock.release(number)

    async def _take(self, count: int, most: int) -> int:
        loop = asyncio.get_running_loop()
        while True:
            since = self._refused_since.get(count, loop.time())
            wider = min(count + int((loop.time() - since) / PATIENCE_S), most)
            numbers: list[int] = [*self._jitter.sample(range(count), count), *range(count, wider)]
            for number in numbers:
                if self._lock.try_hold(number):
                    if number < count:
                        self._refused_since.pop(count, None)
                    return number
            self._refused_since.setdefault(count, since)
            await asyncio.sleep(self._jitter.uniform(*_PAUSE_S))


def places(*, writing: bool, urgency: Urgency, is_narrow: bool) -> int:
    """How many places, counted from the first, a request may choose from."""
    if writing:
        return NARROW_PLACES if is_narrow else PLACES
    if is_narrow:
        return NARROW_PLACES - 1
    return _BY_URGENCY.get(urgency, _IN_BACKGROUND)
