"""CSV → rows of text: a fast way for files that are exactly regular, a careful one for all others, with equal results."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl

from auditor.ingest.tables import Refused, RowFault, cut, text_frame

_Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]

SEPARATORS = (",", "\t", ";", "|")
MAX_COLUMNS = 1_000
_BLOCK = 1 << 24
_HEAD_BYTES = 1 << 18

csv.field_size_limit(sys.maxsize)


def head(data: bytes, separator: str, count: int) -> list[list[str]]:
    """The first records, leniently, for recognition only."""
    lines = data[:_HEAD_BYTES].decode("utf-8", "replace")
    found: list[list[str]] = []
    try:
        for record in csv.reader(io.StringIO(lines, newline=""), delimiter=separator):
            found.append(record)
            if len(found) == count:
                break
    except csv.Error:
        pass
    return found


def separator_of(data: bytes) -> str:
    """The separator that cuts the first records into most cells."""
    widths = {sign: max((len(record) for record in head(data, sign, 15)), default=0) for sign in SEPARATORS}
    return max(SEPARATORS, key=lambda sign: (widths[sign], -SEPARATORS.index(sign)))


def read(data: bytes, separator: str, header: int, width: int) -> tuple[pl.DataFrame, list[RowFault], int, int]:
    """Read columns "0" … as text and `row`; the faults; blank rows; data rows. `header`: 0-based record, `width` its cells.

    `row` is the record's number in the file, the first being 1. Raises Refused.
    """
    if width > MAX_COLUMNS:
        raise Refused(f"the header has {width} columns; delete the empty ones on the right")
    if b"\x00" * 64 in data[-4096:]:
        raise Refused("the file ends in zero bytes: it was cut when it was written; export it again")
    frame = fast(data, separator, header, width)
    if frame is not None:
        return frame, [], 0, frame.height
    return careful(data, separator, header, width)


def _after_header(data: bytes, header: int) -> int | None:
    """The byte after the header record, or None where quotes before it make that uncertain."""
    position = 0
    for _ in range(header + 1):
        end = data.find(b"\n", position)
        if end < 0:
            return None
        line = data[position:end]
        if line.count(b'"') % 2 or not line.strip():
            return None
        position = end + 1
    return position


def fast(data: bytes, separator: str, header: int, width: int) -> pl.DataFrame | None:
    """The rows by Polars, or None unless the file is exactly regular: clean quotes, no blank record, no short or long one."""
    start, end = _after_header(data, header), len(data)
    while end and data[end - 1] in b"\r\n":
        end -= 1
    if start is None or start >= end:
        return None
    if data[end:] not in (b"", b"\n", b"\r\n"):
        data = data[:end]
    if data.find(b"\x00", start) >= 0:
        return None
    line_end = 2 if data.find(b"\r", start, end) >= 0 else 1
    if line_end == 2 and data.count(b"\r", start, end) != data.count(b"\r\n", start, end):
        return None
    quotes = _quotes(np.frombuffer(data, np.uint8, end - start, start), ord(separator))
    if quotes is None:
        return None
    try:
        frame = pl.read_csv(
            data,
            has_header=False,
            skip_lines=header + 1,
            separator=separator,
            schema={str(index): pl.String for index in range(width)},
            empty_string_is_null=False,
            infer_schema=False,
        )
    except pl.exceptions.PolarsError:
        return None
    if not _accounts_for(frame, end - start - quotes, line_end):
        return None
    return frame.with_columns((pl.int_range(pl.len(), dtype=pl.Int64) + header + 2).alias("row"))


def _accounts_for(frame: pl.DataFrame, size: int, line_end: int) -> bool:
    """Whether every byte of the body, but for quotes, is in a cell, between two cells or between two rows."""
    if any(frame[name].null_count() for name in frame.columns):
        return False
    lengths = frame.select(pl.all().str.len_bytes().cast(pl.Int64).sum()).row(0)
    between = frame.height * (frame.width - 1) + (frame.height - 1) * line_end
    blank = frame.width == 1 and bool((frame.to_series() == "").any())  # an empty line and an empty cell look the same
    return not blank and sum(lengths) + between == size


def _quotes(signs: _Bytes, sign: int) -> int | None:
    """How many quotes are none of any cell's text; None unless they stand only around whole cells, or doubled inside them."""
    blocks = range(0, len(signs), _BLOCK)
    quotes = np.concatenate([start + np.flatnonzero(signs[start : start + _BLOCK] == 34) for start in blocks])
    if not len(quotes):
        return 0
    if len(quotes) % 2:
        return None
    opening, closing = quotes[0::2], quotes[1::2]
    before = signs[np.maximum(opening - 1, 0)]
    after = signs[np.minimum(closing + 1, len(signs) - 1)]
    opens = (opening == 0) | (before == sign) | (before == 10)
    closes = (closing == len(signs) - 1) | (after == sign) | (after == 10) | (after == 13)
    doubled = closing[:-1] + 1 == opening[1:]
    opens[1:] |= doubled
    closes[:-1] |= doubled
    return len(quotes) - int(np.count_nonzero(doubled)) if opens.all() and closes.all() else None


def careful(data: bytes, separator: str, header: int, width: int) -> tuple[pl.DataFrame, list[RowFault], int, int]:
    """The same by the csv module, record by record. Raises Refused where a quote never closes."""
    columns: list[list[str]] = [[] for _ in range(width)]
    numbers: list[int] = []
    faults: list[RowFault] = []
    blank = rows = 0
    body = data.rstrip(b"\r\n").decode("utf-8")
    for number, record in _records(body, separator, header, faults):
        rows += 1
        if not any(cell.strip() for cell in record):
            blank += 1
        elif len(record) < width or any(cell.strip() for cell in record[width:]):
            reason = f"the row has {len(record)} cells where the header has {width}; look for a missing quote or separator"
            faults.append(RowFault(number, reason, cut(separator.join(record))))
        else:
            numbers.append(number)
            for column, cell in zip(columns, record, strict=False):
                column.append(cell)
    cut_rows = sum(fault.reason.startswith("the file ends") for fault in faults)
    return text_frame({str(index): column for index, column in enumerate(columns)}, numbers), faults, blank, rows + cut_rows


def _records(body: str, separator: str, header: int, faults: list[RowFault]) -> Iterator[tuple[int, Sequence[str]]]:
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator, strict=True)
    number = line = 0
    try:
        for record in reader:
            number += 1
            line = reader.line_num
            if number > header + 1:
                yield number, record
    except csv.Error as fault:
        rest = body.splitlines()[line:]
        if len(rest) > 1 or number <= header:
            raise Refused(
                f"line {line + 1}: a quote is opened and not closed properly ({fault}); export the file again"
            ) from None
        faults.append(RowFault(number + 1, "the file ends inside a quoted cell; it was cut, export it again", cut("".join(rest))))
