"""The path of a text through the program: the Market's JSON, store, page, rows, strips, bytes of a frame."""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from chat_tui.market import chats as answered
from chat_tui.market.transport import Response
from chat_tui.model.queue import QueuePage, Tab
from chat_tui.store import chats, messages
from chat_tui.store.database import Store
from chat_tui.terminal.display import Cells
from tests.faults.support.hostile_stage import HostileApp
from tests.faults.support.payloads import leaks
from tests.fuzz.texts import text
from tests.support.refs import BUSINESS, ref
from tests.support.scenes import NOW
from tests.support.settling import settled
from tests.support.shop import open_store

BATCH: Final = 100
"""Number of chats in one store."""
_WHEN: Final = "2026-11-22T12:00:00Z"


@dataclass
class Found:
    """The results of a run."""

    texts: int = 0
    names: int = 0
    lines: int = 0
    characters: int = 0
    leaks: list[str] = field(default_factory=list)
    """For each leak: the batch, and the text that reached the terminal."""


async def run(seed: int, texts: int, names: int, *, first: int = 0) -> Found:
    """Send texts and names through the program, from batch `first` on. Any error of the program ends it."""
    found = Found()
    stage = HostileApp()
    each = -(-texts // names)
    async with stage.run_test(size=(120, 40)):
        await settled(stage)
        for batch in range(first, -(-names // BATCH)):
            count = min(BATCH, names - batch * BATCH)
            chance = random.Random(f"{seed}:{batch}")
            with TemporaryDirectory() as root:
                store = open_store(Path(root))
                try:
                    _fill(store, chance, count, each)
                    _show(stage, store, found, f"batch {batch}")
                finally:
                    store.close()
            found.names += count
            found.texts += count * each
    return found


def _fill(store: Store, chance: random.Random, count: int, each: int) -> None:
    """Save the Market's answers in the store as the program does."""
    listed = [_chat(number, text(chance, 40)) for number in range(1, count + 1)]
    page = answered.chats_page(_answer({"chats": listed}), BUSINESS)
    assert (len(page.items), len(page.unreadable)) == (count, 0)
    store.write_cache(chats.save_page, page.items, NOW).result()
    for number in range(1, count + 1):
        said = [_message(number * 1000 + place, text(chance, 400), chance) for place in range(each)]
        read = answered.messages_page(_answer({"messages": said}), ref(number))
        assert (len(read.items), len(read.unreadable)) == (each, 0)
        store.write_cache(
            messages.save_page, ref(number), read.items, newest_reached=True, oldest_reached=True
        ).result()


def _show(stage: HostileApp, store: Store, found: Found, what: str) -> None:
    queue: QueuePage = store.read(chats.page, Tab.ALL, limit=BATCH, now=0).result()
    stage.list.show(queue)
    strips: list[Strip] = []
    for top in range(0, len(queue.items), stage.list.view.rows):
        stage.list.view.look_at(top)
        strips += stage.list.paint(stage.list.content_size)
    for item in queue.items:
        stage.history.show(store.read(messages.timeline, item.chat.chat_ref, limit=500).result(), item)
        strips += _history(stage)
    written = _written(stage, strips)
    found.lines += len(strips)
    found.characters += len(written)
    found.leaks += [f"{what}: {leak!r}" for leak in leaks(written)]


def _history(stage: HostileApp) -> Iterator[Strip]:
    """Every line of the open chat, as its widget draws it."""
    view, width = stage.history.view, stage.history.content_size.width
    assert view is not None
    for place in range(len(view.window.entries)):
        lines = view.drawn.lines(place)
        for line in range(-len(lines.lead), len(lines.body)):
            strip = view.drawn.strip_at((place, line))
            assert strip.cell_length == width
            yield strip


def _written(stage: HostileApp, strips: list[Strip]) -> str:
    region = Region(0, 0, strips[0].cell_length, len(strips))
    return Cells().update(LayoutUpdate([[strip] for strip in strips], region), stage.console)


def _answer(result: dict[str, Any]) -> Response:
    return Response(200, {}, json.dumps({"status": "OK", "result": result}).encode())


def _chat(number: int, name: str) -> dict[str, Any]:
    context = {"type": "ORDER", "orderId": 51230870000 + number, "customer": {"name": name}}
    dates = {"createdAt": _WHEN, "updatedAt": _WHEN}
    return {"chatId": number, "context": context, "type": "CHAT", "status": "WAITING_FOR_PARTNER", **dates}


def _message(number: int, said: str, chance: random.Random) -> dict[str, Any]:
    sender = chance.choice(("CUSTOMER", "PARTNER", "MARKET", said[:20]))
    files = [{"name": said[:200], "url": "https://files.example/1", "size": 5}]
    payload = files if chance.random() < 0.1 else []
    return {"messageId": number, "createdAt": _WHEN, "sender": sender, "message": said, "payload": payload}
