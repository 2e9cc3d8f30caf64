"""How times are spelt that are not read by themselves: which spellings fit all examples, and whether day and month are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

_CLOCKS = (" %H:%M:%S", " %H:%M", ", %H:%M:%S", ", %H:%M", " %I:%M:%S %p", " %I:%M %p", ", %I:%M:%S %p", ", %I:%M %p", "")
_DAYS = (
    *("%d.%m.%Y", "%d.%m.%y", "%d-%m-%Y", "%d/%m/%Y", "%d/%m/%y", "%m/%d/%Y", "%m/%d/%y", "%m-%d-%Y", "%Y-%m-%d", "%Y/%m/%d"),
    *("%b-%d-%y", "%d-%b-%y", "%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%Y%m%d"),
)
_WHOLE = ("%Y%m%d%H%M%S", "%a %b %d %H:%M:%S %z %Y", "%a, %d %b %Y %H:%M:%S %z")
_SPELLINGS = (*(f"{day}{clock}" for day in _DAYS for clock in _CLOCKS), *_WHOLE)
_TURNED = (("%d/%m/", "%m/%d/"), ("%d-%m-", "%m-%d-"))


def spellings(texts: Sequence[str]) -> tuple[str, ...]:
    """The first spelling that fits all texts; else a few that fit them together; else none."""
    fitting = [spelling for spelling in _SPELLINGS if all(_fits(text, spelling) for text in texts)]
    if fitting:
        return (fitting[0],)
    found: list[str] = []
    left = list(texts)
    for spelling in _SPELLINGS:
        fits = [text for text in left if _fits(text, spelling)]
        if fits:
            found.append(spelling)
            left = [text for text in left if text not in fits]
    return tuple(found) if not left and len(found) <= 3 else ()


def day_orders(texts: Sequence[str]) -> tuple[str, str] | None:
    """Two spellings that fit all texts and differ in what is the day; None where the texts tell."""
    fitting = {spelling for spelling in _SPELLINGS if all(_fits(text, spelling) for text in texts)}
    for spelling in _SPELLINGS:
        for first, second in _TURNED:
            other = spelling.replace(first, second)
            if spelling in fitting and other != spelling and other in fitting:
                return spelling, other
    return None


def _fits(text: str, spelling: str) -> bool:
    try:
        found = datetime.strptime(text.strip(), spelling)  # noqa: DTZ007 - only whether it fits
    except ValueError:
        return False
    return 1990 <= found.year <= 2099
