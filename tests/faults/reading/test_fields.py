"""Missing fields, and unknown fields."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chat_tui.model.chat import Page
from chat_tui.model.problem import Problem
from tests.faults.support.pages import Json
from tests.market.conftest import Connect, connect
from tests.market.examples import CHAT, answering, chat, message

__all__ = ["connect"]

NEEDED = {
    "chatId", "context", "context.type", "type", "status", "createdAt", "updatedAt", "messageId", "sender",
}  # fmt: skip


def without(whole: Any) -> Iterator[tuple[str, Any]]:
    """The same JSON once for each field, without that field, and the field's name."""
    for name, value in whole.items():
        yield name, {key: kept for key, kept in whole.items() if key != name}
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", {**whole, name: rest}) for inner, rest in without(value))


def items_without() -> Iterator[Any]:
    file = {"name": "a.png", "url": "https://f.example/1", "size": 5}
    for key, item in (("chats", chat()), ("messages", message(payload=[file]))):
        for missing, rest in without(item):
            yield pytest.param(key, missing, rest, id=f"{key} {missing}")
    for missing, rest in without({"0": file}):
        if "." in missing:
            yield pytest.param("messages", missing, message(payload=[rest["0"]]), id=f"file {missing}")


@pytest.mark.parametrize(("key", "missing", "item"), items_without())
async def test_f_050_missing_fields(connect: Connect, key: str, missing: str, item: Json) -> None:
    other = {"chats": chat(chatId=99), "messages": message(messageId=99)}[key]
    client = connect(answering({"status": "OK", "result": {key: [item, other], "paging": {}}}))
    outcome = await (client.get_chats() if key == "chats" else client.get_chat_history(CHAT))
    assert isinstance(outcome, Page)
    found = outcome.items
    assert (len(found), len(outcome.unreadable)) == ((1, 1) if missing in NEEDED else (2, 0))


@pytest.mark.parametrize("key", ["chats", "messages"])
async def test_f_050_missing_fields_of_the_page(connect: Connect, key: str) -> None:
    item = {"chats": chat(), "messages": message()}[key]
    whole = {"status": "OK", "result": {key: [item], "paging": {"nextPageToken": "t"}}}
    for missing, rest in without(whole):
        client = connect(answering(rest))
        outcome = await (client.get_chats() if key == "chats" else client.get_chat_history(CHAT))
        assert isinstance(outcome, Problem) == (missing == "result"), missing


def with_extras(value: Any) -> Any:
    """The same JSON with fifty unknown fields at every level."""
    if isinstance(value, list):
        return [with_extras(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {f"новое{n}": {"deep": [n]} for n in range(50)} | {k: with_extras(v) for k, v in value.items()}


async def test_f_051_extra_fields(connect: Connect) -> None:
    pages = []
    dressings: list[Callable[[Any], Any]] = [lambda value: value, with_extras]
    for dressed in dressings:
        chats = {"status": "OK", "result": {"chats": [chat()], "paging": {"nextPageToken": "t"}}}
        texts = {"status": "OK", "result": {"messages": [message(payload=[{"name": "a"}])], "paging": {}}}
        listed_ = await connect(answering(dressed(chats))).get_chats()
        pages.append((listed_, await connect(answering(dressed(texts))).get_chat_history(CHAT)))
    assert pages[0] == pages[1]
    assert isinstance(pages[1][0], Page)
