"""A text that the Market changed is linked to ours if that is certain, and never if it is not."""

import pytest

from chat_tui.model.outbox import OutboxState
from tests.inbox.simulation.stage import Stage
from tests.support.refs import ref

S = OutboxState
OURS, THEIRS = "Позвоните 89161234567, спросите Анну", "Позвоните ***, спросите Анну"


@pytest.fixture(autouse=True)
def masks(stage: Stage) -> None:
    """The Market masks all digits."""
    stage.market.change = lambda text: text.replace("89161234567", "***")
    stage.reaches(stage.send("прежнее"), S.CONFIRMED)


def _ids(stage: Stage) -> list[int]:
    return [written.message.message_id for written in stage.market.ledger[ref(1)]]


def test_the_only_message_of_the_shop_is_ours(stage: Stage) -> None:
    item = stage.reaches(stage.send(OURS), S.CONFIRMED)
    assert item.message_id == _ids(stage)[-1]
    assert item.looks == 0 or item.looks >= 2, "it was looked for often enough"
    assert stage.posted() == ["прежнее", THEIRS]


def test_two_in_a_row_are_each_linked_to_their_own(stage: Stage) -> None:
    first, second = stage.send(OURS), stage.send(OURS)
    assert stage.reaches(first, S.CONFIRMED).message_id == _ids(stage)[1]
    assert stage.reaches(second, S.CONFIRMED).message_id == _ids(stage)[2]


def test_not_before_the_settle_time(stage: Stage) -> None:
    outbox_id = stage.send(OURS)
    stage.let(50.0)
    assert stage.item(outbox_id).state == S.SENT


@pytest.mark.parametrize("words", [THEIRS, "Здравствуйте", "Позвоните *** завтра"])
def test_a_colleague_wrote_at_the_same_moment(stage: Stage, words: str) -> None:
    outbox_id = stage.send(OURS)
    stage.reaches(outbox_id, S.SENT)
    stage.say_elsewhere(words)
    assert stage.is_released(outbox_id).state == S.SENT
    stage.let(600.0)
    assert stage.item(outbox_id).state == S.SENT


def test_only_a_colleague_wrote_and_ours_is_nowhere(stage: Stage) -> None:
    stage.world.referee.keeps_times = False
    stage.market.script.append("accepted, never there")
    outbox_id = stage.send(OURS)
    stage.reaches(outbox_id, S.SENT)
    stage.say_elsewhere("Здравствуйте, спросите Анну")
    assert stage.is_released(outbox_id).state == S.SENT


def test_what_was_written_long_after_it(stage: Stage) -> None:
    stage.world.referee.keeps_times = False
    stage.market.script.append("accepted, never there")
    outbox_id = stage.send(OURS)
    stage.is_released(outbox_id)
    stage.let(30.0)
    stage.say_elsewhere(THEIRS)
    stage.let(60.0)
    assert stage.item(outbox_id).state == S.SENT


def test_an_unclear_one_stays_a_question(stage: Stage) -> None:
    stage.market.script.append("answer lost")
    outbox_id = stage.send(OURS)
    stage.reaches(outbox_id, S.UNCONFIRMED)
    stage.say_elsewhere("что-то ещё")
    stage.let(600.0)
    assert stage.item(outbox_id).state == S.UNCONFIRMED


def test_one_that_was_in_doubt_before_is_not_guessed(stage: Stage) -> None:
    stage.market.script.append("request lost")
    outbox_id = stage.send(OURS)
    stage.reaches(outbox_id, S.UNCONFIRMED)
    assert stage.resend(outbox_id) is None
    assert stage.is_released(outbox_id).state == S.SENT


def test_what_an_earlier_item_may_have_become_is_not_guessed(stage: Stage) -> None:
    """Both were accepted, but only one is there, changed: it could be either."""
    stage.world.referee.keeps_times = False
    stage.market.script.append("accepted, never there")
    first = stage.send(OURS)
    stage.is_released(first)
    second = stage.send(OURS)
    assert stage.is_released(second).state == S.SENT
    assert stage.item(first).state == S.SENT


def test_the_text_itself_is_taken_first_when_it_comes_late(stage: Stage) -> None:
    stage.market.change = None
    stage.market.is_hidden = True
    outbox_id = stage.send(OURS)
    stage.is_released(outbox_id)
    stage.market.is_hidden = False
    stage.wait_for(stage.world.ask(stage.copy, stage.copy.read_history(ref(1))))
    assert stage.reaches(outbox_id, S.CONFIRMED).message_id == _ids(stage)[-1]
