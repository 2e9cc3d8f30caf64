"""What a file's first bytes are, and whether its name says something else: a contradiction is told, not passed over."""

from __future__ import annotations

from auditor.ingest import archives
from auditor.ingest.tables import Refused
from auditor.ingest.workbook import is_package

OLE = b"\xd0\xcf\x11\xe0"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_FOREIGN = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG\r\n\x1a\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"7z\xbc\xaf'\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bz2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
    (b"PAR1", "a Parquet file"),
)
_PAGE = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<body", b"<style", b"<div")
# What an ending promises; what is not here promises nothing, since platforms name HTML tables and CSV .xls.
_PROMISED = {
    **dict.fromkeys((".csv", ".tsv"), ("text",)),
    **dict.fromkeys((".jsonl", ".ndjson"), ("jsonl",)),
    ".json": ("json", "jsonl"),
    **dict.fromkeys((".html", ".htm"), ("page",)),
    ".xlsx": ("workbook", "old workbook"),
    ".gz": ("gz",),
    ".zip": ("zip", "workbook"),
}
_CALLED = {
    "text": "plain text",
    "page": "an HTML page",
    "workbook": "a workbook (zip)",
    "old workbook": "an old workbook",
    "zip": "a zip file",
    "gz": "a gz file",
    "json": "one JSON document",
    "jsonl": "JSON lines",
}
_ENDING = {"text": ".csv", "page": ".html", "workbook": ".xlsx", "old workbook": ".xls", "zip": ".zip", "gz": ".gz", "json": ".json", "jsonl": ".jsonl"}  # noqa: E501  # fmt: skip


def is_office(data: bytes) -> bool:
    """Whether the bytes are an Office container, old or new."""
    return data[:4] == OLE or (data[:4] in _ZIP and is_package(data))


def is_page(data: bytes) -> bool:
    """Whether the text opens as an HTML page does."""
    head = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return head.startswith(_PAGE) or (head.startswith((b"<?xml", b"<!--")) and b"<html" in data[:4096].lower())


def foreign(data: bytes) -> str:
    """What the bytes are, where that can be no export; "" otherwise."""
    return next((what for mark, what in _FOREIGN if data.startswith(mark)), "")


def kind(data: bytes) -> str:
    """What the bytes are: text, page, workbook, old workbook, zip, gz, json, jsonl, or "" for anything else."""
    if data[:4] == OLE:
        return "old workbook"
    if data[:4] in _ZIP:
        return "workbook" if is_package(data) else "zip"
    if archives.is_gzip(data):
        return "gz"
    if is_page(data):
        return "page"
    return "" if foreign(data) or b"\x00" in data[:512] else _textual(data)


def _textual(data: bytes) -> str:
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n\x1e")
    if head[:1] not in (b"{", b"["):
        return "text"
    first, _, rest = head.partition(b"\n")
    return "json" if first.strip() in (b"[", b"{") or (head[:1] == b"[" and rest.lstrip()[:1] != b"[") else "jsonl"


def check(name: str, data: bytes) -> None:
    """Raise Refused where the name's ending and the bytes contradict each other."""
    ending = "." + name.rpartition(".")[2].casefold() if "." in name else ""
    promised, found = _PROMISED.get(ending), kind(data)
    if promised is None or not found or found in promised:
        return
    raise Refused(
        f"the name says {_CALLED[promised[0]]}, but it is {_CALLED[found]}; name it {_ENDING[found]} or export it again"
    )
