"""What a file of no known format holds: its columns or JSON paths with examples, as a person would look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from auditor.ingest.column_names import fields_of, same
from auditor.ingest.objects import as_text
from auditor.ingest.paths import Record, records
from auditor.ingest.source import Source, documents, table
from auditor.ingest.tables import NOT_TEXT, Refused

_KINDS = ("transcript", "orders", "penalties")
_ROWS = 2_000
_EXAMPLES = 40
_DEEP = 4
_MOST_PATHS = 60
_MOST_NAMES = 200  # of a row, looked at to see whether it is the header


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name, or a JSON path, and the first different values that stand in it."""

    name: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sighting:
    """`records` is the path of JSON rows ("" for tables), `header` the 0-based record of a table's header."""

    columns: tuple[Column, ...]
    header: int = 0
    records: str = ""


def sight(source: Source) -> Sighting:
    """Look at a table or at JSON. Raises Refused where there are no rows."""
    if source.shape == "table":
        return _table(source)
    if source.shape in ("json", "jsonl"):
        return _objects(source)
    raise Refused("it is no table and no JSON, so that no mapping can read it")


def hint(name: str, kind: str) -> tuple[str, int] | None:
    """The field that such a name usually holds; a path is known by its last steps, the nearest first."""
    known = fields_of(kind)
    steps = [step for step in name.replace("^.", "").split(".") if not step.isdigit()]
    for first in range(len(steps)):
        found = known.get(same(" ".join(steps[first:])))
        if found:
            return found[0], found[1] + 10 * name.count("^.")
    return None


def _hints(names: Sequence[str]) -> int:
    """How many different fields the names tell of, by the kind that fits best."""
    names = names[:_MOST_NAMES]
    return max(len({found[0] for name in names if (found := hint(name, kind))}) for kind in _KINDS)


# ---- tables ------------------------------------------------------------------------------------------------------------


def _table(source: Source) -> Sighting:
    filled = [index for index, cells in enumerate(source.rows) if any(cell.strip() for cell in cells)][:10]
    if not filled:
        raise Refused("it has no rows")
    header = max(filled, key=lambda index: (2 * _hints(source.rows[index]) + _like_names(source.rows[index]), -index))
    frame = table(source, header).frame.drop("row").head(_ROWS)
    names = [name.strip() for name in source.rows[header]]
    columns = [Column(name, _examples(frame[str(index)])) for index, name in enumerate(names) if name]
    return Sighting(tuple(columns), header)


def _like_names(cells: Sequence[str]) -> int:
    """How many cells look like names of columns: short, different, no numbers and no times, which a header does not have."""
    names = {cell.strip() for cell in cells[:_MOST_NAMES] if cell.strip() and len(cell) <= 40}
    values = [name for name in names if name[0].isdigit()]
    return len(names) - 4 * len(values)


def _examples(cells: pl.Series) -> tuple[str, ...]:
    found = cells.drop_nulls().str.strip_chars(f" \t\r\n{NOT_TEXT}")
    return tuple(found.filter(found != "").unique(maintain_order=True).head(_EXAMPLES).to_list())


# ---- JSON --------------------------------------------------------------------------------------------------------------


def _objects(source: Source) -> Sighting:
    values = [value for _, value in documents(source)[0]][:_ROWS]
    paths = sorted({path for value in values[:20] for path in _lists(value, "", 0)} | {""})[:_MOST_PATHS]
    seen = {path: _columns([record for value in values for record in records(value, path)][:_ROWS]) for path in paths}
    best = max(paths, key=lambda path: (_hints([column.name for column in seen[path]]), len(seen[path]), -len(path)))
    if not seen[best]:
        raise Refused("it has no objects with keys and values")
    return Sighting(seen[best], records=best)


def _lists(value: Any, path: str, deep: int) -> Iterator[str]:
    """Paths at which lists of objects stand."""
    if deep > _DEEP:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            here = f"{path}.{key}" if path else str(key)
            if isinstance(inner, list) and any(isinstance(item, Mapping) for item in inner[:5]):
                yield here
            yield from _lists(inner, here, deep + 1)
    elif isinstance(value, list):
        for item in value[:5]:
            yield from _lists(item, path, deep + 1)


def _columns(found: Sequence[Record]) -> tuple[Column, ...]:
    examples: dict[str, dict[str, None]] = {}
    for record in found:
        for name, value in _leaves(record):
            listed = examples.setdefault(name, {})
            if value.strip() and len(listed) < _EXAMPLES:
                listed[value] = None
    return tuple(Column(name, tuple(listed)) for name, listed in examples.items())


def _leaves(record: Record) -> Iterator[tuple[str, str]]:
    if isinstance(record.value, Mapping):
        yield from _flat(record.value, "", 0)
    for level, outer in enumerate(record.around, 1):
        yield from _flat(outer, "^." * level, _DEEP - 1, lists=False)


def _flat(value: Mapping[str, Any], prefix: str, deep: int, lists: bool = True) -> Iterator[tuple[str, str]]:
    for key, inner in value.items():
        if isinstance(inner, Mapping) and deep < _DEEP:
            yield from _flat(inner, f"{prefix}{key}.", deep + 1, lists)
        elif not isinstance(inner, Mapping) and (lists or not isinstance(inner, list)):
            yield f"{prefix}{key}", (as_text(inner) or "").removeprefix(NOT_TEXT)
