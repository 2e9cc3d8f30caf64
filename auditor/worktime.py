"""Clocks and calendars: zones, counted hours, business days with moved working days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from auditor.errors import Fault, UsageError

_DAY = timedelta(days=1)
_FAR = 800  # days: no promise is looked up further ahead than this


# ---- zones -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """The zone of an IANA name ("Europe/Warsaw"), of "UTC" or "Z", or of an offset ("+08:00"). Raises UsageError."""
    if name in ("UTC", "Z"):
        return UTC
    if name[:1] in ("+", "-") and len(name) == 6 and name[3] == ":" and (name[1:3] + name[4:]).isdecimal():
        hours, minutes = int(name[1:3]), int(name[4:])
        if hours <= 14 and minutes < 60:
            offset = timedelta(hours=hours, minutes=minutes)
            return timezone(-offset if name[0] == "-" else offset)
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(Fault("", f"{name!r} is not a time zone", "write Europe/Warsaw or +08:00")) from error


def local_zone(platform_zone: tzinfo | None, offset_s: int, instant: datetime) -> tzinfo:
    """The zone a message's days are counted in: the platform's named zone if it had that offset then, else the fixed offset."""
    if platform_zone is not None:
        offset = instant.astimezone(platform_zone).utcoffset()
        if offset is not None and int(offset.total_seconds()) == offset_s:
            return platform_zone
    return timezone(timedelta(seconds=offset_s))


# ---- counted hours -----------------------------------------------------------------------------------------------------


def counted_seconds(start: datetime, end: datetime, opens_min: int, closes_min: int, tz: tzinfo) -> int:
    """Seconds of [start, end) that lie inside the daily counted hours, on the clock of `tz`.

    `opens_min` and `closes_min` are minutes after midnight; hours that close before they open run over midnight.
    Real seconds: a night with a change of clocks counts what really passed.
    """
    if closes_min <= opens_min:
        closes_min += 1440
    first, last = start.timestamp(), end.timestamp()
    total = 0.0
    day = start.astimezone(tz).date() - _DAY
    while day <= end.astimezone(tz).date():
        opens, closes = at_minute(day, opens_min, tz).timestamp(), at_minute(day, closes_min, tz).timestamp()
        total += max(0.0, min(last, closes) - max(first, opens))
        day += _DAY
    return round(total)


def at_minute(day: date, minute: int, tz: tzinfo) -> datetime:
    """The instant `minute` minutes after midnight by the wall clock (1440: the next midnight), DST-safe."""
    wall = datetime.combine(day + timedelta(days=minute // 1440), time(minute % 1440 // 60, minute % 60), tz)
    return wall.astimezone(UTC).astimezone(tz)  # a time that the clock skips becomes the one it shows instead


# ---- business days -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=256)
def business_days(country: str, year: int) -> tuple[frozenset[date], frozenset[date]] | None:
    """(public holidays, weekend days worked instead) of a year; None where the calendar does not know that year.

    China announces each year's moved working days late in the year before: a year without them is not known yet.
    """
    try:
        calendar = holidays.country_holidays(country, years=year)
    except (NotImplementedError, KeyError, ValueError):
        return None
    off = frozenset(day for day in calendar if day.year == year)
    worked = frozenset(day for day in getattr(calendar, "weekend_workdays", ()) if day.year == year)
    if not off or (country == "CN" and not worked):
        return None
    return off, worked


def is_working_day(day: date, country: str) -> bool | None:
    """Whether that day is a business day; None: the calendar is not known."""
    known = business_days(country, day.year)
    if known is None:
        return None
    off, worked = known
    return day in worked or (day.weekday() < 5 and day not in off)


def nth_business_day(day: date, n: int, country: str) -> date | None:
    """The n-th business day after `day` (n = 0: `day` itself or the next one); None: the calendar is not known."""
    if n == 0:
        return day if is_working_day(day, country) else nth_business_day(day, 1, country)
    left = n
    for following in _days_after(day):
        works = is_working_day(following, country)
        if works is None:
            return None
        left -= works
        if left <= 0:
            return following
    return None


def after_next_holiday(day: date, n: int, country: str, *, every: bool = False) -> date | None:
    """The n-th business day after the spell of days off that holds the next public holiday; None: calendar not known.

    A spell that `day` lies in is the next one. In Poland "święta" are Christmas and Easter, not every public holiday (`every`).
    """
    in_spell = False
    for following in _days_after(day - _DAY):
        works = is_working_day(following, country)
        if works is None:
            return None
        if works and in_spell:
            return nth_business_day(following - _DAY, n, country)
        in_spell = not works and (in_spell or _is_feast(following, country, every))
    return None


def _is_feast(day: date, country: str, every: bool) -> bool:
    known = business_days(country, day.year)
    if known is None or day not in known[0]:
        return False
    return every or country != "PL" or (day.month == 12 and day.day in (24, 25, 26)) or day.month in (3, 4)


def _days_after(day: date) -> Iterator[date]:
    for n in range(1, _FAR):
        yield day + timedelta(days=n)
