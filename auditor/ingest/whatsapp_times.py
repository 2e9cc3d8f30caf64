"""Days and times of a WhatsApp export as 2026-11-10 09:30:00: which number is the day is told by the file, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from itertools import pairwise

import re2

from auditor.ingest.tables import Refused

_PARTS = re2.compile(r"^(\d{1,4})([./-])(\d{1,2})[./-](\d{1,4})$")
_CLOCK = re2.compile(r"^(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))? ?([AaPp])?")
_Order = tuple[int, int, int]  # which of the three numbers is year, month, day
_ORDERS: dict[str, _Order] = {"year first": (0, 1, 2), "day first": (2, 1, 0), "month first": (2, 0, 1)}


def times_of(written: Sequence[tuple[str, str]]) -> list[str]:
    """Each (day, clock time) spelt out. Raises Refused where day and month cannot be told apart."""
    days = [_parts(day) for day, _ in written]
    clocks = [_clock(clock) for _, clock in written]
    possible = {name: moments for name, order in _ORDERS.items() if (moments := _moments(days, clocks, order)) is not None}
    rising = {name: moments for name, moments in possible.items() if _rises(moments)}
    found = rising or possible
    if len(found) > 1 and any("." in day for day, _ in written):
        found = {name: moments for name, moments in found.items() if name == "day first"} or found
    if len(set(map(tuple, found.values()))) != 1:
        said = "is no day" if not found else "does not say which number is the day"
        raise Refused(f"{written[0][0] if written else 'the file'!r} {said}; export a longer part of the chat")
    return [moment.strftime("%Y-%m-%d %H:%M:%S") for moment in next(iter(found.values()))]


def _parts(day: str) -> tuple[int, int, int]:
    found = _PARTS.match(day)
    return (int(found[1]), int(found[3]), int(found[4])) if found else (0, 0, 0)


def _clock(written: str) -> time | None:
    found = _CLOCK.match(written)
    if not found:
        return None
    hour, half = int(found[1]), (found[4] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return time(hour, int(found[2]), int(found[3] or 0)) if hour < 24 and int(found[2]) < 60 and int(found[3] or 0) < 60 else None


def _moments(days: Sequence[tuple[int, int, int]], clocks: Sequence[time | None], order: _Order) -> list[datetime] | None:
    """All instants in that order of year, month and day; None where one of them is none."""
    moments = []
    for parts, clock in zip(days, clocks, strict=True):
        year, month, day = (parts[place] for place in order)
        year += 2000 if year < 100 else 0
        try:
            moments.append(datetime.combine(date(year, month, day), clock or time()))
        except ValueError:
            return None
        if clock is None or not 2009 <= year <= 2099:
            return None
    return moments


def _rises(moments: Sequence[datetime]) -> bool:
    """Whether time goes on from line to line, as it does in a chat; an hour back is a clock that was changed."""
    steps = pairwise(moments)
    return all((after - before).total_seconds() >= -3_600 for before, after in steps)
