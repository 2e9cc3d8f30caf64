"""Bytes → text, without guessing: byte order mark, strict UTF-8, then GB18030 or CP1250 that also reads like its language."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from auditor.ingest.frequent import FREQUENT, POLISH
from auditor.ingest.tables import Refused

PLAUSIBLE = 0.4  # share of frequent characters; wrong encodings stay below about 0.25
POLISH_PLAUSIBLE = 0.9  # share of Polish letters and marks; ISO 8859-2 read as CP1250 stays near 0.75
POLISH_WORDS = 8  # distinct words with Polish letters; fewer prove nothing
ENCODINGS = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk", "gb2312", "big5", "cp1250", "iso8859-2", "cp1252")
_SAMPLE = 200_000
_BLOCK = 1 << 24
_MARKS = (
    (codecs.BOM_UTF8, "utf-8", "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "utf-16"),
)
_WORD = re.compile(r"[^\W\d_]+")
_MEND = "give its encoding with --encoding (gb18030, cp1250 …), or save it as UTF-8"


@dataclass(frozen=True, slots=True)
class Decoded:
    """The content as UTF-8 bytes without a mark, the encoding's name, and what a person should look at."""

    data: bytes
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An encoding that is tried on bytes that are not UTF-8, and how a text in it is told from noise."""

    name: str
    plausible: Callable[[str], bool]


def known(name: str) -> str | None:
    """The encoding's own name where the option may name it, else None."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    return found if found in {codecs.lookup(each).name for each in ENCODINGS} else None


_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_-]{1,20})", re.IGNORECASE)


def declared(data: bytes) -> str | None:
    """The encoding that an HTML page says it has, where it is one that can be read."""
    found = _CHARSET.search(data[:4096])
    return known(found[1].decode("ascii")) if found else None


def to_utf8(data: bytes, given: str | None = None) -> Decoded:
    """Decode by mark, else strictly as UTF-8, else as `given`, else as what is strict and plausible. Raises Refused."""
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], codec, name)
    if data.isascii() and not (given and given.startswith("utf-16")):
        return Decoded(data, "utf-8")
    bad_byte = first_bad_byte(data)
    if bad_byte is None and not (given and given.startswith("utf-16")):
        return Decoded(data, "utf-8", _suspicion(data))
    if given is not None:
        return _given(data, given)
    mended = _mostly_utf8(data)
    if mended is not None:
        return Decoded(mended, "utf-8", "rows with bytes that are not UTF-8 are in quarantine")
    return _plausible(data, bad_byte or 0)


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


def _marked(data: bytes, codec: str, name: str) -> Decoded:
    if codec == "utf-8" and first_bad_byte(data) is None:
        return Decoded(data.removeprefix(codecs.BOM_UTF8), name, _suspicion(data))
    try:
        text = data.decode(codec)
        return Decoded(text.removeprefix("\ufeff").encode("utf-8"), name)
    except UnicodeDecodeError as fault:
        mended = _mostly_utf8(data) if codec == "utf-8" else None
        if mended is not None:
            return Decoded(mended, name, "rows with bytes that are not UTF-8 are in quarantine")
        raise Refused(f"the file says it is {name}, but byte {fault.start} is not; export it again as UTF-8") from None
    except UnicodeEncodeError:
        raise Refused(f"the file is {name} with halves of characters; export it again as UTF-8") from None


def _given(data: bytes, given: str) -> Decoded:
    try:
        return Decoded(data.decode(given).encode("utf-8"), given)
    except UnicodeError as fault:
        place = f"byte {fault.start} is not" if isinstance(fault, UnicodeDecodeError) else "it is not"
        raise Refused(f"--encoding says {given}, but {place}; leave the option out or give the right one") from None


# ---- UTF-8 with bad bytes in it ----------------------------------------------------------------------------------------


def _mostly_utf8(data: bytes) -> bytes | None:
    """The bytes with a NUL for each bad one, where the file is UTF-8 with a few bad rows: then only those rows are bad."""
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    foreign = sum(sign > "\x7f" for sign in text[:_SAMPLE])
    if foreign - bad >= 5 * bad or _two_encodings(data):
        return text.replace("\ufffd", "\x00").encode("utf-8")
    return None


def _two_encodings(data: bytes) -> bool:
    """Whether a good part of the lines is UTF-8 that reads like its language, as when two exports were joined."""
    foreign = [line for line in data[: _SAMPLE * 4].splitlines() if not line.isascii()]
    good = []
    for line in foreign:
        try:
            good.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            continue
    text = "\n".join(good)
    return 4 * len(good) >= len(foreign) and len(good) >= 2 and (plausibility(text) >= PLAUSIBLE or _polish(text))


def _suspicion(data: bytes) -> str:
    """What to look at in a file that is strict UTF-8: the marks that an earlier wrong conversion leaves."""
    text = data[:_SAMPLE].decode("utf-8", "ignore")
    foreign = [sign for sign in text if sign > "\x7f"]
    if not foreign:
        return ""
    traces = text.count("\ufffd") + 3 * text.count("锟斤拷") + 3 * text.count("烫烫烫")
    odd = sum("\u0080" <= sign <= "\u009f" or "\u02b0" <= sign <= "\u02ff" for sign in foreign)
    if traces or 4 * odd >= len(foreign) or (_han(foreign) and _twice(text)):
        return "texts look garbled by an earlier conversion; look at the first rows, and export again if they are"
    return ""


def _han(foreign: list[str]) -> bool:
    return (
        2 * sum("\u4e00" <= sign <= "\u9fff" for sign in foreign) >= len(foreign) and plausibility("".join(foreign)) < PLAUSIBLE
    )


def _twice(text: str) -> bool:
    """Whether the text becomes plausible once a UTF-8 text read as GBK is turned back."""
    back = text.encode("gb18030", "ignore").decode("utf-8", "ignore")
    return plausibility(back) >= PLAUSIBLE and any("\u4e00" <= sign <= "\u9fff" for sign in back)


# ---- other encodings ---------------------------------------------------------------------------------------------------


def _plausible(data: bytes, bad_byte: int) -> Decoded:
    candidates = (_Candidate("gb18030", lambda text: plausibility(text) >= PLAUSIBLE), _Candidate("cp1250", _polish))
    found = [(text, each) for each in candidates if (text := _strict(data, each)) is not None]
    if len(found) == 1:
        text, each = found[0]
        return Decoded(text.encode("utf-8"), each.name)
    if not found:
        mended = _mostly_gb18030(data)
        if mended is not None:
            return Decoded(mended, "gb18030", "rows that are not GB18030 are in quarantine")
    raise Refused(f"not UTF-8 (byte {bad_byte}), and neither GB18030 nor CP1250 beyond doubt; {_MEND}")


def _strict(data: bytes, candidate: _Candidate) -> str | None:
    try:
        text = data.decode(candidate.name)
        text.encode("utf-8")
    except UnicodeError:
        return None
    return text if candidate.plausible(text) else None


def _mostly_gb18030(data: bytes) -> bytes | None:
    """The lines as UTF-8 with a NUL in each that is not GB18030, where most are, and plausible."""
    good, bad = [], 0
    lines = data.split(b"\n")
    for line in lines:
        try:
            good.append(line.decode("gb18030"))
        except UnicodeDecodeError:
            good.append("\x00" + line.decode("gb18030", "replace").replace("\ufffd", "\x00"))
            bad += 1
    foreign = sum(not line.isascii() for line in lines)
    text = "\n".join(good)
    return text.encode("utf-8", "replace") if 2 * bad < foreign and plausibility(text) >= PLAUSIBLE else None


def plausibility(text: str) -> float:
    """The share of frequent Chinese characters and marks among the characters outside ASCII."""
    foreign = [sign for sign in text[:_SAMPLE] if sign > "\x7f"]
    if not foreign:
        return 1.0
    return sum(sign in FREQUENT for sign in foreign) / len(foreign)


def _polish(text: str) -> bool:
    """Whether the characters outside ASCII are those of Polish, in words enough to tell."""
    sample = text[:_SAMPLE]
    foreign = [sign for sign in sample if sign > "\x7f"]
    words = {word.casefold() for word in _WORD.findall(sample) if any(sign in POLISH for sign in word)}
    return len(words) >= POLISH_WORDS and sum(sign in POLISH for sign in foreign) >= POLISH_PLAUSIBLE * len(foreign)
