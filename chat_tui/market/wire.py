"""The Market's JSON, shape by shape; fields are spelled camelCase on the wire.

Enums are open lists and therefore plain `str`. A field is `Any` where a wrong value must not cost its whole
item: `chats` or `orders` checks it. Lists of items are `Raw`, so that each item is decoded alone. Required
fields have no default.
"""

from typing import Any

from msgspec import UNSET, Raw, Struct, UnsetType


class _Wire(Struct, rename="camel", omit_defaults=True, kw_only=True):
    """Base: camelCase names, unknown fields ignored, defaults left out when written."""


# ---- requests


class ChatContext(_Wire):
    """`context` of createChat."""

    type: str
    id: int


class GetChatsRequest(_Wire):
    """Body of getChats; empty = every chat."""

    statuses: tuple[str, ...] = ()


class GetChatHistoryRequest(_Wire):
    """Body of getChatHistory."""

    message_id_from: int | None = None


class CreateChatRequest(_Wire):
    """Body of createChat."""

    context: ChatContext


class SendMessageToChatRequest(_Wire):
    """Body of sendMessageToChat."""

    message: str


class GetBusinessOrdersRequest(_Wire):
    """Body of getBusinessOrders."""

    order_ids: tuple[int, ...]


# ---- answers: envelopes


class Paging(_Wire):
    """`paging` of getChats, getChatHistory, getCampaigns and getBusinessOrders."""

    next_page_token: Any = None


class Envelope(_Wire):
    """The envelope of every chat call, of getAuthTokenInfo and of getReturn; a send answers only this."""

    status: Any = None
    result: Raw | UnsetType = UNSET


class ChatsResult(_Wire):
    """`result` of getChats."""

    chats: Raw | UnsetType = UNSET
    paging: Paging | None = None


class ChatMessagesResult(_Wire):
    """`result` of getChatHistory."""

    messages: Raw | UnsetType = UNSET
    paging: Paging | None = None


class CreateChatResult(_Wire):
    """`result` of createChat."""

    chat_id: int


class GetCampaignsAnswer(_Wire):
    """Answer of getCampaigns, which has no envelope."""

    campaigns: Raw
    paging: Paging | None = None


class GetBusinessOrdersAnswer(_Wire):
    """Answer of getBusinessOrders, which has no envelope."""

    orders: Raw
    paging: Paging | None = None


# ---- answers: items


class ChatCustomer(_Wire):
    """`customer` of a chat's context (getChats, getChat)."""

    name: Any = None
    public_id: Any = None


class ChatFullContext(_Wire):
    """`context` of a chat (getChats, getChat)."""

    type: str
    customer: Any = None
    campaign_id: Any = None
    order_id: Any = None
    return_id: Any = None


class ChatInfo(_Wire):
    """An item of getChats, `result` of getChat."""

    chat_id: int
    context: ChatFullContext
    type: str
    status: str
    created_at: Any
    updated_at: Any


class ChatMessagePayload(_Wire):
    """A file: an item of `payload` of a message (getChatHistory, getChatMessage)."""

    name: Any = None
    url: Any = None
    size: Any = None


class ChatMessage(_Wire):
    """An item of getChatHistory, `result` of getChatMessage."""

    message_id: int
    created_at: Any
    sender: str
    message: str | None = None
    payload: Any = None


class Business(_Wire):
    """`business` of a shop (getCampaigns)."""

    id: int
    name: Any = None


class Campaign(_Wire):
    """A shop: an item of getCampaigns."""

    id: int
    business: Business
    domain: Any = None
    placement_type: Any = None
    api_availability: Any = None


class ApiKey(_Wire):
    """`apiKey` of getAuthTokenInfo."""

    auth_scopes: list[str]
    name: Any = None


class TokenResult(_Wire):
    """`result` of getAuthTokenInfo."""

    api_key: ApiKey


class CurrencyValue(_Wire):
    """An amount of money (getBusinessOrders, getReturn)."""

    value: Any = None
    currency_id: Any = None


class OrderPrice(_Wire):
    """`prices` of an order or of its lines (getBusinessOrders)."""

    payment: Any = None


class BusinessOrderItem(_Wire):
    """A line of an order (getBusinessOrders)."""

    offer_name: Any = None
    offer_id: Any = None
    count: Any = None
    prices: Any = None


class BusinessOrderDeliveryDates(_Wire):
    """`dates` of a delivery (getBusinessOrders), ISO days."""

    from_date: Any = None
    to_date: Any = None
    real_delivery_date: Any = None


class OrderPlace(_Wire):
    """`courier` or `pickup` of a delivery (getBusinessOrders)."""

    address: Any = None
    outlet_storage_limit_date: Any = None


class OrderAddress(_Wire):
    """`address` of a courier or a pick-up point (getBusinessOrders)."""

    city: Any = None
    street: Any = None
    house: Any = None
    block: Any = None


class BusinessOrderDelivery(_Wire):
    """`delivery` of an order (getBusinessOrders)."""

    type: Any = None
    service_name: Any = None
    dates: Any = None
    courier: Any = None
    pickup: Any = None
    estimated: Any = None


class BusinessOrder(_Wire):
    """An item of getBusinessOrders."""

    order_id: int
    status: Any = None
    campaign_id: Any = None
    substatus: Any = None
    creation_date: Any = None
    items: Any = None
    prices: Any = None
    delivery: Any = None


class ReturnItem(_Wire):
    """A line of a return (getReturn)."""

    shop_sku: Any = None
    count: Any = None


class ReturnInfo(_Wire):
    """`result` of getReturn."""

    id: int
    order_id: int
    creation_date: Any = None
    refund_status: Any = None
    fast_return: Any = None
    items: Any = None
    amount: Any = None
