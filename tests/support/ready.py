"""A shop with a filled cache: one pretend Market is read once, and the files are copied for each test."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from chat_tui.clock import wall_clock_ms
from chat_tui.sandbox.ledger import Begun
from chat_tui.store.chats import behind
from chat_tui.store.database import Connection, Store
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop, client_of, store_paths
from tests.support.waiting import until

BORN_MS: Final = wall_clock_ms()
"""When the worlds of this process begin, so that worlds with equal numbers are equal."""
_read: Final[dict[Begun, tuple[dict[str, bytes], str]]] = {}
"""The files of the shop that read a world, and the base address of that world's attachments."""


def open_market(*, chats: int = 30, seed: int = 3, long_chat: int = 420) -> Sandbox:
    """A pretend Market in which nothing happens unless a test makes it happen; the caller stops it."""
    return Sandbox.start(chats=chats, seed=seed, long_chat=long_chat, start_ms=BORN_MS)


async def put(root: Path, market: Sandbox) -> None:
    """Write the files of a shop that has read this Market's world below `root`, which must be empty."""
    if market.begun not in _read:
        _read[market.begun] = await _files(root.parent, market.begun)
    files, before = _read[market.begun]
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
    with closing(sqlite3.connect(store_paths(root).cache_dir / "cache.db")) as cache, cache:
        cache.execute("UPDATE attachment SET url = replace(url, ?, ?)", (before, market.files_url))


async def _files(beside: Path, begun: Begun) -> tuple[dict[str, bytes], str]:
    with (
        tempfile.TemporaryDirectory(dir=beside) as place,
        Sandbox.start(
            chats=begun.chats, seed=begun.seed, long_chat=begun.long_chat, start_ms=begun.start
        ) as market,
    ):
        shop = Shop.open(Path(place), lambda: client_of(market))
        await synced(shop.store, market)
        await shop.close()
        paths = [path for path in Path(place).rglob("*") if path.is_file() and path.suffix != ".lock"]
        return {str(path.relative_to(place)): path.read_bytes() for path in paths}, market.files_url


async def synced(store: Store, market: Sandbox) -> None:
    """Wait until the cache has every chat in its current state and all the history that matters."""

    async def all_here() -> bool:
        there = {(chat.chat_id, chat.updated) for chat in market.world.listed("desc", None, 0, 10_000)}
        return there <= await store.read(_known) and not await store.read(behind, 1)

    await until(all_here, "every chat in the cache")


def _known(conn: Connection) -> set[tuple[int, int]]:
    return set(conn.execute("SELECT chat_id, updated_at FROM chat"))
