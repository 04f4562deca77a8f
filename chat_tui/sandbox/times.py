"""Times as the Market writes them, given in milliseconds since 1970 (UTC), and moments of a conversation."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Final

MOSCOW: Final = timezone(timedelta(hours=3))


def _moment(ms: int, zone: timezone) -> datetime:
    return datetime.fromtimestamp(ms // 1000, zone).replace(microsecond=ms % 1000 * 1000)


def iso(ms: int, *, milliseconds: bool = True) -> str:
    """ISO 8601 with Moscow's offset; the Market writes those of orders without milliseconds."""
    return _moment(ms, MOSCOW).isoformat(timespec="milliseconds" if milliseconds else "seconds")


def http_date(ms: int) -> str:
    """RFC 822 in GMT, as in headers, in whole seconds."""
    return format_datetime(_moment(ms, UTC), usegmt=True)


def day(ms: int) -> str:
    """ISO 8601 date in Moscow."""
    return _moment(ms, MOSCOW).date().isoformat()


def clock_date(ms: int) -> str:
    """DD-MM-YYYY and time in Moscow, as getOrder writes them."""
    return _moment(ms, MOSCOW).strftime("%d-%m-%Y %H:%M:%S")


def clock(ms: int) -> str:
    """The time of day in Moscow: 15:40."""
    return _moment(ms, MOSCOW).strftime("%H:%M")


def date(ms: int) -> tuple[int, int]:
    """Day and month in Moscow."""
    moment = _moment(ms, MOSCOW)
    return moment.day, moment.month


def days_apart(before: int, after: int) -> int:
    """How many days later a moment is by the calendar of Moscow: 1 = tomorrow."""
    return (_moment(after, MOSCOW).date() - _moment(before, MOSCOW).date()).days


def spread(gaps: Sequence[int], first: int, last: int, *, elastic: int) -> list[int]:
    """Moments from `first` to `last`, in seconds, with these gaps before each; those of at least
    `elastic` seconds stretch.

    Each is at least a second after the previous one, and only the last may be later than `last` − 1.
    """
    stretching = sum(gap for gap in gaps if gap >= elastic)
    room = max(last - first - (sum(gaps) - stretching), 0)
    stretch = room / stretching if stretching else 0.0
    moments, reached = [], 0.0
    for gap in gaps:
        reached += gap * stretch if gap >= elastic else gap
        moments.append(first + int(reached))
    # Backwards first, to make room before the end, then forwards.
    moments[-1] = last
    for place in range(len(moments) - 2, 0, -1):
        moments[place] = min(moments[place], moments[place + 1] - 1)
    for place in range(1, len(moments) - 1):
        moments[place] = max(moments[place], moments[place - 1] + 1)
    return moments
