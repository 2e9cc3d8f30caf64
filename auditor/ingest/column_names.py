"""What a column's name says of it: the field that tables of all sorts keep under such a name."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

import re2

from auditor.strictyaml import load

_WRITTEN = Path(__file__).parent / "column_names.yaml"
_UNITS = re2.compile(r"[(\[【][^)\]】]{0,12}[)\]】]")
_SIGNS = re2.compile(r"[^\p{L}\p{N}]+")
_CAMEL = re2.compile(r"(\p{Ll})(\p{Lu})")


@lru_cache(maxsize=4096)
def same(name: str) -> str:
    """A name for comparing: no units in brackets, no signs between words, no difference of case or width."""
    plain = _UNITS.sub("", unicodedata.normalize("NFKC", name))
    words: str = _SIGNS.sub(" ", _CAMEL.sub(r"\1 \2", plain)).strip().casefold()
    return words.replace(" id", "id") if any(sign > "\u2e80" for sign in words) else words


@cache
def fields_of(kind: str) -> dict[str, tuple[str, int]]:
    """Compared name → (field, how early it stands in the field's list), for transcript, orders or penalties."""
    document = load(_WRITTEN, scalars="text").value
    listed = document[kind] if isinstance(document, dict) else None
    found: dict[str, tuple[str, int]] = {}
    for field, names in listed.items() if isinstance(listed, dict) else ():
        for rank, name in enumerate(names if isinstance(names, list) else ()):
            found.setdefault(same(str(name)), (field, rank))
    return found
