"""Sending as an operator does it: cancelling, waiting for days, many at once, newly created chats."""

import asyncio
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.events import Event, OutboxChanged
from chat_tui.model.chat import ContextKind, NewChat
from chat_tui.model.ids import ChatRef, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from tests.faults.sending.test_answers import ERROR_BODY, NEVER, ok
from tests.faults.sending.test_limits import HOURLY, PARALLEL, hourly, in_seconds, refusal
from tests.faults.support.seeds import a_seed
from tests.faults.support.tiers import with_quick
from tests.faults.support.trial import Trial
from tests.support.faults import Answer, accepted_then, bad_gateway, half_answer, lost, portal
from tests.support.shop import QUICK, item_of
from tests.support.waiting import PATIENCE_S, until


async def test_f_035_cancel_before_sending(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open(settings=replace(QUICK, undo_s=3600.0))
    outbox_id = await trial.send(chat, "Ой")
    assert (await trial.discard(outbox_id)).text == "Ой"
    await trial.check()
    assert not trial.market.ledger


async def test_f_035_cancel_while_waiting(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(hourly(in_seconds(60)))
    outbox_id = await trial.send(chat, "Ой")
    await trial.reaches(outbox_id, OutboxState.WAITING)
    assert (await trial.discard(outbox_id)).text == "Ой"
    await trial.check()
    assert not trial.market.ledger


@pytest.mark.parametrize("accept", [True, False])
async def test_f_036_cancel_while_sending(trial: Trial, accept: bool) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    answered = threading.Event()
    trial.script(Answer(status=None if accept else 500, accept=accept, until=answered))
    outbox_id = await trial.send(chat, "m1")
    await until(lambda: _posted(trial))
    refused = await trial.shop.inbox.outbox.take_back(await item_of(trial.shop.inbox, outbox_id))
    assert isinstance(refused, Problem)
    assert refused.kind == ProblemKind.GONE, "too late: it may have arrived"
    answered.set()
    await trial.reaches(outbox_id, OutboxState.CONFIRMED if accept else OutboxState.UNCONFIRMED)
    await trial.check()


async def _posted(trial: Trial) -> bool:
    return bool(trial.posts())


async def test_f_037_an_old_row_is_not_sent_without_asking(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    cut_off = trial.open(connect=lambda: trial.client("http://127.0.0.1:9"))
    sent = [await trial.send(chat, "вчерашнее"), await trial.send(chat, "и ещё")]
    await trial.reaches(sent[0], OutboxState.WAITING)
    await cut_off.close()
    trial.open(wall_ms=lambda: wall_clock_ms() + 25 * 3_600_000)
    for outbox_id in sent:
        item = await trial.reaches(outbox_id, OutboxState.FAILED)
        assert item.problem == ProblemKind.STALE
    assert trial.posts() == []
    assert await trial.shop.inbox.outbox.resend(await item_of(trial.shop.inbox, sent[0])) is None
    await trial.confirmed(sent[0])
    assert trial.texts(chat) == ["вчерашнее"]
    assert (await trial.discard(sent[1])).text == "и ещё"
    await trial.check()


async def test_f_038_order_of_thirty_rows_over_three_chats(trial: Trial) -> None:
    chats = await trial.warm(3)
    trial.market.behaviour.latency_s = 0.04
    trial.open()
    sent = [await trial.send(chats[number % 3], f"m{number}") for number in range(30)]
    await trial.confirmed(*sent)
    for place, chat in enumerate(chats):
        assert trial.texts(chat) == [f"m{number}" for number in range(place, 30, 3)]
    assert max(post.in_flight for post in trial.posts()) > 1, "chats must not wait for each other"
    await trial.check()


async def test_f_041_create_chat_answer_lost(trial: Trial) -> None:
    shop = trial.open(background=False)
    about = NewChat(ContextKind.ORDER, trial.market.unopened())
    trial.script(accepted_then("reset"), operation="createChat")
    created = await shop.inbox.chats.create(about)
    assert isinstance(created, ChatRef)
    assert await shop.inbox.chats.create(about) == created, "the operator tries again"
    assert trial.market.created == [created.number]
    assert await shop.inbox.chats.item(created) is not None
    await trial.check()


def faults() -> list[Callable[[], Answer]]:
    """One fault of every kind in this section."""
    return [
        lambda: Answer(until=NEVER),
        lambda: accepted_then("reset"),
        lambda: lost("reset"),
        lambda: accepted_then("close"),
        half_answer,
        lambda: Answer(status=500, accept=False),
        lambda: Answer(status=500, accept=True),
        lambda: bad_gateway(502),
        lambda: Answer(status=503, body=b"", headers={"retry-after": "1"}, accept=False),
        lambda: refusal(PARALLEL),
        lambda: refusal(HOURLY, retry_after="1", x_ratelimit_resource_until=""),
        lambda: Answer(status=200, body=ERROR_BODY, accept=False),
        lambda: Answer(status=200, body=b"", accept=True),
        portal,
        lambda: Answer(headers={"content-type": "text/plain; charset=windows-1251"}),
        lambda: Answer(status=404, accept=False),
        lambda: Answer(status=423, accept=False),
        lambda: Answer(status=307, headers={"location": "/x"}, accept=False),
        lambda: Answer(raw=ok(), drip_s=0.05),
    ]


@pytest.mark.parametrize("count", with_quick([40, 200], 40))
async def test_f_042_a_mixture(trial: Trial, count: int) -> None:
    seed = a_seed()
    chance, kinds = random.Random(seed), faults()
    chats = await trial.warm(10)
    trial.open()
    # One request in ten fails; a resent one may fail again.
    trial.script(*[chance.choice(kinds)() if chance.random() < 0.1 else Answer() for _ in range(count + 60)])
    sent = [await trial.send(chance.choice(chats), f"m{number}") for number in range(count)]
    await until(lambda: _settled(trial, sent), "an end of everything")
    await trial.check()


async def _settled(trial: Trial, sent: list[OutboxId]) -> bool:
    """Whether no item is open; the operator resends unclear items and gives up failed ones."""
    items = await trial.shop.inbox.outbox.open_items()
    for item in items:
        if item.state == OutboxState.UNCONFIRMED:
            # A resend looks once more first, and that may fail as well: then the next round repeats it.
            refused = await trial.shop.inbox.outbox.resend(item)
            assert refused is None or refused.operation == "getChatHistory"
        elif item.state == OutboxState.FAILED:
            await trial.discard(item.outbox_id)
    return not [item for item in items if not item.is_released]


@pytest.mark.parametrize("accept", [True, False])
async def test_f_036_a_request_broken_off_is_looked_up_and_never_called_cancelled(
    trial: Trial, accept: bool
) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(Answer(accept=accept, until=threading.Event()))
    outbox_id = await trial.send(chat, "m1")
    await until(lambda: _posted(trial))
    assert await trial.shop.inbox.outbox.stop(await item_of(trial.shop.inbox, outbox_id)) is None
    await trial.reaches(outbox_id, OutboxState.CONFIRMED if accept else OutboxState.UNCONFIRMED)
    again = await trial.shop.inbox.outbox.stop(await item_of(trial.shop.inbox, outbox_id))
    assert again is not None
    assert again.kind == ProblemKind.GONE
    await trial.check()
    assert len(trial.posts()) == 1


async def test_the_upload_of_a_file_is_told_of_while_it_goes(trial: Trial, tmp_path: Path) -> None:
    """Promised: U51."""
    (chat,) = await trial.warm(1)
    shop = trial.open()
    source = tmp_path / "film.bin"
    source.write_bytes(b"x" * 4_000_000)
    card = await shop.inbox.files.inspect(source)
    assert not isinstance(card, Problem)
    seen: list[int] = []

    async def look() -> None:
        entries = (await shop.inbox.chats.timeline(chat)).entries
        seen.extend(entry.item.uploaded for entry in entries if entry.item and entry.item.uploaded)

    loop = asyncio.get_running_loop()

    def hear(event: Event) -> None:
        if isinstance(event, OutboxChanged):
            # The engine waits for the look, so that the upload is not over before it.
            asyncio.run_coroutine_threadsafe(look(), loop).result(PATIENCE_S)

    shop.inbox.subscribe(hear)
    item = await shop.inbox.outbox.send_file(chat, card)
    assert isinstance(item, OutboxItem)
    await trial.reaches(item.outbox_id, OutboxState.CONFIRMED)
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert max(seen) <= 4_000_000
