"""What the operator marks on a chat, and how long an outbox item is held.

Marks hold for every copy, over restarts, and are never told to the Market.
"""

from dataclasses import dataclass
from typing import Final, TypedDict

from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.quota import LONGEST_HOLD, BootMillis

NOTE_MOST: Final = 500
"""Characters of a note."""
LABEL_MOST: Final = 24
"""Characters of a label."""
LABELS_MOST: Final = 8
"""Labels of one chat."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Done or put off until the buyer writes again; with neither, the chat is held by nothing."""

    done: MessageId | None = None
    """The newest message known when the chat was declared done; minus its time if it was not read yet."""
    snoozed: MessageId | None = None
    """The newest message known when the chat was put off; minus its time if it was not read yet."""
    until: Millis | None = None
    """When a chat put off comes back at the latest; None = only the buyer brings it back."""

    def is_snoozed(self, now: Millis) -> bool:
        """Whether the chat is put off at this moment, as long as the buyer is silent."""
        return self.snoozed is not None and (self.until is None or self.until > now)


@dataclass(frozen=True, slots=True)
class Pin:
    """Whether a chat stands above the others of its tab, below the disputes that wait."""

    is_set: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A line for ourselves; empty = none."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """Words by which chats are found together, in the order of the alphabet."""

    names: tuple[str, ...] = ()


Mark = Hold | Pin | Note | Labels
"""One kind of mark as it stands on a chat."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark that was made, and what stood in its place before: enough to take it back."""

    chat_ref: ChatRef
    before: Mark
    after: Mark


def read_note(text: str) -> Note:
    """A note as it is kept: one line, at most NOTE_MOST characters."""
    return Note(" ".join(text.split())[:NOTE_MOST].rstrip())


def read_labels(text: str) -> Labels:
    """The labels typed, divided by blanks or commas: lower case, each once, no more than are kept."""
    typed = text.replace(",", " ").split()
    names = (word.lstrip("#").lower()[:LABEL_MOST] for word in typed)
    return Labels(tuple(sorted(list(dict.fromkeys(filter(None, names)))[:LABELS_MOST])))


# -- how long an item still waits: told is a length of time, whatever a clock on the wall does
# With the end of a wait an item keeps both clocks as they stood when it was told. While the machine runs,
# the clock that nobody can set counts what has passed. After another start of the machine only the clock on
# the wall can tell, and it is believed no further than the wait was long.


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
