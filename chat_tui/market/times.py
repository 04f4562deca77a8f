"""The two ways the Market writes a moment, read without ever failing."""

import re
from collections.abc import Sequence
from datetime import date
from email.utils import parsedate_tz
from typing import Any, Final

from chat_tui.model.ids import UNKNOWN_TIME, Millis

LATEST: Final[Millis] = 2**42
"""Later moments are cut to it: year 9999 would overflow what reads them."""

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
