"""Whose turn it is, and the list of chats in the order the operator should answer them."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from chat_tui.model.chat import Chat, ChatStatus, Message, Sender
from chat_tui.model.ids import ChatRef, MessageId, Millis
from chat_tui.model.mark import Hold
from chat_tui.model.outbox import OutboxState


class Tab(StrEnum):
    """A tab of the chat list; keys 1 to 6 in this order."""

    WAITING = "waiting"
    DISPUTES = "disputes"
    RETURNS = "returns"
    QUESTIONS = "questions"
    SNOOZED = "snoozed"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Talk:
    """What the history says about whose turn it is. Messages of the Market and its support do not count."""

    newest_id: MessageId
    """The newest message of any sender."""
    newest_at: Millis
    newest_sender: str
    snippet: str
    """The beginning of the newest message, see `snippet`."""
    last_speaker: str
    """CUSTOMER or PARTNER, the one who wrote last; empty if neither did."""
    buyer_since: Millis | None
    """Time of the buyer's first message after our last answer; None if there is none."""


def waiting_since(status: str, updated_at: Millis, talk: Talk | None) -> Millis | None:
    """Since when the buyer has been waiting for us; None if it is not our turn.

    `talk` is None while no message was fetched. The history decides where the status is not enough: in a chat
    that we have just opened ourselves, which is NEW, no buyer waits; a chat that we (or a colleague) answered
    leaves the queue before the Market's list shows it.
    """
    if status == ChatStatus.WAITING_FOR_PARTNER:
        if talk is None or not talk.last_speaker:
            return updated_at
        if talk.last_speaker == Sender.PARTNER:
            # Ours is the newest message we know; a later time in the list means one we have not fetched.
            return updated_at if updated_at > talk.newest_at else None
        return talk.buyer_since
    if status in _NOT_OURS:
        return None
    # NEW, or a status that this version does not know.
    return talk.buyer_since if talk is not None else None


_NOT_OURS = frozenset(
    {
        ChatStatus.WAITING_FOR_CUSTOMER,
        ChatStatus.WAITING_FOR_ARBITER,
        ChatStatus.WAITING_FOR_MARKET,
        ChatStatus.FINISHED,
    }
)


def read_talk(messages: Iterable[Message]) -> Talk | None:
    """Whose turn it is after these messages, which may come in any order; None if there are none."""
    newest: Message | None = None
    speaker, since = "", None
    for newest in sorted(messages, key=lambda message: message.message_id):
        if newest.sender == Sender.CUSTOMER:
            since = newest.created_at if since is None else since
            speaker = Sender.CUSTOMER
        elif newest.sender == Sender.PARTNER:
            speaker, since = Sender.PARTNER, None
    if newest is None:
        return None
    return Talk(newest.message_id, newest.created_at, newest.sender, snippet(newest), speaker, since)


def snippet(message: Message) -> str:
    """The first 200 characters for the list, raw: of the text, or of the first file's name."""
    file_name = message.attachments[0].name if message.attachments else None
    return (message.text or file_name or "")[:200]


@dataclass(frozen=True, slots=True, order=True)
class QueueKey:
    """The position of a chat in a tab: ascending and unique. Only the store makes and reads it."""

    bucket: int
    order: int
    chat: ChatRef
    """Decides between chats with the same `bucket` and `order`."""


class Stage(IntEnum):
    """How far an operator is in the chat on the screen."""

    OPEN = 0
    CARET = 1
    """The caret is in the box."""
    TYPING = 2
    """A text has been typed."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A chat is open in another running copy of the program, or in several."""

    who: str = ""
    """Who has it open, raw; if somebody is typing, that person. Empty = unknown, or who uses this copy."""
    is_typing: bool = False
    """Whether a text is being typed there."""
    is_busy: bool = False
    """Whether somebody is about to answer there, so that `n` passes over the chat."""


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One chat as the list shows it."""

    chat: Chat
    key: QueueKey
    waiting_since: Millis | None
    """Since when the buyer waits for us; None = not our turn."""
    newest_sender: str
    """Sender of the newest message known; empty while no message was fetched."""
    snippet: str
    """The beginning of the newest message, see `snippet`."""
    newest_has_file: bool
    is_unseen: bool
    """Whether a message came after the last one the operator saw."""
    has_draft: bool
    trouble: OutboxState | None
    """The state most in need of attention among this chat's open outbox items."""
    shop_name: str = ""
    hold: Hold | None = None
    """Done or snoozed, if the buyer has not written since; its `until` may have passed. None = neither."""
    is_pinned: bool = False
    note: str = ""
    """The operator's note on this chat, raw; empty = none."""
    labels: tuple[str, ...] = ()
    asks_to_decide: bool = False
    """Whether our answers wait until the operator decides about an unconfirmed one before them."""
    business: str = ""
    """The operator's name for its business; empty while only one is open."""
    elsewhere: Elsewhere | None = None
    """Where else the chat is open; None = in no other copy."""
    is_below_line: bool = False
    """Whether its tab shows it below a line, with the other finished chats."""

    @property
    def is_to_answer(self) -> bool:
        """Whether the chat belongs to WAITING, unless a mark of the operator keeps it out."""
        is_open_dispute = self.chat.is_dispute and not self.chat.is_finished
        return self.waiting_since is not None or is_open_dispute


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A run of neighbouring chats of one tab."""

    tab: Tab
    items: tuple[QueueItem, ...]
    has_before: bool
    has_after: bool
