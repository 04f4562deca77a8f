"""Single rules of the engine in virtual time: order, doubt, allowed sends, priority of reads."""

from dataclasses import replace

import pytest

from chat_tui.inbox.context import InboxSettings
from chat_tui.model.chat import Sender
from chat_tui.model.ids import OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from tests.inbox.simulation.copy import Copy
from tests.inbox.simulation.stage import Stage
from tests.support.refs import ref

S = OutboxState
UNKNOWN_CHAT = 99


def refused(stage: Stage, text: str) -> OutboxId:
    """A text that the Market refused."""
    stage.market.script.append("refused")
    outbox_id = stage.send(text)
    stage.reaches(outbox_id, S.FAILED)
    return outbox_id


def unconfirmed(stage: Stage, text: str) -> OutboxId:
    """A text that may have arrived, as far as the program knows."""
    stage.market.script.append("request lost")
    outbox_id = stage.send(text)
    stage.reaches(outbox_id, S.UNCONFIRMED)
    return outbox_id


def act_on(stage: Stage, copy: Copy, chosen: OutboxItem) -> None:
    """Let a copy do what it decided when the item had this state."""
    stage.wait_for(stage.world.ask(copy, copy.delivery._step(chosen)))


# -- order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_another_copy", [False, True])
def test_a_resent_item_does_not_overtake_a_later_one_in_flight_or_unclear(
    stage: Stage, *, by_another_copy: bool
) -> None:
    copy = stage.open() if by_another_copy else stage.copy
    first = refused(stage, "первое")
    stage.market.script.append("late")
    second = stage.send("второе")
    stage.reaches(second, S.SENDING)
    assert stage.resend(first, copy) is None
    was_unclear = False
    while stage.item(second).state == S.SENDING:
        was_unclear |= stage.item(second).is_checking
        assert stage.item(first).state == S.QUEUED
        assert stage.item(first).attempt == 1
        stage.let(0.1)
    assert was_unclear
    stage.reaches(first, S.CONFIRMED)
    assert stage.posted() == ["второе", "первое"]


def test_what_was_chosen_before_the_lock_waits_for_what_came_before_it(stage: Stage) -> None:
    slow = stage.open(InboxSettings(undo_s=3.0))
    first = refused(stage, "первое")
    second = stage.send("второе", copy=slow)
    chosen = stage.item(second)
    stage.market.script.append("late")
    assert stage.resend(first) is None
    stage.is_checked(first)
    assert stage.item(second) == chosen, "its state is the one in which it was chosen"
    act_on(stage, slow, chosen)
    assert stage.item(second) == chosen
    stage.reaches(second, S.CONFIRMED)
    assert stage.posted() == ["первое", "второе"]


def test_what_was_chosen_before_the_lock_does_not_go_as_it_was_then(stage: Stage) -> None:
    """The operator sent it again after its answer was lost: it is queued as before, but in doubt."""
    slow = stage.open(InboxSettings(undo_s=3.0))
    stage.market.script.append("request lost")
    outbox_id = stage.send("Да", copy=slow)
    chosen = stage.item(outbox_id)
    base = stage.reaches(outbox_id, S.UNCONFIRMED).base_message_id
    stage.say_elsewhere("из кабинета")
    stage.wait_for(pause(*stage.world.copies))
    assert stage.resend(outbox_id) is None
    assert stage.item(outbox_id).state == chosen.state
    stage.wait_for(pause(slow, problem=None))
    stage.market.script.append("refused")
    act_on(stage, slow, chosen)
    assert stage.reaches(outbox_id, S.UNCONFIRMED).attempt == 2
    assert stage.item(outbox_id).base_message_id == base, "the message of its first attempt counts, too"


NO_RIGHT = Problem(ProblemKind.FORBIDDEN, Certainty.REFUSED)


async def pause(*copies: Copy, problem: Problem | None = NO_RIGHT) -> None:
    """Stop copies from sending; with None, let them continue."""
    for copy in copies:
        copy.delivery._ctx.link.pause_sends(problem)


# -- doubt -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["refused", "changed", "too old"])
def test_what_may_be_there_never_becomes_failed(stage: Stage, outcome: str) -> None:
    outbox_id = unconfirmed(stage, "Дошло?")
    if outcome == "too old":
        stage.wait_for(pause(stage.copy))
    else:
        stage.market.script.append(outcome)
    assert stage.resend(outbox_id) is None
    if outcome == "too old":
        stage.let(25 * 3600.0)
        stage.copy.delivery.resume()
    item = stage.reaches(outbox_id, S.UNCONFIRMED, S.FAILED)
    assert item.state == S.UNCONFIRMED
    assert item.problem == {"too old": "stale", "changed": "file_changed"}.get(outcome, "bad_request")
    assert stage.posted() == []


def test_a_file_that_is_not_what_it_was_fails_and_lets_the_next_one_pass(stage: Stage) -> None:
    stage.market.script.append("changed")
    file = stage.send_file("чек")
    text = stage.send("без чека")
    assert stage.reaches(file, S.FAILED).problem == ProblemKind.FILE_CHANGED
    stage.reaches(text, S.CONFIRMED)
    assert stage.posted() == ["без чека"]


@pytest.mark.parametrize("arrives", [False, True])
def test_a_request_broken_off_is_looked_up_and_not_repeated(stage: Stage, *, arrives: bool) -> None:
    stage.market.script.append("answer lost" if arrives else "slow and lost")
    outbox_id = stage.send("Стой")
    stage.reaches(outbox_id, S.SENDING)
    while not stage.copy.delivery.stop(outbox_id):
        stage.let(0.05)
    item = stage.is_checked(outbox_id)
    assert item.problem == ProblemKind.CUT
    stage.reaches(outbox_id, S.CONFIRMED if arrives else S.UNCONFIRMED)
    assert stage.market.posts == 1
    assert not stage.copy.delivery.stop(outbox_id), "no request is in flight"


def test_a_look_in_a_chat_that_was_empty_reads_every_page(stage: Stage) -> None:
    stage.market.manners = replace(stage.market.manners, page=2)
    stage.market.script.append("answer lost")
    outbox_id = stage.send("Добрый день!")
    while not stage.posted():
        stage.let(0.05)
    stage.wait_for(answer_at_length(stage))
    stage.reaches(outbox_id, S.CONFIRMED)


async def answer_at_length(stage: Stage) -> None:
    """The buyer writes more than fits on a page."""
    for text in ("Здравствуйте", "А где", "мой заказ?"):
        stage.market.say(ref(1), text, Sender.CUSTOMER)


def test_what_may_be_there_is_not_taken_for_a_sent_one_with_equal_words(stage: Stage) -> None:
    """Resent after another item's answer was received but before that item's message is in the history."""
    first = refused(stage, "Завтра")
    second = unconfirmed(stage, "Завтра")
    stage.market.is_hidden = True
    assert stage.resend(first) is None
    stage.reaches(first, S.SENT)
    while stage.world.kernel.holders:
        stage.let(0.05)
    stage.market.is_hidden = False
    said = stage.resend(second)
    assert said is not None
    assert said.kind == ProblemKind.BUSY
    stage.reaches(first, S.CONFIRMED)
    assert stage.item(second).state == S.UNCONFIRMED
    assert stage.resend(second) is None
    stage.reaches(second, S.CONFIRMED)
    assert stage.posted() == ["Завтра", "Завтра"]


# -- what may be sent --------------------------------------------------------------------------------


def test_reading_only_sends_nothing_that_was_queued_before_and_still_looks_up(stage: Stage) -> None:
    stage.market.script += ["accepted", "request lost"]
    stage.reaches(stage.send("прежнее"), S.CONFIRMED)
    unclear = stage.send("неясное")
    stage.is_checked(unclear)
    queued = stage.send("новое", chat_id=2, copy=stage.open(InboxSettings(undo_s=3.0)))
    stage.kill(*stage.world.copies)
    stage.open(InboxSettings(read_only=True))
    stage.reaches(unclear, S.UNCONFIRMED)
    stage.let(600.0)
    assert stage.item(queued).state == S.QUEUED
    assert stage.market.posts == 2
    stage.open()
    stage.reaches(queued, S.CONFIRMED)


# -- which reads come first --------------------------------------------------------------------------


def test_a_chat_the_cache_does_not_know_is_asked_for_before_its_item_goes(stage: Stage) -> None:
    asked = stage.record_requests()
    stage.reaches(stage.send("Да", UNKNOWN_CHAT), S.CONFIRMED)
    assert asked[:3] == ["get_chat", "get_chat_history", "send_message"]
    asked.clear()
    stage.reaches(stage.send("Нет", UNKNOWN_CHAT), S.CONFIRMED)
    assert "get_chat" not in asked


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Problem(ProblemKind.OFFLINE, Certainty.NOT_SENT), S.WAITING),
        (Problem(ProblemKind.NOT_FOUND, Certainty.REFUSED, http_status=404), S.FAILED),
    ],
)
def test_nothing_goes_to_a_chat_that_cannot_be_asked_for(
    stage: Stage, answer: Problem, state: OutboxState
) -> None:
    stage.chat_answers(answer)
    outbox_id = stage.send("Да", UNKNOWN_CHAT)
    assert stage.reaches(outbox_id, S.WAITING, S.FAILED).state == state
    assert stage.market.posts == 0


# -- sent and not found ------------------------------------------------------------------------------


def test_all_released_items_of_a_chat_are_linked_by_one_reading(stage: Stage) -> None:
    stage.world.referee.keeps_times = False
    stage.reaches(stage.send("прежнее"), S.CONFIRMED)
    stage.market.is_hidden = True
    stage.market.script.append("accepted, never there")
    never = stage.send("Нигде")
    stage.is_released(never)
    sent = [stage.send(text) for text in ("Да", "Да", "Нет")]
    for outbox_id in sent:
        assert stage.is_released(outbox_id).state == S.SENT
    stage.market.is_hidden = False
    looks = stage.market.looks
    stage.wait_for(stage.world.ask(stage.copy, stage.copy.read_history(ref(1))))
    for outbox_id in sent:
        stage.reaches(outbox_id, S.CONFIRMED)
    assert stage.item(never).state == S.SENT
    assert stage.market.looks == looks + 1, "no more requests were sent to the Market"
    found = [stage.item(outbox_id).message_id for outbox_id in sent]
    assert found == [written.message.message_id for written in stage.market.ledger[ref(1)][1:]]
