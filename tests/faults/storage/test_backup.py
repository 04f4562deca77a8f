"""F-119, F-120: an outbox that has grown, and one that is older than the sends made from it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import NewItem, OutboxKind, OutboxState
from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Draft
from chat_tui.store import chats, drafts, outbox
from chat_tui.store.database import Connection
from chat_tui.store.locks import WriteLock
from tests.faults.support.processes import Process
from tests.faults.support.trial import Trial
from tests.store.world import a_chat
from tests.support.faults import accepted_then, lost
from tests.support.refs import ref
from tests.support.shop import item_of, open_store, store_paths

S = OutboxState


def keep(root: Path, place: Path) -> None:
    """Make a backup of the outbox file; no copy of the program has it open."""
    shutil.copyfile(root / "data" / "state.db", place)


def put_back(root: Path, place: Path) -> None:
    """Replace the file with the backup; a running copy sees the state before or after, not in between."""
    data = root / "data"
    with WriteLock(store_paths(root).lock("state")).held():
        for part in data.glob("state.db*"):
            part.unlink()
        shutil.copyfile(place, data / "state.db")
        (data / "state.db").chmod(0o600)


async def queued(trial: Trial, *texts: str) -> tuple[ChatRef, list[OutboxId]]:
    """Queue texts in a copy that is then closed, and make a backup of its file."""
    (chat,) = await trial.warm(1)
    shop = trial.open(background=False)
    sent = [await trial.send(chat, text) for text in texts]
    await shop.close()
    keep(trial.root, trial.root / "yesterday.db")
    (trial.root / "yesterday.db").chmod(0o600)
    return chat, sent


async def test_f_120_what_was_sent_since_the_backup_is_looked_up(trial: Trial) -> None:
    chat, sent = await queued(trial, "m1", "m2", "m2")
    shop = trial.open()
    await trial.confirmed(*sent)
    await shop.close()
    put_back(trial.root, trial.root / "yesterday.db")
    posts = len(trial.posts())
    trial.open()
    await trial.confirmed(*sent)
    assert trial.texts(chat) == ["m1", "m2", "m2"]
    assert len(trial.posts()) == posts == 3, "no item is posted again"
    # New items are sent as usual.
    await trial.confirmed(await trial.send(chat, "m3"))
    await trial.check()


async def test_f_120_what_was_tried_in_vain_since_the_backup_is_asked_about(trial: Trial) -> None:
    chat, (outbox_id,) = await queued(trial, "m1")
    trial.script(lost("reset"))
    shop = trial.open()
    await trial.unconfirmed(outbox_id)
    await shop.close()
    put_back(trial.root, trial.root / "yesterday.db")
    shop = trial.open()
    await trial.unconfirmed(outbox_id)
    assert len(trial.posts()) == 1
    assert await shop.inbox.outbox.resend(await item_of(shop.inbox, outbox_id)) is None
    await trial.confirmed(outbox_id)
    assert trial.texts(chat) == ["m1"]
    await trial.check()


async def test_f_120_a_backup_of_an_item_that_waits_for_its_second_try(trial: Trial) -> None:
    _, (outbox_id,) = await queued(trial, "m1")
    trial.script(accepted_then("reset"))
    shop = trial.open()
    await trial.confirmed(outbox_id)
    await shop.close()
    put_back(trial.root, trial.root / "yesterday.db")
    store = open_store(trial.root)
    store.write_state(outbox.move, outbox_id, S.QUEUED, S.WAITING).result()
    store.close()
    trial.open()
    await trial.confirmed(outbox_id)
    assert len(trial.posts()) == 1
    await trial.check()


async def test_f_120_the_log_of_the_outbox_is_lost_after_a_kill(
    trial: Trial, start: Callable[..., Process]
) -> None:
    """Without its log the file has the state before the send."""
    chat, (outbox_id,) = await queued(trial, "m1")
    process = start().ready()
    while process.ask("open_items")["items"]:
        pass
    process.kill()
    for suffix in ("-wal", "-shm"):
        (trial.root / "data" / f"state.db{suffix}").unlink()
    trial.open()
    await trial.confirmed(outbox_id)
    assert trial.texts(chat) == ["m1"]
    assert len(trial.posts()) == 1
    await trial.check()


async def test_f_120_put_back_under_a_running_copy(trial: Trial) -> None:
    chat, sent = await queued(trial, "m1", "m2")
    trial.open()
    await trial.confirmed(*sent)
    put_back(trial.root, trial.root / "yesterday.db")
    last = await trial.send(chat, "m3")
    await trial.confirmed(*sent, last)
    assert trial.texts(chat) == ["m1", "m2", "m3"]
    await trial.check()


DRAFTS, ITEMS = 10_000, 5_000
STEP = 100


def grow(conn: Connection, share: int) -> None:
    """A year of drafts that were never cleared and of items that all arrived, or a share of it."""
    for number in range(1, DRAFTS // share + 1):
        drafts.save(conn, Draft(ref(number), "x" * 200, 0), number)
    for number in range(ITEMS // share):
        outbox.enqueue(
            conn,
            NewItem(
                outbox_id=OutboxId(f"o{number}"),
                chat_ref=ref(1 + number % 50),
                kind=OutboxKind.TEXT,
                text="y" * 200,
                created_at=number,
            ),
        )
    conn.execute("UPDATE outbox SET state = 'confirmed', message_id = seq")


def steps_of_a_start(conn: Connection) -> int:
    """SQLite's steps for the queries of a start: the list, the chat on the screen, the items to send."""
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += STEP

    conn.set_progress_handler(count, STEP)
    chats.page(conn, Tab.ALL, limit=64, now=0)
    chats.counts(conn, 0)
    drafts.kept(conn, ref(1))
    outbox.due(conn)
    outbox.open_items(conn)
    conn.set_progress_handler(None, STEP)
    return counted


@pytest.fixture
def work(tmp_path: Path) -> dict[int, int]:
    """The steps of a start with the whole growth, and with a fiftieth of it."""
    found = {}
    for share in (50, 1):
        store = open_store(tmp_path / str(share))
        store.write_cache(chats.save_page, [a_chat(number) for number in range(1, 101)], 1).result()
        store.write_state(grow, share).result()
        found[share] = store.read(steps_of_a_start).result()
        store.close()
    return found


def test_f_119_growth_does_not_slow_the_start(work: dict[int, int]) -> None:
    assert 0 < work[1] < 2 * work[50], work
