"""Reading on a machine whose clock is wrong: waits and ages are measured by the Market's clock."""

import re
from collections.abc import Iterator
from datetime import UTC

import pytest

from chat_tui.clock import wall_clock_ms
from chat_tui.market.network import Deadlines
from chat_tui.sandbox.times import http_date
from chat_tui.settings import Preferences
from chat_tui.ui.app import ChatTuiApp
from tests.faults.sending.test_limits import hourly
from tests.faults.support.pages import HISTORY, LIST
from tests.faults.support.trial import Trial
from tests.support.places import places
from tests.support.sandbox import Sandbox
from tests.support.settling import drawn
from tests.support.shop import Shop
from tests.support.unseen import picture
from tests.support.waiting import until

HOUR_MS = 3_600_000


@pytest.fixture
def ago() -> list[int]:
    """A list with the milliseconds by which the Market's clock is behind, so that a test can change them."""
    return [0]


@pytest.fixture
def market(ago: list[int]) -> Iterator[Sandbox]:
    """A small Market whose clock a test controls."""
    with Sandbox.start(chats=8, seed=3, long_chat=20, now_ms=lambda: wall_clock_ms() - ago[0]) as sandbox:
        yield sandbox


def wrong_by(trial: Trial, ahead_ms: int, *, background: bool = False) -> Shop:
    """A copy on a machine whose clock is ahead by `ahead_ms`."""

    def wall() -> int:
        return wall_clock_ms() + ahead_ms

    return trial.open(
        background=background,
        wall_ms=wall,
        connect=lambda: trial.client(wall_ms=wall, deadlines=Deadlines()),
    )


@pytest.mark.parametrize("hours", [2, -2])
async def test_ages_are_right_on_a_wrong_clock(trial: Trial, ago: list[int], hours: int) -> None:
    ago[0] = 5 * HOUR_MS + 30_000
    trial.market.open_direct("Ау?")
    ago[0] = 0
    shop = wrong_by(trial, hours * HOUR_MS)
    assert (await shop.inbox.sync_once()).problem is None
    assert abs(shop.inbox.link().clock_ahead + hours * HOUR_MS) < 30_000
    app = ChatTuiApp(
        shop.inbox,
        Preferences(),
        places(trial.root),
        now=lambda: wall_clock_ms() + hours * HOUR_MS,
        zone=UTC,
    )
    async with app.run_test(size=(120, 40)):

        async def screen() -> str:
            await drawn(app)
            text = "\n".join(picture(app.screen))
            return text if "waiting" in text else ""

        text = await until(screen, "the list on the screen")
    assert re.search(r"waiting +!*5 h ", text)
    await trial.check()


async def test_clocks_that_agree_are_left_alone(trial: Trial) -> None:
    shop = wrong_by(trial, 20_000)
    assert (await shop.inbox.sync_once()).problem is None
    assert shop.inbox.link().clock_ahead == 0
    await trial.check()


@pytest.mark.parametrize("hours", [2, -2])
async def test_a_told_wait_of_a_read_is_right_on_a_wrong_clock(trial: Trial, hours: int) -> None:
    shop = wrong_by(trial, hours * HOUR_MS)
    end = wall_clock_ms() + 1_800_000
    trial.script(hourly(http_date(end)), operation=LIST)
    report = await shop.inbox.sync_once()
    assert report.problem is not None
    assert report.problem.retry_after_s is not None
    assert abs(report.problem.retry_after_s - 1_800) < 30
    told = shop.inbox.link().waits[LIST] - hours * HOUR_MS
    assert abs(told - end) < 30_000, "the same half hour by the operator's clock"
    chat = trial.chats(1)[0]
    assert await shop.inbox.fetch_chat(chat) is None, "an operation with its own quota continues"
    budget = shop.inbox.link().budgets[HISTORY]
    assert 0 < budget.resets_at - hours * HOUR_MS - wall_clock_ms() <= HOUR_MS + 30_000
    await trial.check()
