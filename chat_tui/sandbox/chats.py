"""The chat operations of the API, for requests that were let in, and chats and messages as JSON.

Each operation returns the body of a 200 answer. Besides the errors named there it raises Refusal (400 or 415)
for bad parameters and bodies, and (404) for a chat that does not exist.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from chat_tui.sandbox import request
from chat_tui.sandbox.access import SHOPS, Refusal
from chat_tui.sandbox.faults import Behaviour
from chat_tui.sandbox.generator import CONTEXTS, KINDS, STATUSES, Message
from chat_tui.sandbox.ledger import Accepted
from chat_tui.sandbox.request import Call, ok
from chat_tui.sandbox.times import iso
from chat_tui.sandbox.world import Chat, code, codes

TEXT_LIMIT: Final = 4096
"""UTF-16 units."""
FILE_LIMIT: Final = 5_242_880
"""Bytes."""
FORM_LIMIT: Final = FILE_LIMIT + 256 * 1024
"""Bytes of a form, which has room for the largest file."""


def get_chats(call: Call) -> Any:
    """A page of chats; Refusal (400) for `orderIds`, unless they are still understood."""
    behaviour, world = call.market.behaviour, call.market.world
    size = request.limit(call.query, default=10, most=20)
    body = call.json()
    statuses = request.items(body, "statuses", request.word(STATUSES))
    kinds = request.items(body, "types", request.word(KINDS))
    context_types = request.items(body, "contextTypes", request.word(CONTEXTS))
    contexts = request.items(body, "contexts", request.context)
    order_ids = request.items(body, "orderIds", request.number)
    if order_ids is not None:
        if not behaviour.legacy_order_ids:
            raise Refusal(400, "Parameter orderIds is not supported. Use contexts")
        contexts = (contexts or []) + [("ORDER", order_id) for order_id in order_ids]
    only = codes(statuses, kinds, context_types)

    def read(first: int, count: int) -> Sequence[Chat]:
        if contexts is None:
            return world.listed(behaviour.chat_order, only, first, count)
        named = {chat.chat_id: chat for kind, number in contexts for chat in world.about(kind, number)}
        passing = [
            chat
            for chat in named.values()
            if only is None or code(chat.status, chat.kind, chat.context) in only
        ]
        return sorted(passing, key=lambda chat: -chat.updated)[first : first + count]

    found, paging = call.page(body, size, read)
    return ok({"chats": [_chat(chat, behaviour) for chat in found], "paging": paging})


def get_chat(call: Call) -> Any:
    """One chat."""
    return ok(_chat(call.chat(), call.market.behaviour))


def get_history(call: Call) -> Any:
    """A page of messages."""
    market = call.market
    size = request.limit(call.query, default=50, most=100)
    request.required(call.query, "chatId")
    body = call.json()
    since = body.get("messageIdFrom")
    since = None if since is None else request.positive(since, "messageIdFrom")
    chat = call.chat()
    said = list(market.world.messages(chat))
    if since is not None:
        least = since if market.behaviour.from_inclusive else since + 1
        said = [message for message in said if message.message_id >= least]
    if market.behaviour.message_order == "desc":
        said.reverse()
    elif market.behaviour.message_order == "shuffled":
        # By a hash, so that the order is the same for every page.
        said.sort(key=lambda message: hashlib.sha256(str(message.message_id).encode()).digest())
    asked = (chat.chat_id, since)
    found, paging = call.page(asked, size, lambda first, count: said[first : first + count])
    shown = [_message(message, market.files_url) for message in found]
    about = {**_legacy(chat, market.behaviour), "context": _context(chat)}
    return ok({**about, "messages": shown, "paging": paging})


def get_message(call: Call) -> Any:
    """One message; Refusal (404) if the chat has none with this id."""
    market = call.market
    request.required(call.query, "chatId")
    message_id = request.required(call.query, "messageId")
    chat = call.chat()
    for message in market.world.messages(chat):
        if message.message_id == message_id:
            return ok(_message(message, market.files_url))
    raise Refusal(404, f"Can't find message by id: '{message_id}' for chat '{chat.chat_id}'")


def create_chat(call: Call) -> Any:
    """Open or find the chat about an order or a return.

    Refusal (404) if that does not exist, (400) for a return of a test or DBS order.
    """
    world = call.market.world
    body = call.json()
    if body.get("orderId") is not None:
        if not call.market.behaviour.legacy_order_ids:
            raise Refusal(400, "Parameter orderId is not supported. Use context")
        kind, number = "ORDER", request.number(body["orderId"], "orderId")
    elif body.get("context") is None:
        raise Refusal(400, "'context' must not be null (rejected value: null)")
    else:
        kind, number = request.context(body["context"], "context")
    order = world.orders.by_order(number) if kind == "ORDER" else world.orders.by_return(number)
    if order is None:
        raise Refusal(404, f"Order not found: '{number}'")
    if kind == "RETURN" and (order.fake or SHOPS[order.shop].placement == "DBS"):
        raise Refusal(400, "Chats about returns are not available for orders of this kind")
    # As documented: there is one chat about an order, and asking again answers its id.
    chat, is_new = world.open_once(kind, number, order)
    if is_new:
        call.market.created.append(chat.chat_id)
    return ok({"chatId": chat.chat_id})


def _open_for_writing(call: Call) -> Chat:
    chat = call.chat()
    if chat.status == "FINISHED" and call.market.behaviour.finished_refused:
        raise Refusal(400, f"Chat '{chat.chat_id}' is finished")
    return chat


def send_message(call: Call) -> Any:
    """Write a text as the shop; Refusal (400) if the chat is finished and `finished_refused` is set."""
    request.required(call.query, "chatId")
    text = request.text(call.json(), "message", most=TEXT_LIMIT)
    chat = _open_for_writing(call)
    if call.market.behaviour.trim:
        text = text.strip()
    said = call.market.world.say(chat, "PARTNER", text)
    return _taken(call, chat, Accepted(chat.chat_id, "text", text, "", "", 0, said.at, said.message_id))


def send_file(call: Call) -> Any:
    """Write a file as the shop; Refusal (400) as for a text, and unless there is exactly one file."""
    request.required(call.query, "chatId")
    if not call.content_type and not call.body:
        raise Refusal(400, "Required request part 'file' is not present")
    request.check_type(call.content_type, "multipart/form-data")
    request.check_size(call.size, FORM_LIMIT)
    found = request.files_named("file", call.content_type, call.body)
    if len(found) != 1:
        words = "Only one file is allowed" if found else "Required request part 'file' is not present"
        raise Refusal(400, words)
    [(name, content)] = found
    request.check_size(len(content), FILE_LIMIT)
    chat = _open_for_writing(call)
    said = call.market.world.say(chat, "PARTNER", None, [(name, content)])
    digest = hashlib.sha256(content).hexdigest()
    accepted = Accepted(chat.chat_id, "file", "", digest, name, len(content), said.at, said.message_id)
    return _taken(call, chat, accepted)


def _taken(call: Call, chat: Chat, accepted: Accepted) -> Any:
    call.market.ledger.append(accepted)
    call.market.heard(chat, accepted.text)
    return {"status": "OK"}


# ---- as JSON


def _context(chat: Chat) -> dict[str, Any]:
    """ChatFullContextDTO; a DIRECT chat names neither shop nor order."""
    shown: dict[str, Any] = {"type": chat.context}
    customer = {"name": chat.name, "publicId": chat.public_id}
    customer = {field: value for field, value in customer.items() if value is not None}
    if customer:
        shown["customer"] = customer
    if chat.order is not None:
        shown["campaignId"] = chat.order.campaign_id
        shown["orderId"] = chat.order.order_id
        if chat.context == "RETURN":
            shown["returnId"] = chat.order.return_id
    return shown


def _chat(chat: Chat, behaviour: Behaviour) -> dict[str, Any]:
    """GetChatInfoDTO."""
    return {
        "chatId": chat.chat_id,
        "context": _context(chat),
        "type": chat.kind,
        "status": chat.status,
        "createdAt": iso(chat.created),
        "updatedAt": iso(chat.updated),
        **_legacy(chat, behaviour),
    }


def _legacy(chat: Chat, behaviour: Behaviour) -> dict[str, Any]:
    """The `orderId` that answers used to contain."""
    return {"orderId": chat.order.order_id} if behaviour.legacy_order_ids and chat.order else {}


def _message(message: Message, files_url: str) -> dict[str, Any]:
    """ChatMessageDTO."""
    shown: dict[str, Any] = {
        "messageId": message.message_id,
        "createdAt": iso(message.at),
        "sender": message.sender,
    }
    if message.text is not None:
        shown["message"] = message.text
    if message.files:
        shown["payload"] = [
            {"name": file.name, "url": f"{files_url}/file/{file.file_id}", "size": file.size}
            for file in message.files
        ]
    return shown
