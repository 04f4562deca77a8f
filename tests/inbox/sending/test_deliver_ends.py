"""Waiting for the end of one item ends, whatever the Market, the history or another copy does (case 031)."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chat_tui.inbox.service import Inbox
from chat_tui.model.ids import ChatRef
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.store import outbox
from tests.inbox.sending.test_delivery import some_chats, stored, texts
from tests.support.faults import Answer
from tests.support.sandbox import Sandbox
from tests.support.shop import QUICK, Shop

OpenShop = Callable[..., Shop]
S = OutboxState
PATIENCE_S = 30.0


async def _chat(shop: Shop) -> ChatRef:
    await shop.inbox.sync_once()
    (chat,) = await some_chats(shop, 1)
    assert await shop.inbox.fetch_chat(chat) is None
    return chat


async def _delivered(inbox: Inbox, chat: ChatRef, text: str) -> OutboxItem:
    queued = await inbox.outbox.send_text(chat, text)
    if isinstance(queued, Problem) and queued.doubts:
        queued = await inbox.outbox.send_text(chat, text, queued.doubts)
    assert isinstance(queued, OutboxItem)
    return await asyncio.wait_for(inbox.outbox.deliver(queued.outbox_id), PATIENCE_S)


def _history(market: Sandbox, edit: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]) -> None:
    """Let the Market edit the histories that it returns."""

    def edited(operation: str, body: Any) -> Any:
        if operation == "getChatHistory":
            body["result"]["messages"] = edit(body["result"]["messages"])
        return body

    market.behaviour.edit = edited


async def test_a_text_that_the_history_never_shows(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    chat = await _chat(shop)
    _history(market, lambda found: [m for m in found if m.get("message") != "Где-то"])
    item = await _delivered(shop.inbox, chat, "Где-то")
    assert (item.state, item.is_released) == (S.SENT, True)
    assert texts(market, chat) == ["Где-то"]


async def test_a_text_that_the_market_changed(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    chat = await _chat(shop)
    _history(
        market,
        lambda found: [
            {**m, "message": (m.get("message") or "").replace("89161234567", "***")} for m in found
        ],
    )
    item = await _delivered(shop.inbox, chat, "Позвоните 89161234567, спросите Анну")
    assert item.state == S.CONFIRMED
    entry = (await shop.inbox.chats.timeline(chat)).entries[-1]
    assert entry.item is not None
    assert entry.item.outbox_id == item.outbox_id
    assert entry.message is not None
    assert entry.message.text == "Позвоните ***, спросите Анну"


@pytest.mark.parametrize("answer", [Answer(status=500), Answer(status=420), Answer(cut="reset")])
async def test_a_history_that_cannot_be_read_any_more(
    market: Sandbox, open_shop: OpenShop, answer: Answer
) -> None:
    shop = open_shop(background=False)
    chat = await _chat(shop)
    market.script("getChatHistory", [answer] * 500)
    item = await _delivered(shop.inbox, chat, "Принято")
    assert (item.state, item.is_released, item.looks) == (S.SENT, True, 0)


async def test_a_key_that_is_refused_once_the_text_was_taken(market: Sandbox, open_shop: OpenShop) -> None:
    shop = open_shop(background=False)
    chat = await _chat(shop)
    market.script("getChatHistory", [Answer(status=401)] * 500)
    item = await _delivered(shop.inbox, chat, "Принято")
    assert (item.state, item.is_released) == (S.SENT, True)
    assert sum(r.operation == "getChatHistory" and r.status == 401 for r in market.requests) == 1


@pytest.mark.parametrize(("status", "kind"), [(401, ProblemKind.UNAUTHORIZED), (403, ProblemKind.FORBIDDEN)])
async def test_a_key_that_may_not_send(
    market: Sandbox, open_shop: OpenShop, status: int, kind: ProblemKind
) -> None:
    shop = open_shop(background=False)
    chat = await _chat(shop)
    market.script("sendMessageToChat", [Answer(status=status, accept=False)])
    item = await _delivered(shop.inbox, chat, "Нельзя")
    assert (item.state, item.problem) == (S.WAITING, kind)
    assert texts(market, chat) == []


async def test_a_text_that_another_copy_delivers(market: Sandbox, open_shop: OpenShop) -> None:
    verb = open_shop(background=False, settings=replace(QUICK, scan_s=0.2))
    chat = await _chat(verb)
    # The other copy delivers for this chat; this one only waits.
    inbox: Any = verb.inbox
    inbox._engine.delivery._locks.try_hold = lambda _: False
    queued = await verb.inbox.outbox.send_text(chat, "Вдвоём")
    assert isinstance(queued, OutboxItem)
    waiting = asyncio.create_task(verb.inbox.outbox.deliver(queued.outbox_id))
    open_shop()
    item = await asyncio.wait_for(waiting, PATIENCE_S)
    assert item.state == S.CONFIRMED
    assert texts(market, chat) == ["Вдвоём"]


async def test_a_text_that_is_taken_back_at_another_copy(
    market: Sandbox, open_shop: OpenShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    verb = open_shop(background=False, settings=replace(QUICK, undo_s=3600.0))
    chat = await _chat(verb)
    queued = await verb.inbox.outbox.send_text(chat, "Передумал")
    assert isinstance(queued, OutboxItem)
    looked, read = threading.Event(), verb.store.read

    def watched(query: Any, *given: Any, **words: Any) -> Any:
        found = read(query, *given, **words)
        if query is outbox.get:
            found.add_done_callback(lambda _: looked.set())
        return found

    monkeypatch.setattr(verb.store, "read", watched)
    waiting = asyncio.create_task(verb.inbox.outbox.deliver(queued.outbox_id))
    assert await asyncio.to_thread(looked.wait, PATIENCE_S), "the command did not wait"
    other = open_shop(background=False)
    assert isinstance(await other.inbox.outbox.take_back(queued), OutboxItem)
    item = await asyncio.wait_for(waiting, PATIENCE_S)
    assert (item.state, item.problem) == (S.FAILED, ProblemKind.GONE)
    assert await stored(verb, queued.outbox_id) is None
