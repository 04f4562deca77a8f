"""How long an outbox item still waits: what was told is a length of time, whatever a clock on the wall does.

With the end of a wait an item keeps both clocks as they stood when it was told. As long as the machine runs,
the clock that nobody can set counts what has passed. After another start of the machine only the clock on
the wall can tell, and it is believed no further than the wait was long.
"""

from dataclasses import dataclass
from typing import Final, TypedDict

from chat_tui.model.ids import Millis
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.quota import LONGEST_HOLD, BootMillis


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both clocks at one moment."""

    wall: Millis
    uptime: BootMillis
    boot: str
    """Names the start of the machine that `uptime` counts from."""


class Told(TypedDict):
    """The columns of an item that say until when it waits."""

    not_before: Millis
    told_at: Millis
    told_boot: str
    told_uptime: BootMillis


AT_ONCE: Final = Told(not_before=0, told_at=0, told_boot="", told_uptime=0)
"""Nothing to wait for."""


def told(length: Millis, now: Clocks) -> Told:
    """A wait of so long from now on."""
    return Told(not_before=now.wall + length, told_at=now.wall, told_boot=now.boot, told_uptime=now.uptime)


def length(item: OutboxItem) -> Millis:
    """How long the wait of an item was as it was told; where that is not known, as long as one can be."""
    begun = item.told_at
    if not begun and item.state is OutboxState.QUEUED:
        begun = item.created_at
    return min(item.not_before - begun, LONGEST_HOLD) if 0 < begun <= item.not_before else LONGEST_HOLD


def left(item: OutboxItem, now: Clocks) -> Millis:
    """How long the item still waits; 0 = not at all."""
    whole = length(item)
    if _is_of_this_start(item, now):
        rest = whole - (now.uptime - item.told_uptime)
    else:
        rest = item.not_before - now.wall
    return max(min(rest, whole), 0)


def told_again(item: OutboxItem, now: Clocks) -> Told | None:
    """What is left of a wait told before this start of the machine, to be counted on by its clock.

    Whoever sees the item later then waits no longer than who saw it first. None = nothing is to be noted.
    """
    rest = left(item, now)
    if not rest or _is_of_this_start(item, now):
        return None
    # The end by the wall stays: it is what the item is known by, and what the screen counts down to.
    begun = max(item.not_before - rest, 1)
    return Told(not_before=item.not_before, told_at=begun, told_boot=now.boot, told_uptime=now.uptime)


def _is_of_this_start(item: OutboxItem, now: Clocks) -> bool:
    """Whether the machine has run since the wait was told; moments to come make no sense."""
    is_told = 0 < item.told_at <= item.not_before
    return is_told and item.told_boot == now.boot and item.told_uptime <= now.uptime
