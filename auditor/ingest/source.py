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

from auditor.ingest import archives, delimited, encoding, names, objects, workbook
from auditor.ingest.tables import RawRows, Refused, RowFault, Shape, cut
from auditor.sandbox.limited import Sheet

MAX_FILE = 1 << 30
HEAD_ROWS = 15
_HEAD_LINES = 80
_HEAD_OBJECTS = 20
_FILLED = re.compile(rb"[^\r\n\t \x00]")
_STAMP = re.compile(rb"\[[0-9]{1,4}[./-][0-9]{1,2}[./-]")  # a chat as text may open with [15.01.26
_SIGN = re.compile(rb"[^\s\x1e]")


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file. `data` is UTF-8 (empty for workbooks and pages); `rows`, `objects` and `lines` are its head."""

    path: str
    sha256: str
    encoding: str
    shape: Shape
    data: bytes = b""
    separator: str = ","
    sheet: bool = False  # a workbook or page, whose cells are in `grid` ("0", "1" … as text, and `row`)
    grid: pl.DataFrame | None = None
    far: tuple[int, ...] = ()  # rows of `grid` that have more cells than can be read
    note: str = ""
    value: Any = None  # the JSON document
    rows: tuple[tuple[str, ...], ...] = ()
    objects: tuple[Mapping[str, Any], ...] = ()
    lines: tuple[str, ...] = ()

    def every_line(self) -> list[str]:
        """All lines of a text, whichever signs end them."""
        return self.data.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n").split("\n")


@dataclass(frozen=True, slots=True)
class Table:
    """A table under its header: `frame` has the columns "0", "1" … as text, and `row`."""

    header: tuple[str, ...]
    frame: pl.DataFrame
    faults: tuple[RowFault, ...]
    blank: int
    rows: int


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes; "" where it cannot be read, is no regular file, or is too large to be."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_FILE:
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def fold(name: str) -> str:
    """A header name for comparing: NFKC, no zero-width signs, trimmed, case-folded."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", name) if unicodedata.category(sign) != "Cf")
    return plain.strip().casefold()


def open_source(path: Path, shown: str, member: str = "", given: str | None = None) -> Source:
    """Read the file, or a `member` of a zip file, and look at its head. `given`: the option --encoding. Raises Refused."""
    data = _bytes(path)
    if member:
        data = archives.unpack_member(data, member)
    sha256 = hashlib.sha256(data).hexdigest()
    names.check(Path(member or path).name, data)
    if archives.is_gzip(data):
        data = archives.unpack_gzip(data)
        names.check(Path(member or path).stem, data)
    if not _FILLED.search(data):
        raise Refused("the file is empty; export it again")
    if names.is_office(data):
        return _workbook(data, shown, sha256)
    if archives.is_zip(data):
        raise Refused("a zip file; give it by itself or in a folder of inputs")
    kind = names.foreign(data)
    if kind:
        raise Refused(f"{kind}; give the exported CSV, XLSX or JSON itself")
    if _opens_json(data[:4096].removeprefix(b"\xef\xbb\xbf")):
        return _json(data.removeprefix(b"\xef\xbb\xbf"), shown, sha256)
    return _decoded(data, shown, sha256, given)


def _bytes(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise Refused("not a regular file")
        if path.stat().st_size > MAX_FILE:
            raise Refused(f"larger than {MAX_FILE >> 20} MB; export smaller pieces")
        return path.read_bytes()
    except OSError as fault:
        raise Refused(f"cannot be read ({fault.strerror}); check its permissions") from None


def _decoded(data: bytes, shown: str, sha256: str, given: str | None) -> Source:
    declared = encoding.declared(data) if names.is_page(data) else None
    found = encoding.to_utf8(data, given or declared)
    if _opens_json(found.data):
        raise Refused(f"JSON must be UTF-8, this is {found.name}; export it again as UTF-8")
    if names.is_page(found.data):
        conflict = f"the page says {declared}, but is {found.name}" if declared not in (None, found.name) else ""
        return _grid(workbook.read_apart("page", found.data), found.name, shown, sha256, conflict or found.note)
    return _text(found, shown, sha256)


def _opens_json(data: bytes) -> bool:
    first = _SIGN.search(data, 0, 4096)
    return first is not None and first[0] in (b"{", b"[") and not _STAMP.match(data, first.start())


def _workbook(data: bytes, shown: str, sha256: str) -> Source:
    return _grid(workbook.rows(data), "xls" if data[:4] == names.OLE else "xlsx", shown, sha256)


def _grid(found: Sheet, name: str, shown: str, sha256: str, note: str = "") -> Source:
    cells = found.frame.drop("row")
    head = tuple(tuple(cell or "" for cell in record) for record in cells.head(HEAD_ROWS).iter_rows())
    notes = "; ".join(each for each in (note, found.note) if each)
    return Source(shown, sha256, name, "table", sheet=True, grid=found.frame, far=found.far, rows=head, note=notes)


def _json(data: bytes, shown: str, sha256: str) -> Source:
    first = [line for _, line in zip(range(_HEAD_OBJECTS), (line for _, line in objects.lines(data)), strict=False)]
    parsed = [_object(line) for line in first]
    starts = [line[:1] == b"{" for line in first]
    if any(value is not None for value in parsed[:3]) or (len(first) > 1 and starts[0] and starts[1] and first[0] != b"{"):
        seen = tuple(value for value in parsed if value is not None)
        if len(first) == 1 and any(isinstance(each, list) for each in (parsed[0] or {}).values()):
            return Source(shown, sha256, "utf-8", "json", data=data, value=objects.document(data), objects=seen)
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


def _text(found: encoding.Decoded, shown: str, sha256: str) -> Source:
    data = found.data
    lines = tuple(data[: 1 << 18].decode("utf-8", "replace").splitlines()[:_HEAD_LINES])
    tops = {line.split(":")[0].strip() for line in lines if line[:1].isalpha() and ":" in line}
    shape: Shape = "yaml" if "shops" in tops else "table"
    separator = delimited.separator_of(data)
    rows = tuple(tuple(record) for record in delimited.head(data, separator, HEAD_ROWS))
    return Source(
        shown, sha256, found.name, shape, data=data, separator=separator, rows=rows, lines=lines, note=found.note
    )  # fmt: skip


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
    cells = tuple(source.rows[header])
    if source.grid is not None:
        return _grid_table(source.grid, frozenset(source.far), header, cells)
    frame, faults, blank, rows = delimited.read(source.data, source.separator, header, len(cells))
    return Table(cells, frame, tuple(faults), blank, rows)


def _grid_table(grid: pl.DataFrame, far: frozenset[int], header: int, cells: tuple[str, ...]) -> Table:
    """The rows below the header; what stands right of its last name makes a row faulty."""
    width = max((index for index, cell in enumerate(cells, 1) if cell.strip()), default=0)
    top, below = int(grid["row"][header]), grid.slice(header + 1)
    if not below.height:
        return Table(cells[:width], grid.clear().select(*map(str, range(width)), "row"), (), 0, 0)
    outside = [pl.col(name).is_not_null() for name in grid.columns[width:-1]]
    wrong = pl.any_horizontal(*outside, pl.col("row").is_in(sorted(far)))
    filled = pl.any_horizontal(pl.col(str(index)).str.contains(r"\S") for index in range(width))
    judged = below.with_columns(wrong.alias("wrong"), filled.fill_null(False).alias("filled"))
    faults = tuple(_too_wide(record, width) for record in judged.filter("wrong").iter_rows())
    good = judged.filter(~pl.col("wrong") & pl.col("filled")).select(*map(str, range(width)), "row")
    rows = int(below["row"][-1]) - top
    return Table(cells[:width], good, faults, rows - good.height - len(faults), rows)


def _too_wide(record: tuple[Any, ...], width: int) -> RowFault:
    *cells, row, _, _ = record
    raw = cut(" | ".join(cell or "" for cell in cells))
    return RowFault(row, f"the row has cells beyond the {width} that the header has; delete what stands on its right", raw)


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
