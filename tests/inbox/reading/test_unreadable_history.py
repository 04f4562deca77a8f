"""An accepted message whose history cannot be read does not block the next one, and is linked later."""

import pytest

from chat_tui.model.outbox import OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.inbox.simulation.stage import Stage
from tests.support.refs import ref

S = OutboxState
QUOTA = Problem(ProblemKind.HOURLY_LIMIT, Certainty.REFUSED, http_status=420, retry_after_s=3000.0)
BROKEN = Problem(ProblemKind.SERVER, Certainty.UNCLEAR, http_status=500)
AWAY = Problem(ProblemKind.OFFLINE, Certainty.NOT_SENT)
NO_RIGHT = Problem(ProblemKind.FORBIDDEN, Certainty.REFUSED, http_status=403)


@pytest.fixture(autouse=True)
def known_chat(stage: Stage) -> None:
    """The chat was read, as is every chat that an operator writes in."""
    stage.reaches(stage.send("прежнее"), S.CONFIRMED)


@pytest.mark.parametrize("problem", [QUOTA, BROKEN, AWAY, NO_RIGHT], ids=lambda p: str(p.kind))
def test_the_next_message_goes_after_the_settle_time(stage: Stage, problem: Problem) -> None:
    stage.market.is_unreadable = problem
    first, second = stage.send("Да"), stage.send("Нет")
    begun = stage.loop.time()
    item = stage.is_released(first)
    assert 60.0 <= stage.loop.time() - begun < 63.0
    assert (item.state, item.looks) == (S.SENT, 0), "a failed look proves nothing"
    assert stage.reaches(second, S.SENT).attempt == 1
    assert stage.posted() == ["прежнее", "Да", "Нет"]


def test_equal_texts_are_linked_in_their_order_by_any_later_read(stage: Stage) -> None:
    stage.market.is_unreadable = BROKEN
    sent = [stage.send("Да") for _ in range(3)]
    for outbox_id in sent:
        stage.is_released(outbox_id)
    stage.market.is_unreadable = None
    stage.wait_for(stage.world.ask(stage.copy, stage.copy.read_history(ref(1))))
    linked = [stage.reaches(outbox_id, S.CONFIRMED).message_id for outbox_id in sent]
    assert linked == [w.message.message_id for w in stage.market.ledger[ref(1)][1:]]


def test_the_look_of_a_later_one_links_the_earlier_first(stage: Stage) -> None:
    """The clocks of two of the Market's machines differ by more than the time between two texts."""
    stage.market.is_unreadable = BROKEN
    first = stage.send("Да")
    stage.is_released(first)
    second = stage.send("Да")
    stage.reaches(second, S.SENT)
    ledger = stage.market.ledger[ref(1)]
    ahead = [w.message.created_at for w in ledger]
    for place in (1, 2):
        written = ledger[place]
        object.__setattr__(written.message, "created_at", ahead[-1])
    stage.market.is_unreadable = None
    ids = [w.message.message_id for w in ledger]
    assert stage.reaches(second, S.CONFIRMED).message_id == ids[2]
    assert stage.item(first).message_id == ids[1]


def test_an_unclear_one_is_still_looked_for_and_holds_its_chat(stage: Stage) -> None:
    stage.market.script.append("answer lost")
    stage.market.is_unreadable = BROKEN
    first, second = stage.send("Да"), stage.send("Нет")
    stage.let(900.0)
    assert stage.item(first).is_checking
    assert stage.item(second).state == S.QUEUED
    stage.market.is_unreadable = None
    stage.reaches(first, S.CONFIRMED)
    stage.reaches(second, S.CONFIRMED)
