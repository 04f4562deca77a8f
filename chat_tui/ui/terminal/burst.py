"""Tell an Enter that a hand pressed from one that came with pasted text.

Not every terminal marks a paste. Where that is not known, what arrives together with more text was not
typed: there an Enter is a new line. Right after a paste it always is.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

from textual import events

_PAUSE: Final = 0.1
"""Seconds without input that end a burst."""
_DENSE: Final = 0.005
"""Seconds between keys that no hand types so fast."""
_MANY: Final = 16
"""Dense letters after which an Enter waits a moment: the rest of the paste may come in the next read."""
_MOMENT: Final = 0.03


class Burst:
    """Follows the times at which keys arrive; all times are those of the events (monotonic, seconds)."""

    def __init__(self) -> None:
        self._last_paste = -_PAUSE
        self._last_in_burst = -_PAUSE
        self._last_key = -_PAUSE
        self._dense_letters = 0
        self.enters = 0
        """Pasted Enters of the latest burst that had any."""

    async def gather(self, held: Sequence[events.Event]) -> None:
        """Before the only key waiting is judged: give the rest of a paste the time to arrive."""
        if len(held) == 1 and _is_enter(held[0]) and self._dense_letters >= _MANY:
            await asyncio.sleep(_MOMENT)

    def is_pasted_enter(
        self, event: events.Key | events.Paste, behind: Iterable[events.Event], *, marked: bool = False
    ) -> bool:
        """Whether `event` is an Enter of a paste; `behind` are the events waiting after it.

        Where pastes are surely `marked`, only an Enter right behind one may still belong to it: a text
        may hold the mark of its own end.
        """
        if isinstance(event, events.Paste):
            self._last_paste = event.time
            return False
        in_burst = event.time - max(self._last_paste, self._last_in_burst) <= _PAUSE
        pasted = _is_enter(event) and (in_burst or (not marked and _text_follows(event, behind)))
        if pasted:
            goes_on = event.time - self._last_in_burst <= _PAUSE
            self.enters = self.enters + 1 if goes_on else 1
        if pasted or (in_burst and event.is_printable):
            self._last_in_burst = event.time
        is_dense = event.is_printable and event.time - self._last_key <= _DENSE
        self._dense_letters = self._dense_letters + 1 if is_dense else 0
        self._last_key = event.time
        return pasted


def _is_enter(event: events.Event) -> bool:
    return isinstance(event, events.Key) and event.key == "enter"


def _text_follows(event: events.Event, behind: Iterable[events.Event]) -> bool:
    """Whether text comes with `event`; a key that commands in between shows a hand."""
    for later in behind:
        if isinstance(later, events.Key) and later.key in {"enter", "tab"}:
            continue
        is_text = isinstance(later, events.Paste) or (isinstance(later, events.Key) and later.is_printable)
        return is_text and later.time - event.time <= _PAUSE
    return False
