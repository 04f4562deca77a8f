"""Moments as the Market writes them."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Final, Literal

TimeFormat = Literal["offset_ms", "offset", "z_ms", "z"]
"""Moscow offset or Z, with or without milliseconds."""

MOSCOW: Final = timezone(timedelta(hours=3))
_MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip


def _moment(ms: int, zone: timezone) -> datetime:
    return datetime.fromtimestamp(ms // 1000, zone).replace(microsecond=ms % 1000 * 1000)


def iso(ms: int, form: TimeFormat) -> str:
    """ISO 8601 with an offset."""
    moment = _moment(ms, UTC if form.startswith("z") else MOSCOW)
    text = moment.isoformat(timespec="milliseconds" if form.endswith("ms") else "seconds")
    return text.replace("+00:00", "Z")


def http_date(ms: int) -> str:
    """RFC 822 in GMT, as in headers."""
    return format_datetime(_moment(ms, UTC).replace(microsecond=0), usegmt=True)


def day(ms: int) -> str:
    """The date in Moscow, ISO 8601."""
    return _moment(ms, MOSCOW).date().isoformat()


def clock_date(ms: int) -> str:
    """Day-month-year and time in Moscow, the way getOrder writes them."""
    return _moment(ms, MOSCOW).strftime("%d-%m-%Y %H:%M:%S")


def spoken_day(ms: int) -> str:
    """A date as people say it: 24 ноября."""
    moment = _moment(ms, MOSCOW)
    return f"{moment.day} {_MONTHS[moment.month - 1]}"
