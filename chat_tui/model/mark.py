"""What the operator marks on a chat, and how long an outbox item waits.

Marks apply to every running copy, survive restarts, and are never sent to the Market.
"""

from dataclasses import dataclass
from typing import Final, TypedDict

from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.quota import LONGEST_HOLD, BootMillis

NOTE_MOST: Final = 500
"""Most characters in a note."""
LABEL_MOST: Final = 24
"""Most characters in a label."""
LABELS_MOST: Final = 8
"""Most labels on one chat."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Whether a chat is done or snoozed until the buyer writes again; by default it is neither."""

    done: MessageId | None = None
    """The newest message when the chat was marked done, or minus its time if it was not fetched yet."""
    snoozed: MessageId | None = None
    """The newest message when the chat was snoozed, or minus its time if it was not fetched yet."""
    until: Millis | None = None
    """When a snoozed chat returns at the latest; None = only when the buyer writes."""

    def is_snoozed(self, now: Millis) -> bool:
        """Whether the chat is snoozed at this moment if the buyer has not written since."""
        return self.snoozed is not None and (self.until is None or self.until > now)


@dataclass(frozen=True, slots=True)
class Pin:
    """Whether a chat stays at the top of its tab, below the disputes that wait."""

    is_set: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """The operator's note on a chat, one line; empty = none."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels by which chats are found together, in alphabetical order."""

    names: tuple[str, ...] = ()


Mark = Hold | Pin | Note | Labels
"""One kind of mark on a chat."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A mark that was made and the one it replaced: enough to undo it."""

    chat_ref: ChatRef
    before: Mark
    after: Mark


def read_note(text: str) -> Note:
    """The note as it is stored: one line of at most NOTE_MOST characters."""
    return Note(" ".join(text.split())[:NOTE_MOST].rstrip())


def read_labels(text: str) -> Labels:
    """The typed labels, separated by blanks or commas: in lower case, each once, cut to the limits above."""
    typed = text.replace(",", " ").split()
    names = (word.lstrip("#").lower()[:LABEL_MOST] for word in typed)
    return Labels(tuple(sorted(list(dict.fromkeys(filter(None, names)))[:LABELS_MOST])))


# -- how long an item still waits ------------------------------------------------------------------------
# A wait is a length of time: a changed wall clock makes it neither longer nor shorter. With its end an item
# keeps both clocks as they were when the wait was set. While the machine runs, the uptime, which no one can
# set, measures what has passed. After a restart of the machine only the wall clock is left, and it can
# never make the rest longer than the whole wait was.


@dataclass(frozen=True, slots=True)
class Clocks:
    """Both clocks at one moment."""

    wall: Millis
    uptime: BootMillis
    boot: str
    """Identifies the start of the machine from which `uptime` counts."""


class Told(TypedDict):
    """The columns of an item that say until when it waits; `OutboxItem` explains them."""

    not_before: Millis
    told_at: Millis
    told_boot: str
    told_uptime: BootMillis


AT_ONCE: Final = Told(not_before=0, told_at=0, told_boot="", told_uptime=0)
"""Nothing to wait for."""


def told(length: Millis, now: Clocks) -> Told:
    """A wait of this length, from now on."""
    return Told(not_before=now.wall + length, told_at=now.wall, told_boot=now.boot, told_uptime=now.uptime)


def length(item: OutboxItem) -> Millis:
    """How long the wait of an item was when it was set; LONGEST_HOLD where that is not known."""
    begun = item.told_at
    if not begun and item.state is OutboxState.QUEUED:
        # The undo hold starts when the item is queued.
        begun = item.created_at
    return min(item.not_before - begun, LONGEST_HOLD) if 0 < begun <= item.not_before else LONGEST_HOLD


def left(item: OutboxItem, now: Clocks) -> Millis:
    """How long the item still has to wait; 0 = it may go now."""
    whole = length(item)
    if _is_of_this_start(item, now):
        rest = whole - (now.uptime - item.told_uptime)
    else:
        rest = item.not_before - now.wall
    return max(min(rest, whole), 0)


def told_again(item: OutboxItem, now: Clocks) -> Told | None:
    """The columns that measure the rest of a wait by this start of the machine; None = no change needed.

    Once they are stored, a copy that reads the item later waits no longer than the first one.
    """
    rest = left(item, now)
    if not rest or _is_of_this_start(item, now):
        return None
    # The end by the wall clock stays the same, because the screen counts down to it.
    begun = max(item.not_before - rest, 1)
    return Told(not_before=item.not_before, told_at=begun, told_boot=now.boot, told_uptime=now.uptime)


def _is_of_this_start(item: OutboxItem, now: Clocks) -> bool:
    """Whether the machine has not restarted since the wait was set; a moment in the future proves nothing."""
    is_told = 0 < item.told_at <= item.not_before
    return is_told and item.told_boot == now.boot and item.told_uptime <= now.uptime
