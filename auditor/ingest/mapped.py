"""Files read by a mapping: a format that is data, whatever shape its file has."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl
import re2

from auditor.ingest.chat_sides import with_attachments, with_sides
from auditor.ingest.mapped_cells import fields, kept
from auditor.ingest.mapping import From, MappingFile, Recognise, Rows
from auditor.ingest.objects import as_text
from auditor.ingest.order_lines import merged, without_totals
from auditor.ingest.paths import MISSING, UP, Cache, Lookup, Record, get, getter, records
from auditor.ingest.source import Source, Table, documents, fold, header_in, table
from auditor.ingest.tables import Kind, Match, RawRows, Refused, RowFault, cut

_ENDS = re2.compile(r"(?i)record\(s\)|^.?seller id|^.?(?:总计|合计|小计|导出(?:时间|人)|共\s*\d+\s*条|razem|suma|total)")
_NOTHING: tuple[Any, ...] = (MISSING, None, "")
_LEAST = 2  # known names in a row for it to be the header, where a mapping asks for one only


@dataclass(frozen=True)
class Mapped:
    """A format whose reader is a mapping."""

    mapping: MappingFile

    @property
    def ID(self) -> str:  # noqa: N802
        """The mapping's id."""
        return self.mapping.id

    @property
    def TITLE(self) -> str:  # noqa: N802
        """What it is, in a line."""
        return self.mapping.title

    @property
    def KINDS(self) -> tuple[Kind, ...]:  # noqa: N802
        """The one kind of its rows."""
        return (self.mapping.kind,)

    @cached_property
    def _names(self) -> frozenset[str]:
        wanted = self.mapping.recognise
        return frozenset(fold(name) for name in (*self.mapping.columns(), *wanted.all, *wanted.any))

    def recognise(self, source: Source) -> Match | None:
        """A header, or rows of JSON, that have all the columns the mapping asks for."""
        wanted = self.mapping.recognise
        if source.shape == "table":
            header = header_in(source, self._names, min(_LEAST, len(self._names)))
            if header is None:
                return None
            names = {fold(cell) for cell in source.rows[header]}
            found = _has(wanted, lambda name: fold(name) in names)
            return Match(self.mapping.kind, _why(wanted, "its header has"), header) if found else None
        for record in _head(source, self.mapping):
            if _has(wanted, lambda path, record=record: get(record, path, self.mapping.lookups, {}) is not MISSING):
                return Match(self.mapping.kind, _why(wanted, "its objects have"))
        return None

    def read(self, source: Source, match: Match) -> RawRows:
        """The rows under canonical names. Raises Refused."""
        raw = _of_table(self.mapping, source, match.header) if source.shape == "table" else _of_objects(self.mapping, source)
        if self.mapping.kind == "transcript":
            frame, lost = with_sides(with_attachments(raw.frame))
            return _with(raw, frame=frame, faults=(*raw.faults, *lost))
        if self.mapping.kind == "orders":
            frame, sums = without_totals(raw.frame)
            lines: Mapping[int, int] = {}
            if self.mapping.merge and "order_id" in frame.columns:
                frame, lines = merged(frame, "sum" if self.mapping.merge == "sum" else "first")
            return _with(raw, frame=frame, blank=raw.blank + sums, lines_per_row=lines)
        return raw


def _with(raw: RawRows, **changed: Any) -> RawRows:
    return RawRows(**{name: getattr(raw, name) for name in RawRows.__dataclass_fields__} | changed)


def _why(wanted: Recognise, what: str) -> str:
    named = ", ".join((*wanted.all, *wanted.any[:1]))
    return f"{what} {named}"


def _has(wanted: Recognise, there: Any) -> bool:
    some = any(there(name) for name in wanted.any) if wanted.any else bool(wanted.all)
    return some and all(there(name) for name in wanted.all) and not any(there(name) for name in wanted.none)


def _finish(mapping: MappingFile, raw: RawRows, notes: list[str]) -> RawRows:
    note = "; ".join(filter(None, (mapping.note, *notes)))
    return _with(raw, platform=mapping.platform, timezone=mapping.timezone, utc_clock=mapping.utc_clock, note=note)


def _left_out(count: int) -> list[str]:
    return [f"{count} rows are no part of the exchange and were left out"] if count else []


# ---- tables ------------------------------------------------------------------------------------------------------------


def _of_table(mapping: MappingFile, source: Source, header: int) -> RawRows:
    found = table(source, header)
    rows = mapping.rows[0]
    places = _places(found, mapping)

    def column(name: str) -> pl.Series | None:
        index = places.get(fold(name))
        return None if index is None else found.frame[str(index)]

    frame = fields(mapping, rows, column, found.frame.height).with_columns(found.frame["row"])
    keep = kept(rows, column, found.frame.height)
    out = frame.height - int(keep.sum())
    _check_needed(mapping, frame, ", ".join(cell.strip() for cell in found.header if cell.strip()))
    used = {places[fold(name)] for name in mapping.columns() if fold(name) in places}
    headers = {name: _seen(found, places, source) for name, source in rows.fields.items()}
    faults, ends = _without_end(found)
    raw = RawRows(
        frame.filter(keep), faults, found.blank + out + ends, found.rows,
        understood=tuple(name for name in rows.fields if name in frame.columns),
        ignored=tuple(cell.strip() for index, cell in enumerate(found.header) if cell.strip() and index not in used),
        headers={name: seen for name, seen in headers.items() if seen},
    )  # fmt: skip
    return _finish(mapping, raw, _left_out(out))


def _seen(found: Table, places: Mapping[str, int], source: From) -> str:
    """The headers that a field is read from, as the file writes them."""
    indexes = dict.fromkeys(places[fold(name)] for name in source.columns if fold(name) in places)
    return (" + " if source.joined else ", else ").join(found.header[index].strip() for index in indexes)


def _without_end(found: Table) -> tuple[tuple[RowFault, ...], int]:
    """The faults without those of the lines below a table that say who exported how much of it, and how many these are."""
    last = found.frame["row"].max() if found.frame.height else 0
    ends = [fault for fault in found.faults if fault.row > int(str(last or 0)) and _ENDS.search(fault.raw)]
    return tuple(fault for fault in found.faults if fault not in ends), len(ends)


def _places(found: Table, mapping: MappingFile) -> dict[str, int]:
    """Folded header name → its column. Raises Refused where a column that is needed stands twice."""
    wanted = {fold(name) for name in mapping.columns()} | {fold(name) for name in mapping.rows[0].leave_out}
    places: dict[str, int] = {}
    for index, name in enumerate(found.header):
        folded = fold(name)
        if folded in wanted and folded in places:
            raise Refused(f"two columns are named {name.strip()!r}; keep one")
        places.setdefault(folded, index)
    return places


def _check_needed(mapping: MappingFile, frame: pl.DataFrame, seen: str) -> None:
    needed = {"transcript": ("sent_at", "text"), "orders": ("order_id",), "penalties": ("issued_at",)}[mapping.kind]
    for name in needed:
        if name not in frame.columns:
            columns = " or ".join(mapping.rows[0].fields[name].columns)
            raise Refused(f"the needed column {columns} ({name}) is missing; the header is: {seen[:400]}")


# ---- JSON --------------------------------------------------------------------------------------------------------------


def _head(source: Source, mapping: MappingFile) -> Iterator[Record]:
    """The first rows, by which the mapping is recognised."""
    for value in source.objects:
        for path in mapping.rows[0].records:
            for _, record in zip(range(5), records(value, path), strict=False):
                yield record


def _of_objects(mapping: MappingFile, source: Source) -> RawRows:
    listed, faults = documents(source)
    frames: list[pl.DataFrame] = []
    cache: Cache = {}
    number = out = 0
    outside = len(faults)  # lines that are no JSON objects
    seen: dict[str, str] = {}
    keys: set[str] = set()
    for rows in mapping.rows:
        found = _numbered(listed, rows, number, mapping.lookups)
        number += len(found)
        good = [(row, record) for row, record in found if isinstance(record.value, Mapping)]
        faults += [_no_object(row, record) for row, record in found if not isinstance(record.value, Mapping)]
        keys.update(key for _, record in good for key in record.value)
        if good:
            frame, left = _frame(mapping, rows, good, cache, seen)
            frames.append(frame)
            out += left
    if not frames:
        raise Refused("no row was found where the mapping says that rows lie; look at `records`")
    whole = pl.concat(frames, how="diagonal").sort("row", maintain_order=True)
    raw = RawRows(
        whole, tuple(faults), out, number + outside,
        understood=tuple(seen), ignored=tuple(sorted(keys - _used(mapping))), headers=seen,
    )  # fmt: skip
    return _finish(mapping, raw, _left_out(out))


def _counting(rows: Rows, lookups: Mapping[str, Lookup]) -> Callable[[Record], bool]:
    """What tells whether an object is a row of this sort at all."""
    having = [getter(path, lookups, {}) for path in rows.having]
    lacking = [getter(path, lookups, {}) for path in rows.lacking]

    def counts(record: Record) -> bool:
        return all(find(record) not in _NOTHING for find in having) and all(find(record) in _NOTHING for find in lacking)

    return counts


def _numbered(listed: list[tuple[int, Any]], rows: Rows, before: int, lookups: Mapping[str, Lookup]) -> list[tuple[int, Record]]:
    """Number the rows: by their line where each line is one, else in the order of the document, the oldest of a list first."""
    found: list[Record] = []
    counts = _counting(rows, lookups)
    for _, value in listed:
        mine: list[Record] = []
        for path in rows.records:
            mine = [record for record in records(value, path) if counts(record)]
            if mine:
                break
        found += mine
    if len(found) == len(listed) and rows.records == ("",) and not before:
        return [(line, record) for (line, _), record in zip(listed, found, strict=True)]
    return list(enumerate(found, before + 1))


def _no_object(row: int, record: Record) -> RowFault:
    return RowFault(row, "not a JSON object where the mapping expects a row", cut(json.dumps(record.value, ensure_ascii=False)))


def _frame(
    mapping: MappingFile,
    rows: Rows,
    good: list[tuple[int, Record]],
    cache: Cache,
    seen: dict[str, str],
) -> tuple[pl.DataFrame, int]:
    columns: dict[str, pl.Series | None] = {}

    def column(path: str) -> pl.Series | None:
        if path not in columns:
            find = getter(path, mapping.lookups, cache)
            values = [find(record) for _, record in good]
            there = any(value is not MISSING for value in values)
            cells = [value if type(value) is str else None if value is MISSING else as_text(value) for value in values]
            columns[path] = pl.Series(path, cells, dtype=pl.String) if there else None
        return columns[path]

    frame = fields(mapping, rows, column, len(good)).with_columns(pl.Series("row", [row for row, _ in good], dtype=pl.Int64))
    keep = kept(rows, column, len(good))
    for name, source in rows.fields.items():
        if name in frame.columns:
            seen.setdefault(name, (" + " if source.joined else ", else ").join(source.columns))
    return frame.filter(keep), len(good) - int(keep.sum())


def _used(mapping: MappingFile) -> set[str]:
    """First steps of all paths that the mapping reads."""
    paths = [path for rows in mapping.rows for path in rows.leave_out] + list(mapping.columns())
    steps = {path.partition(".")[0] for path in paths if not path.startswith(UP)}
    return steps | {lookup.by.partition(".")[0] for lookup in mapping.lookups.values()}
