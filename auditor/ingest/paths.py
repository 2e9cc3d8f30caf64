"""Nested JSON → flat records: where the rows of a document lie, and the values that a path names from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

UP = "^"  # the first step of a path that begins one object further out


class _Missing:
    """What a path finds where it leads nowhere: other than null, which is written."""


MISSING = _Missing()


@dataclass(frozen=True, slots=True)
class Lookup:
    """A list beside the rows (`users`) whose objects are found by `key` through the row's value `by`."""

    within: str
    key: str
    by: str


@dataclass(frozen=True, slots=True)
class Record:
    """One row: its object, and the objects around it from the nearest outwards."""

    value: Any
    around: tuple[Mapping[str, Any], ...] = ()


def records(document: Any, path: str) -> Iterator[Record]:
    """The rows under a path of keys; every list on the way is gone through, one that begins with its newest row turned."""
    yield from _walk(document, path.split(".") if path else [], ())


def _walk(value: Any, steps: Sequence[str], around: tuple[Mapping[str, Any], ...]) -> Iterator[Record]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, steps, around)
    elif not steps:
        yield Record(value, around)
    elif isinstance(value, Mapping) and steps[0] in value:
        yield from _walk(value[steps[0]], steps[1:], (value, *around))


def get(record: Record, path: str, lookups: Mapping[str, Lookup], cache: dict[tuple[int, str], dict[str, Any]]) -> Any:
    """The value under a path, or MISSING. A key that holds dots itself is found as well; a number is a place in a list."""
    value, around = record.value, record.around
    while path.startswith(UP):
        path = path.removeprefix(UP).removeprefix(".")
        if not around:
            return MISSING
        value, around = around[0], around[1:]
    first, _, rest = path.partition(".")
    if first in lookups and not (isinstance(value, Mapping) and path in value):
        value, path = _looked_up(record, lookups[first], lookups, cache), rest
    return _follow(value, path) if path else value


def _follow(value: Any, path: str) -> Any:
    while path:
        if isinstance(value, Mapping) and path in value:
            return value[path]
        step, _, path = path.partition(".")
        if isinstance(value, Mapping) and step in value:
            value = value[step]
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def _looked_up(
    record: Record, lookup: Lookup, lookups: Mapping[str, Lookup], cache: dict[tuple[int, str], dict[str, Any]]
) -> Any:
    wanted = get(record, lookup.by, {}, cache)
    listed = get(record, lookup.within, {}, cache)
    if not isinstance(listed, list) or wanted in (MISSING, None):
        return MISSING
    place = (id(listed), lookup.key)
    if place not in cache:
        found = [item for item in listed if isinstance(item, Mapping) and lookup.key in item]
        cache[place] = {str(item[lookup.key]): item for item in reversed(found)}
    return cache[place].get(str(wanted), MISSING)
