"""One input file, opened and looked at: its encoding, its shape, and a head by which formats recognise it."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from auditor.ingest import delimited, encoding, objects
from auditor.ingest.tables import RawRows, Refused, RowFault, Shape, cut, text_frame

MAX_FILE = 1 << 30
HEAD_ROWS = 15
_HEAD_LINES = 80
_HEAD_OBJECTS = 20
_FILLED = re.compile(rb"[^\r\n\t \x00]")
_SIGN = re.compile(rb"\S")


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file. `data` is UTF-8 (empty for workbooks); `rows`, `objects` and `lines` are its head."""

    path: str
    sha256: str
    encoding: str
    shape: Shape
    data: bytes = b""
    separator: str = ","
    sheet: tuple[tuple[int, list[str | None]], ...] = ()
    value: Any = None  # the JSON document
    rows: tuple[tuple[str, ...], ...] = ()
    objects: tuple[Mapping[str, Any], ...] = ()
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its header: `frame` has the columns "0", "1" … as text, and `row`."""

    header: tuple[str, ...]
    frame: pl.DataFrame
    faults: tuple[RowFault, ...]
    blank: int
    rows: int


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes; "" where it cannot be read."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def fold(name: str) -> str:
    """A header name for comparing: NFKC, no zero-width signs, trimmed, case-folded."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", name) if unicodedata.category(sign) != "Cf")
    return plain.strip().casefold()


def open_source(path: Path, shown: str) -> Source:
    """Read the file and look at its head. Raises Refused."""
    try:
        if not path.is_file():
            raise Refused("not a regular file")
        if path.stat().st_size > MAX_FILE:
            raise Refused(f"larger than {MAX_FILE >> 20} MB; export smaller pieces")
        data = path.read_bytes()
    except OSError as fault:
        raise Refused(f"cannot be read ({fault.strerror}); check its permissions") from None
    sha256 = hashlib.sha256(data).hexdigest()
    if not _FILLED.search(data):
        raise Refused("the file is empty; export it again")
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0"):
        return _workbook(data, shown, sha256)
    if data[:2] == b"\x1f\x8b" or data[:4] == b"%PDF" or data[:8] == b"\x89PNG\r\n\x1a\n":
        raise Refused("an archive, picture or PDF; give the exported CSV, XLSX or JSON itself")
    if _opens_json(data) or data[3:4] in (b"{", b"["):
        return _json(data.removeprefix(b"\xef\xbb\xbf"), shown, sha256)
    text, name = encoding.to_utf8(data)
    if _opens_json(text):
        raise Refused(f"JSON must be UTF-8, this is {name}; export it again as UTF-8")
    return _text(text, name, shown, sha256)


def _opens_json(data: bytes) -> bool:
    first = _SIGN.search(data)
    return first is not None and first[0] in (b"{", b"[")


def _workbook(data: bytes, shown: str, sha256: str) -> Source:
    from auditor.ingest import workbook

    found = workbook.rows(data)
    head = [tuple(cell or "" for cell in cells) for _, cells in found[:HEAD_ROWS]]
    return Source(shown, sha256, "xlsx", "table", sheet=tuple(found), rows=tuple(head))


def _json(data: bytes, shown: str, sha256: str) -> Source:
    first = [line for _, line in zip(range(_HEAD_OBJECTS), (line for _, line in objects.lines(data)), strict=False)]
    parsed = [_object(line) for line in first]
    starts = [line[:1] == b"{" for line in first]
    if any(value is not None for value in parsed[:3]) or (len(first) > 1 and starts[0] and starts[1] and first[0] != b"{"):
        seen = tuple(value for value in parsed if value is not None)
        return Source(shown, sha256, "utf-8", "jsonl", data=data, objects=seen)
    value = objects.document(data)
    listed = value if isinstance(value, list) else [value]
    seen = tuple(item for item in listed[:_HEAD_OBJECTS] if isinstance(item, dict))
    return Source(shown, sha256, "utf-8", "json", data=data, value=value, objects=seen)


def _object(line: bytes) -> Mapping[str, Any] | None:
    try:
        value = orjson.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _text(data: bytes, name: str, shown: str, sha256: str) -> Source:
    lines = tuple(data[: 1 << 18].decode("utf-8", "replace").splitlines()[:_HEAD_LINES])
    tops = {line.split(":")[0].strip() for line in lines if line[:1].isalpha() and ":" in line}
    shape: Shape = "yaml" if "shops" in tops else "table"
    separator = delimited.separator_of(data)
    rows = tuple(tuple(record) for record in delimited.head(data, separator, HEAD_ROWS))
    return Source(shown, sha256, name, shape, data=data, separator=separator, rows=rows, lines=lines)


def documents(source: Source) -> tuple[list[tuple[int, Any]], list[RowFault]]:
    """The JSON objects of a document (numbered from 1) or of JSON lines (by line), and the lines that are none."""
    if source.shape == "json":
        listed = source.value if isinstance(source.value, list) else [source.value]
        return list(enumerate(listed, 1)), []
    faults: list[RowFault] = []
    found = objects.careful(list(objects.lines(source.data)), faults)
    if not found:
        raise Refused("no line holds a readable JSON object; export it again as UTF-8 JSON lines")
    return list(found), faults


def table(source: Source, header: int) -> Table:
    """The whole table under the header in record `header` (0-based). Raises Refused."""
    names = tuple(source.rows[header])
    if source.sheet:
        return _sheet_table(source, header, names)
    frame, faults, blank, rows = delimited.read(source.data, source.separator, header, len(names))
    return Table(names, frame, tuple(faults), blank, rows)


def _sheet_table(source: Source, header: int, names: tuple[str, ...]) -> Table:
    width = len(names)
    kept: list[tuple[int, list[str | None]]] = []
    faults: list[RowFault] = []
    below = source.sheet[header + 1 :]
    rows = below[-1][0] - source.sheet[header][0] if below else 0
    blank = rows - len(below)
    for number, cells in below:
        if not any(cell is not None and cell.strip() for cell in cells):
            blank += 1
        elif any(cell is not None for cell in cells[width:]):
            raw = cut(" | ".join(cell or "" for cell in cells))
            faults.append(RowFault(number, f"the row has {len(cells)} cells where the header has {width}", raw))
        else:
            kept.append((number, cells + [None] * (width - len(cells))))
    columns = {str(index): [cells[index] for _, cells in kept] for index in range(width)}
    return Table(names, text_frame(columns, [number for number, _ in kept]), tuple(faults), blank, rows)


def renamed(found: Table, mapping: Mapping[str, str], **more: Any) -> RawRows:
    """The table's columns under canonical names; `mapping` goes from folded header names. Raises Refused on doubled ones."""
    chosen: dict[str, str] = {}
    ignored: list[str] = []
    for index, name in enumerate(found.header):
        target = mapping.get(fold(name))
        if target is None:
            if name.strip():
                ignored.append(name.strip())
        elif target in chosen:
            raise Refused(f"two columns are named {name.strip()!r}; keep one")
        else:
            chosen[target] = str(index)
    frame = found.frame.select(*(pl.col(index).alias(name) for name, index in chosen.items()), "row")
    headers = {target: found.header[int(index)].strip() for target, index in chosen.items()}
    return RawRows(
        frame, found.faults, found.blank, found.rows,
        understood=tuple(chosen), ignored=tuple(ignored), headers=headers, **more,
    )  # fmt: skip


def header_in(source: Source, known: Sequence[str] | Mapping[str, str] | frozenset[str], least: int) -> int | None:
    """The record among the first ten filled ones with most known names, if it has at least `least` of them."""
    best, record = least - 1, None
    filled = [index for index, cells in enumerate(source.rows) if any(cell.strip() for cell in cells)][:10]
    for index in filled:
        count = len({fold(cell) for cell in source.rows[index]} & set(known))
        if count > best:
            best, record = count, index
    return record
