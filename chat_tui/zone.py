"""The time zone of the operator: what TZ says, as the system reads it, else the machine's, else UTC."""

import io
import re
import struct
import time
from collections.abc import Callable, Mapping
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
"""A name and an offset: from here on the C library makes a zone of it, whatever follows."""
_UTC_NAMES: Final = frozenset({"", "UTC", "GMT", "UCT", "ZULU", "UNIVERSAL", "ETC/UTC", "ETC/GMT"})
"""What needs no zone database. An empty TZ is UTC to every C library."""
_EPOCH: Final = datetime(1970, 1, 1)
_DAY_S: Final = 86_400
_LONGEST: Final = _DAY_S - 1
"""Seconds from UTC; `datetime` knows no zone that is a whole day off."""
_UNREADABLE: Final = (KeyError, OSError, ValueError, EOFError, IndexError, struct.error, NotAFile, TooLarge)
_NOTICE_LIMIT: Final = 60


@dataclass(frozen=True, slots=True)
class FoundZone:
    """The zone in force and where it comes from."""

    zone: tzinfo
    name: str
    """What it is called, raw: the value of TZ, or of the machine's setting."""
    refused: str | None = None
    """The value of TZ, raw, that names no zone; None if all is well."""

    @property
    def notice(self) -> str:
        """What the operator must know about TZ, in one sentence; empty if all is well."""
        if self.refused is None:
            return ""
        words = _(
            "TZ names no time zone ({value}): times are those of {zone}. "
            "Write it as Europe/Moscow or MSK-3, or unset it."
        )
        return words.format(value=one_line(self.refused, limit=_NOTICE_LIMIT), zone=one_line(self.name))


def local_zone(environ: Mapping[str, str]) -> tzinfo:
    """The zone in force: a zone knows its summer times."""
    return find_zone(environ).zone


def find_zone(environ: Mapping[str, str], localtime: Path = LOCALTIME) -> FoundZone:
    """The zone of this process, whose environment it is, and what is wrong with TZ."""
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
    except _UNREADABLE:  # none is set, or nobody can read it: the system's own answer is UTC
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
    """The rules are in the value itself: MSK-3, EST5EDT,M3.2.0,M11.1.0."""
    if _POSIX.match(name) is None:
        raise NotAFile
    time.tzset()
    return SystemZone()


class SystemZone(tzinfo):
    """What the C library makes of TZ: its reading of the rules is the one that other programs show."""

    def __init__(self, offset_at: Callable[[float], int] | None = None) -> None:
        """`offset_at` gives the seconds from UTC at a moment, which is in seconds UTC."""
        self._offset_at = offset_at or _system_offset

    def utcoffset(self, then: datetime | None, /) -> timedelta | None:
        """How far clocks that show this are from UTC. Of two answers `fold` decides, as everywhere."""
        if then is None:
            return None
        shown = (then.replace(tzinfo=None) - _EPOCH).total_seconds()
        before, after = self._offset_at(shown - _DAY_S), self._offset_at(shown + _DAY_S)
        # Shown twice, both fit, and shown never, neither: then it is the earlier one unless folded.
        does_before = self._offset_at(shown - before) == before
        does_after = self._offset_at(shown - after) == after
        is_after = bool(then.fold) if does_before == does_after else does_after
        return timedelta(seconds=after if is_after else before)

    def fromutc(self, then: datetime, /) -> datetime:
        """What clocks show at a moment of UTC."""
        offset = timedelta(seconds=self._offset_at((then.replace(tzinfo=None) - _EPOCH).total_seconds()))
        shown = then + offset
        return shown if self.utcoffset(shown) == offset else shown.replace(fold=1)

    def dst(self, _then: datetime | None, /) -> timedelta | None:
        """Nobody asks."""
        return None

    def tzname(self, _then: datetime | None, /) -> str | None:
        """Nobody is shown it."""
        return None


def _system_offset(seconds: float) -> int:
    return max(-_LONGEST, min(_LONGEST, time.localtime(seconds).tm_gmtoff))
