"""Answers of the Market for tests: documented ones, with any field changed or (`...`) left out."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from chat_tui.model.chat import Message
from chat_tui.model.ids import MessageId
from tests.support.refs import ref

CHAT = ref(14820317)
Json = dict[str, Any]


def message(**changes: Any) -> Json:
    whole = {
        "messageId": 12,
        "createdAt": "2026-11-22T09:14:55.070+03:00",
        "sender": "CUSTOMER",
        "message": "да",
    }
    return {key: value for key, value in (whole | changes).items() if value is not ...}


def chat(**changes: Any) -> Json:
    whole = {
        "chatId": 14820317,
        "context": {
            "type": "ORDER",
            "customer": {"name": "Ольга К.", "publicId": "w3k9"},
            "campaignId": 21098765,
            "orderId": 51230874561,
        },
        "type": "CHAT",
        "status": "WAITING_FOR_PARTNER",
        "createdAt": "2026-11-21T18:02:11.482+03:00",
        "updatedAt": "2026-11-22T09:14:55.070+03:00",
    }
    return {key: value for key, value in (whole | changes).items() if value is not ...}


GOOD = Message(CHAT, MessageId(99), 1795328095070, "CUSTOMER", "да")


def answering(body: bytes | Json, **headers: str) -> Callable[[httpx.Request], httpx.Response]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda _request: httpx.Response(200, content=raw, headers=headers)
