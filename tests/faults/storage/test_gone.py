"""F-111, F-117: files deleted under a running copy, and between two runs."""

import shutil
import threading
from pathlib import Path

import pytest

from chat_tui.inbox.events import Event, StoreMended
from chat_tui.model.ids import MessageId
from chat_tui.model.outbox import OutboxState
from chat_tui.model.queue import Tab
from chat_tui.model.timeline import Draft
from chat_tui.store import chats, marks
from tests.faults.support.trial import Trial
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.sandbox import Sandbox
from tests.support.shop import Shop
from tests.support.waiting import until
from tests.ui.app_stage import desk


def delete(trial: Trial, what: str) -> None:
    """Remove a database, or all files of the business."""
    if what == "directory":
        shutil.rmtree(trial.root / "data")
        shutil.rmtree(trial.root / "cache")
    else:
        for part in (trial.root / what).glob("*.db*"):
            part.unlink()


MADE_AGAIN = "was removed while the program was running. It was created again"


async def said_by(shop: Shop, said: list[Event], words: str, *, look: bool = False, times: int = 1) -> None:
    """Wait until these words were published `times` times; `look` where no engine watches the files.

    The missing lock of a file is reported as well, before or after the file itself.
    """

    async def is_said() -> bool:
        if look:
            await shop.store.data_version()
        return sum(words in event.words for event in said if isinstance(event, StoreMended)) == times

    await until(is_said, words)


@pytest.mark.parametrize("what", ["data", "cache", "directory"])
async def test_f_111_deleted_while_running(trial: Trial, what: str) -> None:
    one, other = await trial.warm(2)
    shop = trial.open(background=False)
    said: list[Event] = []
    shop.inbox.subscribe(said.append)
    sent = [await trial.send(chat, f"m{chat}") for chat in (one, other)]
    assert await shop.inbox.drafts.save(Draft(ref(5), "черновик", 3)) is None
    delete(trial, what)
    await said_by(shop, said, MADE_AGAIN, look=True, times=1 + (what == "directory"))
    sent.append(await trial.send(one, "дальше"))
    await trial.close()
    trial.open()
    await trial.confirmed(*sent)
    assert trial.texts(one) == [f"m{one}", "дальше"]
    assert (await trial.shop.inbox.drafts.get(ref(5))).text == "черновик"
    await trial.check()


@pytest.mark.parametrize("what", ["data", "cache"])
async def test_f_111_deleted_while_an_answer_is_awaited(trial: Trial, what: str) -> None:
    (chat,) = await trial.warm(1)
    shop = trial.open()
    said: list[Event] = []
    shop.inbox.subscribe(said.append)
    answered = threading.Event()
    trial.script(Answer(until=answered))
    first = await trial.send(chat, "m1")
    await until(lambda: _accepted(trial), "the first accepted")
    delete(trial, what)
    await said_by(shop, said, MADE_AGAIN)
    answered.set()
    await trial.confirmed(first, await trial.send(chat, "m2"))
    assert trial.texts(chat) == ["m1", "m2"]
    await trial.check()


async def _accepted(trial: Trial) -> bool:
    return bool(trial.market.ledger)


async def test_f_111_without_its_locks_nothing_is_sent_until_a_new_start(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    shop = trial.open()
    said: list[Event] = []
    shop.inbox.subscribe(said.append)
    delete(trial, "directory")
    await said_by(shop, said, "chats.lock was removed while the program was running: restart all its copies")
    outbox_id = await trial.send(chat, "m1")

    async def is_queued() -> bool:
        return [item.state for item in await shop.inbox.outbox.open_items()] == [OutboxState.QUEUED]

    # The cache may still be missing at the first look: it is created again by the next write.
    await until(is_queued, "the item in the outbox")
    assert not trial.posts()
    await shop.close()
    trial.open()
    await trial.confirmed(outbox_id)
    await trial.check()


async def test_f_111_it_is_said_on_the_screen(tmp_path: Path, market: Sandbox) -> None:
    async with desk(tmp_path, market) as there:
        await there.synced()
        for part in (tmp_path / "data").glob("state.db*"):
            part.unlink()
        await there.until_said(MADE_AGAIN)


async def test_f_117_the_cache_is_wiped_between_two_runs(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    shop = trial.open(background=False)
    outbox_id = await trial.send(chat, "m1")
    assert await shop.inbox.drafts.save(Draft(ref(5), "черновик", 3)) is None
    assert await shop.inbox.marks.see(chat, MessageId(7)) is None
    await shop.close()
    shutil.rmtree(trial.root / "cache")
    shop = trial.open()
    assert shop.store.notices == ()
    assert (await shop.inbox.drafts.get(ref(5))).text == "черновик"
    await trial.confirmed(outbox_id)
    assert shop.store.read(marks.get, chat).result() == 7
    assert shop.store.read(chats.counts, 0).result()[Tab.ALL] > 0, "the list is read again"
    await trial.check()
