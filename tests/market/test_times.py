"""Times as the Market writes them, and as a broken Market might."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_tui.market.answers import LATEST, read_iso, read_rfc822
from chat_tui.model.ids import UNKNOWN_TIME

MS_2017 = int(datetime(2017, 11, 21, tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-22T09:14:55.070+03:00", 1795328095070),
        ("2026-11-22T06:14:55Z", 1795328095000),
        ("2017-11-21T00:00:00Z", MS_2017),
        ("2017-11-21T00:00:00.123456789+03:00", MS_2017 - 3 * 3_600_000 + 123),
        ("2017-11-21T00:00:00.1-0230", MS_2017 + 150 * 60_000 + 100),
        ("2017-11-21", MS_2017),
        ("2017-11-21T00:00:00", MS_2017),
        ("2017-11-20T24:00:00+00:00", MS_2017),
        ("2017-11-20T23:59:60Z", MS_2017),
        ("0001-01-01T00:00:00Z", UNKNOWN_TIME),
        ("1969-12-31T23:59:59.999Z", UNKNOWN_TIME),
        ("9999-12-31T23:59:59-12:00", LATEST),
        ("2017-11-21T00:00:00+26:00", UNKNOWN_TIME),
        ("2017-02-30T00:00:00Z", UNKNOWN_TIME),
        ("2017-11-21T24:00:01Z", UNKNOWN_TIME),
        ("2017-11-21T00:61:00Z", UNKNOWN_TIME),
        ("٢٠١٧-11-21", UNKNOWN_TIME),
        ("", UNKNOWN_TIME),
        ("1511211600", UNKNOWN_TIME),
        (1511211600, UNKNOWN_TIME),
        (None, UNKNOWN_TIME),
        ({"seconds": 1}, UNKNOWN_TIME),
        ("2017-11-21T00:00:00." + "1" * 10_000 + "Z", UNKNOWN_TIME),
    ],
)
def test_iso(text: Any, moment: int) -> None:
    assert read_iso(text) == moment


@given(
    st.datetimes(min_value=datetime(1970, 1, 3), max_value=datetime(2109, 1, 1)),
    st.integers(min_value=-23 * 60, max_value=23 * 60),
)
def test_iso_agrees_with_the_standard_library(naive: datetime, minutes: int) -> None:
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    whole_ms = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert read_iso(moment.isoformat()) == whole_ms


@given(st.text(max_size=100))
def test_any_text_is_a_moment_or_none(text: str) -> None:
    assert 0 <= read_iso(text) <= LATEST
    read_rfc822(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Sun, 22 Nov 2026 10:00:00 GMT", 1795341600000),
        ("Thu, 22 Nov 2026 10:00:00 GMT", 1795341600000),
        ("22 Nov 2026 10:00:00 GMT", 1795341600000),
        ("Sun, 22-Nov-2026 13:00:00 +0300", 1795341600000),
        ("Sun, 99 Nov 2026 10:00:00 GMT", None),
        ("Sun, 22 Foo 2026 10:00:00 GMT", None),
        ("not a date", None),
        ("", None),
        (None, None),
    ],
)
def test_rfc_822(text: str | None, moment: int | None) -> None:
    assert read_rfc822(text) == moment
