"""Chats and messages as JSON, in the way the running behaviour asks for."""

from typing import Any, Final

from chat_tui.sandbox.conversation import Message
from chat_tui.sandbox.faults import Behaviour
from chat_tui.sandbox.goods import SHOPS
from chat_tui.sandbox.times import iso
from chat_tui.sandbox.world import Chat

_EXTRA: Final = {
    "futureFlag": True,
    "futureCount": 7,
    "futureWord": "SOMETHING",
    "futureNothing": None,
    "futureList": [{"a": 1}],
}


def context(chat: Chat, behaviour: Behaviour) -> dict[str, Any]:
    """ChatFullContextDTO."""
    shown: dict[str, Any] = {"type": behaviour.words.get(chat.context, chat.context)}
    customer = {}
    if chat.name is not None and behaviour.customer == "full":
        customer["name"] = chat.name
    if chat.public_id is not None:
        customer["publicId"] = chat.public_id
    if customer and behaviour.customer != "missing":
        shown["customer"] = customer
    if chat.order is not None:
        shown["campaignId"] = chat.order.campaign_id
        shown["orderId"] = chat.order.order_id
        if chat.context == "RETURN":
            shown["returnId"] = chat.order.return_id
    elif behaviour.direct_ids:
        shown["campaignId"] = SHOPS[0].campaign_id
    return shown


def chat(one: Chat, behaviour: Behaviour) -> dict[str, Any]:
    """GetChatInfoDTO."""
    shown = {
        "chatId": one.chat_id,
        "context": context(one, behaviour),
        "type": behaviour.words.get(one.kind, one.kind),
        "status": behaviour.words.get(one.status, one.status),
        "createdAt": iso(one.created, behaviour.time_format),
        "updatedAt": iso(one.updated, behaviour.time_format),
    }
    return {**shown, **legacy(one, behaviour)}


def legacy(one: Chat, behaviour: Behaviour) -> dict[str, Any]:
    """The `orderId` that answers once held."""
    return {"orderId": one.order.order_id} if behaviour.legacy_order_ids and one.order else {}


def message(one: Message, behaviour: Behaviour, files_url: str) -> dict[str, Any]:
    """ChatMessageDTO."""
    shown: dict[str, Any] = {
        "messageId": one.message_id,
        "createdAt": iso(one.at, behaviour.time_format),
        "sender": behaviour.words.get(one.sender, one.sender),
    }
    if one.text is not None:
        shown["message"] = one.text
    if one.files:
        shown["payload"] = [
            {"name": file.name, "url": f"{files_url}/file/{file.file_id}", "size": file.size}
            for file in one.files
        ]
    elif behaviour.payload == "null":
        shown["payload"] = None
    return shown


def with_extras(body: Any) -> Any:
    """The same JSON with unknown fields in every object."""
    if isinstance(body, dict):
        return {**{name: with_extras(value) for name, value in body.items()}, **_EXTRA}
    if isinstance(body, list):
        return [with_extras(item) for item in body]
    return body
