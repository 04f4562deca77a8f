"""No outbox row changes without an event: one module writes, and publishes whatever it commits."""

import ast
import asyncio
from pathlib import Path

import pytest

from chat_tui.inbox.events import Event, OutboxChanged
from chat_tui.inbox.outbox_writes import OutboxWrites
from chat_tui.model.ids import OutboxId
from chat_tui.model.outbox import NewItem, OutboxItem, OutboxKind, OutboxState
from chat_tui.store import outbox
from chat_tui.store.errors import StoreProblem
from tests.support.refs import ref
from tests.support.shop import open_store
from tests.support.stored import items_of

ROOT = Path(__file__).parents[3] / "chat_tui"
WRITING = {"move", "update", "enqueue", "take_back"}
CHAT = ref(7)


def _writes_by_hand(path: Path) -> bool:
    """Whether a module names a writing function of `store.outbox`, or writes to its table with SQL."""
    text = path.read_text(encoding="utf-8")
    if "outbox" not in text.lower():
        return False
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(value=ast.Name(id="outbox"), attr=name) if name in WRITING:
                return True
        if isinstance(node, ast.ImportFrom) and node.module == "chat_tui.store.outbox":
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            words = " ".join(node.value.upper().split())
            if any(f"{verb} OUTBOX " in words for verb in ("INSERT INTO", "UPDATE", "DELETE FROM")):
                return True
    return False


def test_one_module_writes_to_the_outbox() -> None:
    writers = {str(p.relative_to(ROOT)) for p in ROOT.rglob("*.py") if _writes_by_hand(p)}
    # The rows of a damaged file are copied into a new one before there are subscribers.
    assert writers == {"inbox/outbox_writes.py", "store/outbox.py", "store/sqlite/opening.py"}


async def _queued(writes: OutboxWrites, name: str = "a") -> OutboxItem:
    return await writes.enqueue(
        NewItem(outbox_id=OutboxId(name), chat_ref=CHAT, kind=OutboxKind.TEXT, text="Да", created_at=1)
    )


async def test_every_change_is_told_once(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    heard: list[Event] = []
    writes = OutboxWrites(store, heard.append)
    item: OutboxItem | None = await _queued(writes)
    assert item is not None
    assert heard == [OutboxChanged(CHAT)]
    item = await writes.move(item, OutboxState.SENDING, attempt=1)
    assert item is not None
    item = await writes.move(item, OutboxState.SENT)
    assert item is not None
    released = await writes.update(item, is_released=1)
    assert released is not None
    assert heard == [OutboxChanged(CHAT)] * 4
    await _queued(writes, "b")
    assert await writes.take_back(OutboxId("b")) is not None
    assert heard == [OutboxChanged(CHAT)] * 6
    store.close()


async def test_what_was_not_written_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(tmp_path)
    heard: list[Event] = []
    writes = OutboxWrites(store, heard.append)
    item = await _queued(writes)
    heard.clear()
    assert await writes.take_back(OutboxId("nobody")) is None
    await writes.move(item, OutboxState.SENDING, attempt=1)
    heard.clear()
    assert await writes.move(item, OutboxState.WAITING) is None, "it is no longer queued"

    def fails(*_: object, **__: object) -> None:
        raise StoreProblem("full")

    monkeypatch.setattr(outbox, "update", fails)
    with pytest.raises(StoreProblem):
        await writes.update(item)
    assert heard == []
    store.close()


async def test_a_caller_that_is_gone_keeps_no_change_from_being_told(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    heard: list[Event] = []
    writes = OutboxWrites(store, heard.append)
    task = asyncio.create_task(_queued(writes))
    # The write is on its thread by now; its caller does not wait for the end.
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    # Cancelled before it began or committed: the next write follows on the same thread.
    await _queued(writes, "b")
    stored = await store.read(items_of, CHAT)
    assert len(heard) == len(stored)
    store.close()
