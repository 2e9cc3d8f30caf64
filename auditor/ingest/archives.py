"""gz and zip → the files inside, in memory and within limits; the names inside never become paths."""

from __future__ import annotations

import io
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

from auditor.ingest.tables import Refused
from auditor.ingest.workbook import check_sizes, is_package

MAX_ENTRIES = 2_000
_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_BLOCK = 1 << 20
_UTF8_NAME = 0x800
_KINDS = {0o120000: "a link", 0o010000: "a pipe", 0o060000: "a device", 0o020000: "a device", 0o140000: "a socket"}


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside an archive: its name as shown, and its entry."""

    shown: str
    entry: str


def is_gzip(data: bytes) -> bool:
    """Whether the bytes open as gzip does."""
    return data[:2] == _GZIP


def is_zip(data: bytes) -> bool:
    """Whether the bytes are a zip file that is no workbook."""
    return data[:4] in _ZIP and not is_package(data)


def unpack_gzip(data: bytes) -> bytes:
    """The one file inside. Raises Refused where it is damaged, too large, or an archive again."""
    found, size, rest = [], 0, data
    while rest:
        inflate = zlib.decompressobj(wbits=31)
        try:
            while rest and not inflate.eof:
                block = inflate.decompress(rest, _BLOCK)
                rest = inflate.unconsumed_tail
                size += len(block)
                found.append(block)
                check_sizes(size, len(data), "gz file")
        except zlib.error as fault:
            raise Refused(f"a damaged gz file ({fault}); download it again") from None
        if not inflate.eof:
            raise Refused("the gz file is cut, its download was incomplete; download it again", cut=True)
        rest = inflate.unused_data
    return _no_archive(b"".join(found), "gz")


def _no_archive(data: bytes, kind: str) -> bytes:
    if is_gzip(data) or is_zip(data):
        raise Refused(f"an archive within a {kind} file; unpack it and give the exports inside")
    return data


def members(data: bytes) -> list[Member]:
    """The files of a zip, by name. Raises Refused where the archive as a whole is damaged or dangerous."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as fault:
        raise Refused(
            f"a damaged or cut zip file ({fault}), perhaps an incomplete download; download it again", cut=True
        ) from None
    files = [entry for entry in entries if not entry.is_dir()]
    if len(entries) > MAX_ENTRIES:
        raise Refused(f"the zip file has {len(entries):,} entries; unpack it and give the exports inside")
    if len({entry.filename for entry in entries}) != len(entries) or _overlap(entries):
        raise Refused("the zip file's entries are doubled or overlap, as in a zip bomb; pack the exports again")
    check_sizes(sum(entry.file_size for entry in files), len(data), "zip file")
    found: dict[str, Member] = {}
    for entry in files:
        name = _shown(entry)
        while name in found:
            name += "'"
        if not name.rpartition("/")[2].startswith((".", "~$")) and not name.startswith("__MACOSX/"):
            found[name] = Member(name, entry.filename)
    if not found:
        raise Refused("the zip file holds no file")
    return [found[name] for name in sorted(found)]


def _overlap(entries: list[zipfile.ZipInfo]) -> bool:
    """Whether two entries share bytes of the archive."""
    spans = sorted((entry.header_offset, entry.header_offset + 30 + entry.compress_size) for entry in entries)
    return any(end > start for (_, end), (start, _) in pairwise(spans))


def _shown(entry: zipfile.ZipInfo) -> str:
    """A name to show: no way out of a folder, nothing that a terminal obeys, old Chinese names in their own letters."""
    name = entry.filename
    if not entry.flag_bits & _UTF8_NAME:
        try:
            name = name.encode("cp437").decode("gbk")
        except UnicodeError:
            name = entry.filename
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in ("/", "..", ".")]
    plain = "/".join(parts) or "unnamed"
    return "".join(sign if not unicodedata.category(sign).startswith("C") else "_" for sign in plain)


def unpack_member(data: bytes, member: str) -> bytes:
    """One file of a zip. Raises Refused where it is damaged, a link, protected, larger than it says, or an archive again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entry = archive.getinfo(member)
            kind = _KINDS.get((entry.external_attr >> 16) & 0o170000)
            if kind:
                raise Refused(f"{kind} inside a zip file; pack the exports themselves")
            if entry.flag_bits & 0x1:
                raise Refused("the zip file is protected by a password; unpack it and give the exports inside")
            check_sizes(entry.file_size, max(entry.compress_size, 1), "zip file")
            with archive.open(entry) as stream:
                found = stream.read(entry.file_size + 1)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error) as fault:
        raise Refused(f"a damaged or cut zip file ({fault}); download it again") from None
    if len(found) > entry.file_size:
        raise Refused("the zip file lies about the size of its entries; pack the exports again")
    return _no_archive(found, "zip")
