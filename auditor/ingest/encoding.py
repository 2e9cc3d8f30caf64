"""Bytes → text, without guessing: byte order mark, else strict UTF-8, else GB18030 that also reads like Chinese, else refused."""

from __future__ import annotations

import codecs

import polars as pl

from auditor.ingest.frequent import FREQUENT
from auditor.ingest.tables import Refused

PLAUSIBLE = 0.4  # share of frequent characters; wrong encodings stay below about 0.25
_SAMPLE = 200_000
_BLOCK = 1 << 24
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
)


def to_utf8(data: bytes) -> tuple[bytes, str]:
    """The content as UTF-8 bytes without a mark, and the encoding's name. Raises Refused."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _remark(data[len(mark) :], codec, name)
    if data.isascii():
        return data, "utf-8"
    bad_byte = first_bad_byte(data)
    if bad_byte is None:
        return data, "utf-8"
    mended = _mostly_utf8(data)
    return (mended, "utf-8") if mended is not None else _gb18030(data, bad_byte)


def first_bad_byte(data: bytes) -> int | None:
    """Where the bytes stop being UTF-8, or None. Works block by block, so that no second copy of a large file is held."""
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _BLOCK) + 1 or len(data)
        try:
            pl.Series([data[start:end]], dtype=pl.Binary).cast(pl.String)
        except pl.exceptions.PolarsError:
            break
        start = end
    else:
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.start
    return None


def _remark(data: bytes, codec: str, name: str) -> tuple[bytes, str]:
    if codec == "utf-8" and first_bad_byte(data) is None:
        return data, name
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as fault:
        raise Refused(f"the file says it is {name}, but byte {fault.start} is not; export it again as UTF-8") from None
    return (data if codec == "utf-8" else text.encode("utf-8")), name


def _mostly_utf8(data: bytes) -> bytes | None:
    """The bytes with a NUL for each bad one, where bad ones are rare among the good: then only their rows are bad."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    foreign = sum(sign > "\x7f" for sign in text[:_SAMPLE]) if len(text) > _SAMPLE else sum(sign > "\x7f" for sign in text)
    return text.replace("\ufffd", "\x00").encode("utf-8") if foreign - bad >= 5 * bad else None


def _gb18030(data: bytes, bad_byte: int) -> tuple[bytes, str]:
    hint = f"not UTF-8 (byte {bad_byte}) and not plausible GB18030; open it where it reads right and save it as UTF-8"
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        raise Refused(hint) from None
    if plausibility(text) < PLAUSIBLE:
        raise Refused(hint)
    return text.encode("utf-8", "strict"), "gb18030"


def plausibility(text: str) -> float:
    """The share of frequent Chinese characters and marks among the characters outside ASCII."""
    foreign = [sign for sign in text[:_SAMPLE] if sign > "\x7f"]
    if not foreign:
        return 1.0
    return sum(sign in FREQUENT for sign in foreign) / len(foreign)
