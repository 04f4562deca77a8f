"""Until when a chat may be snoozed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from chat_tui.model.ids import MessageId
from chat_tui.model.mark import Hold
from chat_tui.words.times import Until, choices, hold_words, read_time, until_words

MOSCOW = ZoneInfo("Europe/Moscow")


def at(day: int, hour: int, minute: int = 0, *, month: int = 11, year: int = 2025) -> int:
    return round(datetime(year, month, day, hour, minute, tzinfo=MOSCOW).timestamp() * 1000)


NOW = at(21, 12, 40)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW, [None, at(21, 13, 40), at(21, 18), at(22, 9), "typed"]),
        (at(21, 17, 40), [None, at(21, 18), at(21, 18, 40), at(22, 9), "typed"]),
        (at(21, 18), [None, at(21, 19), at(22, 9), at(22, 18), "typed"]),
        (at(31, 23, 30, month=12), [None, at(1, 0, 30, month=1, year=2026), at(1, 9, month=1, year=2026)]),
    ],
)
def test_what_is_offered(now: int, expected: list[object]) -> None:
    """z: until the buyer writes · 1 hour · this evening · tomorrow · chosen time, in order of time."""
    found = ["typed" if one.until is None else one.until.at for one in choices(now, MOSCOW)]
    assert found[: len(expected)] == expected


def test_an_evening_that_has_begun_is_tomorrow_s_and_says_so() -> None:
    assert choices(NOW, MOSCOW)[2].words == "This evening (18:00)"
    assert choices(at(21, 18), MOSCOW)[3].words == "Tomorrow evening (18:00)"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("14:30", at(21, 14, 30)),
        (" 9:05 ", at(22, 9, 5)),
        ("25.11 10:00", at(25, 10)),
        ("25.11", at(25, 9)),
        ("02.02", at(2, 9, month=2, year=2026)),
        ("25.11.2025 10:00", at(25, 10)),
        ("+90m", NOW + 90 * 60_000),
        ("+90м", NOW + 90 * 60_000),
        ("+90ь", NOW + 90 * 60_000),
        ("+2 ч", NOW + 2 * 3_600_000),
        ("+3d", NOW + 72 * 3_600_000),
        ("+15 мин.", NOW + 15 * 60_000),
    ],
)
def test_a_time_that_is_typed(typed: str, expected: int) -> None:
    assert read_time(typed, NOW, MOSCOW) == expected


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        *(
            (bad, "Enter a time such as")
            for bad in ("", "soon", "25:00", "14:60", "31.02", "+90", "+5y", "14")
        ),
        *((bad, "Enter a time such as") for bad in ("99999999999999999999", "\x1b[2J", "٣:٤٠", "+")),
        ("+0m", "has passed"),
        ("20.11 10:00", "has passed"),
        ("25.11.2024", "has passed"),
        ("25.11.2027", "more than a year"),
        ("+400d", "more than a year"),
    ],
)
def test_bad_input_is_answered_by_one_sentence(typed: str, sentence: str) -> None:
    answer = read_time(typed, NOW, MOSCOW)
    assert isinstance(answer, str)
    assert sentence in answer


def test_a_moment_is_written_short_in_the_row_and_long_in_a_sentence() -> None:
    def held(until: int | None) -> str:
        return hold_words(Hold(snoozed=MessageId(1), until=until), NOW, MOSCOW)

    assert [held(at(21, 18)), held(at(26, 9)), held(None)] == [
        "until 18:00",
        "until 26.11 09:00",
        "until reply",
    ]
    assert held(NOW) == "", "it has come back"
    assert hold_words(Hold(done=MessageId(1)), NOW, MOSCOW) == "closed"
    assert until_words(Until(at(21, 18)), NOW, MOSCOW) == "until 18:00"
    assert until_words(Until(None), NOW, MOSCOW) == "until the buyer writes"
    assert until_words(Until(at(26, 9)), NOW, UTC) == "until 26 November, 06:00"
