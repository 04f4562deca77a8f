"""From wire values to the program's nouns, item by item; None = the item cannot be used."""

from typing import Any, Final

import msgspec

from chat_tui.market import wire
from chat_tui.market.times import read_iso
from chat_tui.model.chat import Chat, ChatContext, KeyRights, Shop
from chat_tui.model.ids import CampaignId, ChatId, MessageId, OrderId, ReturnId
from chat_tui.model.message import Attachment, Message

_URL_LIMIT: Final = 2000


def chat(info: wire.ChatInfo) -> Chat | None:
    """A chat of getChats or getChat."""
    chat_id = number(info.chat_id)
    if chat_id is None:
        return None
    return Chat(
        chat_id=ChatId(chat_id),
        context=_context(info.context),
        kind=info.type,
        status=info.status,
        created_at=read_iso(info.created_at),
        updated_at=read_iso(info.updated_at),
    )


def _context(context: wire.ChatFullContext) -> ChatContext:
    order_id, return_id = number(context.order_id), number(context.return_id)
    campaign_id = number(context.campaign_id)
    customer = wire.ChatCustomer()
    if isinstance(context.customer, dict):
        customer = msgspec.convert(context.customer, wire.ChatCustomer)
    return ChatContext(
        kind=context.type,
        order_id=OrderId(order_id) if order_id is not None else None,
        return_id=ReturnId(return_id) if return_id is not None else None,
        campaign_id=CampaignId(campaign_id) if campaign_id is not None else None,
        customer_name=words(customer.name),
        customer_public_id=words(customer.public_id),
    )


def message(info: wire.ChatMessage, chat_id: ChatId) -> Message | None:
    """A message of getChatHistory or getChatMessage."""
    message_id = number(info.message_id)
    if message_id is None:
        return None
    return Message(
        chat_id=chat_id,
        message_id=MessageId(message_id),
        created_at=read_iso(info.created_at),
        sender=info.sender,
        text=info.message,
        attachments=_attachments(info.payload),
    )


def _attachments(payload: Any) -> tuple[Attachment, ...]:
    """One for every entry, even an unreadable one: the operator must see that there was something."""
    if payload is None:
        return ()
    entries = payload if isinstance(payload, list) else [payload]
    return tuple(_attachment(entry) for entry in entries)


def _attachment(entry: Any) -> Attachment:
    if not isinstance(entry, dict):
        return Attachment(None, None, None)
    file = msgspec.convert(entry, wire.ChatMessagePayload)
    url = words(file.url)
    # 0 bytes is a size; beyond int32 the Market's own type ends.
    size = file.size if type(file.size) is int and 0 <= file.size < 2**31 else None
    return Attachment(words(file.name), url if url and len(url) <= _URL_LIMIT else None, size)


def shop(campaign: wire.Campaign) -> Shop | None:
    """A shop of getCampaigns."""
    campaign_id, business_id = number(campaign.id), number(campaign.business.id)
    if campaign_id is None or business_id is None:
        return None
    return Shop(
        campaign_id=CampaignId(campaign_id),
        name=words(campaign.domain) or "",
        business_id=business_id,
        business_name=words(campaign.business.name) or "",
        placement=words(campaign.placement_type) or "",
        availability=words(campaign.api_availability) or "",
    )


def key_rights(token: wire.TokenResult) -> KeyRights:
    """The result of getAuthTokenInfo; scopes in its own spelling even if the documentation's is used."""
    scopes = (scope.upper().replace(":", "_").replace("-", "_") for scope in token.api_key.auth_scopes)
    return KeyRights(name=words(token.api_key.name) or "", scopes=tuple(scopes))


def number(value: Any) -> int | None:
    """A positive int64, or None: what the Market calls an id."""
    return value if type(value) is int and 1 <= value < 2**63 else None


def words(value: Any) -> str | None:
    """A text that says something, or None."""
    return value if isinstance(value, str) and value else None
