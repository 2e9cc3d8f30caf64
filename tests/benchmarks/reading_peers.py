"""Time parsers from PyPI that the reader is compared with: each finds the times of a text, none knows what a promise is."""

from __future__ import annotations

import contextlib
import importlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

Times = Callable[[str, datetime], list[datetime]]  # a text and its moment (naive, local) → the ends of the times in it


@dataclass(frozen=True, slots=True)
class Peer:
    """A parser for some languages; `times` is None where it is not installed."""

    name: str
    langs: Sequence[str]
    times: Callable[[str], Times] | None  # language → its parser


def _module(name: str) -> Any:
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return importlib.import_module(name)
    except ImportError:
        return None


def _jionlp() -> Callable[[str], Times] | None:
    jio = _module("jionlp")
    if jio is None:
        return None

    def times(text: str, at: datetime) -> list[datetime]:
        found: list[datetime] = []
        for one in jio.ner.extract_time(text, time_base=at.timestamp(), with_parsing=True):
            detail = one.get("detail") or {}
            value = detail.get("time")
            if detail.get("type") in ("time_span", "time_point") and isinstance(value, list):
                found += [end for end in [_iso(str(value[-1]))] if end is not None]
            elif detail.get("type") == "time_delta":
                found += [at + _delta(one) for one in (value if isinstance(value, list) else [value])[-1:]]
        return found

    return lambda lang: times


def _delta(value: Any) -> timedelta:
    hours = {"year": 8760, "month": 720, "week": 168, "workday": 24, "day": 24, "hour": 1, "minute": 1 / 60, "second": 1 / 3600}
    return timedelta(hours=sum(hours.get(unit, 0) * _last(n) for unit, n in (value or {}).items()))


def _last(n: Any) -> float:
    return float(n[-1]) if isinstance(n, list) else float(n)


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _dateparser() -> Callable[[str], Times] | None:
    module = _module("dateparser.search")
    if module is None:
        return None

    def of(lang: str) -> Times:
        def times(text: str, at: datetime) -> list[datetime]:
            settings = {"RELATIVE_BASE": at, "PREFER_DATES_FROM": "future"}
            found = module.search_dates(text, languages=[lang], settings=settings) or []
            return [when.replace(tzinfo=None) for _, when in found]

        return times

    return of


def _parsedatetime() -> Callable[[str], Times] | None:
    module = _module("parsedatetime")
    if module is None:
        return None
    calendar = module.Calendar(version=module.VERSION_CONTEXT_STYLE)

    def times(text: str, at: datetime) -> list[datetime]:
        return [found[0] for found in calendar.nlp(text, sourceTime=at.timetuple()) or ()]

    return lambda lang: times


def _recognizers() -> Callable[[str], Times] | None:
    module = _module("recognizers_date_time")
    if module is None:
        return None
    models = {
        "zh": module.DateTimeRecognizer("zh-cn").get_datetime_model,
        "en": module.DateTimeRecognizer("en-us").get_datetime_model,
    }

    def of(lang: str) -> Times:
        model = models[lang]()

        def times(text: str, at: datetime) -> list[datetime]:
            return [end for one in model.parse(text, at) for end in _resolved(one, at)]

        return times

    return of


def _resolved(one: Any, at: datetime) -> list[datetime]:
    values = (one.resolution or {}).get("values") or []
    ends: list[datetime] = []
    for value in values[-1:]:
        said = value.get("end") or value.get("value") or ""
        if value.get("type") == "duration" and str(said).isdigit():
            ends.append(at + timedelta(seconds=int(said)))
        elif value.get("type") == "time":
            ends += [end for end in [_iso(f"{at:%Y-%m-%d} {said}")] if end is not None]
        else:
            ends += [end for end in [_iso(str(said))] if end is not None]
    return ends


def peers() -> list[Peer]:
    """All that we compare with, installed or not."""
    return [
        Peer("JioNLP", ("zh",), _jionlp()),
        Peer("dateparser", ("zh", "en", "pl"), _dateparser()),
        Peer("parsedatetime", ("en",), _parsedatetime()),
        Peer("recognizers-text", ("zh", "en"), _recognizers()),
    ]


def is_right(found: datetime, due: datetime) -> bool:
    """Whether a parser's time is the deadline, generously: the day for the end of one, the hour for a full one. Both naive."""
    if (due.hour, due.minute) == (23, 59):
        return found.date() == due.date() or found == due + timedelta(seconds=1)
    slack = timedelta(hours=1) if due.minute == due.second == 0 else timedelta(minutes=1)
    return due - timedelta(minutes=1) < found < due + slack
