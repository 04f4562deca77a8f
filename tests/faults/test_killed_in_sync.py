"""kill -9 in the midst of a sync: no gap and no duplicate after the next one."""

from collections.abc import Callable

import pytest

from chat_tui.store import chats
from chat_tui.store.database import Connection
from tests.faults.support.processes import Process
from tests.faults.support.steps import SYNC_STEPS
from tests.faults.support.trial import Trial
from tests.support.shop import Shop

Start = Callable[..., Process]


def all_chats(conn: Connection) -> list[int]:
    """Every chat in the cache."""
    return [row[0] for row in conn.execute("SELECT chat_id FROM chat ORDER BY chat_id")]


def all_messages(conn: Connection, chat_id: int) -> list[tuple[int, str | None]]:
    """Every message of a chat in the cache, duplicates too."""
    return list(
        conn.execute("SELECT message_id, text FROM message WHERE chat_id = ? ORDER BY message_id", (chat_id,))
    )


def check_cache(trial: Trial, shop: Shop) -> None:
    """Every chat of the world is there once; what is there of a history has no gap and reaches its end."""
    world = trial.market.world
    listed = world.listed("desc", None, 0, 1_000)
    assert shop.store.read(all_chats).result() == sorted(chat.chat_id for chat in listed)
    for chat in listed:
        found = shop.store.read(all_messages, chat.chat_id).result()
        there = sorted((m.message_id, m.text) for m in world.messages(chat))
        assert found == there[len(there) - len(found) :], f"a gap in {chat.chat_id}"
    assert not shop.store.read(chats.behind, 10).result()


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("step", SYNC_STEPS)
async def test_f_124_killed_in_a_sync(trial: Trial, start: Start, step: str, nth: int) -> None:
    process = start(background=False, stop_at=step, nth=nth).ready()
    process.tell("sync")
    process.await_stop()
    process.kill()
    trial.market.say(trial.chats(1)[0], "Пока вас не было")
    shop = trial.open(background=False)
    assert (await shop.inbox.sync_once()).problem is None
    check_cache(trial, shop)
    await trial.check()
