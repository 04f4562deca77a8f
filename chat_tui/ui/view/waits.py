"""Durations, times of day and dates, in the operator's language and time zone."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache

from chat_tui.locale import N_, _, ngettext
from chat_tui.model.ids import UNKNOWN_TIME, Millis

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
    """How many buyers wait, and the longest how long: "12 wait, the longest 3 h"."""
    if not count:
        return _("Nobody waits for an answer.")
    if since is None:
        return ngettext("{n} waits", "{n} wait", count).format(n=count)
    words = ngettext("{n} waits, the longest {age}", "{n} wait, the longest {age}", count)
    return words.format(n=count, age=age(since, now))


def spoken(duration: Millis) -> str:
    """A duration within a sentence, rounded up: "40 seconds", "1 minute", "3 hours", "2 days"."""
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
    """The moment in the operator's zone; None for an unknown one or one beyond the calendar."""
    if at == UNKNOWN_TIME:
        return None
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)).astimezone(zone)
    except OverflowError:
        return None


def clock_time(at: Millis, zone: tzinfo) -> str:
    """The time of day, for example 18:02."""
    then = moment(at, zone)
    return f"{then:%H:%M}" if then else "--:--"


@lru_cache(maxsize=4096)
def day_of(at: Millis, zone: tzinfo) -> date | None:
    """The day on which a moment lies for the operator."""
    then = moment(at, zone)
    return then.date() if then else None


def day_words(day: date | None, today: date | None) -> str:
    """A date as a separator says it; the year only when it is not this one."""
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
    """A moment within a sentence: the time of day, with the date when it is not today."""
    today, day = day_of(now, zone), day_of(at, zone)
    time = clock_time(at, zone)
    return time if day == today else f"{day_words(day, today)}, {time}"
