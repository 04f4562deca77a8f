"""What the operator sent and what became of it: the states and the legal moves between them.

    queued → sending → sent → confirmed
       │        ├→ waiting → sending          surely not delivered; tried again by itself
                ├→ failed → queued            refused; the operator may take it back or resend
       │        └→ unconfirmed → queued       may be there; only the operator may resend
       └→ confirmed                           another run of the program sent it: this outbox was put back

While the outcome of an attempt is unclear the item stays `sending` with `unclear_at` set: it is
being looked for in the history. Nothing here is ever moved from unclear to queued by the program.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from chat_tui.model.ids import ChatRef, MessageId, Millis, OutboxId
from chat_tui.model.quota import BootMillis


class OutboxKind(StrEnum):
    """What is sent."""

    TEXT = "text"
    FILE = "file"


class OutboxState(StrEnum):
    """How far an item has come."""

    QUEUED = "queued"
    """Durable here, not tried yet (perhaps still in its undo hold)."""
    SENDING = "sending"
    """An attempt is under way, or its outcome is being looked up."""
    WAITING = "waiting"
    """Surely not delivered; will be tried again by itself."""
    SENT = "sent"
    """The Market said OK; not yet seen in the history."""
    CONFIRMED = "confirmed"
    """Seen in the history and linked to its message."""
    FAILED = "failed"
    """Refused; will not be tried by itself."""
    UNCONFIRMED = "unconfirmed"
    """May or may not be there; the operator decides."""


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
"""Every legal move. Leaving the outbox (cancel, discard) is a deletion, see `MAY_LEAVE`."""

MAY_LEAVE = frozenset({_S.QUEUED, _S.WAITING, _S.FAILED, _S.UNCONFIRMED})
"""States from which the operator may take an item back or discard it."""

_SETTLED = frozenset({_S.CONFIRMED, _S.FAILED, _S.UNCONFIRMED})
OPEN = frozenset({_S.QUEUED, _S.SENDING, _S.WAITING, _S.FAILED, _S.UNCONFIRMED})
"""States that still need the program or the operator."""


def may_move(old: OutboxState, new: OutboxState) -> bool:
    """Whether an item may go from `old` to `new`."""
    return new in MOVES[old]


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """One text or file the operator sent. At most one per chat is under way."""

    outbox_id: OutboxId
    chat_ref: ChatRef
    seq: int
    """Place in its chat: lower goes first."""
    kind: OutboxKind
    text: str
    """The text; empty for a file."""
    file_name: str
    """The name as it is sent; empty for a text."""
    file_size: int
    sha256: str
    state: OutboxState
    not_before: Millis
    """The undo hold or a told wait ends here; 0 = at once."""
    created_at: Millis
    attempt: int = 0
    """How often it was given to the network."""
    attempt_at: Millis = 0
    """When the last attempt began."""
    base_message_id: MessageId | None = None
    """The newest message known before the first attempt: ours can only be later."""
    unclear_at: Millis | None = None
    """Since when the outcome is unclear and looked up."""
    looks: int = 0
    """Complete looks since `unclear_at`."""
    message_id: MessageId | None = None
    """The message it became, once seen in the history."""
    problem: str = ""
    """The `ProblemKind` of why it waits, failed or is unclear; empty when all goes well."""
    error: str = ""
    """The server's own words about it, raw; may be empty."""
    in_doubt: bool = False
    """An earlier attempt may have arrived: the operator resent it from `unconfirmed`."""
    uploaded: int = 0
    """Bytes of a file given to the network so far; known only to the copy that sends it."""
    is_released: bool = False
    """A `sent` item that was not found in the history in time and no longer holds back its chat."""
    asked_at: Millis = 0
    """When the operator last said: send it."""
    told_at: Millis = 0
    """The clock on the wall when the wait up to `not_before` was told; 0 = not known."""
    told_boot: str = ""
    """Which start of the machine that was."""
    told_uptime: BootMillis = 0
    """How long the machine was on by then; see `model.mark`."""
    is_held_up: bool = False
    """It waits until the operator says what becomes of an unconfirmed one before it; see `held_up`."""

    @property
    def is_settled(self) -> bool:
        """Whether nothing more becomes of it by itself, but that it may still be linked to its message."""
        return self.is_released or self.state in _SETTLED

    @property
    def is_checking(self) -> bool:
        """Whether its outcome is being looked up."""
        return self.state == OutboxState.SENDING and self.unclear_at is not None


def held_up(items: Iterable[OutboxItem]) -> Iterator[OutboxItem]:
    """All items of some chats, each with whether it stands behind an unconfirmed one of its chat."""
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
    """The Market said OK to a send; it gives no message id."""

    server_time: Millis | None = None
    """The `Date` header of the answer: the Market's own clock."""
