"""Sending files: cut uploads, lost answers, spool copies that vanished."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.clock import boot_clock, wall_clock_ms
from chat_tui.model.outbox import OutboxState
from chat_tui.model.problem import ProblemKind
from chat_tui.store import spool
from tests.faults.support.trial import FILE, Trial
from tests.support.faults import Answer, accepted_then
from tests.support.shop import QUICK, item_of
from tests.support.waiting import until

SIZE = 1_000_000


@pytest.fixture
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "фото.jpg"
    path.write_bytes(bytes(range(250)) * (SIZE // 250))
    return path


async def test_f_146_a_cut_upload(trial: Trial, photo: Path) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(Answer(read=SIZE // 2, cut="reset", accept=False), operation=FILE)
    outbox_id = await trial.send_file(chat, photo)
    await trial.unconfirmed(outbox_id)
    assert len(trial.posts(FILE)) == 1
    assert await trial.shop.inbox.outbox.resend(await item_of(trial.shop.inbox, outbox_id)) is None
    await trial.confirmed(outbox_id)
    assert [(entry.name, entry.size) for entry in trial.market.ledger] == [("фото.jpg", SIZE)]
    await trial.check()


async def test_f_147_a_lost_answer(trial: Trial, photo: Path) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(accepted_then("reset"), operation=FILE)
    outbox_id = await trial.send_file(chat, photo)
    item = await trial.reaches(outbox_id, OutboxState.CONFIRMED)
    assert len(trial.posts(FILE)) == 1
    assert item.message_id == trial.market.ledger[-1].message_id
    assert item.sha256 == trial.market.ledger[-1].sha256
    await trial.check()


async def test_f_147_a_file_of_another_size_is_not_ours(trial: Trial, photo: Path) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    answered = threading.Event()
    trial.script(Answer(status=500, accept=False, until=answered), operation=FILE)
    outbox_id = await trial.send_file(chat, photo)
    await until(lambda: _posted(trial))
    # Meanwhile a colleague sends a file of the same name.
    trial.market.say(chat.number, None, sender="PARTNER", files=[("фото.jpg", b"another")])
    answered.set()
    await trial.unconfirmed(outbox_id)
    await trial.discard(outbox_id)
    await trial.check()


async def _posted(trial: Trial) -> bool:
    return bool(trial.posts(FILE))


@pytest.mark.parametrize("change", ["removed", "cut", "grown"])
async def test_f_139_a_copy_that_is_not_what_it_was_fails_instead_of_waiting(
    trial: Trial, photo: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await trial.warm(2)
    held = trial.open(settings=replace(QUICK, undo_s=3600.0), background=False)
    outbox_id = await trial.send_file(one, photo)
    copy = spool.path(held.store.paths.data_dir, outbox_id)
    if change == "removed":
        copy.unlink()
    else:
        with copy.open("r+b") as file:
            file.truncate(SIZE // 2 if change == "cut" else SIZE * 2)
    await held.close()
    # The machine was restarted: only the wall clock shows that the hour is over.
    monkeypatch.setattr(boot_clock(), "boot", "another start")
    trial.open(wall_ms=lambda: wall_clock_ms() + 2 * 3_600_000)
    item = await trial.reaches(outbox_id, OutboxState.FAILED)
    assert item.problem == ProblemKind.FILE_CHANGED
    assert trial.posts(FILE) == []
    await trial.confirmed(await trial.send(one, "без фото"), await trial.send(other, "m2"))
    taken = await trial.discard(outbox_id)
    assert taken.file_name == "фото.jpg"
    await trial.check()
