"""Reply times, compared with a naive count."""

import math
import statistics
from datetime import UTC, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.model.ids import Millis
from chat_tui.model.record import HOURS, Replies, hours_in, reply_stats

MINUTE = 60_000
HOUR = 60 * MINUTE
START = 1_763_000_000_000
SENDERS = ("CUSTOMER", "PARTNER", "MARKET", "SUPPORT", "ROBOT")
Row = tuple[int, Millis, str]

talks = st.lists(
    st.lists(st.tuples(st.sampled_from(SENDERS), st.integers(0, 3 * 24 * 60)), max_size=12), max_size=5
)


def rows_of(chats: list[list[tuple[str, int]]]) -> list[Row]:
    """The messages of each chat, oldest first."""
    found = []
    for chat_id, talk in enumerate(chats):
        at = START
        for sender, minutes in talk:
            at += minutes * MINUTE
            found.append((chat_id, at, sender))
    return found


def waits_of(rows: list[Row], since: Millis | None) -> list[tuple[int, int]]:
    """The hour in which each wait began and its length, searched from scratch for each answer."""
    found = []
    for n, (chat, at, sender) in enumerate(rows):
        if sender != "PARTNER" or (since is not None and at < since):
            continue
        before = [row for row in rows[:n] if row[0] == chat]
        answers = [m for m, row in enumerate(before) if row[2] == "PARTNER"]
        rest = before[answers[-1] + 1 :] if answers else before
        asked = [row[1] for row in rest if row[2] == "CUSTOMER"]
        if asked:
            found.append((asked[0] // HOUR % 24, at - asked[0]))
    return found


def naive(waits: list[int]) -> Replies:
    if not waits:
        return Replies(0, None, None)
    p95 = min(wait for wait in waits if sum(w <= wait for w in waits) >= 0.95 * len(waits))
    return Replies(len(waits), math.floor(statistics.median(waits)), p95)


@given(talks, st.none() | st.integers(0, 10 * 24).map(lambda hours: START + hours * HOUR))
def test_it_is_what_counting_by_hand_gives(chats: list[list[tuple[str, int]]], since: Millis | None) -> None:
    rows = rows_of(chats)
    waits = waits_of(rows, since)
    stats = reply_stats(rows, hours_in(UTC), since)
    assert stats.total == naive([wait for _hour, wait in waits])
    assert stats.hours == tuple(naive([wait for h, wait in waits if h == hour]) for hour in range(HOURS))


@given(talks)
def test_what_the_market_writes_by_itself_changes_nothing(chats: list[list[tuple[str, int]]]) -> None:
    rows = rows_of(chats)
    people = [row for row in rows if row[2] in SENDERS[:2]]
    assert reply_stats(rows, hours_in(UTC)) == reply_stats(people, hours_in(UTC))


def test_a_moment_nobody_knows_is_no_wait_and_no_clock_makes_a_negative_one() -> None:
    rows = [(1, 0, "CUSTOMER"), (1, START, "PARTNER"), (1, START, "CUSTOMER"), (1, 0, "PARTNER")]
    assert reply_stats(rows, hours_in(UTC)).total.answered == 0
    back = [(1, START, "CUSTOMER"), (1, START - HOUR, "PARTNER")]
    assert reply_stats(back, hours_in(UTC)).total == Replies(1, 0, 0)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        (UTC, 23),
        (timezone(timedelta(hours=3)), 2),
        (ZoneInfo("Europe/Berlin"), 1),
        (timezone(timedelta(hours=-5, minutes=-30)), 17),
    ],
)
def test_hours_are_those_of_the_operator(zone: timezone, hour: int) -> None:
    asked = 1_751_324_400_000  # 2025-06-30 23:00 UTC, summer in Berlin
    stats = reply_stats([(1, asked, "CUSTOMER"), (1, asked + MINUTE, "PARTNER")], hours_in(zone))
    assert [n for n, replies in enumerate(stats.hours) if replies.answered] == [hour]
