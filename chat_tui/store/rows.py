"""Values of model/ to and from the columns that hold them."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from chat_tui.model.chat import Chat, ChatContext
from chat_tui.model.ids import CampaignId, ChatRef, MessageId, Millis, OrderId, OutboxId, ReturnId
from chat_tui.model.message import Attachment, Message
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.store.shape import LARGEST_ID, LATEST
from chat_tui.store.sqlite.connections import Connection

Row = Sequence[Any]

CHAT: Final = (
    "c.chat_id, c.kind, c.status, c.context_kind, c.order_id, c.return_id, c.campaign_id,"
    " c.customer_name, c.customer_public_id, c.created_at, c.updated_at"
)
"""Columns of `chat`, in the order `chat_of` reads them."""

ITEM: Final = (
    "o.outbox_id, o.chat_id, o.seq, o.kind, o.text, o.file_name, o.file_size, o.sha256, o.state,"
    " o.not_before, o.created_at, o.attempt, o.attempt_at, o.base_message_id, o.unclear_at, o.looks,"
    " o.message_id, o.problem, o.error, o.in_doubt, o.is_released, o.asked_at, o.told_at,"
    " o.told_boot, o.told_uptime"
)
"""Columns of `outbox`, in the order `item_of` reads them."""


def is_id(number: int) -> bool:
    """Whether SQLite can hold a number as an id of the Market."""
    return 0 < number <= LARGEST_ID


def number_or_none(number: int | None) -> int | None:
    """A number SQLite can hold, or None."""
    return number if number is not None and -LARGEST_ID <= number <= LARGEST_ID else None


def clean(text: str) -> str:
    """The text with lone surrogates, which SQLite refuses, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def clean_or_none(text: str | None) -> str | None:
    """`clean`, for a text that may be missing."""
    return None if text is None else clean(text)


def moment(at: Millis) -> Millis:
    """A time within what a row can hold."""
    return min(max(at, 0), LATEST)


def chat_columns(chat: Chat) -> tuple[int | str | None, ...]:
    """The columns of CHAT, in that order."""
    context = chat.context
    return (
        chat.chat_id.number,
        clean(chat.kind),
        clean(chat.status),
        clean(context.kind),
        number_or_none(context.order_id),
        number_or_none(context.return_id),
        number_or_none(context.campaign_id),
        clean_or_none(context.customer_name),
        clean_or_none(context.customer_public_id),
        moment(chat.created_at),
        moment(chat.updated_at),
    )


def chat_of(conn: Connection, row: Row) -> Chat:
    """The chat in the first columns of a row, see CHAT."""
    (
        chat_id,
        kind,
        status,
        context_kind,
        order_id,
        return_id,
        campaign_id,
        name,
        public_id,
        created,
        updated,
    ) = row[:11]
    context = ChatContext(
        context_kind,
        None if order_id is None else OrderId(order_id),
        None if return_id is None else ReturnId(return_id),
        None if campaign_id is None else CampaignId(campaign_id),
        name,
        public_id,
    )
    return Chat(conn.chat(chat_id), context, kind, status, created, updated)


def attachments_of(rows: Iterable[Row]) -> dict[MessageId, tuple[Attachment, ...]]:
    """The files by message, from rows (message_id, name, url, size) in order."""
    found: dict[MessageId, tuple[Attachment, ...]] = {}
    for message_id, name, url, size in rows:
        found[message_id] = (*found.get(message_id, ()), Attachment(name, url, size))
    return found


def storable(chat_id: ChatRef, message: Message) -> Message:
    """The message as a row of this chat will give it back."""
    files = tuple(
        Attachment(clean_or_none(a.name), clean_or_none(a.url), number_or_none(a.size))
        for a in message.attachments
    )
    return Message(
        chat_id,
        message.message_id,
        moment(message.created_at),
        clean(message.sender),
        clean_or_none(message.text),
        files,
    )


def item_of(conn: Connection, row: Row) -> OutboxItem:
    """The outbox item in a row, see ITEM."""
    return OutboxItem(
        outbox_id=OutboxId(row[0]),
        chat_id=conn.chat(row[1]),
        seq=row[2],
        kind=OutboxKind(row[3]),
        text=row[4],
        file_name=row[5],
        file_size=row[6],
        sha256=row[7],
        state=OutboxState(row[8]),
        not_before=row[9],
        created_at=row[10],
        attempt=row[11],
        attempt_at=row[12],
        base_message_id=None if row[13] is None else MessageId(row[13]),
        unclear_at=row[14],
        looks=row[15],
        message_id=None if row[16] is None else MessageId(row[16]),
        problem=row[17],
        error=row[18],
        in_doubt=bool(row[19]),
        is_released=bool(row[20]),
        asked_at=row[21],
        told_at=row[22],
        told_boot=row[23],
        told_uptime=row[24],
    )
