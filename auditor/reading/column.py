"""The normal form of a whole column of texts at once, for the cheap tests that decide which texts are read at all."""

from __future__ import annotations

from functools import lru_cache

import polars as pl
from zhconv import zhconv

_INVISIBLE = "[\u200b-\u200f\u202a-\u202e\u2060-\u2063\ufe00-\ufe0f\ufeff\u00ad]"


@lru_cache(maxsize=1)
def _traditional() -> tuple[list[str], list[str]]:
    table: dict[str, str] = zhconv.getdict("zh-hans")
    pairs = sorted((one, other) for one, other in table.items() if len(one) == 1 and len(other) == 1 and one != other)
    return [one for one, _ in pairs], [other for _, other in pairs]


def normal_column(texts: pl.Expr) -> pl.Expr:
    """String expression: NFKC, lower case, simplified characters, invisible characters removed (normal() for columns)."""
    old, new = _traditional()
    return texts.str.replace_all(_INVISIBLE, "").str.normalize("NFKC").str.to_lowercase().str.replace_many(old, new)


def folded_column(norms: pl.Expr) -> pl.Expr:
    """String expression: normal texts without Polish diacritics (Normal.folded for columns)."""
    return norms.str.replace_many(list("ąćęłńóśźż"), list("acelnoszz"))


def without_diacritics(texts: pl.Expr) -> pl.Expr:
    """String expression: Polish letters without their marks, as Normal.folded has them; just as long."""
    return texts.str.replace_many(list("ąćęłńóśźż"), list("acelnoszz"))
