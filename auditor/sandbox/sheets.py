"""The reader's own process: bytes of a workbook or page in, columns of text out; it may crash or swell, and only it ends.

Run as `python -m auditor.sandbox.sheets`; `limited.py` starts it, sets its limits and speaks with it. It imports little, so that
starting it costs little.
"""

from __future__ import annotations

import io
import sys
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, BinaryIO

NOT_TEXT = "\x00"  # opens a cell that was not text: ingest's sign
SEPARATOR = "\x1e"  # between the cells of a column on their way; cells that hold it lose it
MAX_COLUMNS = 1_000
MAX_SHEETS = 255
MAX_CELLS = 100_000_000
EXACT = 10**15  # a workbook keeps 15 digits of a number
_CHUNK = 50_000


class Unreadable(Exception):  # noqa: N818 - it is a verdict
    """Why the file cannot be used, as a sentence."""


@dataclass(slots=True)
class Grid:
    """A table without its empty rows: per column its cells joined by SEPARATOR, in pieces; the rows' numbers, from 1.

    `far` are rows with cells beyond column 1,000; `filled` counts rows of more than one cell: they tell a table from a preface.
    """

    width: int
    columns: list[list[str]] = field(default_factory=list)
    rows: array[int] = field(default_factory=lambda: array("q"))
    far: list[int] = field(default_factory=list)
    filled: int = 0
    note: str = ""

    def add(self, numbered: Sequence[tuple[int, list[Any]]]) -> None:
        """Take rows, all as wide as the sheet, with their numbers; empty ones are left out."""
        wide = len(numbered[0][1]) if numbered else 0
        kept = [(number, row, wide - row.count("")) for number, row in numbered]
        kept = [each for each in kept if each[2]]
        if not kept:
            return
        self.filled += sum(count > 1 for *_, count in kept)
        self.rows.extend(number for number, *_ in kept)
        rows = [row for _, row, _ in kept]
        if wide > MAX_COLUMNS:
            beyond = [""] * (wide - MAX_COLUMNS)
            self.far.extend(number for number, row, _ in kept if row[MAX_COLUMNS:] != beyond)
            rows = [row[:MAX_COLUMNS] for row in rows]
        self.columns = self.columns or [[] for _ in range(self.width)]
        for pieces, cells in zip(self.columns, zip(*rows, strict=True), strict=True):
            pieces.append(_joined(cells))


def fullest(data: bytes) -> Grid:
    """The visible sheet with most rows of more than one cell. Raises Unreadable."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    known = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    if len(known) > MAX_SHEETS:
        raise Unreadable(f"the workbook has {len(known)} sheets; keep the one with the export")
    visible = [each.name for each in known if each.visible == SheetVisibleEnum.Visible]
    found = [(name, grid) for name in visible if (grid := _sheet(book.get_sheet_by_name(name))).rows]
    if not found:
        raise Unreadable("the workbook has no rows; export it again")
    name, best = max(found, key=lambda each: each[1].filled)
    others = [repr(other) for other, _ in found if other != name]
    hidden = [repr(each.name) for each in known if each.visible != SheetVisibleEnum.Visible]
    notes = [f"sheet {name!r} was read, not {', '.join(others)}"] * bool(others)
    notes += [f"hidden sheets were not read: {', '.join(hidden)}"] * bool(hidden)
    best.note = "; ".join(notes)
    return best


def _sheet(sheet: Any) -> Grid:
    if sheet.start is None or sheet.end is None:
        return Grid(0)
    rows = iter(sheet.iter_rows())
    first: list[Any] = next(rows, [])
    start, height = sheet.start[0] + 1, sheet.end[0] - sheet.start[0] + 1
    if height * len(first) > MAX_CELLS:
        raise Unreadable("the sheet's cells lie too far apart; delete what stands far right or far below the table")
    grid = Grid(min(len(first), MAX_COLUMNS))
    grid.add([(start, first)])
    for chunk in _chunks(enumerate(rows, start + 1)):
        grid.add(chunk)
    return grid


def _chunks(rows: Iterator[tuple[int, list[Any]]]) -> Iterator[list[tuple[int, list[Any]]]]:
    while chunk := list(islice(rows, _CHUNK)):
        yield chunk


def page(data: bytes) -> Grid:
    """The same of an HTML page (UTF-8): its table with most rows. Raises Unreadable."""
    from auditor.sandbox import html_table

    try:
        found = list(html_table.tables(data.decode("utf-8")))
    except html_table.Broken as fault:
        raise Unreadable(str(fault)) from None
    if not found:
        raise Unreadable("the page holds no table with rows; save the table itself")
    table = max(found, key=lambda each: sum(len(row) > 1 for row in each.rows))
    width = min(max(map(len, table.rows)), MAX_COLUMNS)
    grid = Grid(width)
    grid.add([(number, row[:width] + [""] * (width - len(row))) for number, row in enumerate(table.rows, 1)])
    grid.far = [number for number, reach in enumerate(table.widths, 1) if reach > MAX_COLUMNS]
    others = len(found) - 1
    grid.note = f"the page has {others} more tables, which were not read" if others else ""
    return grid


def _joined(cells: Sequence[Any]) -> str:
    """The cells as text; each kind of cell is looked at only where the column has it."""
    if set(map(type, cells)) != {str}:
        cells = [cell if type(cell) is str else _text(cell) for cell in cells]
    joined = SEPARATOR.join(cells)
    if joined.count(SEPARATOR) != len(cells) - 1:
        joined = SEPARATOR.join(cell.replace(SEPARATOR, "\ufffd") for cell in cells)
    return joined


def _text(cell: object) -> str:
    """A cell as text: numbers in all their digits, or marked where the workbook has lost some."""
    if isinstance(cell, bool):
        return f"{NOT_TEXT}{str(cell).lower()}"
    if isinstance(cell, int):
        return str(cell) if abs(cell) < EXACT else f"{NOT_TEXT}{cell}"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else f"{NOT_TEXT}{cell!r}"
    if isinstance(cell, datetime):
        rounded = cell + timedelta(microseconds=500_000) if cell.microsecond >= 500_000 else cell
        return rounded.replace(microsecond=0).isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return "" if cell is None else f"{NOT_TEXT}{cell}"


# ---- the process -------------------------------------------------------------------------------------------------------


def receive(stream: BinaryIO) -> bytes | None:
    """One length-prefixed message; None where the other side has ended."""
    head = stream.read(8)
    if len(head) < 8:
        return None
    size = int.from_bytes(head, "little")
    body = stream.read(size)
    return body if len(body) == size else None


def send(stream: BinaryIO, *parts: bytes) -> None:
    """Each part, length-prefixed."""
    for part in parts:
        stream.write(len(part).to_bytes(8, "little"))
        stream.write(part)
    stream.flush()


_READERS: dict[str, Callable[[bytes], Grid]] = {"workbook": fullest, "page": page}


def serve(stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Answer (kind, limits, bytes) until there are no more: ("ok", note, rows, far, width, columns …) or ("no", why)."""
    send(stdout, b"ready")
    while (kind := receive(stdin)) is not None:
        limits, data = receive(stdin), receive(stdin)
        if limits is None or data is None:
            return
        memory, seconds = limits.split()
        _allow(int(memory), int(seconds))
        try:
            _answer(stdout, _READERS[kind.decode()](data))
        except Unreadable as fault:
            send(stdout, b"no", str(fault).encode("utf-8", "replace"))
        except MemoryError:
            send(stdout, b"no", b"the file needs more memory than is safe; export smaller pieces or CSV")
        except BaseException as fault:  # a Rust panic is no Exception
            why = (
                f"the {kind.decode()} cannot be read ({type(fault).__name__}: {str(fault)[:99]}); save it as .xlsx, or export CSV"
            )
            send(stdout, b"no", why.encode("utf-8", "replace"))


def _answer(stdout: BinaryIO, grid: Grid) -> None:
    note = grid.note.encode("utf-8", "replace")
    send(stdout, b"ok", note, grid.rows.tobytes(), array("q", grid.far).tobytes(), str(len(grid.columns)).encode())
    for pieces in grid.columns:
        send(stdout, SEPARATOR.join(pieces).encode("utf-8", "replace"))
        pieces.clear()


def _allow(memory: int, seconds: int) -> None:
    """Limit what this process may still take: bytes of memory, seconds of the processor; where the system can."""
    try:
        import resource
        from pathlib import Path

        own = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (own + memory, resource.RLIM_INFINITY))
        used = resource.getrusage(resource.RUSAGE_SELF)
        end = int(used.ru_utime + used.ru_stime) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
    except (ImportError, OSError, ValueError):
        return


if __name__ == "__main__":
    serve(sys.stdin.buffer, sys.stdout.buffer)
