"""Reads of a store that only tests need."""

from chat_tui.model.chat import Shop
from chat_tui.model.ids import CampaignId, ChatRef
from chat_tui.model.outbox import OutboxItem
from chat_tui.model.timeline import Draft
from chat_tui.store import drafts
from chat_tui.store.database import Connection
from chat_tui.store.outbox import items
from chat_tui.store.sqlite.shape import sound


def chats_with_drafts(conn: Connection) -> tuple[ChatRef, ...]:
    """The chats with a draft, latest first."""
    rows = conn.execute(
        f"SELECT chat_id FROM draft WHERE {sound('draft')} GROUP BY chat_id ORDER BY max(at) DESC, chat_id"
    )
    return tuple(conn.chat(row[0]) for row in rows)


def draft_of(conn: Connection, chat: ChatRef) -> Draft:
    """The latest draft of a chat, with the different texts of other copies; an empty draft if none."""
    newest, *older = drafts.kept(conn, chat) or [drafts.Kept("", "", 0)]
    others = dict.fromkeys(row.text for row in older if row.text != newest.text)
    return Draft(chat, newest.text, newest.caret, tuple(others))


def items_of(conn: Connection, chat: ChatRef) -> tuple[OutboxItem, ...]:
    """All items of a chat, in order."""
    return items(conn, "o.chat_id = ?", (conn.own(chat),))


def shops(conn: Connection) -> tuple[Shop, ...]:
    """The shops of the business, by name."""
    columns = "campaign_id, name, business_id, business_name, placement, availability"
    rows = conn.execute(f"SELECT {columns} FROM shop WHERE {sound('shop')} ORDER BY name")
    return tuple(Shop(CampaignId(row[0]), *row[1:]) for row in rows)
