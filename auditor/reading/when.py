"""From a deadline as it was said to an instant, the lenient way: the latest moment a reasonable buyer would accept."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from auditor.model import When
from auditor.reading.feasts import feast_day
from auditor.worktime import after_next_holiday, nth_business_day, zone_of

END_OF_DAY = 1440
CALENDAR_UNKNOWN = "no_calendar"
TOO_FAR = "too_far_ahead"

_MOST_DAYS = 1000


@dataclass(frozen=True, slots=True)
class Resolved:
    """`deadline` is aware, in the anchor's zone; None with the `problem` where it cannot be had.

    `arithmetic` says in figures how it came about: "2026-09-22 10:02:42 +08:00 → end of day 2026-09-22".
    """

    deadline: datetime | None
    arithmetic: str
    problem: str | None = None


def deadline(when: When, anchor: datetime, country: str, opens: int, closes: int) -> Resolved:
    """Tie `when` to a clock.

    `anchor` is aware and in the zone whose days count (a message's time, or the event that `when.anchor` names);
    `country` the calendar of business days; `opens` and `closes` the shop's hours in minutes after midnight.
    """
    if when.zone is not None:
        there = deadline(replace(when, zone=None), anchor.astimezone(zone_of(when.zone)), country, opens, closes)
        here = there.deadline.astimezone(anchor.tzinfo) if there.deadline else None
        return Resolved(here, there.arithmetic, there.problem)
    if when.n > _MOST_DAYS * (1440 if when.unit == "minutes" else 24 if when.unit == "hours" else 1):
        return Resolved(None, f"{stamp(anchor)} + {when.n:g} {when.unit}", TOO_FAR)
    if when.unit in ("minutes", "hours"):
        step = timedelta(minutes=when.n) if when.unit == "minutes" else timedelta(hours=when.n)
        end = (anchor.astimezone(UTC) + step).astimezone(anchor.tzinfo)
        return Resolved(end, f"{stamp(anchor)} + {when.n:g} {'min' if when.unit == 'minutes' else 'h'} → {stamp(end)}")
    if when.unit == "weekday" and when.weekday is None and when.feast is None:
        return _next_clock(when, anchor, opens, closes)
    day = _day(when, anchor, country)
    if day is None:
        return Resolved(None, f"{stamp(anchor)} + {when.n:g} {when.unit} ({country})", CALENDAR_UNKNOWN)
    return _on_day(when, anchor, day, opens, closes)


def stamp(moment: datetime) -> str:
    """A moment with its offset: 2026-09-22 10:02:42 +08:00."""
    text = moment.replace(microsecond=0).isoformat(" ")
    return f"{text[:19]} {text[19:]}"


# ---- which day -------------------------------------------------------------------------------------------------------


def _day(when: When, anchor: datetime, country: str) -> date | None:
    today = anchor.date()
    if when.feast is not None:
        return feast_day(when, today, country)
    if when.unit == "business_days":
        return nth_business_day(today, round(when.n), country)
    if when.unit == "after_holiday":
        return after_next_holiday(today, max(1, round(when.n)), country)
    if when.weekday is not None:
        return _weekday(when, anchor)
    if when.unit == "week_end":
        return today + timedelta(days=6 - today.weekday() + 7 * when.weeks_ahead)
    if when.unit == "month_day":
        return _month_day(today, when.day or 31, when.months_ahead)
    if when.unit == "date":
        return _date(when, today)
    return today + timedelta(days=round(when.n))


def _weekday(when: When, anchor: datetime) -> date:
    today = anchor.date()
    weekday = when.weekday or 0
    if when.weeks_ahead:
        return today + timedelta(days=7 * when.weeks_ahead + weekday - today.weekday())
    day = today + timedelta(days=(weekday - today.weekday()) % 7)
    over = when.clock is not None and when.clock < END_OF_DAY and not when.bare_hour
    if day == today and over and _at(day, when.clock or 0, anchor) < anchor:
        return day + timedelta(days=7)
    return day


def _month_day(today: date, day: int, months_ahead: int) -> date:
    found = _in_month(today.year, today.month + months_ahead, day)
    return _in_month(today.year, today.month + 1, day) if found < today else found


def _date(when: When, today: date) -> date:
    if when.swap:
        return _later_reading(when, today)
    month, day = when.month or 1, when.day or 1
    if when.year is not None:
        return _in_month(when.year, month, day)
    found = _in_month(today.year, month, day)
    return _in_month(today.year + 1, month, day) if found < today else found


def _later_reading(when: When, today: date) -> date:
    """3/4 is the third of April or the fourth of March: the later one that is not over."""
    straight = replace(when, swap=False)
    return max(_date(straight, today), _date(replace(straight, month=when.day, day=when.month), today))


def _in_month(year: int, month: int, day: int) -> date:
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, monthrange(year, month)[1]))


# ---- which time of that day --------------------------------------------------------------------------------------------


def _at(day: date, minute: int, anchor: datetime) -> datetime:
    """That minute of the day by the wall clock: the later one where the clock shows it twice, moved on where it is skipped."""
    at = time(23, 59, 59) if minute >= END_OF_DAY else time(minute // 60, minute % 60)
    wall = datetime.combine(day, at, anchor.tzinfo)
    return max(wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)).astimezone(anchor.tzinfo)


def _on_day(when: When, anchor: datetime, day: date, opens: int, closes: int) -> Resolved:
    minute = closes if when.unit == "closing" else END_OF_DAY if when.clock is None else when.clock
    if when.bare_hour and when.clock is not None:
        minute = _bare(when.clock, opens, closes)[0]
    end = _at(day, minute, anchor)
    if minute < END_OF_DAY and end < anchor and day == anchor.date():
        if (
            when.bare_hour
            and when.clock is not None
            and (later := _at(day, _bare(when.clock, opens, closes)[-1], anchor)) > anchor
        ):
            return Resolved(later, f"{stamp(anchor)} → {stamp(later)}")
        end, minute = _at(day, END_OF_DAY, anchor), END_OF_DAY
    step = f" + {when.n:g} {when.unit}" if when.unit in ("days", "business_days", "after_holiday", "feast") and when.n else ""
    if minute >= END_OF_DAY:
        return Resolved(end, f"{stamp(anchor)}{step} → end of day {day.isoformat()}")
    return Resolved(end, f"{stamp(anchor)}{step} → {stamp(end)}")


def _bare(clock: int, opens: int, closes: int) -> tuple[int, ...]:
    """The readings of an hour said without am or pm: those in shop hours, else the later one."""
    both = (clock, clock + 720) if clock <= 720 else (clock,)
    inside = tuple(minute for minute in both if opens <= minute <= closes)
    return inside or (min(both[-1], END_OF_DAY),)


def _next_clock(when: When, anchor: datetime, opens: int, closes: int) -> Resolved:
    """A clock time without a day: the next time the clock shows it."""
    clock = END_OF_DAY if when.clock is None else when.clock
    minutes = _bare(clock, opens, closes) if when.bare_hour else (clock,)
    for days in (0, 1, 2):
        for minute in minutes:
            end = _at(anchor.date() + timedelta(days=days), minute, anchor)
            if end > anchor:
                return Resolved(end, f"{stamp(anchor)} → {stamp(end)}")
    raise AssertionError("a day has passed without that hour")  # a clock shows every hour within two days
