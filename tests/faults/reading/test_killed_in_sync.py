"""kill -9 during a sync leaves no gap and no duplicate after the next one."""

from collections.abc import Callable
from itertools import product

import pytest

from tests.faults.support.checks import check_cache
from tests.faults.support.processes import Process
from tests.faults.support.steps import SYNC_STEPS
from tests.faults.support.tiers import with_quick
from tests.faults.support.trial import Trial

Start = Callable[..., Process]


@pytest.mark.parametrize(
    ("step", "nth"),
    with_quick(product(SYNC_STEPS, (1, 2)), ("list stored", 1), ("token", 1), ("history stored", 2)),
)
async def test_f_124_killed_in_a_sync(trial: Trial, start: Start, step: str, nth: int) -> None:
    process = start(background=False, stop_at=step, nth=nth).ready()
    process.tell("sync")
    process.await_stop()
    process.kill()
    trial.market.say(trial.chats(1)[0].number, "Пока вас не было")
    shop = trial.open(background=False)
    assert (await shop.inbox.sync_once()).problem is None
    check_cache(trial.market, shop.store)
    await trial.check()
