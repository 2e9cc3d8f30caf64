"""Zones, counted hours, and business days with moved working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.worktime import after_next_holiday, counted_seconds, is_working_day, local_zone, nth_business_day, zone_of

WARSAW = ZoneInfo("Europe/Warsaw")
CHINA = zone_of("+08:00")


def test_zones() -> None:
    assert zone_of("Europe/Warsaw") == WARSAW
    assert datetime(2026, 1, 1, tzinfo=zone_of("-05:30")).utcoffset() == timedelta(hours=-5, minutes=-30)
    for wrong in ("+8", "Mars/Base", "+25:00", ""):
        with pytest.raises(UsageError):
            zone_of(wrong)


def test_a_message_is_read_in_its_own_offset() -> None:
    july = datetime(2026, 7, 1, 10, tzinfo=UTC)
    assert local_zone(WARSAW, 7200, july) is WARSAW
    assert local_zone(WARSAW, 3600, july) == timezone(timedelta(hours=1))
    assert local_zone(None, 28800, july) == timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("2026-11-03T22:58:00", "2026-11-04T08:03:00", 300),
        ("2026-11-03T02:00:00", "2026-11-03T03:00:00", 0),
        ("2026-11-03T09:00:00", "2026-11-03T09:00:07", 7),
        ("2026-11-03T00:00:00", "2026-11-05T00:00:00", 2 * 15 * 3600),
    ],
)
def test_counted_hours(start: str, end: str, seconds: int) -> None:
    first, last = (datetime.fromisoformat(text).replace(tzinfo=CHINA) for text in (start, end))
    assert counted_seconds(first, last, 480, 1380, CHINA) == seconds


def test_counted_hours_over_a_change_of_clocks() -> None:
    start, end = datetime(2026, 3, 28, 0, tzinfo=WARSAW), datetime(2026, 3, 30, 0, tzinfo=WARSAW)
    assert counted_seconds(start, end, 0, 1440, WARSAW) == 47 * 3600  # the night of 29 March lacks an hour
    assert counted_seconds(start, end, 1320, 360, WARSAW) == (6 + 2 + 5 + 2) * 3600  # hours that run over midnight


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_counted_hours_add_up(a: int, b: int, c: int) -> None:
    first, middle, last = sorted((a, b, c))
    moments = [datetime(2026, 3, 27, tzinfo=UTC) + timedelta(seconds=one) for one in (first, middle, last)]
    parts = [counted_seconds(one, other, 540, 1020, WARSAW) for one, other in pairwise(moments)]
    assert sum(parts) == counted_seconds(moments[0], moments[2], 540, 1020, WARSAW)


def test_moved_working_days_of_china() -> None:
    assert is_working_day(date(2026, 10, 10), "CN") is True  # a Saturday worked instead of 7 October
    assert is_working_day(date(2026, 10, 7), "CN") is False
    assert nth_business_day(date(2026, 9, 29), 2, "CN") == date(2026, 10, 8)
    assert nth_business_day(date(2026, 10, 9), 1, "CN") == date(2026, 10, 10)
    assert after_next_holiday(date(2026, 9, 29), 1, "CN") == date(2026, 10, 8)


def test_a_year_that_the_calendar_does_not_know() -> None:
    assert is_working_day(date(2031, 3, 3), "CN") is None
    assert nth_business_day(date(2030, 12, 31), 2, "CN") is None
    assert nth_business_day(date(2026, 3, 3), 2, "ZZ") is None


def test_polish_days() -> None:
    assert is_working_day(date(2026, 11, 11), "PL") is False
    assert nth_business_day(date(2026, 11, 10), 1, "PL") == date(2026, 11, 12)
    assert nth_business_day(date(2026, 11, 14), 0, "PL") == date(2026, 11, 16)
    assert after_next_holiday(date(2026, 11, 3), 1, "PL") == date(2026, 12, 28)  # "po świętach" in November is Christmas
