"""Short ways to create a chat, a message or an outbox item, and to save them in a store."""

from chat_tui.model.chat import (
    Attachment,
    Chat,
    ChatContext,
    ChatKind,
    ChatStatus,
    ContextKind,
    Message,
    Sender,
)
from chat_tui.model.ids import CampaignId, ChatRef, MessageId, Millis, OrderId, OutboxId, ReturnId
from chat_tui.model.outbox import NewItem, OutboxItem, OutboxKind, OutboxState
from chat_tui.store import chats, messages, outbox
from chat_tui.store.database import Connection, Store
from tests.support.refs import ref

CHAT = ref(14_820_317)


def a_chat(
    chat_ref: int | ChatRef = CHAT,
    updated_at: Millis = 1_000,
    status: str = ChatStatus.WAITING_FOR_PARTNER,
    *,
    kind: str = ChatKind.CHAT,
    about: str = ContextKind.ORDER,
    order_id: int | None = 51_230_874_561,
    return_id: int | None = None,
    campaign_id: int | None = 21_098_765,
    name: str | None = "Мария",
) -> Chat:
    context = ChatContext(
        about,
        None if order_id is None else OrderId(order_id),
        None if return_id is None else ReturnId(return_id),
        None if campaign_id is None else CampaignId(campaign_id),
        name,
    )
    return Chat(ref(chat_ref), context, kind, status, 500, updated_at)


def buyer(
    number: int, at: Millis, text: str | None = "Где заказ?", *, chat_ref: int | ChatRef = CHAT
) -> Message:
    return Message(ref(chat_ref), MessageId(number), at, Sender.CUSTOMER, text)


def own(number: int, at: Millis, text: str | None = "Едет.", *, chat_ref: int | ChatRef = CHAT) -> Message:
    return Message(ref(chat_ref), MessageId(number), at, Sender.PARTNER, text)


def by(
    sender: str, number: int, at: Millis, text: str | None = "Открыт спор.", *, chat_ref: int | ChatRef = CHAT
) -> Message:
    return Message(ref(chat_ref), MessageId(number), at, sender, text)


def with_file(message: Message, *names: str) -> Message:
    files = tuple(Attachment(name, f"https://files.example/{name}", 10) for name in names)
    return Message(
        message.chat_ref, message.message_id, message.created_at, message.sender, message.text, files
    )


def list_chats(store: Store, *found: Chat) -> frozenset[ChatRef]:
    return store.write_cache(chats.save_page, found, 9_000).result()


def read_history(
    store: Store, *found: Message, chat_ref: int | ChatRef = CHAT, newest: bool = True, oldest: bool = False
) -> bool:
    return store.write_cache(
        messages.save_page, ref(chat_ref), found, newest_reached=newest, oldest_reached=oldest
    ).result()


def queue_text(
    store: Store, name: str, text: str = "Здравствуйте!", *, chat_ref: int | ChatRef = CHAT
) -> OutboxItem:
    return store.write_state(
        outbox.enqueue,
        NewItem(
            outbox_id=OutboxId(name),
            chat_ref=ref(chat_ref),
            kind=OutboxKind.TEXT,
            text=text,
            created_at=2_000,
        ),
    ).result()


def bring(store: Store, name: str, *states: OutboxState, **columns: int | str | None) -> OutboxItem:
    """Move an item through states; the columns are set with the last state."""
    item = store.read(outbox.get, OutboxId(name)).result()
    assert item is not None
    for state in states:
        given = columns if state == states[-1] else {}
        item = store.write_state(outbox.move, OutboxId(name), item.state, state, **given).result()
        assert item is not None
    return item


class Explaining:
    """Stands in for a connection and collects the plan of each of its queries."""

    chats = Connection.chats

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self.plans: list[str] = []

        self.business, self.chat, self.own = conn.business, conn.chat, conn.own

    def execute(self, sql: str, given: tuple[object, ...] = ()) -> object:
        self.plans += [row[3] for row in self._conn.execute(f"EXPLAIN QUERY PLAN {sql}", given)]
        return self._conn.execute(sql, given)
