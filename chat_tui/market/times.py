"""Moments, waits and quotas as the Market writes them, read without ever failing."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from email.utils import parsedate_tz
from typing import Any, Final

from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.model.link import Budget

LATEST: Final[Millis] = 2**42
"""Later moments are cut to it: year 9999 would overflow what reads them."""

_SENSELESS_MS: Final = 366 * 86_400_000
"""No quota is a year away: such a header is taken for none."""
_DAY_MS: Final = 86_400_000
_EPOCH: Final = date(1970, 1, 1).toordinal()
_ISO: Final = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,30}))?)?"
    r"(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2}))?)?"
)


def read_iso(value: Any) -> Millis:
    """A moment of a JSON body, clamped to 0 … `LATEST`; `UNKNOWN_TIME` when it is none.

    A moment without an offset counts as UTC: at most some hours wrong instead of fifty years.
    """
    match = _ISO.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 80 else None
    if match is None:
        return UNKNOWN_TIME
    *numbers, fraction, sign, off_h, off_m = match.groups()
    away_s = (int(off_h or 0) * 60 + int(off_m or 0)) * 60
    moment = _moment([int(number or 0) for number in numbers], -away_s if sign == "-" else away_s)
    if moment is None:
        return UNKNOWN_TIME
    return min(max(moment + int((fraction or "0").ljust(3, "0")[:3]), UNKNOWN_TIME), LATEST)


def read_rfc822(value: str | None) -> Millis | None:
    """A moment of a header (`Date`, `…-Until`), its weekday unchecked; None when it is none."""
    if value is None or len(value) >= 80:
        return None
    try:
        parts = parsedate_tz(value)
    except (ValueError, IndexError, TypeError):
        return None
    return _moment(parts[:6], parts[9] or 0) if parts is not None else None


def _moment(numbers: Sequence[int], away_s: int) -> Millis | None:
    """Year to second, so far away from UTC, as milliseconds since 1970; None for no date of the calendar.

    By integers alone: no year is too late for them.
    """
    year, month, day, hour, minute, second = numbers
    # 24:00:00 ends a day and :60 is a leap second; both are legal and simply the next moment.
    is_clock = 0 <= hour < 24 or (hour == 24 and not (minute or second))
    if not (is_clock and 0 <= minute < 60 and 0 <= second <= 60) or abs(away_s) >= 24 * 3600:
        return None
    try:
        days = date(year, month, day).toordinal() - _EPOCH
    except (ValueError, OverflowError):
        return None
    return days * _DAY_MS + (hour * 3600 + minute * 60 + second - away_s) * 1000


# ---- headers: `Retry-After`, `X-RateLimit-Resource-…`


def wait_told(headers: Mapping[str, str]) -> float | None:
    """Seconds from now until the quota returns, by the server's own clock; None when that makes no sense."""
    until, now = read_rfc822(headers.get("x-ratelimit-resource-until")), read_rfc822(headers.get("date"))
    if until is None or now is None or not 0 < until - now <= _SENSELESS_MS:
        return None
    return (until - now) / 1000


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a `Retry-After` header (a number or a date); None when it makes no sense."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdigit() and len(told) <= 9:
        wait_ms = int(told) * 1000
    else:
        until, now = read_rfc822(told), read_rfc822(headers.get("date"))
        if until is None or now is None:
            return None
        wait_ms = until - now
    return wait_ms / 1000 if 0 < wait_ms <= _SENSELESS_MS else None


def read_budget(operation: str, headers: Mapping[str, str], now: Millis) -> Budget | None:
    """The quota as an answer tells it, None when it does not; `now` is our clock."""
    limit, remaining = count(headers, "limit"), count(headers, "remaining")
    until, date = read_rfc822(headers.get("x-ratelimit-resource-until")), read_rfc822(headers.get("date"))
    if not limit or remaining is None or until is None or date is None or until - date > _SENSELESS_MS:
        return None
    return Budget(operation, limit, min(remaining, limit), now + max(0, until - date))


def count(headers: Mapping[str, str], word: str) -> int | None:
    """The number in a header `X-RateLimit-Resource-…`; None when it holds none."""
    text = headers.get(f"x-ratelimit-resource-{word}", "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None
