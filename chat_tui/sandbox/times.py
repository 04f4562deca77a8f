"""Times as the Market writes them; all are given in milliseconds since 1970 (UTC)."""

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Final

MOSCOW: Final = timezone(timedelta(hours=3))
_MONTHS: Final = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip


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


def spoken_day(ms: int) -> str:
    """The date in Moscow as people say it: 24 ноября."""
    moment = _moment(ms, MOSCOW)
    return f"{moment.day} {_MONTHS[moment.month - 1]}"
