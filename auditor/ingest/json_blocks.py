"""JSON lines read at once, where counting proves that no value was lost: each is text or null, under keys of the first line."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import orjson
import polars as pl

_Bytes = np.ndarray[tuple[int], np.dtype[np.uint8]]
_Places = np.ndarray[tuple[int], np.dtype[np.int32]]
_PLAIN_KEY = re.compile(r"[a-z0-9_]+")
_PIECE = 1 << 18
_QUOTE, _COLON, _SPACE, _NEW_LINE, _NULL = (ord(sign) for sign in '": \nn')


def fast(block: bytes) -> pl.DataFrame | None:
    """Read a block of whole lines as String columns, or None unless every text in it has its place in them.

    Half a character (a lone surrogate) reads as NUL, which no column accepts.
    """
    block = block.rstrip(b"\r\n")
    names = _keys(block)
    counted = _counted(block, names) if names is not None else None
    if names is None or counted is None:
        return None
    lines, texts = counted
    try:
        frame = pl.read_ndjson(block, schema=dict.fromkeys(names, pl.String))
    except pl.exceptions.PolarsError:
        return None
    filled = frame.height * frame.width - sum(frame[name].null_count() for name in frame.columns)
    return frame if frame.height == lines and filled == texts else None


def _keys(block: bytes) -> list[str] | None:
    """The keys of the first line, where they are plain."""
    try:
        first = orjson.loads(block[: block.find(b"\n")] if b"\n" in block else block)
    except ValueError:
        return None
    if not isinstance(first, dict) or not first or not all(_PLAIN_KEY.fullmatch(key) for key in first):
        return None
    return list(first)


def _counted(block: bytes, names: Sequence[str]) -> tuple[int, int] | None:
    """How many lines and how many texts after a key the block has; None where a key has anything but a text or null.

    A quote and a colon stand side by side after each key, and else only inside texts, where they make the counts differ.
    Each line must have the keys in their order, so that no doubled key can hide behind a missing one.
    """
    signs = np.frombuffer(block, dtype=np.uint8)
    keys = _places(signs[:-3])
    if len(signs) < 4 or signs[-3] == _COLON or signs[-2] == _COLON:
        return None
    after = signs[keys + 2]
    if (after == _SPACE).any():
        after = np.where(after == _SPACE, signs[keys + 3], after)
    texts = int(np.count_nonzero(after == _QUOTE))
    if texts + int(np.count_nonzero(after == _NULL)) != len(keys):
        return None
    lines = np.flatnonzero(signs == _NEW_LINE).astype(np.int32)
    if not _in_order(signs, keys, lines, names):
        return None
    return len(lines) + 1, texts


def _places(signs: _Bytes) -> _Places:
    """Where a quote stands before a colon; piece by piece, since pieces that fit the processor's cache are read faster."""
    found = []
    for start in range(0, len(signs), _PIECE):
        piece = signs[start : start + _PIECE + 1]
        found.append((np.flatnonzero((piece[:-1] == _QUOTE) & (piece[1:] == _COLON)) + start).astype(np.int32))
    return np.concatenate(found) if found else np.empty(0, np.int32)


def _in_order(signs: _Bytes, keys: _Places, lines: _Places, names: Sequence[str]) -> bool:
    """Whether the keys that end at the places `keys` are `names` in each line, as far as their length and two letters tell."""
    if len({(len(name), name[0], name[-1]) for name in names}) < len(names) or len(keys) != (len(lines) + 1) * len(names):
        return False
    first, last = keys[:: len(names)], keys[len(names) - 1 :: len(names)]
    if not ((last[:-1] < lines) & (lines < first[1:])).all():
        return False
    for index, name in enumerate(names):
        ends = keys[index :: len(names)]
        opening = ends - len(name) - 1
        if (opening < 0).any() or not (signs[opening] == _QUOTE).all():
            return False
        if not ((signs[opening + 1] == ord(name[0])) & (signs[ends - 1] == ord(name[-1]))).all():
            return False
    return True
