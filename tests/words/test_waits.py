"""Durations, dates and sizes in both languages."""

from datetime import UTC, date, timedelta, timezone

import pytest

from chat_tui import locale
from chat_tui.words.files import size_words
from chat_tui.words.times import age, clock_time, day_of, day_words, moment, spoken, when
from tests.ui.pane_samples import DAY, HOUR, MINUTE, NOW

MOSCOW = timezone(timedelta(hours=3))
TODAY = date(2025, 11, 21)


@pytest.mark.parametrize(
    ("passed", "en", "ru"),
    [
        (-HOUR, "<1 min", "<1 мин"),
        (MINUTE - 1, "<1 min", "<1 мин"),
        (12 * MINUTE, "12 min", "12 мин"),
        (HOUR, "1 h", "1 ч"),
        (2 * DAY - 1, "47 h", "47 ч"),
        (2 * DAY, "2 d", "2 дн"),
        (400 * DAY, "400 d", "400 дн"),
    ],
)
def test_age(passed: int, en: str, ru: str) -> None:
    assert age(NOW - passed, NOW) == en
    locale.use("ru")
    assert age(NOW - passed, NOW) == ru


def test_age_of_an_unknown_time() -> None:
    assert age(0, NOW) == "?"


@pytest.mark.parametrize(
    ("duration", "en", "ru"),
    [
        (1, "1 second", "1 секунду"),
        (2_000, "2 seconds", "2 секунды"),
        (5_000, "5 seconds", "5 секунд"),
        (89_001, "2 minutes", "2 минуты"),
        (21 * MINUTE, "21 minutes", "21 минуту"),
        (2 * HOUR, "2 hours", "2 часа"),
        (11 * HOUR, "11 hours", "11 часов"),
        (3 * DAY, "3 days", "3 дня"),
    ],
)
def test_spoken(duration: int, en: str, ru: str) -> None:
    assert spoken(duration) == en
    locale.use("ru")
    assert spoken(duration) == ru


def test_the_zone_decides_hour_and_day() -> None:
    """Promised: U62."""
    late = NOW + 4 * HOUR
    assert (clock_time(late, UTC), clock_time(late, MOSCOW)) == ("22:30", "01:30")
    assert (day_of(late, UTC), day_of(late, MOSCOW)) == (TODAY, TODAY + timedelta(days=1))


@pytest.mark.parametrize("at", [0, 253402300799999 + 14 * HOUR, -62135596800000 - 14 * HOUR])
def test_a_moment_beyond_the_calendar_is_unknown(at: int) -> None:
    assert moment(at, MOSCOW) is None
    assert clock_time(at, MOSCOW) == "--:--"
    assert day_words(day_of(at, MOSCOW), TODAY) == "date unknown"


@pytest.mark.parametrize(
    ("day", "en", "ru"),
    [
        (TODAY, "today, 21 November", "сегодня, 21 ноября"),
        (TODAY - timedelta(days=1), "yesterday, 20 November", "вчера, 20 ноября"),
        (date(2025, 5, 9), "9 May", "9 мая"),
        (date(2024, 11, 21), "21 November 2024", "21 ноября 2024"),
    ],
)
def test_day_words(day: date, en: str, ru: str) -> None:
    assert day_words(day, TODAY) == en
    locale.use("ru")
    assert day_words(day, TODAY) == ru


def test_every_month_has_its_word() -> None:
    locale.use("ru")
    words = {day_words(date(2025, month, 2), TODAY) for month in range(1, 13)}
    assert len(words) == 12
    assert all(word.endswith(("я", "а")) for word in words)


def test_when_names_the_date_only_if_it_is_another() -> None:
    assert when(NOW - HOUR, NOW, UTC) == "17:30"
    assert when(NOW - DAY, NOW, UTC) == "yesterday, 20 November, 18:30"


@pytest.mark.parametrize(
    ("size", "en", "ru"),
    [
        (None, "size unknown", "размер неизвестен"),
        (-1, "size unknown", "размер неизвестен"),
        (0, "0 B", "0 Б"),
        (84_000, "84 KB", "84 КБ"),
        (1_240_000, "1.2 MB", "1,2 МБ"),
        (5_000_000, "5 MB", "5 МБ"),
        (2**31, "2.1 GB", "2,1 ГБ"),
    ],
)
def test_sizes(size: int | None, en: str, ru: str) -> None:
    assert size_words(size) == en
    locale.use("ru")
    assert size_words(size) == ru
