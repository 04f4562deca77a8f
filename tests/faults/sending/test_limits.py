"""Sending when the Market reports too many requests, or is busy."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from chat_tui.clock import wall_clock_ms
from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.copies.rate_limit import NARROW_MS, NARROW_PLACES, PLACES, Quotas, places
from chat_tui.inbox.sending.retry import RetrySchedule
from chat_tui.model.ids import Millis, OutboxId
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.quota import Urgency
from chat_tui.sandbox.times import http_date
from tests.faults.sending.test_network import AN_ITEM, waits_after
from tests.faults.support.tiers import with_quick
from tests.faults.support.trial import SEND, Trial
from tests.support.clock import FrozenClock
from tests.support.faults import Answer
from tests.support.refs import ref
from tests.support.shop import QUICK, open_store
from tests.support.waiting import until

HOUR_MS = 3_600_000
PARALLEL = "Hit rate limit of 4 parallel requests for businessId 1"
HOURLY = "Hit rate limit of 1000 requests per 1 hour for resource x for businessId 1"


def refusal(words: str, **headers: str) -> Answer:
    """420, as documented; a header without a value is omitted."""
    body = {"status": "ERROR", "errors": [{"code": "LIMIT_EXCEEDED", "message": words}]}
    return Answer(
        status=420,
        body=body,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        accept=False,
    )


def hourly(until_: str) -> Answer:
    """420 for the hourly quota, with the time at which it ends."""
    return refusal(
        HOURLY,
        x_ratelimit_resource_limit="1000",
        x_ratelimit_resource_remaining="0",
        x_ratelimit_resource_until=until_,
    )


def in_seconds(seconds: float) -> str:
    """A time from now by the pretend Market's clock, in whole seconds."""
    return http_date(wall_clock_ms() + int(seconds * 1000))


async def test_f_015_420_of_the_parallel_kind(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    bare = {"x_ratelimit_resource_" + word: "" for word in ("limit", "remaining", "until")}
    trial.script(refusal(PARALLEL, **bare))
    outbox_id = await trial.send(chat, "m1")
    item = await trial.reaches(outbox_id, OutboxState.WAITING)
    assert item.problem == ProblemKind.PARALLEL_LIMIT
    await trial.confirmed(outbox_id)
    first, second = (post.at for post in trial.posts())
    assert 900 <= second - first <= 6_500
    assert trial.texts(chat) == ["m1"]
    await trial.check()


def test_f_015_the_pause_is_spread_over_one_to_five_seconds() -> None:
    pauses = waits_after(ProblemKind.PARALLEL_LIMIT, 200)
    assert 1.0 <= min(pauses) < 1.5 < 4.5 < max(pauses) <= 5.0


async def test_f_015_fewer_at_once_for_a_minute(tmp_path: Path) -> None:
    store, clock = open_store(tmp_path), FrozenClock("this start")
    quotas = Quotas(store, clock, lambda: 0)

    async def allowed() -> int:
        grant = await quotas.take("sendMessageToChat", Urgency.SEND)
        return places(writing=True, urgency=Urgency.SEND, is_narrow=grant.is_narrow)

    await quotas.refused("getChat", 1.0)
    assert await allowed() == PLACES, "an exhausted quota does not change the number of places"
    await quotas.narrow()
    assert await allowed() == NARROW_PLACES
    clock.moment += NARROW_MS + 1
    assert await allowed() == PLACES
    await asyncio.to_thread(store.close)


async def test_f_016_420_of_the_hourly_kind(trial: Trial) -> None:
    one, other = await trial.warm(2)
    shop = trial.open()
    end = (wall_clock_ms() // 1000 + 5) * 1000
    trial.script(hourly(http_date(end)))
    sent = [await trial.send(one, "m1")]
    item = await trial.reaches(sent[0], OutboxState.WAITING)
    assert abs(item.not_before - end) < 1_500, "the screen can show the time"
    sent += [await trial.send(one, "m2"), await trial.send(other, "m3"), await trial.send(one, "m4")]
    trial.market.say(one.number, "Вы тут?")

    async def read_on() -> bool:
        entries = (await shop.inbox.chats.timeline(one)).entries
        return any(entry.message and entry.message.text == "Вы тут?" for entry in entries)

    await until(read_on)
    await trial.confirmed(*sent)
    assert min(post.at for post in trial.posts()[1:]) >= end - 1_000, "a date has whole seconds"
    read = [asked.at for asked in trial.market.requests if asked.operation == "getChatHistory"]
    assert any(trial.posts()[0].at < at < end for at in read), "reading continues meanwhile"
    assert trial.texts(one) == ["m1", "m2", "m4"]
    await trial.check()


@pytest.mark.parametrize(
    "useless",
    [
        pytest.param(lambda: "", id="a absent"),
        pytest.param(lambda: "not a date", id="b no date", marks=pytest.mark.thorough),
        pytest.param(lambda: in_seconds(-3600), id="c past"),
        pytest.param(lambda: "Thu, 99 Foo 2026", id="d senseless", marks=pytest.mark.thorough),
    ],
)
async def test_f_017_a_useless_date_makes_growing_pauses(trial: Trial, useless: Callable[[], str]) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(*[hourly(useless())] * 3)
    outbox_id = await trial.send(chat, "m1")
    item = await trial.reaches(outbox_id, OutboxState.WAITING)
    assert item.problem == ProblemKind.HOURLY_LIMIT
    others = [await trial.send(chat, "m2"), await trial.send(trial.chats(2)[1], "m3")]
    await until(lambda: _settled_scans(trial))
    first, *more = (post.at for post in trial.posts())
    assert all(at - first >= 4_900 for at in more), "no item is retried in a hot loop"
    for one in (outbox_id, *others):
        await trial.discard(one)
    await trial.check()


async def _settled_scans(trial: Trial) -> bool:
    """Whether the list was read often enough for the outbox to have been scanned several times as well."""
    return len(trial.posts("getChats")) >= 8


def test_f_017_pauses_grow_from_five_seconds_to_five_minutes() -> None:
    assert waits_after(ProblemKind.HOURLY_LIMIT, 9) == [5, 10, 20, 40, 80, 160, 300, 300, 300]


async def test_f_017_a_wrong_weekday_is_no_reason_to_disbelieve_the_date(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    end = (wall_clock_ms() // 1000 + 2) * 1000
    right = http_date(end)
    trial.script(hourly(re.sub("^[A-Z][a-z]{2}", "Wed" if right[:3] != "Wed" else "Thu", right)))
    outbox_id = await trial.send(chat, "m1")
    await trial.confirmed(outbox_id)
    assert [post.at for post in trial.posts()][1] >= end - 1_000
    await trial.check()


def shifted(hours: int) -> Callable[[], Millis]:
    """A wrong wall clock."""
    return lambda: wall_clock_ms() + hours * HOUR_MS


async def test_f_018_a_far_date(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    trial.script(hourly(in_seconds(10 * 86_400)))
    outbox_id = await trial.send(chat, "m1")
    item = await trial.reaches(outbox_id, OutboxState.WAITING)
    assert item.not_before - wall_clock_ms() > 3_500_000
    assert RetrySchedule(InboxSettings(), wall_clock_ms).turned_away(AN_ITEM, told(10 * 86_400.0)) == 3600.0
    await until(lambda: _settled_scans(trial))
    assert len(trial.posts()) == 1
    assert (await trial.discard(outbox_id)).text == "m1"
    await trial.check()


def told(seconds: float) -> Problem:
    """A 420 with a retry time."""
    return Problem(ProblemKind.HOURLY_LIMIT, retry_after_s=seconds)


@pytest.mark.parametrize("hours", with_quick([2, -2], 2))
async def test_f_019_a_wrong_local_clock_changes_no_wait(trial: Trial, hours: int) -> None:
    (chat,) = await trial.warm(1)
    wall_ms = shifted(hours)
    trial.open(wall_ms=wall_ms)
    trial.script(hourly(in_seconds(30)))
    outbox_id = await trial.send(chat, "m1")
    item = await trial.reaches(outbox_id, OutboxState.WAITING)
    assert 25_000 <= item.not_before - wall_ms() <= 45_000, "by the Market's own clock"
    await trial.discard(outbox_id)
    await trial.check()


@pytest.mark.parametrize("hours", with_quick([2, -2], -2))
async def test_f_019_the_wait_ends_whatever_the_local_clock(trial: Trial, hours: int) -> None:
    (chat,) = await trial.warm(1)
    trial.open(wall_ms=shifted(hours))
    end = (wall_clock_ms() // 1000 + 2) * 1000
    trial.script(hourly(http_date(end)))
    outbox_id = await trial.send(chat, "m1")
    await trial.confirmed(outbox_id)
    assert [post.at for post in trial.posts()][1] >= end - 1_000
    await trial.check()


async def test_f_014_503_with_a_delay_holds_every_send_for_so_long(trial: Trial) -> None:
    one, other = await trial.warm(2)
    trial.open()
    trial.script(Answer(status=503, body=b"", headers={"retry-after": "1"}, accept=False))
    lost = await trial.send(one, "m1")
    await until(lambda: _understood(trial, lost))
    await trial.confirmed(await trial.send(other, "m2"))
    first, second = (post.at for post in trial.posts())
    assert second - first >= 1_000
    await trial.unconfirmed(lost)
    await trial.check()


async def _understood(trial: Trial, outbox_id: OutboxId) -> bool:
    item = await trial.item(outbox_id)
    return item is not None and bool(item.problem)


async def test_f_028_the_business_is_in_migration(trial: Trial) -> None:
    one, other = await trial.warm(2)
    trial.open()
    body = {"status": "ERROR", "errors": [{"code": "LOCKED", "message": "Business is in migration"}]}
    trial.script(*[Answer(status=423, body=body, accept=False)] * 3)
    sent = [await trial.send(one, "m1"), await trial.send(one, "m2"), await trial.send(other, "m3")]
    item = await trial.reaches(sent[0], OutboxState.WAITING, OutboxState.CONFIRMED)
    assert item.state == OutboxState.CONFIRMED or item.error == "Business is in migration"
    await trial.confirmed(*sent)
    assert trial.shop.inbox.link().sends_paused is None
    assert trial.texts(one) == ["m1", "m2"]
    assert len(trial.posts()) == 6
    await trial.check()


def test_f_028_is_tried_again_after_a_minute_at_the_earliest() -> None:
    assert min(waits_after(ProblemKind.LOCKED, 50)) >= 60.0


@pytest.mark.parametrize("kind", [ProblemKind.LOCKED, ProblemKind.HOURLY_LIMIT])
async def test_f_028_one_refusal_of_this_kind_holds_all_items(kind: ProblemKind) -> None:
    waits = RetrySchedule(QUICK, lambda: 0)
    told_one = _item("a", 1, OutboxState.WAITING, kind)
    other = _item("b", 2, OutboxState.QUEUED)
    waits.see([told_one, other])
    assert waits.seconds(other) <= 0
    waits.put_off(told_one, 60.0)
    assert waits.seconds(other) > 59.0


def _item(outbox_id: str, chat: int, state: OutboxState, problem: str = "") -> OutboxItem:
    return OutboxItem(
        OutboxId(outbox_id), ref(chat), 1, OutboxKind.TEXT, SEND, "", 0, "", state, 0, 0, problem=problem
    )


async def test_f_028_the_status_says_why_nothing_goes_until_it_does(trial: Trial) -> None:
    (chat,) = await trial.warm(1)
    trial.open()
    body = {"status": "ERROR", "errors": [{"code": "LOCKED", "message": "Business is in migration"}]}
    trial.script(Answer(status=423, body=body, accept=False))
    heard = []
    trial.shop.inbox.subscribe(lambda _: heard.append(trial.shop.inbox.link().sends_paused))
    await trial.confirmed(await trial.send(chat, "m1"))
    said = [problem for problem in heard if problem is not None]
    assert said
    assert {problem.message for problem in said} == {"Business is in migration"}
    assert trial.shop.inbox.link().sends_paused is None
