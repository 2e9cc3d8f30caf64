"""What a rule may set on its detector: YAML values made the types that the detector's `Params` names."""

from __future__ import annotations

import dataclasses
import difflib
import types
import typing
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from auditor.errors import Fault, UsageError
from auditor.model import Rule

P = TypeVar("P")

_LONGEST_PATTERN = 4096
_MOST_NAMED = 16
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def version_at(rule: Rule, day: date) -> Mapping[str, object] | None:
    """The parameters in force on that local day; None before the first version and while withdrawn."""
    held: Mapping[str, object] | None = None
    for since, values in rule.params:
        if since > day:
            break
        held = values
    return held


def typed_params(params: type[P], values: Mapping[str, object], place: str = "") -> P:
    """An instance of the detector's Params from a rule's values. Raises UsageError with every fault."""
    made, faults = check_params(params, values)
    if faults or made is None:
        raise UsageError(Fault(f"{place}: {key}" if place else key, what, mend) for key, what, mend in faults)
    return made


def check_params(params: type[P], values: Mapping[str, object]) -> tuple[P | None, list[tuple[str, str, str]]]:
    """The instance, or None and what is wrong as (key, what, mend)."""
    hints = typing.get_type_hints(params)
    fields = {f.name: f for f in dataclasses.fields(params)}  # type: ignore[arg-type]
    faults: list[tuple[str, str, str]] = []
    given: dict[str, object] = {}
    for key, value in values.items():
        if key not in fields:
            faults.append((key, "the detector has no such parameter", suggest(key, fields)))
            continue
        try:
            given[key] = convert(hints[key], value)
        except ValueError as error:
            what, _, mend = str(error).partition("; ")
            faults.append((key, what, mend))
        else:
            faults += [(key, what, "") for what in unsafe_patterns(key, given[key])]
    for name, field in fields.items():
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        if needed and name not in values:
            faults.append((name, "the detector needs this parameter", "write it"))
    return (None, faults) if faults else (params(**given), [])


def suggest(word: str, known: Iterable[str]) -> str:
    """The mend for an unknown word: the nearest known one, else all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    shown = ", ".join(names[:_MOST_NAMED]) + (f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else "")
    return f"known are {shown}" if names else "none is known"


def convert(hint: Any, value: object) -> object:
    """A YAML value as the hinted type. Raises ValueError("what; mend")."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if isinstance(hint, typing.NewType):
        return convert(hint.__supertype__, value)
    if origin in (typing.Union, types.UnionType):
        return _either(args, value)
    if origin is typing.Literal:
        if value not in args:
            raise ValueError(f"{value!r} is not allowed; {suggest(str(value), map(str, args))}")
        return value
    if origin in (tuple, frozenset):
        if args == (int, int):
            return to_hours(value)
        return origin(_many(args[0], value))
    return _plain(hint, value)


def _either(args: tuple[Any, ...], value: object) -> object:
    if value is None and type(None) in args:
        return None
    return convert(next(arg for arg in args if arg is not type(None)), value)


def _many(hint: Any, value: object) -> list[object]:
    if isinstance(value, list | tuple):
        return [convert(hint, each) for each in value]
    raise ValueError(f"{value!r} is not a list; write [a, b]")


def _plain(hint: Any, value: object) -> object:
    if hint is timedelta:
        return to_duration(value)
    if hint is bool:
        return _to_bool(value)
    if hint is str:
        if not isinstance(value, str):
            raise ValueError(f"{value!r} is not a text; put it in quotes")
        return value
    if hint in (int, float, Decimal):
        return _to_number(hint, value)
    raise ValueError(f"the detector's type {hint!r} cannot be set from YAML")


def _to_bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return value == "true"
    raise ValueError(f"{value!r} is neither true nor false; write true or false")


def _to_number(hint: type, value: object) -> object:
    try:
        number = Decimal("NaN" if isinstance(value, bool) else str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if number.is_finite() and (hint is not int or number == number.to_integral_value()):
        return hint(number)
    kind, example = ("a whole number", "3") if hint is int else ("a number", "3 or 0.5")
    raise ValueError(f"{value!r} is not {kind}; write {example}")


def to_duration(value: object) -> timedelta:
    """Read "90s", "3m", "24h", "2d", "1h30m" as a duration. Raises ValueError."""
    text, seconds, digits = str(value).strip(), 0, ""
    for sign in text:
        if sign.isascii() and sign.isdigit():
            digits += sign
        elif sign in _SECONDS and digits:
            seconds, digits = seconds + int(digits) * _SECONDS[sign], ""
        else:
            digits = "?"
            break
    if digits or not text or len(text) > 12:
        raise ValueError(f"{value!r} is not a duration; write 90s, 3m, 12h or 2d")
    return timedelta(seconds=seconds)


def to_hours(value: object) -> tuple[int, int]:
    """Read "08:00-23:00" as minutes after midnight; 24:00 is the day's end. Raises ValueError."""
    start, dash, end = str(value).partition("-")
    opens, closes = _to_minutes(start), _to_minutes(end)
    if dash and opens is not None and closes is not None and opens < closes:
        return opens, closes
    raise ValueError(f'{value!r} are not hours; write "08:00-23:00", the earlier first')


def _to_minutes(clock: str) -> int | None:
    hours, colon, minutes = clock.strip().partition(":")
    if not (colon and len(minutes) == 2 and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()):
        return None
    total = int(hours) * 60 + int(minutes)
    return total if int(minutes) < 60 and total <= 1440 else None


def unsafe_patterns(key: str, value: object) -> list[str]:
    """What the linear-time engine says against the patterns of a parameter named …pattern or …patterns."""
    if not key.endswith(("pattern", "patterns")):
        return []
    patterns = value if isinstance(value, tuple | frozenset) else (value,)
    return [said for pattern in patterns if isinstance(pattern, str) and (said := unsafe_pattern(pattern))]


def unsafe_pattern(pattern: str) -> str:
    """Why a pattern cannot be used on chat text; empty where it can."""
    import re2

    if len(pattern) > _LONGEST_PATTERN:
        return f"the pattern {pattern[:40]!r}… has {len(pattern):,} characters, at most {_LONGEST_PATTERN:,} are taken"
    options = re2.Options()
    options.log_errors = False
    try:
        if re2.compile(pattern, options).search("") is not None:
            return f"the pattern {pattern!r} matches an empty text, so every message would be a hit"
    except (re2.error, UnicodeError) as error:
        return f"the pattern {pattern!r} is malformed or cannot run in linear time ({error})"
    return ""
