"""Case 003: with any TZ the program starts, and shows the same times as other programs."""

import os
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from chat_tui.model.record import hours_in
from chat_tui.settings.hours import read_hours
from chat_tui.words.documents import exact_time
from chat_tui.words.times import clock_time, read_time
from chat_tui.zone import SystemZone, find_zone

NEW_YORK = "EST5EDT,M3.2.0,M11.1.0"
HOUR = 3_600_000


@pytest.fixture
def tz() -> Iterator[Callable[[str], dict[str, str]]]:
    """Set TZ for this whole process, as a shell does."""
    before = os.environ.get("TZ")

    def use(value: str | None) -> dict[str, str]:
        os.environ.pop("TZ", None)
        if value is not None:
            os.environ["TZ"] = value
        time.tzset()
        return dict(os.environ)

    yield use
    use(before)


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("value", "winter", "summer"),
    [
        ("MSK-3", 3, 3),
        ("<+03>-3", 3, 3),
        ("MSK-3 ", 3, 3),
        (NEW_YORK, -5, -4),
        ("EST5EDT4", -5, -4),
        ("CET-1CEST", 1, 2),
        ("IST-5:30", 5.5, 5.5),
        ("NZST-12NZDT,M9.5.0,M4.1.0/3", 13, 12),
        ("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", -2, -1),
        ("EET-2EEST,J60/2,J300", 2, 3),
        ("Europe/Moscow", 3, 3),
        (":America/New_York", -5, -4),
        ("/usr/share/zoneinfo/Asia/Tokyo", 9, 9),
        (":/usr/share/zoneinfo/Asia/Tokyo", 9, 9),
        ("", 0, 0),
        (":", 0, 0),
        ("UTC", 0, 0),
    ],
)
def test_a_zone_is_taken_as_the_system_takes_it(
    tz: Callable[[str], dict[str, str]], value: str, winter: float, summer: float
) -> None:
    found = find_zone(tz(value))
    assert found.notice == ""
    for month, hours in ((1, winter), (7, summer)):
        assert datetime(2026, month, 1, tzinfo=found.zone).utcoffset() == timedelta(hours=hours)
    draws = random.Random(3)
    for _ in range(300):
        at = draws.randrange(0, 2**32)
        assert datetime.fromtimestamp(at, found.zone).utcoffset() == timedelta(
            seconds=time.localtime(at).tm_gmtoff
        )


@pytest.mark.parametrize(
    "value",
    [
        *("Mars/Olympus", "A1", "МСК-3", "Europe", "..", "../../etc/passwd", "/", " ", "x" * 70_000),
        *(
            "/dev/zero",
            ":/dev/zero",
            "/etc/passwd",
            "/nowhere/zone",
            "\udcff",
            "-3",
            "<+03>",
            "posixrules\x1b[2J",
        ),
    ],
)
def test_what_nobody_can_read_falls_back_with_one_notice(tmp_path: Path, value: str) -> None:
    tokyo = Path("/usr/share/zoneinfo/Asia/Tokyo")
    found = find_zone({"TZ": value}, tokyo)
    assert datetime(2026, 1, 1, tzinfo=found.zone).utcoffset() == timedelta(hours=9)
    assert found.notice.startswith("TZ is not a time zone (")
    assert "times are shown for Asia/Tokyo" in found.notice
    assert found.notice.isprintable()
    assert len(found.notice) < 250
    found = find_zone({"TZ": value}, tmp_path / "none")
    assert (found.zone, found.name) == (UTC, "UTC")
    assert "times are shown for UTC" in found.notice


@pytest.mark.parametrize("cut", [0, 4, 20, 44, 60, 100])
def test_a_zone_file_that_is_broken_is_none(tmp_path: Path, cut: int) -> None:
    whole = Path("/usr/share/zoneinfo/Europe/Berlin").read_bytes()
    (tmp_path / "zone").write_bytes(whole[:cut])
    assert find_zone({}, tmp_path / "zone").zone == UTC
    assert find_zone({"TZ": str(tmp_path / "zone")}, tmp_path / "none").notice


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "zone")
    assert find_zone({"TZ": str(tmp_path / "zone")}, tmp_path / "zone").zone == UTC


def test_without_a_zone_database_the_rules_in_tz_still_hold(
    tz: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("chat_tui.zone.ZoneInfo", NoDatabase)
    for value, hours in (("MSK-3", 3), (NEW_YORK, -5), ("UTC", 0), ("", 0)):
        found = find_zone(tz(value), tmp_path / "none")
        assert (found.notice, datetime(2026, 1, 1, tzinfo=found.zone).utcoffset()) == (
            "",
            timedelta(hours=hours),
        )
    assert find_zone(tz("Europe/Moscow"), tmp_path / "none").notice


class NoDatabase:
    """zoneinfo on a machine without a time zone database."""

    def __init__(self, key: str) -> None:
        raise KeyError(key)

    from_file = ZoneInfo.from_file


# -- times across a clock change ------------------------------------------------------------------------


def test_both_passes_of_the_hour_that_comes_twice_are_told_apart(tz: Callable[[str], dict[str, str]]) -> None:
    zone = find_zone(tz(NEW_YORK)).zone
    real = ZoneInfo("America/New_York")
    assert isinstance(zone, SystemZone)
    for minutes in range(-180, 180, 7):
        for change in ("2026-11-01T06:00Z", "2026-03-08T07:00Z"):
            at = datetime.fromisoformat(change) + timedelta(minutes=minutes)
            ours, theirs = at.astimezone(zone), at.astimezone(real)
            assert (ours.replace(tzinfo=None), ours.fold) == (theirs.replace(tzinfo=None), theirs.fold)
            assert ours.timestamp() == at.timestamp()
            # Includes the hour that does not exist, and both readings of the hour that comes twice.
            shown = at.replace(tzinfo=None) - timedelta(hours=5)
            for fold in (0, 1):
                assert shown.replace(tzinfo=zone, fold=fold).utcoffset() == (
                    shown.replace(tzinfo=real, fold=fold).utcoffset()
                )


def test_snoozing_until_tomorrow_keeps_the_time_of_day(tz: Callable[[str], dict[str, str]]) -> None:
    zone = find_zone(tz(NEW_YORK)).zone
    evening = ms("2026-10-31T20:00-04:00")
    at = read_time("9:00", evening, zone)
    assert at == ms("2026-11-01T09:00-05:00")
    assert clock_time(at, zone) == "09:00"
    assert read_time("8.3 9:00", ms("2026-03-07T12:00Z"), zone) == ms("2026-03-08T09:00-04:00")


def test_hours_of_the_day_and_of_work_and_exported_times(tz: Callable[[str], dict[str, str]]) -> None:
    zone = find_zone(tz(NEW_YORK)).zone
    assert [hours_in(zone)(ms(at)) for at in ("2026-11-01T05:30Z", "2026-11-01T06:30Z")] == [1, 1]
    assert exact_time(ms("2026-11-01T05:30Z"), zone) == "2026-11-01 01:30:00 -04:00"
    assert exact_time(ms("2026-11-01T06:30Z"), zone) == "2026-11-01 01:30:00 -05:00"
    work = read_hours("Su 00:00-24:00")
    assert work is not None
    day = (ms("2026-11-01T04:00Z"), ms("2026-11-02T05:00Z"))
    assert work.worked(*day, zone, enough=100 * HOUR) == 25 * HOUR


@pytest.mark.parametrize("at", [-(2**62), -62_135_596_800_000, 253_402_300_799_999, 2**62])
def test_moments_beyond_the_calendar_are_no_error(tz: Callable[[str], dict[str, str]], at: int) -> None:
    for value in ("MSK-3", "AAA24", "AAA-24:59:59BBB"):
        assert clock_time(at, find_zone(tz(value)).zone).count(":") == 1
