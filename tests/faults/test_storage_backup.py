"""F-119, F-120: an outbox that has grown, and one that is older than what was sent from it."""

import shutil
from pathlib import Path

from chat_tui.model.ids import ChatId, OutboxId
from chat_tui.model.outbox import OutboxState
from chat_tui.sandbox.faults import accepted_then, lost
from chat_tui.store import outbox
from tests.faults.support.trial import Trial
from tests.support.shop import open_store

S = OutboxState


def keep(root: Path, place: Path) -> None:
    """Yesterday's copy of the outbox file; no copy of the program has it open."""
    shutil.copyfile(root / "data" / "state.db", place)


def put_back(root: Path, place: Path) -> None:
    """Put the copy in the place of the file."""
    for part in (root / "data").glob("state.db*"):
        part.unlink()
    shutil.copyfile(place, root / "data" / "state.db")
    (root / "data" / "state.db").chmod(0o600)


async def queued(trial: Trial, *texts: str) -> tuple[ChatId, list[OutboxId]]:
    """Texts in the outbox of a copy that is closed again; the file is kept then."""
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
    assert len(trial.posts()) == posts == 3, "nothing is posted again"
    # What is new goes as ever.
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
    assert await shop.inbox.resend(outbox_id) is None
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


async def test_f_120_the_log_of_the_outbox_is_lost_after_a_kill(trial: Trial, start: object) -> None:
    """Without it the file tells of a moment before the send."""
    chat, (outbox_id,) = await queued(trial, "m1")
    process = start().ready()  # type: ignore[operator]
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
