"""Sending while answers are lost, cut or meaningless: looked up, never repeated by the program."""

import threading
import time

import pytest

from chat_tui.inbox.context import InboxSettings
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.link import LinkState
from chat_tui.model.outbox import OutboxState
from chat_tui.model.problem import ProblemKind
from chat_tui.model.queue import Tab
from tests.faults.support.tiers import with_quick
from tests.faults.support.trial import Trial
from tests.support.faults import Answer, accepted_then, bad_gateway, burst, half_answer, lost, portal
from tests.support.shop import QUICK, item_of
from tests.support.waiting import until

NEVER = threading.Event()
"""The event that a silent server waits for."""
ERROR_BODY = {"status": "ERROR", "errors": [{"code": "INTERNAL_ERROR", "message": "x"}]}


def ok(*, drip_head: bytes = b"", body: bytes = b'{"status":"OK"}') -> bytes:
    """A good answer as bytes, with a prefix."""
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    return drip_head + head + body


async def found_by_looking(trial: Trial, fault: Answer) -> None:
    """Accepted, whatever the answer: found in the history, requested once, there once."""
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(fault)
    outbox_id = await trial.send(chat, "m1")
    await trial.confirmed(outbox_id)
    assert trial.texts(chat) == ["m1"]
    assert len(trial.posts()) == 1
    await trial.check()


async def asked_about(trial: Trial, fault: Answer) -> tuple[ChatRef, OutboxId]:
    """Not accepted: looked up three times over the settle time, then the operator is asked."""
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(fault)
    begun = time.monotonic()
    outbox_id = await trial.send(chat, "m1")
    await trial.unconfirmed(outbox_id)
    assert time.monotonic() - begun >= QUICK.settle_s
    assert len(trial.posts()) == 1
    assert trial.texts(chat) == []
    return chat, outbox_id


async def goes_once_more_when_told(trial: Trial, fault: Answer) -> None:
    """The same, and then the operator resends it."""
    chat, outbox_id = await asked_about(trial, fault)
    assert await trial.shop.inbox.outbox.resend(await item_of(trial.shop.inbox, outbox_id)) is None
    await trial.confirmed(outbox_id)
    assert trial.texts(chat) == ["m1"]
    await trial.check()


def test_the_looks_take_a_minute_by_standard() -> None:
    assert InboxSettings().settle_s >= 60.0


async def test_f_006_answer_lost_silence(trial: Trial) -> None:
    begun = time.monotonic()
    await found_by_looking(trial, Answer(until=NEVER))
    assert time.monotonic() - begun > 0.4, "it waits for the whole deadline"


async def test_f_007_answer_lost_reset(trial: Trial) -> None:
    await found_by_looking(trial, accepted_then("reset"))


async def test_f_008_request_lost_reset_then_resent(trial: Trial) -> None:
    await goes_once_more_when_told(trial, lost("reset"))


async def test_f_008_request_lost_reset_then_discarded(trial: Trial) -> None:
    chat, outbox_id = await asked_about(trial, lost("reset"))
    taken = await trial.discard(outbox_id)
    assert taken.text == "m1"
    await trial.confirmed(await trial.send(chat, "m2"))
    assert trial.texts(chat) == ["m2"]
    await trial.check()


async def test_f_009_closed_keep_alive(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    kept = Answer(headers={"connection": "keep-alive"})
    trial.script(kept, accepted_then("close"))
    first = await trial.send(chat, "m1")
    await trial.confirmed(first)
    second = await trial.send(chat, "m2")
    await trial.confirmed(second)
    assert trial.texts(chat) == ["m1", "m2"]
    assert len(trial.posts()) == 2, "no layer below the engine posts it again"
    await trial.check()


async def test_f_010_half_an_answer(trial: Trial) -> None:
    await found_by_looking(trial, half_answer())


async def test_f_011_500_not_accepted(trial: Trial) -> None:
    chats = await trial.warm(3)
    trial.open()
    trial.script(*burst(500, 3))
    sent = [await trial.send(chat, f"m{number}") for number, chat in enumerate(chats)]
    for outbox_id in sent:
        await trial.unconfirmed(outbox_id)
    assert len(trial.posts()) == 3
    assert not trial.market.ledger
    await trial.check()


async def test_f_012_500_but_accepted(trial: Trial) -> None:
    await found_by_looking(trial, Answer(status=500, accept=True))


@pytest.mark.parametrize("status", with_quick([502, 504], 502))
async def test_f_013_a_gateways_page(trial: Trial, status: int) -> None:
    _, outbox_id = await asked_about(trial, bad_gateway(status))
    item = await trial.item(outbox_id)
    assert item is not None
    assert (item.problem, item.error) == (ProblemKind.SERVER, str(status)), "no HTML in the error"
    assert await trial.shop.inbox.outbox.resend(await item_of(trial.shop.inbox, outbox_id)) is None
    await trial.confirmed(outbox_id)
    await trial.check()


async def test_f_014_503_with_a_delay(trial: Trial) -> None:
    await goes_once_more_when_told(
        trial, Answer(status=503, body=b"", headers={"retry-after": "1"}, accept=False)
    )


@pytest.mark.parametrize("accept", [True, False])
async def test_f_020_200_with_status_error(trial: Trial, accept: bool) -> None:
    fault = Answer(status=200, body=ERROR_BODY, accept=accept)
    await (found_by_looking if accept else goes_once_more_when_told)(trial, fault)


@pytest.mark.parametrize("accept", with_quick([True, False], False))
async def test_f_021_200_with_an_empty_body(trial: Trial, accept: bool) -> None:
    fault = Answer(status=200, body=b"", accept=accept)
    await (found_by_looking if accept else goes_once_more_when_told)(trial, fault)


@pytest.mark.parametrize("accept", with_quick([True, False], True))
async def test_f_022_200_with_a_login_page_for_a_send(trial: Trial, accept: bool) -> None:
    await (found_by_looking if accept else goes_once_more_when_told)(trial, portal(accept=accept))


async def test_f_022_200_with_a_login_page_for_the_list_leaves_the_cache(trial: Trial) -> None:
    await trial.warm(3)
    trial.script(*[portal()] * 3, operation="getChats")
    shop = trial.open()

    async def told() -> bool:
        problem = shop.inbox.link().problem
        return problem is not None and problem.kind == ProblemKind.UNEXPECTED_ANSWER

    await until(told)
    assert shop.inbox.link().state == LinkState.OFFLINE
    assert len((await shop.inbox.chats.page(Tab.ALL)).items) >= 3
    shop.inbox.refresh()
    await until(lambda: _online(trial))
    await trial.check()


async def _online(trial: Trial) -> bool:
    trial.shop.inbox.refresh()
    return trial.shop.inbox.link().state == LinkState.ONLINE


async def test_f_023_ok_of_another_type(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(Answer(headers={"content-type": "text/plain; charset=windows-1251"}))
    outbox_id = await trial.send(chat, "m1")
    item = await trial.reaches(outbox_id, OutboxState.SENT, OutboxState.CONFIRMED)
    assert item.unclear_at is None, "recognised as a success, not looked up"
    await trial.confirmed(outbox_id)
    await trial.check()


async def test_f_033_endless_continues(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(Answer(raw=ok(drip_head=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)))
    outbox_id = await trial.send(chat, "m1")
    item = await trial.reaches(outbox_id, OutboxState.SENT, OutboxState.CONFIRMED)
    assert item.unclear_at is None
    await trial.confirmed(outbox_id)
    await trial.check()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answer(raw=ok(body=b'{"status":"OK"}' + b" " * 850), drip_s=0.1), id="body"),
        pytest.param(
            Answer(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2_000, drip_s=0.05),
            id="headers",
            marks=pytest.mark.thorough,
        ),
        pytest.param(Answer(raw=b"HTTP/1.1 200 OK\r\nX: " + b"x" * 2_000_000), id="2 MB header"),
    ],
)
async def test_f_034_a_dripping_answer(trial: Trial, fault: Answer) -> None:
    # The whole answer would take longer than a test waits.
    await found_by_looking(trial, fault)


async def test_f_039_an_unclear_outcome_blocks_only_its_chat(trial: Trial) -> None:
    one, other = await trial.warm(2)
    trial.open()
    trial.script(lost("reset"))
    stuck = await trial.send(one, "первое")
    await trial.reaches(stuck, OutboxState.SENDING, OutboxState.UNCONFIRMED)
    await until(lambda: _asked(trial, 1))
    behind = [await trial.send(one, "второе"), await trial.send(one, "третье")]
    await trial.confirmed(await trial.send(other, "в другой чат"))
    item = await trial.unconfirmed(stuck)
    assert item.state == OutboxState.UNCONFIRMED
    assert trial.texts(one) == []
    assert await trial.shop.inbox.outbox.resend(await item_of(trial.shop.inbox, stuck)) is None
    await trial.confirmed(stuck, *behind)
    assert trial.texts(one) == ["первое", "второе", "третье"]
    await trial.check()


async def _asked(trial: Trial, count: int) -> bool:
    return len(trial.posts()) == count


async def test_f_040_the_same_text_twice_on_purpose(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(accepted_then("reset"))
    sent = [await trial.send(chat, "Здравствуйте!") for _ in range(2)]
    await trial.confirmed(*sent)
    rows = await trial.check()
    assert trial.texts(chat) == ["Здравствуйте!"] * 2
    assert [row.message_id for row in rows] == [entry.message_id for entry in trial.market.ledger]


async def test_f_040_an_older_equal_text_is_not_taken_for_ours(trial: Trial) -> None:
    (chat,) = trial.chats(1)
    trial.market.say(chat.number, "Здравствуйте!", sender="PARTNER")
    await trial.warm(1)
    trial.open()
    trial.script(lost("reset"))
    outbox_id = await trial.send(chat, "Здравствуйте!")
    await trial.unconfirmed(outbox_id)
    await trial.discard(outbox_id)
    await trial.check()
