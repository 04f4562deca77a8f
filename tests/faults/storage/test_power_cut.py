"""F-125: a power cut. Unsynced data is lost or torn; acknowledged data is there."""

import random
import shutil
from pathlib import Path

from chat_tui.model.ids import OutboxId
from chat_tui.model.outbox import NewItem, OutboxKind
from chat_tui.store import outbox
from chat_tui.store.database import Connection, Store, StorePaths
from tests.faults.support.seeds import a_seed
from tests.support.refs import BUSINESS, ref

ROWS = 60
FULL = 2


def enqueue(store: Store, number: int) -> None:
    store.write_state(
        outbox.enqueue,
        NewItem(
            outbox_id=OutboxId(f"{number:08}"),
            chat_ref=ref(1 + number % 3),
            kind=OutboxKind.TEXT,
            text=f"row {number} " + "x" * 700,
            created_at=number + 1,
        ),
    ).result()


def pragma(conn: Connection, name: str) -> int:
    return int(conn.execute(f"PRAGMA {name}").fetchone()[0])


def after_the_cut(live: Path, old_pages: Path, place: Path, chance: random.Random) -> Path:
    """A possible state of the disk: the log as synced with a torn end, the database of an earlier moment."""
    shutil.copytree(live, place)
    (place / "data" / "state.db-shm").unlink(missing_ok=True)
    # A checkpoint in progress has not reached the disk: its pages are still the old ones.
    shutil.copyfile(old_pages, place / "data" / "state.db")
    with (place / "data" / "state.db-wal").open("ab") as log:
        log.write(chance.randbytes(chance.randrange(1, 9_000)))
    return place


def test_f_125_every_acknowledged_row_outlives_a_power_cut(tmp_path: Path) -> None:
    chance = random.Random(a_seed())
    live = tmp_path / "live"
    paths = StorePaths(live / "cache", live / "data", BUSINESS)
    store = Store(paths)
    assert store.write_state(pragma, "synchronous").result() == FULL, (
        "otherwise a power cut loses acknowledged data"
    )
    old_pages = tmp_path / "old.db"
    shutil.copyfile(live / "data" / "state.db", old_pages)
    for number in range(ROWS):
        enqueue(store, number)
        if number % 6:
            continue
        found = after_the_cut(live, old_pages, tmp_path / f"found-{number}", chance)
        again = Store(StorePaths(found / "cache", found / "data", BUSINESS))
        kept = {item.outbox_id for item in again.read(outbox.open_items).result()}
        again.close()
        assert kept >= {f"{before:08}" for before in range(number + 1)}
    store.close()
