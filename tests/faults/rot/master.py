"""The files to damage: every table has rows, and four answers are queued."""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from chat_tui.model.queue import Tab
from chat_tui.store import chats
from chat_tui.store.sqlite import shape
from tests.store.world import queue_text
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop, client_of, open_store
from tests.support.waiting import until

QUEUED = ("rot 0", "rot 1", "rot 2", "rot 3")
"""Texts of the outbox, in four chats."""
FILES = {"cache": "cache/cache.db", "state": "data/state.db"}
_ROWS = 3


async def make(root: Path, market: Sandbox) -> None:
    """Read the Market once, and write the rows that a working day leaves."""
    shop = Shop.open(root, lambda: client_of(market))
    count = len(market.world.listed("desc", None, 0, 1_000))

    async def is_read() -> bool:
        counts = await shop.inbox.chats.counts()
        return counts[Tab.ALL] == count and not shop.store.read(chats.behind, 1).result()

    await until(is_read, "every chat read")
    found = shop.store.read(chats.active_ids).result()[: len(QUEUED)]
    assert len(found) == len(QUEUED)
    await shop.close()
    store = open_store(root)
    for n, (chat_ref, text) in enumerate(zip(found, QUEUED, strict=True)):
        queue_text(store, f"q{n}", text, chat_ref=chat_ref)
    now = time.time_ns() // 1_000_000
    # Not ?1 twice: Python 3.12.1 takes numbered parameters for named ones, which a sequence cannot supply.
    update = "UPDATE outbox SET created_at = ?, asked_at = ?"
    store.write_state(lambda conn: conn.execute(update, (now, now))).result()
    store.close()
    for kind, name in FILES.items():
        _fill(root / name, kind, [chat_ref.number for chat_ref in found], now)


def _fill(path: Path, kind: str, found: list[int], now: int) -> None:
    with closing(sqlite3.connect(path)) as conn:
        for table, told in shape.TABLES[kind].items():
            if not told or conn.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= _ROWS:
                continue
            columns = dict(column.split(":") for column in told.split())
            values = {"at": now, "text": "слова", "day": "2026-11-20", "state": "confirmed", "kind": "text"}
            for n in range(_ROWS):
                row = [
                    found[n]
                    if name == "chat_id"
                    else values.get(kind.rstrip("?"), f"a{n}" if kind == "name" else n + 1)
                    for name, kind in columns.items()
                ]
                marks = ", ".join("?" * len(row))
                conn.execute(f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})", row)
        conn.commit()
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def run(root: Path, market: Sandbox) -> None:
    """Run `make` where no event loop is running."""
    asyncio.run(make(root, market))
