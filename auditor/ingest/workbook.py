"""XLSX → rows of text: checked before it is opened, read without trusting what it says about its own size."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

import openpyxl

from auditor.ingest.tables import NOT_TEXT, Refused

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
RATIO_FROM = 8 * 1024 * 1024
MAX_COLUMNS = 1_000
MAX_ROWS = 1_048_576
MAX_PARTS = 2_000
MAX_SHEETS = 255
EXACT = 10**15  # a workbook keeps 15 digits of a number
_OLE = b"\xd0\xcf\x11\xe0"


def looks_like_workbook(data: bytes) -> bool:
    """Whether the bytes are a zip or an old Office container."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06", _OLE)


def _preflight(data: bytes) -> None:
    if data[:4] == _OLE:
        raise Refused("an old or password-protected Office file; save it as .xlsx without a password")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            _check_parts(archive, parts, len(data))
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zipfile.zlib.error) as fault:  # type: ignore[attr-defined]
        raise Refused(f"a damaged or cut workbook ({fault}); export or download it again") from None


def _check_parts(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], packed: int) -> None:
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or len(names) != len(set(names)):
        raise Refused("the workbook's parts are too many or doubled; save it again with Excel or LibreOffice")
    if not any(name.lower().endswith("workbook.xml") for name in names):
        raise Refused("a zip file that is not a workbook; unpack it and give the files inside")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("a workbook with macros; save it as plain .xlsx")
    if any(part.flag_bits & 0x1 for part in parts):
        raise Refused("the workbook is encrypted; save it without a password")
    total = sum(part.file_size for part in parts)
    if total > MAX_UNPACKED or (total > RATIO_FROM and total > MAX_RATIO * packed):
        raise Refused(f"the workbook unpacks to {total // 2**20} MB, more than is safe; export smaller pieces or CSV")
    for part in parts:
        _check_part(archive, part)


def _check_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read a part to its end (its checksum must hold) and look for a document type, which no honest workbook has."""
    is_xml = part.filename.lower().endswith((".xml", ".rels"))
    read = 0
    with archive.open(part) as stream:
        tail = b""
        while block := stream.read(1 << 20):
            read += len(block)
            if read > max(part.file_size, 1):
                raise Refused("the workbook lies about the size of its parts; export it again")
            if is_xml and b"<!DOCTYPE" in (tail + block).replace(b"\x00", b"").upper():
                raise Refused("the workbook holds a document type declaration, which may hide an attack; save it again")
            tail = block[-16:]


def rows(data: bytes) -> list[tuple[int, list[str | None]]]:
    """(row number, cells as text) of the visible sheet with most rows, without empty rows. Raises Refused."""
    _preflight(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of styles and dates that do not concern us
            return _fullest(data)
    except Refused:
        raise
    except Exception as fault:  # openpyxl raises whatever its parsers raise; a bad file must not end the run
        raise Refused(f"the workbook cannot be read ({type(fault).__name__}: {str(fault)[:99]}); save it as .xlsx") from None


def _fullest(data: bytes) -> list[tuple[int, list[str | None]]]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    if len(book.worksheets) > MAX_SHEETS:
        raise Refused(f"the workbook has {len(book.worksheets)} sheets; keep the one with the export")
    sheets = [list(_sheet_rows(sheet)) for sheet in book.worksheets if sheet.sheet_state == "visible"]
    fullest = max(sheets, key=_filled_rows, default=[])
    if not fullest:
        raise Refused("the workbook has no rows; export it again")
    return fullest


def _filled_rows(sheet: list[tuple[int, list[str | None]]]) -> int:
    """How many rows have more than one cell: what tells a table from a sheet of explanations."""
    return sum(sum(cell is not None for cell in cells) > 1 for _, cells in sheet)


def _sheet_rows(sheet: openpyxl.worksheet._read_only.ReadOnlyWorksheet) -> Iterator[tuple[int, list[str | None]]]:
    sheet.reset_dimensions()
    for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
        if number > MAX_ROWS:
            raise Refused("the sheet has more rows than Excel allows; export it again")
        if len(cells) > MAX_COLUMNS:
            raise Refused(f"row {number} has {len(cells)} columns; delete the empty columns on the right")
        if any(cell is not None for cell in cells):
            yield number, [_text(cell) for cell in cells]


def _text(cell: object) -> str | None:
    """A cell as text: numbers in all their digits, or marked where the workbook has lost some."""
    if cell is None or isinstance(cell, str):
        return cell
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
    return f"{NOT_TEXT}{cell}"
