"""The operator's time zone: TZ as the C library reads it, else the zone of the machine, else UTC."""

import io
import re
import struct
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from chat_tui.files import NotAFile, TooLarge, read_file
from chat_tui.locale import _
from chat_tui.safetext import one_line

LOCALTIME: Final = Path("/etc/localtime")
_MOST_BYTES: Final = 1_000_000
_POSIX: Final = re.compile(r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?[0-9]")
"""A name and an offset: the C library accepts any value of TZ that begins like this."""
_UTC_NAMES: Final = frozenset({"", "UTC", "GMT", "UCT", "ZULU", "UNIVERSAL", "ETC/UTC", "ETC/GMT"})
"""Names that need no zone database. For every C library an empty TZ means UTC."""
_EPOCH: Final = datetime(1970, 1, 1)
_DAY_S: Final = 86_400
_LONGEST: Final = _DAY_S - 1
"""The largest offset from UTC in seconds: `datetime` allows less than a day."""
_UNREADABLE: Final = (KeyError, OSError, ValueError, EOFError, IndexError, struct.error, NotAFile, TooLarge)
_NOTICE_LIMIT: Final = 60


@dataclass(frozen=True, slots=True)
class FoundZone:
    """The zone in use and its origin."""

    zone: tzinfo
    name: str
    """Its name, raw: from TZ, or from the setting of the machine."""
    refused: str | None = None
    """The value of TZ, raw, if it names no zone; None = TZ is valid or not set."""

    @property
    def notice(self) -> str:
        """One sentence about an invalid TZ; empty if `refused` is None."""
        if self.refused is None:
            return ""
        words = _(
            "TZ is not a time zone ({value}), so times are shown for {zone}. Write it as "
            "Europe/Moscow or MSK-3, or unset it."
        )
        return words.format(value=one_line(self.refused, limit=_NOTICE_LIMIT), zone=one_line(self.name))


def find_zone(environ: Mapping[str, str], localtime: Path = LOCALTIME) -> FoundZone:
    """The zone for the environment of this process, and whether TZ is invalid."""
    value = environ.get("TZ")
    if value is None:
        return _machines(localtime, None)
    name = value.removeprefix(":")
    if name.upper() in _UTC_NAMES:
        return FoundZone(UTC, name or "UTC")
    for read in (_from_file, ZoneInfo, _from_system):
        try:
            return FoundZone(read(name), name)
        except _UNREADABLE:
            continue
    return _machines(localtime, value)


def _machines(localtime: Path, refused: str | None) -> FoundZone:
    try:
        zone = _read_zone(localtime)
    except _UNREADABLE:  # not set or not readable: the C library uses UTC then
        return FoundZone(UTC, "UTC", refused)
    target = str(localtime.resolve())
    return FoundZone(zone, target.rpartition("zoneinfo/")[2] if "zoneinfo/" in target else target, refused)


def _from_file(name: str) -> tzinfo:
    if not name.startswith("/"):
        raise NotAFile
    return _read_zone(Path(name))


def _read_zone(path: Path) -> tzinfo:
    return ZoneInfo.from_file(io.BytesIO(read_file(path, _MOST_BYTES)), key=str(path))


def _from_system(name: str) -> tzinfo:
    """The zone whose rules are in the value itself: MSK-3, EST5EDT,M3.2.0,M11.1.0. Raises NotAFile."""
    if _POSIX.match(name) is None:
        raise NotAFile
    time.tzset()
    return SystemZone()


class SystemZone(tzinfo):
    """The zone that the C library reads from TZ: other programs show the same times."""

    def utcoffset(self, then: datetime | None, /) -> timedelta | None:
        """The offset when clocks show this; if they show it twice, `fold` decides, as in any `tzinfo`."""
        if then is None:
            return None
        shown = (then.replace(tzinfo=None) - _EPOCH).total_seconds()
        before, after = _offset_at(shown - _DAY_S), _offset_at(shown + _DAY_S)
        # A time that is shown twice fits both, a time that is skipped neither: then it is the earlier offset,
        # unless folded.
        does_before = _offset_at(shown - before) == before
        does_after = _offset_at(shown - after) == after
        is_after = bool(then.fold) if does_before == does_after else does_after
        return timedelta(seconds=after if is_after else before)

    def fromutc(self, then: datetime, /) -> datetime:
        """The local time at a moment of UTC."""
        offset = timedelta(seconds=_offset_at((then.replace(tzinfo=None) - _EPOCH).total_seconds()))
        shown = then + offset
        return shown if self.utcoffset(shown) == offset else shown.replace(fold=1)

    def dst(self, _then: datetime | None, /) -> timedelta | None:
        """None: the program does not use it, but `tzinfo` requires it."""
        return None

    def tzname(self, _then: datetime | None, /) -> str | None:
        """None: the program does not show it, but `tzinfo` requires it."""
        return None


def _offset_at(seconds: float) -> int:
    """The offset from UTC in seconds at a moment, which is in seconds UTC."""
    return max(-_LONGEST, min(_LONGEST, time.localtime(seconds).tm_gmtoff))
