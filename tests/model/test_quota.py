"""How many requests are left, and for whom: pure arithmetic, tested with whole hours of requests."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.model.quota import FAIR_SHARE, HOUR, Quota, Urgency

START = 10 * HOUR
READS = ("getChats", "getChatHistory")
PACED = tuple(urgency for urgency in Urgency if urgency > Urgency.OPEN)


def ask_for_an_hour(
    account: Quota, urgency: Urgency, now: int = START, until: int | None = None
) -> list[int]:
    """The moments at which a client that always wants one more request may make it."""
    moments: list[int] = []
    end = now + HOUR if until is None else until
    while now < end:
        account = account.at(now)
        wait = account.wait(urgency, now)
        if wait:
            now += wait
        else:
            account = account.taken(urgency, now)
            moments.append(now)
    return moments


@pytest.mark.parametrize("operation", READS)
@pytest.mark.parametrize("urgency", Urgency)
def test_everybody_leaves_what_is_not_theirs(operation: str, urgency: Urgency) -> None:
    account = Quota.first(operation, START)
    floors = {Urgency.SEND: 0, Urgency.OPEN: 0.02, Urgency.NEWS: 0.05, Urgency.WANTED: 0.1}
    asked = len(ask_for_an_hour(account, urgency))
    floor = floors.get(urgency, 0.5)
    assert asked <= account.quota * (1 - floor)
    if urgency is not Urgency.SWEEP:
        assert asked >= account.quota * (1 - floor) * 0.95, "what is there is used"


def test_sweeps_keep_all_of_ours_within_the_fair_share() -> None:
    account = Quota.first("getChats", START)
    assert len(ask_for_an_hour(account, Urgency.SWEEP)) <= FAIR_SHARE * account.quota
    busy = replace(account, used=720)
    assert len(ask_for_an_hour(busy, Urgency.SWEEP)) <= FAIR_SHARE * account.quota - 720


@pytest.mark.parametrize("urgency", PACED)
def test_background_is_spread_over_the_hour(urgency: Urgency) -> None:
    moments = ask_for_an_hour(Quota.first("getChatHistory", START), urgency)
    first_half = sum(moment < START + HOUR // 2 for moment in moments)
    assert first_half <= len(moments) * 0.62


@pytest.mark.parametrize("urgency", [Urgency.FIRST, Urgency.WANTED, Urgency.BACKFILL])
@pytest.mark.parametrize("used", [0, 700, 2_400, 4_999])
def test_the_span_of_many_requests_is_the_time_they_take(urgency: Urgency, used: int) -> None:
    account = Quota.first("getChats", START - HOUR // 4)
    account = replace(account, remaining=account.quota - used)
    moments = ask_for_an_hour(account, urgency, until=START + 5 * HOUR)
    for count in (1, 50, 400, 3_000, 9_000):
        took = moments[count - 1] - START
        assert abs(account.span(urgency, count, START) - took) <= max(2_000, took * 0.03)


def test_a_span_lasts_at_least_as_long_as_the_market_asked_to_wait() -> None:
    account = Quota.first("getChats", START).refused(90_000, START)
    assert account.span(Urgency.FIRST, 1, START) == 90_000
    assert account.span(Urgency.FIRST, 0, START) == 0


def test_news_slows_down_as_other_programs_use_the_quota_up() -> None:
    account = Quota.first("getChats", START)
    scarce = account.told(5_000, 300, HOUR // 2, START)
    moments = ask_for_an_hour(scarce, Urgency.NEWS, until=START + HOUR // 2)
    assert len(moments) == 50
    late = [moment for moment in moments if moment > START + HOUR // 4]
    assert len(late) >= 15, "what is left lasts to the end of the hour"


def test_nobody_goes_when_nothing_is_left_until_the_hour_ends() -> None:
    account = Quota.first("getChats", START).told(5_000, 0, 600_000, START)
    for urgency in Urgency:
        assert account.wait(urgency, START) == 600_000
    renewed = account.at(START + 600_000)
    assert renewed.wait(Urgency.SEND, START + 600_000) == 0
    assert renewed.remaining == 5_000


def test_within_an_hour_the_smaller_count_is_believed() -> None:
    account = Quota.first("getChats", START).told(5_000, 4_000, HOUR - 5_000, START)
    late_answer = account.taken(Urgency.OPEN, START).told(5_000, 4_100, HOUR - 5_000, START)
    assert late_answer.remaining == 3_999
    next_hour = late_answer.told(5_000, 4_999, HOUR, START + HOUR)
    assert next_hour.remaining == 4_999
    assert next_hour.used == 1


@given(
    st.integers(0, 2**45),
    st.integers(0, 2**45),
    st.integers(0, 2**45),
    st.integers(0, 6_000),
    st.sampled_from(Urgency),
)
def test_no_clock_and_no_row_makes_anybody_wait_for_ever(
    resets_at: int, paced_to: int, held_to: int, remaining: int, urgency: Urgency
) -> None:
    account = Quota("getChats", 5_000, remaining, resets_at, paced_to=paced_to, held_to=held_to).at(START)
    assert 0 <= account.wait(urgency, START) <= 2 * HOUR


@given(st.lists(st.tuples(st.sampled_from(Urgency), st.integers(0, 30_000)), max_size=200))
def test_no_order_of_asking_goes_beyond_the_quota(asked: list[tuple[Urgency, int]]) -> None:
    account = replace(Quota.first("getChats", START), quota=40, remaining=40)
    now, taken = START, 0
    for urgency, pause in asked:
        now += pause
        if now >= START + HOUR:
            break
        if account.wait(urgency, now) == 0:
            account, taken = account.taken(urgency, now), taken + 1
    assert taken <= 40
    assert account.used == taken
