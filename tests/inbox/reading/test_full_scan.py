"""Changes that a newest-first list does not show: scans of the active chats and of all chats."""

from chat_tui.inbox.reading.scan import ACTIVE_EVERY_MS, STRETCH, FullScan, ListScan
from chat_tui.model.chat import ChatStatus, Sender
from chat_tui.model.link import SyncReport
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.quota import FAIR_SHARE, HOURLY, Urgency
from tests.inbox.simulation.market import BEGINNING
from tests.soak.copies import Reader
from tests.soak.run import now_ms
from tests.soak.stage import SoakStage
from tests.support.refs import ref

CUT = Problem(ProblemKind.CUT, Certainty.UNCLEAR, "getChats")
GONE = Problem(ProblemKind.NOT_FOUND, Certainty.REFUSED, "getChat", 404)
DAY_S = 24 * 3600.0


def sweeps_of(copy: Reader) -> FullScan:
    return FullScan(copy.ctx, ListScan(copy.ctx))


def everything(stage: SoakStage, copy: Reader) -> SyncReport:
    report = SyncReport()
    stage.do(sweeps_of(copy).everything(report))
    return report


def active(stage: SoakStage, copy: Reader) -> SyncReport:
    report = SyncReport()
    assert stage.do(sweeps_of(copy).active(report)) is (report.problem is None)
    return report


def test_a_status_that_changed_without_a_message_is_found_among_the_active_chats() -> None:
    with SoakStage(200) as stage:
        copy = stage.copy()
        everything(stage, copy)
        waiting, quiet = ref(150), ref(160)
        stage.shop.say(waiting, Sender.CUSTOMER, BEGINNING + 1)
        active(stage, copy)
        assert stage.status(waiting) == ChatStatus.WAITING_FOR_PARTNER
        stage.shop.turn(waiting, ChatStatus.FINISHED)
        stage.shop.turn(quiet, ChatStatus.WAITING_FOR_PARTNER)
        active(stage, copy)
        assert (stage.status(waiting), stage.status(quiet)) == ("FINISHED", "WAITING_FOR_PARTNER")
        assert stage.asked("getChat") == [waiting], "only a chat that left the active ones is read"


def test_an_active_chat_that_is_gone_stops_no_sweep() -> None:
    with SoakStage(30) as stage:
        copy = stage.copy()
        everything(stage, copy)
        one, other = ref(20), ref(21)
        for chat in (one, other):
            stage.shop.say(chat, Sender.CUSTOMER, BEGINNING + 1)
        active(stage, copy)
        for chat in (one, other):
            stage.shop.turn(chat, ChatStatus.FINISHED)
        stage.door.script["getChat"] = [GONE]
        assert active(stage, copy).problem is None
        assert stage.status(other) == "FINISHED"


def test_the_walk_through_everything_goes_on_where_an_earlier_copy_was_killed() -> None:
    with SoakStage(20 * (2 * STRETCH + 1)) as stage:
        killed = stage.copy()
        assert stage.do(sweeps_of(killed).stretch(SyncReport(), 0.0))
        assert len(stage.asked("getChats")) == STRETCH
        stage.door.script["getChats"] = [CUT]
        assert everything(stage, stage.copy()).problem == CUT
        before = len(stage.asked("getChats"))
        assert everything(stage, stage.copy()).problem is None
        assert len(stage.asked("getChats")) - before == STRETCH + 1, "the scan does not start again"
        assert stage.rows("SELECT count(*) FROM chat") == [(20 * (2 * STRETCH + 1),)]
        assert not stage.do(sweeps_of(stage.copies[-1]).is_due())


def test_everything_is_walked_once_a_day_and_active_chats_every_ten_minutes() -> None:
    with SoakStage(60) as stage:
        copy = stage.copy()
        sweeps = sweeps_of(copy)

        def swept() -> list[str]:
            """The scans in progress, by the statuses that they request."""
            before = len(stage.asked("getChats"))
            for _ in range(10):
                stage.do(sweeps.stretch(SyncReport(), stage.now()))
                # A scan may run while it is within its share of the hourly quota so far.
                stage.let(10.0)
            found = stage.asked("getChats")[before:]
            return sorted({"active" if statuses else "all" for statuses, _ in found})

        assert swept() == ["active", "all"]
        assert swept() == []
        stage.let(ACTIVE_EVERY_MS / 1000)
        assert swept() == ["active"]
        stage.let(DAY_S)
        assert swept() == ["active", "all"]


def test_a_sweep_keeps_to_the_fair_share_and_that_is_no_failure() -> None:
    with SoakStage(60) as stage:
        copy = stage.copy()
        everything(stage, copy)
        stage.let(DAY_S)
        sweeps = sweeps_of(copy)
        stage.do(sweeps.stretch(SyncReport(), stage.now()))
        fair = int(FAIR_SHARE * HOURLY["getChats"])

        async def poll() -> None:
            for _ in range(fair):
                await copy.budgets.take("getChats", Urgency.NEWS)

        stage.do(poll())
        report = SyncReport()
        assert not stage.do(sweeps.stretch(report, stage.now()))
        assert report.problem is None
        assert not copy.ctx.link.now.waits, "no one waits for the scan"
        stage.let(3600.0)
        assert stage.do(sweeps.stretch(SyncReport(), stage.now()))


def test_a_walk_can_be_begun_anew() -> None:
    with SoakStage(60) as stage:
        copy = stage.copy()
        everything(stage, copy)
        sweeps = sweeps_of(copy)
        assert not stage.do(sweeps.is_due())
        stage.do(sweeps.begin_anew())
        assert stage.do(sweeps.is_due())
        assert stage.do(sweeps.done_at()) is None
        everything(stage, copy)
        assert stage.do(sweeps.done_at()) == stage.tell(now_ms)
