"""Nested JSON → flat records: where the rows of a document lie, and the values that a path names from there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
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
            if isinstance(item, list):  # no export has rows in lists within lists; it is told as a row that is none
                yield Record(item, around)
            else:
                yield from _walk(item, steps, around)
    elif not steps:
        yield Record(value, around)
    elif isinstance(value, Mapping) and steps[0] in value:
        yield from _walk(value[steps[0]], steps[1:], (value, *around))


Cache = dict[tuple[int, str], dict[str, Any]]
Getter = Callable[[Record], Any]


def getter(path: str, lookups: Mapping[str, Lookup], cache: Cache) -> Getter:
    """What finds the value under a path, or MISSING. A key that holds dots itself is found too; a number is a place in a list.

    `cache` keeps the lookups' lists by key; it is good for as long as the documents are.
    """
    outwards = 0
    while path.startswith(UP):
        path = path.removeprefix(UP).removeprefix(".")
        outwards += 1
    first, _, rest = path.partition(".")
    if not outwards and first in lookups:
        return _lookup_getter(lookups[first], rest, cache)
    steps = _steps(path)

    def find(record: Record) -> Any:
        if outwards > len(record.around):
            return MISSING
        return _follow(record.around[outwards - 1] if outwards else record.value, steps)

    return find


def get(record: Record, path: str, lookups: Mapping[str, Lookup], cache: Cache) -> Any:
    """The value under a path of one record, or MISSING."""
    return getter(path, lookups, cache)(record)


Steps = tuple[tuple[str, str], ...]  # each step of a path, and the whole of the path from there


def _steps(path: str) -> Steps:
    listed = path.split(".") if path else []
    return tuple((step, ".".join(listed[place:])) for place, step in enumerate(listed))


def _follow(value: Any, steps: Steps) -> Any:
    for step, rest in steps:
        if type(value) is dict:
            if rest in value:
                return value[rest]
            if step not in value:
                return MISSING
            value = value[step]
        elif type(value) is list and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return MISSING
    return value


def _lookup_getter(lookup: Lookup, rest: str, cache: Cache) -> Getter:
    by, within = getter(lookup.by, {}, cache), getter(lookup.within, {}, cache)
    steps = _steps(rest)

    def find(record: Record) -> Any:
        wanted, listed = by(record), within(record)
        if type(listed) is not list or wanted is MISSING or wanted is None:
            return MISSING
        place = (id(listed), lookup.key)
        if place not in cache:
            found = [item for item in listed if type(item) is dict and lookup.key in item]
            cache[place] = {str(item[lookup.key]): item for item in reversed(found)}
        return _follow(cache[place].get(str(wanted), MISSING), steps)

    return find
