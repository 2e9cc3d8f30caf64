"""Short notation of readings, so that the tables of the reading tests fit on one line a case."""

from __future__ import annotations

from auditor.model import Lang, Promise, When
from auditor.reading.normal import normal
from auditor.reading.promises import promises

_UNITS = {"hours": "{n:g}h", "minutes": "{n:g}min", "days": "d+{n:g}", "business_days": "bd+{n:g}", "closing": "closing+{n:g}"}


def brief(when: When | None) -> str:
    """48h, d+1@18:00, wd4+1, 11-15, bd+2>payment; a bare hour ends in ~."""
    if when is None:
        return "-"
    if when.unit in _UNITS:
        text = _UNITS[when.unit].format(n=when.n)
    elif when.unit == "weekday":
        text = "next" if when.weekday is None else f"wd{when.weekday + 1}+{when.weeks_ahead}"
    elif when.unit == "week_end":
        text = f"week+{when.weeks_ahead}"
    elif when.unit == "month_day":
        text = f"md{when.day}+{when.months_ahead}"
    elif when.unit == "date":
        text = f"{when.year}-{when.month}-{when.day}" if when.year else f"{when.month}-{when.day}"
    else:
        text = f"holiday+{when.n:g}"
    if when.clock is not None:
        text += f"@{when.clock // 60:02}:{when.clock % 60:02}{'~' if when.bare_hour else ''}"
    return text if when.anchor == "message" else f"{text}>{when.anchor}"


def _one(promise: Promise) -> str:
    flags = [
        name
        for name, on in (
            ("vague", promise.vague),
            ("cond", promise.conditional),
            ("hedged", promise.hedged),
            ("est", promise.estimate),
        )
        if on
    ]
    time = [] if promise.when is None and promise.vague else [brief(promise.when)]
    return " ".join([promise.kind, *time, *flags])


def made(text: str, lang: Lang) -> str:
    """The promises of a text in short notation."""
    return "; ".join(_one(promise) for promise in promises(normal(text), lang)[0])


def asked(text: str, lang: Lang) -> str:
    """The requests of a text in short notation."""
    return "; ".join(_one(promise) for promise in promises(normal(text), lang)[1])
