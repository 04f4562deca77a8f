"""The two ways the Market writes a moment, read without ever failing."""

import re
from datetime import date
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
_RFC_822: Final = re.compile(
    r"(?:[A-Za-z]{1,10},?\s{1,4})?([0-9]{1,2})[ -]([A-Za-z]{3})[ -]([0-9]{4})\s{1,4}"
    r"([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\s{1,4}(?:GMT|UTC|UT|Z|([+-])([0-9]{2})([0-9]{2})))?"
)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_iso(value: Any) -> Millis:
    """A moment of a JSON body, clamped to 0 … `LATEST`; `UNKNOWN_TIME` when it is none.

    A moment without an offset counts as UTC: at most some hours wrong instead of fifty years.
    """
    match = _ISO.fullmatch(value.strip()) if isinstance(value, str) and len(value) < 80 else None
    if match is None:
        return UNKNOWN_TIME
    year, month, day, hour, minute, second, fraction, sign, off_h, off_m = match.groups()
    moment = _moment(year, int(month), day, (hour or "0", minute or "0", second or "0"), (sign, off_h, off_m))
    if moment is None:
        return UNKNOWN_TIME
    return min(max(moment + int((fraction or "0").ljust(3, "0")[:3]), UNKNOWN_TIME), LATEST)


def read_rfc822(value: str | None) -> Millis | None:
    """A moment of a header (`Date`, `…-Until`), its weekday unchecked; None when it is none."""
    match = _RFC_822.fullmatch(value.strip()) if value is not None and len(value) < 80 else None
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, off_h, off_m = match.groups()
    if month.lower() not in _MONTHS:
        return None
    return _moment(year, _MONTHS.index(month.lower()) + 1, day, (hour, minute, second), (sign, off_h, off_m))


def _moment(
    year: str,
    month: int,
    day: str,
    clock: tuple[str, str, str],
    offset: tuple[str | None, str | None, str | None],
) -> Millis | None:
    """Whole seconds as milliseconds since 1970, by integers alone: no year is too late for them."""
    hour, minute, second = (int(part) for part in clock)
    sign, off_h, off_m = offset
    away = int(off_h or 0) * 60 + int(off_m or 0)
    # 24:00:00 ends a day and :60 is a leap second; both are legal and simply the next moment.
    if hour > 24 or (hour == 24 and (minute or second)) or minute > 59 or second > 60 or away >= 24 * 60:
        return None
    try:
        days = date(int(year), month, int(day)).toordinal() - _EPOCH
    except ValueError:
        return None
    seconds = hour * 3600 + minute * 60 + second - (-away if sign == "-" else away) * 60
    return days * _DAY_MS + seconds * 1000
