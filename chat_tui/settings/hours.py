"""The shop's working hours, as written in the settings: "Mo-Fr 09:00-18:00, Sa 10:00-14:00"."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import chain, pairwise
from typing import Final

_DAYS: Final = {
    name: number
    for names in (("mo", "tu", "we", "th", "fr", "sa", "su"), ("пн", "вт", "ср", "чт", "пт", "сб", "вс"))
    for number, name in enumerate(names)
}
_SPAN: Final = re.compile(r"([0-9]{1,2}):([0-5][0-9])[-–]([0-9]{1,2}):([0-5][0-9])")
_DAY: Final = 24 * 60

Span = tuple[int, int]
"""Start and end, in minutes of the day."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The working hours of a week."""

    week: tuple[tuple[Span, ...], ...]
    """One item per weekday, Monday first; the spans of a day are sorted and do not overlap."""

    def worked(self, since: int, now: int, zone: tzinfo, *, enough: int) -> int:
        """How many milliseconds the shop worked between two moments (UTC milliseconds).

        Stops counting after the day on which it reaches `enough`, so that a long time costs no more.
        """
        day, last = _moment(since, zone).date(), _moment(now, zone).date()
        worked = 0
        while day <= last and worked < enough:
            for begin, end in self.week[day.weekday()]:
                worked += max(0, min(now, _at(day, end, zone)) - max(since, _at(day, begin, zone)))
            day += timedelta(days=1)
        return worked


def read_hours(text: str) -> Hours | None:
    """The hours that the text describes; None if it is not valid.

    Groups separated by commas or semicolons: days (Mo-Fr, or several: Mo We), then one or more spans of time.
    Days may be Russian: Пн-Пт. A span ends on the same day, at 24:00 at the latest.
    """
    week: list[list[Span]] = [[] for _ in range(7)]
    for group in text.replace(";", ",").split(","):
        words = group.split()
        spans = [span for word in words if (span := _span(word)) is not None]
        days = [_days(word) for word in words[: len(words) - len(spans)]]
        if not spans or not days or not all(days) or None in map(_span, words[len(days) :]):
            return None
        for day in chain.from_iterable(days):
            week[day] += spans
    for of_day in week:
        of_day.sort()
        if any(later[0] < earlier[1] for earlier, later in pairwise(of_day)):
            return None
    return Hours(tuple(tuple(of_day) for of_day in week))


def _days(word: str) -> list[int]:
    """The weekdays that a word names, Monday = 0; none if it names no days."""
    first, _dash, last = word.lower().replace("–", "-").partition("-")
    begin, end = _DAYS.get(first), _DAYS.get(last or first)
    if begin is None or end is None:
        return []
    # A range such as Sa-Mo crosses the end of the week.
    return [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]


def _span(word: str) -> Span | None:
    found = _SPAN.fullmatch(word)
    if found is None:
        return None
    from_hour, from_minute, to_hour, to_minute = map(int, found.groups())
    begin, end = from_hour * 60 + from_minute, to_hour * 60 + to_minute
    return (begin, end) if begin < end <= _DAY else None


def _moment(at: int, zone: tzinfo) -> datetime:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=max(at, 0))).astimezone(zone)


def _at(day: date, minute: int, zone: tzinfo) -> int:
    """The moment at which clocks in `zone` show this minute of the day; 24:00 is 00:00 of the next day."""
    if minute == _DAY:
        day, minute = day + timedelta(days=1), 0
    # The zone decides: on a day when clocks change, minutes since midnight are not elapsed minutes.
    then = datetime.combine(day, time(minute // 60, minute % 60), zone)
    return round(then.timestamp() * 1000)
