"""Feasts by name: when the next one falls, and the days that are counted from it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from dateutil.easter import easter

from auditor.model import When
from auditor.worktime import after_next_holiday, nth_business_day

ANY = "any"  # the next public holiday, whichever it is
_DAY = timedelta(days=1)
Days = tuple[date, date]  # first and last


def _fixed(month: int, day: int) -> Callable[[int, str], Days]:
    return lambda year, country: (date(year, month, day), date(year, month, day))


def _from_easter(n: int, days: int = 1) -> Callable[[int, str], Days]:
    return lambda year, country: (easter(year) + n * _DAY, easter(year) + (n + days - 1) * _DAY)


def _nth(month: int, weekday: int, n: int, later: int = 0) -> Callable[[int, str], Days]:
    """The n-th such weekday of a month, and `later` days after it."""

    def days(year: int, country: str) -> Days:
        first = date(year, month, 1)
        day = first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1) + later)
        return day, day

    return days


def _christmas(year: int, country: str) -> Days:
    return date(year, 12, 25), date(year, 12, 25 if country == "US" else 26)


def _either(polish: Callable[[int, str], Days], other: Callable[[int, str], Days]) -> Callable[[int, str], Days]:
    return lambda year, country: (polish if country == "PL" else other)(year, country)


_FEASTS: dict[str, Callable[[int, str], Days]] = {
    "new_year": _fixed(1, 1),
    "epiphany": _fixed(1, 6),
    "valentine": _fixed(2, 14),
    "womens_day": _fixed(3, 8),
    "good_friday": _from_easter(-2),
    "easter": _from_easter(0, 2),
    "easter_monday": _from_easter(1),
    "may_days": lambda year, country: (date(year, 5, 1), date(year, 5, 3)),
    "mothers_day": _either(_fixed(5, 26), _nth(5, 6, 2)),
    "memorial_day": _nth(6, 0, 1, later=-7),
    "corpus_christi": _from_easter(60),
    "childrens_day": _fixed(6, 1),
    "fathers_day": _either(_fixed(6, 23), _nth(6, 6, 3)),
    "fourth_of_july": _fixed(7, 4),
    "assumption": _fixed(8, 15),
    "labor_day": _nth(9, 0, 1),
    "halloween": _fixed(10, 31),
    "all_saints": _fixed(11, 1),
    "independence_day": _fixed(11, 11),
    "thanksgiving": _nth(11, 3, 4),
    "black_friday": _nth(11, 3, 4, later=1),
    "cyber_monday": _nth(11, 3, 4, later=4),
    "st_nicholas": _fixed(12, 6),
    "christmas_eve": _fixed(12, 24),
    "christmas": _christmas,
    "new_years_eve": _fixed(12, 31),
}
_GROUPS = {"holidays": ("easter", "christmas")}  # what "święta" may mean


def feast_day(when: When, today: date, country: str) -> date | None:
    """The day that a time tied to a feast ends on, never before `today`; None: the calendar is not known.

    Unit "feast": n days from the feast's first day (before it: -1). Weekdays and counted days come after its last.
    """
    if when.feast == ANY or when.feast is None:
        return _after_any(when, today, country)
    found: list[date] = []
    for name in _GROUPS.get(when.feast, (when.feast,)):
        for year in (today.year - 1, today.year, today.year + 1):
            day = _from_feast(when, _FEASTS[name](year, country), country)
            if day is None:
                return None
            if day >= today:
                found.append(day)
                break
    return min(found) if found else None


def _from_feast(when: When, feast: Days, country: str) -> date | None:
    first, last = feast
    if when.unit == "weekday":
        return _next_weekday(last + _DAY, when.weekday or 0)
    if when.unit in ("business_days", "after_holiday"):
        return nth_business_day(last, max(1, round(when.n)), country)
    return (first if when.unit == "feast" else last) + round(when.n) * _DAY


def _after_any(when: When, today: date, country: str) -> date | None:
    counted = when.unit in ("business_days", "after_holiday")
    first = after_next_holiday(today, max(1, round(when.n)) if counted else 1, country, every=when.feast == ANY)
    if first is None or counted:
        return first
    return _next_weekday(first, when.weekday or 0) if when.unit == "weekday" else first + (round(when.n) - 1) * _DAY


def _next_weekday(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)
