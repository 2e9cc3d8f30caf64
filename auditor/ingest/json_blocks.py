"""JSON lines that are exactly regular, read at once: the same plain keys in every line, each once, with text or null."""

from __future__ import annotations

import re

import numpy as np
import orjson
import polars as pl

_PLAIN_KEY = re.compile(r"[a-z0-9_]+")


def fast(block: bytes) -> pl.DataFrame | None:
    """Read a block of whole lines as String columns, or None unless each line has the first line's keys in its order."""
    block = block.replace(b"\r\n", b"\n").rstrip(b"\n")
    names = _keys(block)
    if names is None or b"\\ud" in block or b"\\uD" in block or _has_control(block):
        return None
    try:
        lines = pl.Series([block.decode("utf-8")]).str.split("\n").explode()
        if not lines.str.contains(_template(names)).all():
            return None
        frame = pl.read_ndjson(block, schema=dict.fromkeys(names, pl.String))
    except (UnicodeDecodeError, pl.exceptions.PolarsError):
        return None
    return frame if frame.height == lines.len() else None


def _template(names: list[str]) -> str:
    """Give the pattern of a line with these keys, each once, and text or null as values."""
    cells = (f'"{name}":(?:"(?:[^"\\\\]|\\\\.)*"|null)' for name in names)
    return r"^\{" + ",".join(cells) + r"\}$"


def _keys(block: bytes) -> list[str] | None:
    """The keys of the first line, where they are plain."""
    try:
        first = orjson.loads(block.partition(b"\n")[0])
    except ValueError:
        return None
    if not isinstance(first, dict) or not first or not all(_PLAIN_KEY.fullmatch(key) for key in first):
        return None
    return list(first)


def _has_control(block: bytes) -> bool:
    signs = np.frombuffer(block, dtype=np.uint8)
    return bool(((signs < 32) & (signs != 10)).any())
