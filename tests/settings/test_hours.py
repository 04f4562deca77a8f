"""The shop's working hours: how they are written, and how much of a wait falls into them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chat_tui.settings.hours import Hours, read_hours

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = 60_000
HOUR = 60 * MINUTE
EVER = 10_000 * HOUR


def at(day: int, hour: int, minute: int = 0, *, month: int = 11, zone: ZoneInfo | None = None) -> int:
    """A moment of 2025; 17 November is a Monday."""
    return round(datetime(2025, month, day, hour, minute, tzinfo=zone or UTC).timestamp() * 1000)


def hours(text: str) -> Hours:
    found = read_hours(text)
    assert found is not None
    return found


def test_a_week_as_it_is_written() -> None:
    week = hours("Mo-Fr 09:00-18:00, Sa 10:00-14:00").week
    assert week == (*[((540, 1080),)] * 5, ((600, 840),), ())


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("пн-пт 9:00-18:00", "Mo-Fr 09:00-18:00"),
        ("Mo Tu We Th Fr 09:00–18:00", "Mo-Fr 09:00-18:00"),
        ("Sa-Mo 00:00-24:00", "Mo 00:00-24:00; Sa 00:00-24:00; Su 00:00-24:00"),
        ("Mo 14:00-18:00 09:00-13:00", "Mo 09:00-13:00, Mo 14:00-18:00"),
    ],
)
def test_other_ways_to_write_the_same(text: str, same: str) -> None:
    assert hours(text) == hours(same)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            ",",
            "Mo",
            "09:00-18:00",
            "Mo-Fr 9-18",
            "Mo-Fr 18:00-09:00",
            "Mo-Fr 09:00-24:30",
            "Xx 09:00-10:00",
        ),
        *("Mo 09:00-10:60", "Mo 09:00-13:00, Mo 12:00-14:00", "09:00-10:00 Mo", "Mo-Fr 09:00-18:00,"),
        *("Mo 09:00-10:00 Tu", "Mo- 09:00-10:00" * 2, "every day"),
    ],
)
def test_what_cannot_be_understood(text: str) -> None:
    assert read_hours(text) is None


@pytest.mark.parametrize(
    ("since", "now", "worked"),
    [
        (at(17, 10), at(17, 12), 2 * HOUR),
        (at(17, 17, 30), at(18, 9, 20), 50 * MINUTE),
        (at(17, 20), at(18, 7), 0),
        (at(21, 17), at(24, 10), 2 * HOUR),
        (at(17, 0), at(24, 0), 45 * HOUR),
        (at(18, 10), at(17, 10), 0),
    ],
)
def test_only_working_time_counts(since: int, now: int, worked: int) -> None:
    assert hours("Mo-Fr 09:00-18:00").worked(since, now, UTC, enough=EVER) == worked


def test_hours_are_those_of_the_shop_s_clocks_in_summer_and_winter() -> None:
    """When summer time ends, the night is an hour longer, but the working hours are not."""
    spring, autumn = hours("Mo-Su 09:00-18:00"), hours("Su 01:00-05:00")
    begin, end = at(25, 12, month=10, zone=BERLIN), at(26, 12, month=10, zone=BERLIN)
    assert spring.worked(begin, end, BERLIN, enough=EVER) == 9 * HOUR
    assert autumn.worked(begin, end, BERLIN, enough=EVER) == 5 * HOUR, "that night has the hour twice"


def test_nobody_counts_on_when_it_is_enough() -> None:
    always = hours("Mo-Su 00:00-24:00")
    assert always.worked(at(1, 0, month=1), at(30, 0), UTC, enough=2 * HOUR) == 24 * HOUR
    assert always.worked(-(10**15), 10**12, UTC, enough=HOUR) >= HOUR
