"""Chats, messages and pages of a pretend shop, in the form in which the panes get them."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

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
from chat_tui.model.ids import MessageId, OrderId, OutboxId, ReturnId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.queue import QueueItem, QueueKey, QueuePage, Tab
from chat_tui.model.timeline import Coverage, Entry, TimelinePage
from tests.support.refs import ref

NOW = int(datetime(2025, 11, 21, 18, 30, tzinfo=UTC).timestamp() * 1000)
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

HOSTILE = (
    "\x1b]52;c;ZXZpbA==\x07",
    "\x1b[2J\x1b[H\x1b[10A\x1b[999B",
    "\x1b]0;PWN\x07\x1b]2;PWN\x1b\\\x1bc",
    "\x9b31m\x9d0;x\x9c\x90q\x9c\x85",
    "\x1b]8;;https://evil.example",
    "\x1b",
    "\x1b[6n\x1b[c\x05\x1b]11;?\x07",
    "Оплачено\rНе оплачено abc\b\b\bxyz \x00\x7f\x0b\x0c",
    "\x1b[?1000h\x1b[?25l\x1b[?1049l",
    "[/] [1] [b][/i] [/ [link=file:x]y[/link] [type=x, v={'a[0]'}]",
    "скидка [50%] [bold]ок [$foo] [foo=] \\[x] [red on blue]x $primary",
    "[@click=app.quit]Подтвердить[/]",
    "\u202egpj.exe \u2066abc\u2069 \u200f123",
    "e" + "\u0301" * 500,
    "\u200b" * 400 + "\u2060\u3164",
    "Иван\nМаркет: заказ отменён",
    "👩‍👩‍👧‍👦 🇷🇺 ❤️ 漢字 \t\t ก็็็็็็็็็ a\u200db\u200cc",
    "\n" * 4096,
    "**b** <b>x</b> # h `x`",
    "ok \ud83d конец",
    "漢" * 300,
    "x" * 1000,
)
"""Texts of the fault catalogue, F-067 to F-085."""


def is_harmless(text: str) -> bool:
    """Whether a drawn text cannot control a terminal; the non-joiner is part of some scripts."""
    steering = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    return all(unicodedata.category(character) not in steering or character == "\u200c" for character in text)


def queue_item(number: int = 1, **changes: Any) -> QueueItem:
    """A chat that has waited for 12 minutes; `changes` are fields of item, chat or context."""
    context: dict[str, Any] = {
        "kind": ContextKind.ORDER,
        "order_id": OrderId(51230870000 + number),
        "customer_name": "Ольга К.",
    }
    chat: dict[str, Any] = {
        "chat_ref": ref(number),
        "kind": ChatKind.CHAT,
        "status": ChatStatus.WAITING_FOR_PARTNER,
        "created_at": NOW - DAY,
        "updated_at": NOW - 12 * MINUTE,
    }
    item: dict[str, Any] = {
        "key": QueueKey(0, number, ref(number)),
        "waiting_since": NOW - 12 * MINUTE,
        "newest_sender": Sender.CUSTOMER,
        "snippet": "Когда привезут заказ?",
        "newest_has_file": False,
        "is_unseen": False,
        "has_draft": False,
        "trouble": None,
        "shop_name": "Уютная кухня",
        "business": "",
        "note": "",
        "labels": (),
        "is_below_line": False,
    }
    renamed = {"context_kind": (context, "kind"), "chat_kind": (chat, "kind")}
    for name, value in changes.items():
        fields, field = renamed.get(name, (None, name))
        if fields is None:
            fields = next(
                (f for f in (item, chat) if name in f),
                context,
            )
        fields[field] = value
    return QueueItem(chat=Chat(context=ChatContext(**context), **chat), **item)


def queue_page(
    first: int, last: int, *, before: bool = False, after: bool = False, tab: Tab = Tab.WAITING
) -> QueuePage:
    """Chats `first` … `last` - 1."""
    items = tuple(queue_item(number, customer_name=f"Buyer {number}") for number in range(first, last))
    return QueuePage(tab, items, has_before=before, has_after=after)


def message(number: int = 1, text: str | None = "Когда привезут заказ?", **changes: Any) -> Message:
    """A buyer's message; there is one per minute, and the hundredth is from NOW."""
    fields: dict[str, Any] = {
        "chat_ref": ref(1),
        "message_id": MessageId(number),
        "created_at": NOW + (number - 100) * MINUTE,
        "sender": Sender.CUSTOMER,
        "text": text,
    }
    return Message(**{**fields, **changes})


def outbox_item(state: OutboxState = OutboxState.QUEUED, **changes: Any) -> OutboxItem:
    """A text on its way to the buyer."""
    fields: dict[str, Any] = {
        "outbox_id": OutboxId("one"),
        "chat_ref": ref(1),
        "seq": 1,
        "kind": OutboxKind.TEXT,
        "text": "Добрый день! Завтра.",
        "file_name": "",
        "file_size": 0,
        "sha256": "",
        "state": state,
        "not_before": 0,
        "created_at": NOW,
    }
    return OutboxItem(**{**fields, **changes})


def entries(first: int, last: int) -> tuple[Entry, ...]:
    """Messages `first` … `last` - 1, every seventh a long one."""
    long = "Добрый день, подскажите, пожалуйста, когда приедет курьер и можно ли поменять адрес? "
    return tuple(
        Entry(message(number, f"Message {number}. {long * 3 if number % 7 == 0 else ''}"))
        for number in range(first, last)
    )


def timeline_page(*rows: Entry, **changes: Any) -> TimelinePage:
    """A page with the whole conversation, unless `changes` say otherwise."""
    fields: dict[str, Any] = {
        "chat_ref": ref(1),
        "has_older": False,
        "has_newer": False,
        "coverage": Coverage.DONE,
    }
    return TimelinePage(entries=rows, **{**fields, **changes})


__all__ = [
    "DAY",
    "HOSTILE",
    "HOUR",
    "MINUTE",
    "NOW",
    "Attachment",
    "ReturnId",
    "entries",
    "is_harmless",
    "message",
    "outbox_item",
    "queue_item",
    "queue_page",
    "timeline_page",
]
