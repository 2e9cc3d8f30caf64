"""JSON and JSON lines → objects or rows of text; each line stands for itself, doubled keys are faults."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

import orjson
import polars as pl

from auditor.ingest import json_blocks
from auditor.ingest.tables import NOT_TEXT, Refused, RowFault, cut

_BLOCK_BYTES = 16 << 20
_AHEAD = min(os.cpu_count() or 1, 4)
_ODD_SPACE = (b'" :', b'"  ', b'" \t', b'"\t', b'"\r')
_TEXT_CELLS = frozenset({str, type(None)})
_PLAIN_CELLS = frozenset({str, int, type(None)})


class _Number(str):
    """A number as it was written: 1e5 must not become another text."""


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _no_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        doubled = sorted({key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1})
        raise ValueError(f"the key {doubled[0]!r} stands twice in one object")
    return found


_DECODER = json.JSONDecoder(
    object_pairs_hook=_no_doubles, parse_float=_Number, parse_int=_Number, parse_constant=_no_constant, strict=True
)


def decode(text: str) -> Any:
    """One JSON value; numbers as their digits. Raises ValueError with a sentence."""
    try:
        value = _DECODER.decode(text)
        text.encode("utf-8")
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise ValueError("too deeply nested") from None
    except UnicodeEncodeError:
        raise ValueError("half a character (a lone surrogate)") from None
    return value


def is_integer(value: str) -> bool:
    """Whether a number was written as a plain integer."""
    return value.lstrip("-").isdigit()


def as_text(value: object) -> str | None:
    """A JSON value as a cell: text as it is, integers as their digits, anything else marked as not text."""
    if value is None:
        return None
    if isinstance(value, _Number):
        return str(value) if is_integer(value) else f"{NOT_TEXT}{value}"
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return f"{NOT_TEXT}{str(value).lower()}"
    if isinstance(value, int):
        return str(value)
    return f"{NOT_TEXT}{json.dumps(value, ensure_ascii=False)}"


def document(data: bytes) -> Any:
    """The one value that the file holds. Raises Refused."""
    try:
        return decode(data.decode("utf-8"))
    except ValueError as fault:
        raise Refused(f"not readable as one JSON document ({fault}); export it again") from None


def lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(line number, line) of the lines that hold something."""
    for block, first in _cuts(data):
        yield from _numbered(block, first)


def _cuts(data: bytes) -> Iterator[tuple[bytes, int]]:
    """Cut the file at line ends into blocks with the number of their first line; never all lines are held at once."""
    start, number = 0, 1
    while start < len(data):
        end = data.find(b"\n", start + _BLOCK_BYTES)
        end = len(data) if end < 0 else end
        block = data[start:end]
        yield block, number
        number += block.count(b"\n") + 1
        start = end + 1


def _numbered(block: bytes, first: int) -> list[tuple[int, bytes]]:
    stripped = [line.strip(b"\r \t\x1e") for line in block.split(b"\n")]
    return [(number, line) for number, line in enumerate(stripped, first) if line]


def _wanted(frame: pl.DataFrame, wanted: Sequence[str], first: int) -> pl.DataFrame:
    empty = pl.lit(None, dtype=pl.String)
    cells = [pl.col(name) if name in frame.columns else empty.alias(name) for name in wanted]
    return frame.select(*cells, (pl.int_range(pl.len(), dtype=pl.Int64) + first).alias("row"))


def careful(numbered: Sequence[tuple[int, bytes]], faults: list[RowFault]) -> list[tuple[int, dict[str, object]]]:
    """(line number, object) line by line; what is no object becomes a fault."""
    found: list[tuple[int, dict[str, object]]] = []
    for number, line in numbered:
        try:
            value = decode(line.decode("utf-8"))
        except UnicodeDecodeError:
            faults.append(
                RowFault(number, "the line is not UTF-8; export it again as UTF-8", cut(line.decode("utf-8", "replace")))
            )
            continue
        except ValueError as fault:
            faults.append(
                RowFault(
                    number, f"the line is not one JSON object ({fault}); mend or drop it", cut(line.decode("utf-8", "replace"))
                )
            )
            continue
        if isinstance(value, dict):
            found.append((number, value))
        else:
            faults.append(
                RowFault(number, "the line is not a JSON object; mend or drop it", cut(line.decode("utf-8", "replace")))
            )
    return found


def rows(data: bytes, wanted: Sequence[str]) -> tuple[pl.DataFrame, list[RowFault], int, set[str]]:
    """Columns `wanted` (keys compared trimmed and case-folded) and `row`; the faults; the count of lines; the keys seen.

    Raises Refused where no line holds an object.
    """
    faults: list[RowFault] = []
    frames: list[pl.DataFrame] = []
    keys: set[str] = set()
    count = 0
    for block, first, quick in _read_ahead(data):
        if quick is not None:
            keys.update(quick.columns)
            frames.append(_wanted(quick, wanted, first))
            count += quick.height
        else:
            numbered = _numbered(block, first)
            frames.append(_chunk(numbered, wanted, faults, keys))
            count += len(numbered)
    frame = pl.concat(frames) if frames else of_objects([], wanted, faults, keys)
    if not frame.height:
        raise Refused("no line holds a readable JSON object; export it again as UTF-8 JSON lines")
    return frame, faults, count, keys


def _read_ahead(data: bytes) -> Iterator[tuple[bytes, int, pl.DataFrame | None]]:
    """Blocks, the number of their first line, and what could be read at once of them; a few at a time, side by side."""
    cuts = _cuts(data)
    with ThreadPoolExecutor(_AHEAD) as pool:
        while ahead := list(islice(cuts, _AHEAD)):
            for (block, first), quick in zip(ahead, pool.map(lambda cut: json_blocks.fast(cut[0]), ahead), strict=True):
                yield block, first, quick


def _chunk(numbered: list[tuple[int, bytes]], wanted: Sequence[str], faults: list[RowFault], keys: set[str]) -> pl.DataFrame:
    """Read a chunk by orjson; lines it cannot vouch for (doubled keys, floats, odd spaces) go the careful way."""
    quick: list[tuple[int, dict[str, object]]] = []
    slow: list[tuple[int, bytes]] = []
    spaced = _has_odd_space(b"\n".join([line for _, line in numbered]))
    for number, line in numbered:
        value = None if spaced and _has_odd_space(line) else _quick(line)
        if value is None:
            slow.append((number, line))
        else:
            quick.append((number, value))
    if slow:
        quick = sorted(quick + careful(slow, faults), key=lambda pair: pair[0])
    return of_objects(quick, wanted, faults, keys)


def _has_odd_space(text: bytes) -> bool:
    """Whether a blank may stand between a key and its colon, so that keys cannot be counted by `":`."""
    return any(sign in text for sign in _ODD_SPACE)


def _quick(line: bytes) -> dict[str, object] | None:
    try:
        value = orjson.loads(line)
    except ValueError:
        return None
    if type(value) is not dict or line.count(b'":') != len(value) or not _PLAIN_CELLS.issuperset(map(type, value.values())):
        return None
    return value


def of_objects(
    numbered: Sequence[tuple[int, dict[str, object]]], wanted: Sequence[str], faults: list[RowFault], keys: set[str]
) -> pl.DataFrame:
    """A frame of the wanted keys; an object with two keys that fold into one is a fault."""
    shapes = {tuple(value) for _, value in numbered}
    foldings = {shape: {key: key.strip().casefold() for key in shape} for shape in shapes}
    for folding in foldings.values():
        keys.update(folding.values())
    kept: list[tuple[int, dict[str, object]]] = []
    plain = all(list(folding) == list(folding.values()) for folding in foldings.values())
    if plain:
        kept = list(numbered)
    else:
        for number, value in numbered:
            folding = foldings[tuple(value)]
            if len(set(folding.values())) < len(folding):
                raw = cut(json.dumps(value, ensure_ascii=False))
                faults.append(RowFault(number, "two keys of the object differ only in case or blanks; keep one", raw))
            else:
                kept.append((number, {folding[key]: cell for key, cell in value.items()}))
    cells = _columns(kept, wanted, shapes if plain else set())
    return pl.DataFrame([*cells, pl.Series("row", [number for number, _ in kept], dtype=pl.Int64)])


def _columns(
    kept: Sequence[tuple[int, dict[str, object]]], wanted: Sequence[str], shapes: set[tuple[str, ...]]
) -> list[pl.Series]:
    """Turn objects into columns; at once where all have the same keys in the same order."""
    if len(shapes) == 1:
        (names,) = shapes
        found = dict(zip(names, zip(*[value.values() for _, value in kept], strict=True), strict=True))
        nothing = (None,) * len(kept)
        return [_column(name, found.get(name, nothing)) for name in wanted]
    return [_column(name, [value.get(name) for _, value in kept]) for name in wanted]


def _column(name: str, cells: Sequence[object]) -> pl.Series:
    if _TEXT_CELLS.issuperset(map(type, cells)):
        return pl.Series(name, cells, dtype=pl.String)
    return pl.Series(name, [as_text(cell) for cell in cells], dtype=pl.String)
