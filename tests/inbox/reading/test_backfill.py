"""Whole histories are read while no more urgent request needs the quota."""

from math import ceil

from chat_tui.inbox.reading.backfill import Backfill
from chat_tui.inbox.reading.history import PAGE
from chat_tui.model.chat import Sender
from chat_tui.model.link import LinkState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import HOURLY
from tests.inbox.simulation.market import BEGINNING
from tests.soak.copies import Reader
from tests.soak.requests import BUSINESS
from tests.soak.stage import SoakStage
from tests.support.refs import ref

QUOTA = HOURLY["getChatHistory"]
OFFLINE = Problem(ProblemKind.OFFLINE, operation="getChatHistory")
GONE = Problem(ProblemKind.NOT_FOUND, Certainty.REFUSED, "getChatHistory", 404)


def backfill_of(stage: SoakStage, copy: Reader, *, leads: bool = True) -> Backfill:
    """The backfill of a copy that has the list and is online, running from now on."""

    stage.do(copy.sync.once())
    assert copy.ctx.link.now.state is LinkState.ONLINE
    stage.log.clear()
    backfill = Backfill(copy.ctx, copy.history, lambda: leads)
    stage.spawn(copy, backfill.run())
    return backfill


def partly(stage: SoakStage) -> int:
    ((count,),) = stage.rows("SELECT count(*) FROM chat WHERE hist_full = 0")
    return int(count)


def test_the_newest_chats_come_first_and_all_come() -> None:
    with SoakStage(120) as stage:
        copy = stage.copy()
        read = {row[0] for row in stage.rows("SELECT chat_id FROM chat")}
        backfill_of(stage, copy)
        full = {row[0] for row in stage.rows("SELECT chat_id FROM chat WHERE hist_full = 1")}
        stage.let(120.0)
        asked = list(dict.fromkeys(stage.asked("getChatHistory")))
        assert not partly(stage)
        rest = [ref(chat) for chat in range(1, 121) if chat not in full]
        # A lower number is a newer chat here; a long history continues in a later batch.
        assert asked == rest
        assert not read


def test_only_the_copy_that_leads_reads_in_passing() -> None:
    with SoakStage(60) as stage:
        backfill = backfill_of(stage, stage.copy(), leads=False)
        stage.let(600.0)
        assert not stage.asked("getChatHistory")
        backfill.want(True)
        stage.let(120.0)
        assert not partly(stage), "but the copy that is asked to does"
        assert not backfill.is_wanted, "and stops when everything is there"


def left_of(stage: SoakStage) -> int:
    return stage.tell(stage.door.quotas.remaining, "getChatHistory", BUSINESS)


def test_half_of_the_quota_is_left_and_less_when_it_is_wanted() -> None:
    with SoakStage(60) as stage:
        backfill = backfill_of(stage, stage.copy())
        stage.tell(stage.door.quotas.leave, "getChatHistory", BUSINESS, QUOTA // 2 + 5)
        stage.let(2_000.0)
        assert left_of(stage) >= QUOTA // 2 - 1
        assert partly(stage)
        backfill.want(True)
        stage.let(120.0)
        assert not partly(stage)
        assert left_of(stage) < QUOTA // 2 - 10


def test_in_the_next_hour_it_goes_on() -> None:
    with SoakStage(60) as stage:
        backfill_of(stage, stage.copy())
        stage.tell(stage.door.quotas.leave, "getChatHistory", BUSINESS, QUOTA // 2 + 3)
        stage.let(600.0)
        assert partly(stage)
        stage.let(3700.0)
        assert not partly(stage)


def test_a_chat_the_market_does_not_know_any_more_is_passed() -> None:
    with SoakStage(60) as stage:
        copy = stage.copy()
        stage.door.script["getChatHistory"] = []
        backfill_of(stage, copy)
        stage.door.script["getChatHistory"] = [GONE]
        stage.let(300.0)
        assert partly(stage) == 1
        ((gone,),) = stage.rows("SELECT chat_id FROM chat WHERE hist_full = 0")
        assert stage.asked("getChatHistory").count(ref(gone)) == 1


def test_while_the_network_is_away_nothing_is_asked() -> None:
    with SoakStage(60) as stage:
        copy = stage.copy()
        backfill_of(stage, copy)
        stage.door.script["getChatHistory"] = [OFFLINE]
        stage.let(1.0)
        assert copy.ctx.link.now.state is LinkState.OFFLINE
        stage.let(600.0)
        assert len(stage.asked("getChatHistory")) == 1
        stage.tell(copy.ctx.answered, "getChatHistory")
        stage.let(300.0)
        assert not partly(stage)


def test_a_long_history_comes_page_by_page() -> None:
    with SoakStage(3) as stage:
        copy = stage.copy()
        for number in range(250):
            stage.shop.say(ref(2), Sender.PARTNER, BEGINNING + number)
        backfill_of(stage, copy)
        stage.let(60.0)
        ((count,),) = stage.rows("SELECT count(*) FROM message WHERE chat_id = 2")
        assert count == len(stage.shop.messages(ref(2)))
        assert stage.asked("getChatHistory").count(ref(2)) == ceil(count / PAGE), "no page is read twice"
