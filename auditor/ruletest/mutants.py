"""Small changes of a rule's parameters: limits a unit up and down, switches turned, entries and optional parts dropped."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from auditor.detectors import DETECTORS
from auditor.model import Rule
from auditor.params import ListName, Steps, check_params, convert, to_duration, to_hours, yaml_names

Variant = tuple[Steps, str, object]  # where, what was changed, the new value
_GONE = object()


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule with one thing changed; `what` says it as "params.2020-01-01.limit: 3m → 181s"."""

    what: str
    rule: Rule


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Every mutant that is still a valid rule and means something else."""
    params = DETECTORS[rule.detector].Params
    for place, (since, values) in enumerate(rule.params):
        yield from _other_days(rule, place, since)
        if values is None:
            continue
        plain = getattr(DETECTORS[rule.detector], "meaning", lambda made: made)
        seen = [plain(check_params(params, values)[0])]
        for steps, what, value in _mapping(params, values, ()):
            changed = _everywhere(values, steps, value)
            made, faults = check_params(params, changed)
            if not faults and plain(made) not in seen:
                seen.append(plain(made))
                versions = (*rule.params[:place], (since, changed), *rule.params[place + 1 :])
                name = ".".join(map(str, (since, *steps)))
                yield Mutant(f"params.{name}: {what}", replace(rule, params=versions))


def _other_days(rule: Rule, place: int, since: date) -> Iterator[Mutant]:
    for days in (1, -1):
        day = since + timedelta(days=days)
        versions = (*rule.params[:place], (day, rule.params[place][1]), *rule.params[place + 1 :])
        if list(versions) == sorted(versions, key=lambda version: version[0]):
            yield Mutant(f"params.{since}: from {day} on", replace(rule, params=versions))


def lists_named(rule: Rule) -> frozenset[str]:
    """The word lists that the rule names in any of its versions."""
    params = DETECTORS[rule.detector].Params
    return frozenset(name for _, values in rule.params if values for name in _names(params, values))


def _names(hint: Any, value: object) -> Iterator[str]:
    hint = _bare(hint)
    if hint is ListName:
        yield str(value)
    elif dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        hints, fields = typing.get_type_hints(hint), yaml_names(hint)  # type: ignore[arg-type]
        for key, each in value.items():
            yield from _names(hints[fields[key].name], each)
    elif typing.get_origin(hint) is tuple and isinstance(value, list | tuple):
        for each in value:
            yield from _names(typing.get_args(hint)[0], each)


# ---- variants of values --------------------------------------------------------------------------------------------------


def _mapping(hint: Any, values: Mapping[str, object], steps: Steps) -> Iterator[Variant]:
    hints, fields = typing.get_type_hints(hint), yaml_names(hint)
    for key, value in values.items():
        yield from _variants(hints[fields[key].name], value, (*steps, key))
        if steps and fields[key].default is None:
            yield (*steps, key), "dropped", _GONE


def _variants(hint: Any, value: object, steps: Steps) -> Iterator[Variant]:
    hint = _bare(hint)
    if value is None:
        return
    if dataclasses.is_dataclass(hint) and isinstance(value, Mapping):
        yield from _mapping(hint, value, steps)
    elif typing.get_origin(hint) is typing.Literal:
        yield from ((steps, f"{value} → {other}", other) for other in typing.get_args(hint) if other != value)
    elif typing.get_args(hint) == (int, int):
        yield from _hours(value, steps)
    elif typing.get_origin(hint) in (tuple, frozenset) and isinstance(value, list | tuple):
        yield from _entries(typing.get_args(hint)[0], value, steps)
    elif hint in (timedelta, bool, int, float, Decimal):
        yield from ((steps, f"{value} → {other}", other) for other in _near(hint, value))


def _bare(hint: Any) -> Any:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return next(arg for arg in typing.get_args(hint) if arg is not type(None))
    return hint


def _entries(hint: Any, value: Sequence[object], steps: Steps) -> Iterator[Variant]:
    for place, each in enumerate(value):
        shown = str(each) if isinstance(each, str) else f"part {place + 1}"
        yield (*steps, place), f"{shown} dropped", _GONE
        yield from () if isinstance(each, str) else _variants(hint, each, (*steps, place))


def _hours(value: object, steps: Steps) -> Iterator[Variant]:
    opens, closes = to_hours(value)
    for first, last in ((opens - 1, closes), (opens + 1, closes), (opens, closes - 1), (opens, closes + 1)):
        if 0 <= first < last <= 1440:
            text = f"{first // 60:02d}:{first % 60:02d}-{last // 60:02d}:{last % 60:02d}"
            yield steps, f"{value} → {text}", text


def _near(hint: Any, value: object) -> list[object]:
    """The values a unit away: a second, one, or one in the last place that was written."""
    if hint is bool:
        return [not convert(bool, value)]
    if hint is timedelta:
        seconds = int(to_duration(value).total_seconds())
        return [f"{near}s" for near in (seconds - 1, seconds + 1) if near >= 0]
    number = Decimal(str(value))
    unit = Decimal(1).scaleb(int(number.as_tuple().exponent)) if hint is not int else Decimal(1)
    return [int(near) if hint is int else str(near) for near in (number - unit, number + unit)]


def _everywhere(values: Mapping[str, object], steps: Steps, value: object) -> Any:
    """The values with that change; what stands word for word in several places (a message by its name) is changed in all."""
    around = next((steps[:end] for end in range(len(steps) - 1, 0, -1) if isinstance(_at(values, steps[:end]), Mapping)), ())
    if not around:
        return _put(values, steps, value)
    old = _at(values, around)
    return _swap(values, old, _put(old, steps[len(around) :], value))


def _at(values: Any, steps: Steps) -> Any:
    for step in steps:
        values = values[step]
    return values


def _swap(values: Any, old: object, new: object) -> Any:
    if values == old:
        return new
    if isinstance(values, Mapping):
        return {key: _swap(each, old, new) for key, each in values.items()}
    return [_swap(each, old, new) for each in values] if isinstance(values, list) else values


def _put(values: object, steps: Steps, value: object) -> Any:
    """The values with the one at the end of the way replaced, or left out."""
    step, rest = steps[0], steps[1:]
    if isinstance(values, Mapping):
        if not rest and value is _GONE:
            return {key: each for key, each in values.items() if key != step}
        return {key: (_put(each, rest, value) if rest else value) if key == step else each for key, each in values.items()}
    every = list(typing.cast(Sequence[object], values))
    if not rest and value is _GONE:
        return [each for place, each in enumerate(every) if place != step]
    return [(_put(each, rest, value) if rest else value) if place == step else each for place, each in enumerate(every)]
