"""The items the operator sent: their states and the legal moves between them.

    queued → sending → sent → confirmed
       │        ├→ waiting → sending          surely not delivered; retried automatically
       │        ├→ failed → queued            refused; the operator may discard or resend it
       │        └→ unconfirmed → queued       may be delivered; only the operator may resend it
       └→ confirmed                           sent before this outbox was restored from a backup

While the outcome of an attempt is unclear, the item stays `sending` with `unclear_at` set, and the program
looks for it in the history. Only the operator moves an item of unclear outcome back to queued.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from chat_tui.model.ids import ChatRef, MessageId, Millis, OutboxId
from chat_tui.model.quota import BootMillis


class OutboxKind(StrEnum):
    """The kind of an item."""

    TEXT = "text"
    FILE = "file"


class OutboxState(StrEnum):
    """The state of an item."""

    QUEUED = "queued"
    """Stored durably, not tried yet (perhaps still in its undo hold)."""
    SENDING = "sending"
    """An attempt is running, or its outcome is being looked up in the history."""
    WAITING = "waiting"
    """Surely not delivered; will be retried automatically."""
    SENT = "sent"
    """The Market said OK; not yet seen in the history."""
    CONFIRMED = "confirmed"
    """Seen in the history and linked to its message."""
    FAILED = "failed"
    """Refused; will not be retried automatically."""
    UNCONFIRMED = "unconfirmed"
    """May or may not be delivered; the operator decides."""


_S = OutboxState
MOVES: dict[OutboxState, frozenset[OutboxState]] = {
    _S.QUEUED: frozenset({_S.SENDING, _S.CONFIRMED, _S.WAITING, _S.FAILED, _S.UNCONFIRMED}),
    _S.SENDING: frozenset({_S.SENT, _S.CONFIRMED, _S.WAITING, _S.FAILED, _S.UNCONFIRMED}),
    _S.WAITING: frozenset({_S.SENDING, _S.CONFIRMED, _S.FAILED, _S.UNCONFIRMED}),
    _S.SENT: frozenset({_S.CONFIRMED}),
    _S.UNCONFIRMED: frozenset({_S.CONFIRMED, _S.QUEUED}),
    _S.FAILED: frozenset({_S.QUEUED}),
    _S.CONFIRMED: frozenset(),
}
"""Every legal move. An item `in_doubt` becomes unconfirmed where another one becomes failed.

To cancel or discard an item is to delete it, see `MAY_LEAVE`."""

MAY_LEAVE = frozenset({_S.QUEUED, _S.WAITING, _S.FAILED, _S.UNCONFIRMED})
"""States in which the operator may cancel or discard an item."""

_SETTLED = frozenset({_S.CONFIRMED, _S.FAILED, _S.UNCONFIRMED})
OPEN = frozenset({_S.QUEUED, _S.SENDING, _S.WAITING, _S.FAILED, _S.UNCONFIRMED})
"""States in which the program or the operator still has to act."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """A text or a file to be queued; see `OutboxItem` for its fields."""

    outbox_id: OutboxId
    chat_ref: ChatRef
    kind: OutboxKind
    text: str = ""
    file_name: str = ""
    file_size: int = 0
    sha256: str = ""
    not_before: Millis = 0
    created_at: Millis
    """When it was sent, by the wall clock: its hold up to `not_before` begins here."""


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One text or file the operator sent. Each chat sends one item at a time."""

    outbox_id: OutboxId
    chat_ref: ChatRef
    seq: int
    """Its place in its chat: the lower one is sent first."""
    kind: OutboxKind
    text: str
    """The text; empty for a file."""
    file_name: str
    """The name under which it is sent; empty for a text."""
    file_size: int
    """Bytes; 0 for a text."""
    sha256: str
    """Hex digest of the file; empty for a text."""
    state: OutboxState
    not_before: Millis
    """When its undo hold or its wait before a retry ends; 0 = it may be sent at once."""
    created_at: Millis
    attempt: int = 0
    """How many attempts were made to send it."""
    attempt_at: Millis = 0
    """When the last attempt began."""
    base_message_id: MessageId | None = None
    """The newest message known before the first attempt: ours can only be later."""
    unclear_at: Millis | None = None
    """Since when the outcome is unclear and looked up; None = it is not unclear."""
    looks: int = 0
    """Complete searches of the history since `unclear_at`."""
    message_id: MessageId | None = None
    """The message it became; None = not seen in the history yet."""
    problem: str = ""
    """The `ProblemKind` that explains why it waits, failed or is unclear; empty if there is no problem."""
    error: str = ""
    """The server's own words about it, raw; may be empty."""
    in_doubt: bool = False
    """An earlier attempt may have been delivered: the operator resent it from `unconfirmed`."""
    uploaded: int = 0
    """Bytes of a file uploaded so far; known only to the copy that sends it."""
    is_released: bool = False
    """A `sent` item that was not found in the history in time and no longer holds back its chat."""
    asked_at: Millis = 0
    """When the operator last asked to send it."""
    told_at: Millis = 0
    """The wall clock when the wait until `not_before` was set; 0 = not known."""
    told_boot: str = ""
    """The start of the machine during which it was set."""
    told_uptime: BootMillis = 0
    """The uptime of the machine when it was set; see `model.mark`."""
    is_held_up: bool = False
    """It waits until the operator decides about an unconfirmed item before it; see `held_up`."""

    @property
    def is_settled(self) -> bool:
        """Whether the program is done with it, except that it may still link it to its message."""
        return self.is_released or self.state in _SETTLED

    @property
    def is_checking(self) -> bool:
        """Whether its outcome is being looked up."""
        return self.state == OutboxState.SENDING and self.unclear_at is not None


def held_up(items: Iterable[OutboxItem]) -> Iterator[OutboxItem]:
    """The items, each marked if it comes after an unconfirmed item of its chat. Takes all items of a chat."""
    items = tuple(items)
    first: dict[ChatRef, int] = {}
    for item in items:
        if item.state is OutboxState.UNCONFIRMED:
            first[item.chat_ref] = min(item.seq, first.get(item.chat_ref, item.seq))
    for item in items:
        is_ready = item.state in {OutboxState.QUEUED, OutboxState.WAITING}
        is_behind = is_ready and item.chat_ref in first and item.seq > first[item.chat_ref]
        yield replace(item, is_held_up=True) if is_behind else item


@dataclass(frozen=True, slots=True)
class Accepted:
    """The Market accepted a message; its answer has no message id."""

    server_time: Millis | None = None
    """The `Date` header of the answer, the Market's own clock; None if it had no readable one."""
