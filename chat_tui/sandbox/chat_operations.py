"""What each chat operation of the API does, once the request was let in."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

from chat_tui.sandbox import params, render
from chat_tui.sandbox.calls import Call, ok
from chat_tui.sandbox.forms import files_named
from chat_tui.sandbox.goods import SHOPS
from chat_tui.sandbox.heads import CONTEXTS, KINDS, STATUSES
from chat_tui.sandbox.index import codes
from chat_tui.sandbox.ledger import Accepted
from chat_tui.sandbox.refusal import Refusal
from chat_tui.sandbox.world import Chat

TEXT_LIMIT: Final = 4096
FILE_LIMIT: Final = 5_242_880
FORM_LIMIT: Final = FILE_LIMIT + 256 * 1024
"""Bytes of a form with the largest file in it."""


def get_chats(call: Call) -> Any:
    """A page of chats."""
    behaviour, world = call.market.behaviour, call.market.world
    size = params.limit(call.query, default=10, most=20)
    body = call.json()
    statuses = params.items(body, "statuses", params.word(frozenset(STATUSES)))
    kinds = params.items(body, "types", params.word(frozenset(KINDS)))
    context_types = params.items(body, "contextTypes", params.word(frozenset(CONTEXTS)))
    contexts = params.items(body, "contexts", params.context)
    order_ids = params.items(body, "orderIds", params.number)
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
            if (statuses is None or chat.status in statuses)
            and (kinds is None or chat.kind in kinds)
            and (context_types is None or chat.context in context_types)
        ]
        return sorted(passing, key=lambda chat: -chat.updated)[first : first + count]

    found, paging = call.page(body, size, read)
    return ok({"chats": [render.chat(chat, behaviour) for chat in found], "paging": paging})


def get_chat(call: Call) -> Any:
    """One chat."""
    return ok(render.chat(call.chat(), call.market.behaviour))


def get_history(call: Call) -> Any:
    """A page of messages."""
    market = call.market
    size = params.limit(call.query, default=50, most=100)
    params.required(call.query, "chatId")
    body = call.json()
    since = body.get("messageIdFrom")
    since = None if since is None else params.positive(since, "messageIdFrom")
    chat = call.chat()
    said = list(market.world.messages(chat))
    if since is not None:
        least = since if market.behaviour.from_inclusive else since + 1
        said = [message for message in said if message.message_id >= least]
    if market.behaviour.message_order == "desc":
        said.reverse()
    elif market.behaviour.message_order == "shuffled":
        said.sort(key=lambda message: hashlib.sha256(str(message.message_id).encode()).digest())
    asked = (chat.chat_id, since)
    found, paging = call.page(asked, size, lambda first, count: said[first : first + count])
    shown = [render.message(message, market.behaviour, market.files_url) for message in found]
    about = {**render.legacy(chat, market.behaviour), "context": render.context(chat, market.behaviour)}
    return ok({**about, "messages": shown, "paging": paging})


def get_message(call: Call) -> Any:
    """One message."""
    market = call.market
    params.required(call.query, "chatId")
    message_id = params.required(call.query, "messageId")
    chat = call.chat()
    for message in market.world.messages(chat):
        if message.message_id == message_id:
            return ok(render.message(message, market.behaviour, market.files_url))
    raise Refusal(404, f"Can't find message by id: '{message_id}' for chat '{chat.chat_id}'")


def create_chat(call: Call) -> Any:
    """Open a chat about an order or a return, or find the existing one."""
    world = call.market.world
    body = call.json()
    if body.get("orderId") is not None:
        if not call.market.behaviour.legacy_order_ids:
            raise Refusal(400, "Parameter orderId is not supported. Use context")
        kind, number = "ORDER", params.number(body["orderId"], "orderId")
    elif body.get("context") is None:
        raise Refusal(400, "'context' must not be null (rejected value: null)")
    else:
        kind, number = params.context(body["context"], "context")
    order = world.orders.by_order(number) if kind == "ORDER" else world.orders.by_return(number)
    if order is None:
        raise Refusal(404, f"Order not found: '{number}'")
    if kind == "RETURN" and (order.fake or SHOPS[order.shop].placement == "DBS"):
        raise Refusal(400, "Chats about returns are not available for orders of this kind")
    chat = world.open_once(kind, number, order)
    if chat is None:
        chat = world.about(kind, number)[0]
    else:
        call.market.created.append(chat.chat_id)
    return ok({"chatId": chat.chat_id})


def _open_for_writing(call: Call) -> Chat:
    chat = call.chat()
    if chat.status == "FINISHED" and call.market.behaviour.finished_refused:
        raise Refusal(400, f"Chat '{chat.chat_id}' is finished")
    return chat


def send_message(call: Call) -> Any:
    """Write a text as the shop."""
    params.required(call.query, "chatId")
    text = params.text(call.json(), "message", most=TEXT_LIMIT)
    chat = _open_for_writing(call)
    if call.market.behaviour.trim:
        text = text.strip()
    said = call.market.world.say(chat, "PARTNER", text)
    accepted = Accepted(chat.chat_id, "text", text, "", "", 0, said.at, said.message_id)
    call.market.ledger.append(accepted)
    call.market.heard(chat)
    return {"status": "OK"}


def send_file(call: Call) -> Any:
    """Write a file as the shop."""
    params.required(call.query, "chatId")
    if not call.content_type and not call.body:
        raise Refusal(400, "Required request part 'file' is not present")
    params.check_type(call.content_type, "multipart/form-data")
    params.check_size(call.size, FORM_LIMIT)
    found = files_named("file", call.content_type, call.body)
    if len(found) != 1:
        words = "Only one file is allowed" if found else "Required request part 'file' is not present"
        raise Refusal(400, words)
    [(name, content)] = found
    params.check_size(len(content), FILE_LIMIT)
    chat = _open_for_writing(call)
    said = call.market.world.say(chat, "PARTNER", None, [(name, content)])
    digest = hashlib.sha256(content).hexdigest()
    call.market.ledger.append(
        Accepted(chat.chat_id, "file", "", digest, name, len(content), said.at, said.message_id)
    )
    call.market.heard(chat)
    return {"status": "OK"}
