"""The pieces that time expressions are made of, and how neighbouring pieces become one deadline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from auditor.model import When

Sort = Literal["day", "part", "clock", "span", "closing", "holiday", "vague", "not_before", "ago", "after", "zone", "same"]
Groups = Sequence[str | None]
Reader = Callable[[Groups], "Piece | None"]  # the groups of its pattern → a piece; None: it is no time after all

MORNING, NOON, AFTERNOON, EVENING = 720, 840, 1080, 1440
_HALF_DAY = 720


@dataclass(frozen=True, slots=True)
class Piece:
    """One time word. `when` holds days and spans, `minute` a part of the day (its end) or a clock time.

    `bare`: a clock time without am or pm. `past`: the day lies behind (yesterday). `zone`: of the clock.
    "after" is a feast that a day beside it comes after, "zone" a zone beside a time,
    "same" the day named before, or today.
    """

    sort: Sort
    when: When | None = None
    minute: int | None = None
    bare: bool = False
    past: bool = False
    zone: str | None = None


SAME_DAY = Piece("same", When("days", 0))
END_OF_THE_DAY = Piece("part", When("days", 0))  # of today, or of the day beside it
VAGUE = Piece("vague")
NOT_BEFORE = Piece("not_before")
AGO = Piece("ago", past=True)
CLOSING = Piece("closing", When("closing"))


def days(n: float, minute: int | None = None) -> Piece:
    """A day n days from the message's; `minute`: "tonight", "tomorrow morning" in one word."""
    return Piece("day", When("days", n), minute)


def span(n: float, unit: Literal["minutes", "hours", "days", "business_days"]) -> Piece:
    """A stretch of time: 48 hours, 3 days."""
    return Piece("span", When(unit, n))


def weekday(day: int, weeks_ahead: int = 0) -> Piece:
    """A day of the week, 0 = Monday; weeks_ahead 1: of next week."""
    return Piece("day", When("weekday", weekday=day, weeks_ahead=weeks_ahead))


def week(weeks_ahead: int = 0) -> Piece:
    """The end of this week, of the next."""
    return Piece("day", When("week_end", weeks_ahead=weeks_ahead))


def month_day(day: int, months_ahead: int = 0) -> Piece | None:
    """A day of the month; 31 is its last."""
    return Piece("day", When("month_day", day=day, months_ahead=months_ahead)) if 1 <= day <= 31 else None


def date(month: int, day: int, year: int | None = None) -> Piece | None:
    """A date; None where there is no such day."""
    if year is not None and year < 100:
        year += 2000
    return Piece("day", When("date", month=month, day=day, year=year)) if 1 <= month <= 12 and 1 <= day <= 31 else None


def slashed(first: int, second: int, year: int | None = None) -> Piece | None:
    """A date in figures whose order is not known: 9/21 can be read one way only, 3/4 both ways."""
    month, day = (second, first) if first > 12 else (first, second)
    piece = date(month, day, year)
    if piece is None or piece.when is None or day > 12 or day == month:
        return piece
    return replace(piece, when=replace(piece.when, swap=True))


def part(minute: int) -> Piece:
    """A part of the day, by its end."""
    return Piece("part", None, minute)


def feast(name: str, n: int = 0) -> Piece:
    """A day n days from the feast of that name (reading/feasts.py)."""
    return Piece("day", When("feast", n, feast=name))


def after(name: str) -> Piece:
    """After that feast: no deadline by itself, but "the Tuesday after Easter" is one."""
    return Piece("after", When("feast", feast=name))


def first_after(name: str) -> Piece:
    """The first business day after that feast."""
    return Piece("holiday", When("after_holiday", 1, feast=name))


def clock(hour: float, minutes: float = 0, bare: bool | None = None) -> Piece | None:
    """A clock time; without `bare` an hour up to 12 could be in either half of the day."""
    if not (0 <= hour <= 24 and 0 <= minutes < 60):
        return None
    minute = round(hour * 60 + minutes) or EVENING
    return Piece("clock", None, min(minute, EVENING), (hour <= 12 and minute < EVENING) if bare is None else bare)


# ---- neighbours --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=8192)
def joined(first: Piece, second: Piece, either: bool) -> Piece | None:
    """Two pieces side by side as one; None where they do not belong together.

    `either`: "or", "to", a dash stand between them, so that the later one counts.
    """
    if "vague" in (first.sort, second.sort) or first.past or second.past:
        return None
    if either and first.sort == second.sort:
        return second
    if "zone" in (first.sort, second.sort):
        return replace(second, zone=first.zone) if first.sort == "zone" else replace(first, zone=second.zone)
    if "after" in (first.sort, second.sort):
        return _after(first, second) if first.sort == "after" else _after(second, first)
    if first.sort == second.sort == "day":
        return _two_days(first, second)
    if first.sort == "span" or second.sort == "span":
        return None
    day = next((one for one in (first, second) if one.sort in ("day", "same")), None)
    other = second if day is first else first
    if day is not None and other.sort == "closing":
        return _closing(day)
    if day is not None and other.sort in ("part", "clock"):
        return _on_day(day, other)
    if {first.sort, second.sort} == {"part", "clock"}:
        return _in_part(first, second) if first.sort == "part" else _in_part(second, first)
    return None


@lru_cache(maxsize=8192)
def when_of(piece: Piece) -> When | None:
    """The deadline of a joined piece; None where it names none."""
    if piece.past or piece.sort in ("vague", "ago", "not_before", "after", "zone"):
        return None
    if piece.zone is not None:
        when = when_of(replace(piece, zone=None))
        return None if when is None else replace(when, zone=piece.zone)
    if piece.when is None:
        if piece.minute is None:
            return None
        # a time without a day: the next time the clock shows it (weekday None)
        return When("weekday", clock=piece.minute, bare_hour=piece.bare)
    if piece.minute is None or piece.when.unit not in (
        "days", "weekday", "month_day", "date", "business_days", "feast",
    ):  # fmt: skip
        return piece.when
    return replace(piece.when, clock=piece.minute, bare_hour=piece.bare)


def _two_days(first: Piece, second: Piece) -> Piece | None:
    """Wednesday 8 May, this Friday the 13th: the date counts."""
    weeks = [piece.when for piece in (first, second) if piece.when and piece.when.unit == "week_end"]
    named = [piece for piece in (first, second) if piece.when and piece.when.unit == "weekday"]
    if weeks and named and named[0].when is not None:
        return replace(named[0], when=replace(named[0].when, weeks_ahead=weeks[0].weeks_ahead))
    exact = [piece for piece in (first, second) if piece.when and piece.when.unit in ("date", "month_day")]
    if len(exact) == 1 and first.when and second.when and "weekday" in (first.when.unit, second.when.unit):
        return exact[0]
    return None


def _after(feast: Piece, other: Piece) -> Piece | None:
    """Tuesday after Easter; a date stands by itself."""
    if other.when is None or feast.when is None or other.minute is not None:
        return None
    if other.when.unit not in ("weekday", "days", "business_days"):
        return other if other.sort == "day" else None
    if other.when.unit == "days" and other.sort == "day":
        return other  # tomorrow
    return Piece("day", replace(other.when, feast=feast.when.feast, weeks_ahead=0))


def _closing(day: Piece) -> Piece | None:
    if day.when is not None and day.when.unit == "weekday":
        return Piece("day", replace(day.when, unit="closing"))
    if day.when is None or day.when.unit != "days":
        return day
    return Piece("day", When("closing", day.when.n))


def _on_day(day: Piece, time: Piece) -> Piece | None:
    if day.when is None or (day.minute is not None and time.sort == "part"):
        return day if day.minute is not None else None
    if day.minute is not None and time.minute is not None:
        time = _in_part(Piece("part", None, day.minute), time)
    return replace(day, minute=time.minute, bare=time.bare, zone=time.zone or day.zone)


def _in_part(part_of_day: Piece, time: Piece) -> Piece:
    """Afternoon + six o'clock = 18:00."""
    minute = time.minute or 0
    half = part_of_day.minute or 0
    if not time.bare or part_of_day.minute is None:
        return time
    if half == EVENING and minute >= _HALF_DAY:
        minute = EVENING if minute == _HALF_DAY else minute  # twelve at night
    elif half in (NOON, AFTERNOON, EVENING) and minute < _HALF_DAY and not (half == NOON and minute >= 600):
        minute += _HALF_DAY
    return Piece("clock", None, minute)
