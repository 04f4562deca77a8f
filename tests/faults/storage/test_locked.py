"""F-112: another process holds a database; keys, reads and the screen do not wait for it."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chat_tui.store.locks import WriteLock
from tests.faults.support.processes import PROJECT
from tests.support.sandbox import Sandbox
from tests.support.waiting import until
from tests.ui.app_stage import Desk, desk

HOLDER = """
import sqlite3, sys
from pathlib import Path
from chat_tui.store.locks import WriteLock
if sys.argv[1] == "lock":
    with WriteLock(Path(sys.argv[2]) / "state.lock").held():
        print("held", flush=True)
        sys.stdin.read()
else:
    conn = sqlite3.connect(Path(sys.argv[2]) / "state.db", isolation_level=None)
    conn.execute("BEGIN EXCLUSIVE")
    print("held", flush=True)
    sys.stdin.read()
    conn.execute("ROLLBACK")
"""


@contextmanager
def held(by: str, directory: Path) -> Iterator[None]:
    """Another process holds the state: with our own lock, or with SQLite's."""
    command = [sys.executable, "-c", HOLDER, by, str(directory)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.communicate()


async def _is_said(there: Desk, words: str) -> bool:
    return there.told == words


@pytest.mark.parametrize("by", ["lock", "sqlite"])
async def test_f_112_saving_is_said_and_the_text_stays_until_it_is_kept(
    tmp_path: Path, market: Sandbox, by: str
) -> None:
    async with desk(tmp_path, market) as there:
        await there.synced()
        await there.press("enter", "c")
        await there.write("Едет")
        with held(by, tmp_path / "data"):
            # A pressed key is awaited with all its effects, and those are checked here before they end.
            pressed = asyncio.create_task(there.press("enter"))
            await until(lambda: _is_said(there, "Saving…"))
            assert there.box == "Едет"
            # Reads that waited for the writer would not return here.
            await there.app.inbox.chats.counts()
            await there.app.inbox.outbox.open_items()
            assert there.sent == []
        await pressed
        await there.until(lambda: there.box == "", "the box cleared once it is kept")
        await there.until(lambda: there.sent, "the text sent")
        assert [text for _, text in there.sent_texts] == ["Едет"]


async def test_f_112_whoever_waits_too_long_is_told_and_keeps_the_text(
    tmp_path: Path, market: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, market) as there:
        await there.synced()
        await there.press("enter", "c")
        await there.write("Едет")
        monkeypatch.setattr(WriteLock.held.__wrapped__, "__defaults__", (0.05,))  # type: ignore[attr-defined]
        with held("lock", tmp_path / "data"):
            await there.press("enter")
            await there.until_told("Another chat-tui window is working on this")
            assert there.box == "Едет"
        monkeypatch.undo()
        await there.press_again("enter")
        await there.until(lambda: there.sent, "the text sent")
        assert [text for _, text in there.sent_texts] == ["Едет"]
