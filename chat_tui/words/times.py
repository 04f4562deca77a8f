"""Durations, times of day and dates in the operator's language and zone; and times as operators type them."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Final

from chat_tui.locale import N_, _, ngettext
from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.model.mark import Hold

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_MONTHS = (
    N_("{day} January"),
    N_("{day} February"),
    N_("{day} March"),
    N_("{day} April"),
    N_("{day} May"),
    N_("{day} June"),
    N_("{day} July"),
    N_("{day} August"),
    N_("{day} September"),
    N_("{day} October"),
    N_("{day} November"),
    N_("{day} December"),
)


def age(since: Millis, now: Millis) -> str:
    """How long ago, in at most 6 cells for two years: "12 min", "3 h", "2 d"; never negative."""
    if since == UNKNOWN_TIME:
        return "?"
    return length(max(0, now - since))


def length(duration: Millis) -> str:
    """A duration in a column, rounded down."""
    if duration < MINUTE:
        return _("<1 min")
    if duration < HOUR:
        return _("{n} min").format(n=duration // MINUTE)
    if duration < 2 * DAY:
        return _("{n} h").format(n=duration // HOUR)
    return _("{n} d").format(n=duration // DAY)


def waiting_words(count: int, since: Millis | None, now: Millis) -> str:
    """How many buyers wait, and how long the longest: "12 waiting, longest 3 h"; `since` None = unknown."""
    if not count:
        return _("Nobody is waiting for an answer.")
    if since is None:
        return ngettext("{n} waiting", "{n} waiting", count).format(n=count)
    words = ngettext("{n} waiting, longest {age}", "{n} waiting, longest {age}", count)
    return words.format(n=count, age=age(since, now))


def spoken(duration: Millis) -> str:
    """A duration in a sentence, rounded up: "40 seconds", "1 minute", "3 hours", "2 days"."""
    seconds = max(1, -(-duration // 1000))
    if seconds < 90:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    minutes = -(-seconds // 60)
    if minutes < 90:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    hours = -(-minutes // 60)
    if hours < 48:
        return ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    days = -(-hours // 24)
    return ngettext("{n} day", "{n} days", days).format(n=days)


def moment(at: Millis, zone: tzinfo) -> datetime | None:
    """The moment in the operator's zone; None if it is unknown or beyond the calendar."""
    if at == UNKNOWN_TIME:
        return None
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(zone)
    except OverflowError:
        return None


def clock_time(at: Millis, zone: tzinfo) -> str:
    """The time of day, for example 18:02; "--:--" if it is unknown."""
    then = moment(at, zone)
    return f"{then:%H:%M}" if then else "--:--"


@lru_cache(maxsize=4096)
def day_of(at: Millis, zone: tzinfo) -> date | None:
    """The day of a moment in the operator's zone; None if it is unknown or beyond the calendar."""
    then = moment(at, zone)
    return then.date() if then else None


def day_words(day: date | None, today: date | None) -> str:
    """A date as a separator shows it; with the year if it is not this year. None = unknown."""
    if day is None:
        return _("date unknown")
    words = _(_MONTHS[day.month - 1]).format(day=day.day)
    if today is None or day.year != today.year:
        return f"{words} {day.year}"
    if day == today:
        return _("today, {date}").format(date=words)
    if day == today - timedelta(days=1):
        return _("yesterday, {date}").format(date=words)
    return words


def when(at: Millis, now: Millis, zone: tzinfo) -> str:
    """A moment in a sentence: the time of day, with the date if it is not today."""
    today, day = day_of(now, zone), day_of(at, zone)
    time = clock_time(at, zone)
    return time if day == today else f"{day_words(day, today)}, {time}"


# -- until when a chat is snoozed: choices, typed times, words -------------------------------------------


EVENING: Final = time(18)
"""“This evening”; after this time, the evening of the next day."""
MORNING: Final = time(9)
"""“Tomorrow”, and a typed date without a time."""
FARTHEST: Final = 366 * DAY
"""The longest snooze."""
_MISTAKE: Final = 180 * DAY
"""A day without a year that is past by less than this is a mistake; else it is meant for the next year."""

_UNITS: Final = {**dict.fromkeys("mмь", MINUTE), **dict.fromkeys("hчр", HOUR), **dict.fromkeys("dдв", DAY)}
"""Units by their first letter, in both languages; "ь", "р" and "в" are on the keys of m, h and d."""
_SPAN: Final = re.compile(r"\+\s*([0-9]{1,5})\s*([a-zа-я]+)\.?", re.IGNORECASE)
_MOMENT: Final = re.compile(
    r"(?:([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{4}))?)?(?:(?:^|\s+)([0-9]{1,2}):([0-9]{2}))?"
)


@dataclass(frozen=True, slots=True)
class Until:
    """Until when a chat is snoozed."""

    at: Millis | None
    """None = until the buyer writes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the snooze dialog."""

    words: str
    until: Until | None
    """None = the operator types a time."""


def choices(now: Millis, zone: tzinfo) -> tuple[Choice, ...]:
    """The choices of the keys 1 to 5, for this moment, in the order of time."""
    in_an_hour, morning = now + HOUR, _tomorrow(now, zone, MORNING)
    evening = _next(now, zone, EVENING)
    is_today = day_of(evening, zone) == day_of(now, zone)
    timed = (
        (in_an_hour, _("For an hour (until {time})")),
        (evening, _("This evening ({time})") if is_today else _("Tomorrow evening ({time})")),
        (morning, _("Tomorrow ({time})")),
    )
    return (
        Choice(_("Until the buyer writes"), Until(None)),
        *(Choice(words.format(time=clock_time(at, zone)), Until(at)) for at, words in sorted(timed)),
        Choice(_("Another time…"), None),
    )


def read_time(text: str, now: Millis, zone: tzinfo) -> Millis | str:
    """The moment that was typed, or one sentence on what is wrong with it.

    14:30 is the next such time, 25.11 the morning of that day, 25.11 10:00 that moment, +90m in 90 minutes.
    """
    typed = text.strip()
    at = _span(typed, now) or _moment(typed, now, zone)
    if at is None:
        return _("Enter a time such as 14:30, 25.11 10:00 or +90m (m, h, d).")
    if at <= now:
        return _("This time has passed. Enter a later one.")
    if at > now + FARTHEST:
        return _("This is more than a year away. Enter an earlier time.")
    return at


def until_words(until: Until, now: Millis, zone: tzinfo) -> str:
    """In a sentence: "until 18:00", "until 26 November, 09:00", "until the buyer writes"."""
    if until.at is None:
        return _("until the buyer writes")
    return _("until {when}").format(when=when(until.at, now, zone))


def hold_words(hold: Hold, now: Millis, zone: tzinfo) -> str:
    """In a row of the list: "closed", "until 18:00", "until 26.11 09:00", "until reply"; empty = not held."""
    if hold.done is not None:
        return _("closed")
    if not hold.is_snoozed(now):
        return ""
    if hold.until is None:
        return _("until reply")
    then = moment(hold.until, zone)
    is_today = day_of(hold.until, zone) == day_of(now, zone)
    stamp = clock_time(hold.until, zone) if is_today or then is None else f"{then:%d.%m %H:%M}"
    return _("until {when}").format(when=stamp)


def _span(typed: str, now: Millis) -> Millis | None:
    found = _SPAN.fullmatch(typed)
    if found is None or (unit := _UNITS.get(found[2][0].lower())) is None:
        return None
    return now + int(found[1]) * unit


def _moment(typed: str, now: Millis, zone: tzinfo) -> Millis | None:
    found = _MOMENT.fullmatch(typed)
    if not typed or found is None:
        return None
    day, month, year, hour, minute = (None if part is None else int(part) for part in found.groups())
    try:
        of_day = MORNING if hour is None or minute is None else time(hour, minute)
        if day is None or month is None:
            return _next(now, zone, of_day)
        this_year = datetime.fromtimestamp(now / 1000, zone).year
        at = _millis(datetime(year or this_year, month, day, of_day.hour, of_day.minute, tzinfo=zone))
        if year is None and at < now - _MISTAKE:
            at = _millis(datetime(this_year + 1, month, day, of_day.hour, of_day.minute, tzinfo=zone))
    except ValueError:
        return None
    return at


def _next(now: Millis, zone: tzinfo, of_day: time) -> Millis:
    """The next moment at which the operator's clock shows this time."""
    today = datetime.fromtimestamp(now / 1000, zone)
    at = _millis(datetime.combine(today.date(), of_day, zone))
    return at if at > now else _tomorrow(now, zone, of_day)


def _tomorrow(now: Millis, zone: tzinfo, of_day: time) -> Millis:
    today = datetime.fromtimestamp(now / 1000, zone)
    return _millis(datetime.combine(today.date() + timedelta(days=1), of_day, zone))


def _millis(then: datetime) -> Millis:
    return round(then.timestamp() * 1000)
