"""XLSX and XLS → a table of text: looked over before it is opened, and opened in a process with limits."""

from __future__ import annotations

import io
import zipfile
import zlib

from auditor.ingest.tables import Refused
from auditor.sandbox.limited import Failed, Sheet, read

MAX_UNPACKED = 200 * 1024 * 1024
MAX_RATIO = 100
RATIO_FROM = 8 * 1024 * 1024
LARGE_RATIO = 20  # beyond MAX_UNPACKED: honest workbooks pack to a tenth
MAX_PARTS = 2_000
UNZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)
_OLE = b"\xd0\xcf\x11\xe0"


def rows(data: bytes) -> Sheet:
    """The visible sheet with most rows. Raises Refused."""
    if data[:4] != _OLE:
        _preflight(data)
    return read_apart("workbook", data)


def read_apart(kind: str, data: bytes) -> Sheet:
    """Read a "workbook" or "page" in the process with limits. Raises Refused."""
    try:
        return read(kind, data)
    except Failed as fault:
        raise Refused(str(fault)) from None


def is_package(data: bytes) -> bool:
    """Whether a zip file is an Office document, or tries to look like one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {name.lower() for name in archive.namelist()}
    except UNZIP_ERRORS:
        return b"[Content_Types].xml" in data[:4096] or b"xl/" in data[:4096]
    return "[content_types].xml" in names or "mimetype" in names or any(name.startswith("xl/") for name in names)


def _preflight(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if not any(part.header_offset == 0 for part in parts):
                raise Refused("bytes stand before the workbook's own; export or download it again")
            _check_parts(archive, parts, len(data))
    except UNZIP_ERRORS as fault:
        why = f"a damaged or cut workbook ({fault}), perhaps an incomplete download"
        raise Refused(f"{why}; export or download it again", cut=True) from None


def _check_parts(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], packed: int) -> None:
    names = [part.filename for part in parts]
    if len(parts) > MAX_PARTS or len(names) != len(set(names)):
        raise Refused("the workbook's parts are too many or doubled; save it again with Excel or LibreOffice")
    if not any(name.lower().endswith("workbook.xml") for name in names) or "[Content_Types].xml" not in names:
        raise Refused("an Office file without a workbook in it; save the table as .xlsx")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise Refused("a workbook with macros; save it as plain .xlsx")
    if any(part.flag_bits & 0x1 for part in parts):
        raise Refused("the workbook is protected by a password; save it without one")
    check_sizes(sum(part.file_size for part in parts), packed, "workbook")
    for part in parts:
        _check_part(archive, part)


def check_sizes(total: int, packed: int, what: str) -> None:
    """Raise Refused where a packed file of `packed` bytes unpacks to a suspicious `total`."""
    bomb = total > RATIO_FROM and total > MAX_RATIO * packed
    if bomb or (total > MAX_UNPACKED and total > LARGE_RATIO * packed):
        raise Refused(f"the {what} unpacks to {total // 2**20} MB, more than is safe; export smaller pieces or CSV")


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
            if is_xml and _has_document_type(tail + block):
                raise Refused("the workbook holds a document type declaration, which may hide an attack; save it again")
            tail = block[-32:]


def _has_document_type(block: bytes) -> bool:
    at = block.find(b"<!")
    if at < 0 and b"\x00" not in block:
        return False
    return b"<!DOCTYPE" in block.replace(b"\x00", b"").upper()
