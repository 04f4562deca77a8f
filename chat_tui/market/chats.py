"""Turns a good response to a chat operation into its result, item by item, however odd the items are.

A page keeps its readable items and reports the others. Every public function raises `GarbledError` or
`StatusError` if nothing in the response can be used.
"""

from typing import Any, Final

from chat_tui.market import wire
from chat_tui.market.answers import (
    check_ok,
    clean,
    decode,
    items_of,
    next_token,
    number,
    part,
    read_iso,
    read_rfc822,
    result_of,
    the_id,
    the_one,
    words,
)
from chat_tui.market.transport import Response
from chat_tui.model.chat import Attachment, Chat, ChatContext, KeyRights, Message, Page, Shop
from chat_tui.model.ids import BusinessId, CampaignId, ChatRef, MessageId, Millis, OrderId, ReturnId
from chat_tui.model.outbox import Accepted

_URL_LIMIT: Final = 2000
"""Characters; a longer link counts as none."""


def chats_page(response: Response, business: BusinessId) -> Page[Chat]:
    """A page of getChats."""
    result = result_of(response.body, wire.ChatsResult)
    chats, unreadable = items_of(result.chats, wire.ChatInfo, lambda info: _chat(info, business))
    return Page(chats, next_token(result.paging), unreadable, _date(response))


def messages_page(response: Response, chat_ref: ChatRef) -> Page[Message]:
    """A page of getChatHistory."""
    result = result_of(response.body, wire.ChatMessagesResult)
    messages, unreadable = items_of(result.messages, wire.ChatMessage, lambda info: _message(info, chat_ref))
    return Page(messages, next_token(result.paging), unreadable, _date(response))


def chat(response: Response, asked: ChatRef) -> Chat:
    """The result of getChat; raises `GarbledError` if it is another chat."""
    found = _chat(result_of(response.body, wire.ChatInfo), asked.business)
    return the_one(found, found.chat_ref == asked)


def message(response: Response, chat_ref: ChatRef, asked: MessageId) -> Message:
    """The result of getChatMessage; raises `GarbledError` if it is another message."""
    found = _message(result_of(response.body, wire.ChatMessage), chat_ref)
    return the_one(found, found.message_id == asked)


def shops_page(response: Response) -> tuple[tuple[Shop, ...], str | None]:
    """A page of getCampaigns, which has no envelope, and the token of the next one."""
    page = decode(clean(response.body), wire.GetCampaignsAnswer)
    shops, _unreadable = items_of(page.campaigns, wire.Campaign, _shop)
    return shops, next_token(page.paging)


def key_rights(response: Response) -> KeyRights:
    """The result of getAuthTokenInfo; the scope `all-methods:read-only` becomes `ALL_METHODS_READ_ONLY`."""
    key = result_of(response.body, wire.TokenResult).api_key
    scopes = (scope.upper().replace(":", "_").replace("-", "_") for scope in key.auth_scopes)
    return KeyRights(name=words(key.name) or "", scopes=tuple(scopes))


def new_chat(response: Response, business: BusinessId) -> ChatRef:
    """The result of createChat."""
    check_ok(response.body)
    return ChatRef(business, the_id(result_of(response.body, wire.CreateChatResult).chat_id))


def accepted(response: Response) -> Accepted:
    """The OK of sendMessageToChat or sendFileToChat; its content type is ignored."""
    check_ok(response.body)
    return Accepted(_date(response))


def _date(response: Response) -> Millis | None:
    return read_rfc822(response.headers.get("date"))


# ---- from wire values to nouns; `GarbledError` = the item cannot be used


def _chat(info: wire.ChatInfo, business: BusinessId) -> Chat:
    """A chat of getChats or getChat."""
    return Chat(
        chat_ref=ChatRef(business, the_id(info.chat_id)),
        context=_context(info.context),
        kind=info.type,
        status=info.status,
        created_at=read_iso(info.created_at),
        updated_at=read_iso(info.updated_at),
    )


def _context(context: wire.ChatFullContext) -> ChatContext:
    order_id, return_id = number(context.order_id), number(context.return_id)
    campaign_id, customer = number(context.campaign_id), part(context.customer, wire.ChatCustomer)
    return ChatContext(
        kind=context.type,
        order_id=OrderId(order_id) if order_id is not None else None,
        return_id=ReturnId(return_id) if return_id is not None else None,
        campaign_id=CampaignId(campaign_id) if campaign_id is not None else None,
        customer_name=words(customer.name),
        customer_public_id=words(customer.public_id),
    )


def _message(info: wire.ChatMessage, chat_ref: ChatRef) -> Message:
    """A message of getChatHistory or getChatMessage."""
    return Message(
        chat_ref=chat_ref,
        message_id=MessageId(the_id(info.message_id)),
        created_at=read_iso(info.created_at),
        sender=info.sender,
        text=info.message,
        attachments=_attachments(info.payload),
    )


def _attachments(payload: Any) -> tuple[Attachment, ...]:
    """One per entry, even for an unreadable one: the operator must see that there was something."""
    if payload is None:
        return ()
    # A list is documented; a single file as an object would be no reason to lose the message.
    entries = payload if isinstance(payload, list) else [payload]
    return tuple(_attachment(entry) for entry in entries)


def _attachment(entry: Any) -> Attachment:
    file = part(entry, wire.ChatMessagePayload)
    url = words(file.url)
    # 0 bytes is a size; the Market's own type ends at int32.
    size = file.size if type(file.size) is int and 0 <= file.size < 2**31 else None
    return Attachment(words(file.name), url if url and len(url) <= _URL_LIMIT else None, size)


def _shop(campaign: wire.Campaign) -> Shop:
    """A shop of getCampaigns."""
    return Shop(
        campaign_id=CampaignId(the_id(campaign.id)),
        name=words(campaign.domain) or "",
        business_id=the_id(campaign.business.id),
        business_name=words(campaign.business.name) or "",
        placement=words(campaign.placement_type) or "",
        availability=words(campaign.api_availability) or "",
    )
