"""Feasts by name, days after them, zones and changes of the clock: properties of Polish and English deadlines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model import Lang, When
from auditor.reading.feasts import feast_day
from auditor.reading.normal import normal
from auditor.reading.promises import promises
from auditor.reading.when import CALENDAR_UNKNOWN, deadline
from auditor.worktime import is_working_day

WARSAW = ZoneInfo("Europe/Warsaw")
COUNTRY: dict[Lang, str] = {"pl": "PL", "en": "US", "zh": "CN"}
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
FEASTS = ["easter", "good_friday", "christmas", "black_friday", "corpus_christi", "mothers_day", "new_year", "holidays"]

TABLE: list[tuple[Lang, str, str, str]] = [
    ("pl", "2026-12-22T09:15", "wyślemy przed świętami", "2026-12-24"),
    ("pl", "2026-03-27T11:00", "wyślemy przed świętami", "2026-04-04"),
    ("pl", "2026-03-27T11:00", "wyślemy we wtorek po świętach", "2026-04-07"),
    ("pl", "2026-03-27T11:00", "nadamy w Wielki Piątek", "2026-04-03"),
    ("pl", "2026-11-10T13:05", "pierwszego dnia roboczego po święcie wyślemy", "2026-11-12"),
    ("pl", "2026-12-22T09:15", "nadamy pierwszego dnia roboczego po świętach", "2026-12-28"),
    ("pl", "2026-05-12T13:20", "wyślemy do Dnia Matki", "2026-05-26"),
    ("en", "2026-05-05T13:20", "we'll ship by Mother's Day", "2026-05-10"),
    ("en", "2026-11-25T13:05", "it ships on Black Friday", "2026-11-27"),
    ("en", "2026-03-27T11:00", "we'll ship the Tuesday after Easter", "2026-04-07"),
    ("en", "2026-12-22T09:15", "we'll ship before Christmas", "2026-12-24"),
    ("en", "2026-09-17T10:00", "shipping by 3/4", "2027-04-03"),
    ("en", "2026-09-17T10:00", "shipping 9/21", "2026-09-21"),
]


@pytest.mark.parametrize(("lang", "at", "text", "expected"), TABLE)
def test_feasts(lang: Lang, at: str, text: str, expected: str) -> None:
    when = promises(normal(text), lang)[0][0].when
    assert when is not None
    found = deadline(when, datetime.fromisoformat(at).replace(tzinfo=WARSAW), COUNTRY[lang], 540, 1080).deadline
    assert found is not None
    assert found.isoformat()[:19] == f"{expected}T23:59:59"


@pytest.mark.parametrize(("lang", "text"), [("pl", "wyślemy po świętach"), ("en", "we'll ship after Easter")])
def test_after_a_feast_alone_is_vague(lang: Lang, text: str) -> None:
    (promise,) = promises(normal(text), lang)[0]
    assert (promise.when, promise.vague) == (None, True)


@given(day=DAYS, name=st.sampled_from(FEASTS), n=st.integers(-1, 0), country=st.sampled_from(["PL", "US"]))
@settings(deadline=None)
def test_a_feast_is_never_behind_and_within_a_year(day: date, name: str, n: int, country: str) -> None:
    found = feast_day(When("feast", n, feast=name), day, country)
    assert found is not None
    assert day <= found <= day + timedelta(days=400)


@given(day=DAYS, name=st.sampled_from(FEASTS), weekday=st.integers(0, 6))
@settings(deadline=None)
def test_a_weekday_after_a_feast_is_that_weekday_and_after_it(day: date, name: str, weekday: int) -> None:
    found = feast_day(When("weekday", weekday=weekday, feast=name), day, "PL")
    assert found is not None
    assert found.weekday() == weekday
    assert found >= day


@given(day=DAYS, n=st.integers(1, 5))
@settings(deadline=None)
def test_days_counted_after_a_feast_are_working_days(day: date, n: int) -> None:
    found = feast_day(When("business_days", n, feast="easter"), day, "PL")
    assert found is not None
    assert is_working_day(found, "PL")


def test_a_year_the_calendar_does_not_know_gives_no_deadline() -> None:
    at = datetime(2190, 3, 3, 10, tzinfo=WARSAW)
    found = deadline(When("business_days", 2), at, "XX", 540, 1080)
    assert (found.deadline, found.problem) == (None, CALENDAR_UNKNOWN)


@given(minute=st.integers(0, 1439), day=st.sampled_from([date(2026, 3, 29), date(2026, 10, 25)]))
@settings(deadline=None)
def test_a_clock_that_is_shown_twice_or_skipped_gives_the_later_moment(minute: int, day: date) -> None:
    anchor = datetime(day.year, day.month, day.day, tzinfo=WARSAW) - timedelta(days=1)
    found = deadline(When("date", month=day.month, day=day.day, clock=minute), anchor, "PL", 540, 1080).deadline
    assert found is not None
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=WARSAW)
    assert found.astimezone(UTC) == max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))


@given(zone=st.sampled_from([("PST", -8), ("EST", -5), ("GMT", 0), ("CET", 1)]), hour=st.integers(1, 11))
@settings(deadline=None)
def test_a_named_zone_moves_the_clock(zone: tuple[str, int], hour: int) -> None:
    name, offset = zone
    when = promises(normal(f"we'll ship by {hour}pm {name} tomorrow"), "en")[0][0].when
    assert when is not None
    found = deadline(when, datetime(2026, 9, 17, 12, tzinfo=UTC), "US", 540, 1080).deadline
    assert found == datetime(2026, 9, 18, hour + 12, tzinfo=UTC) - timedelta(hours=offset)
