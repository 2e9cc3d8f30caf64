"""Columns of ids: guards of spreadsheets unwrapped, null words emptied, and what has lost digits told apart."""

from __future__ import annotations

import polars as pl

from auditor.ingest.tables import NOT_TEXT

MAX_ID = 1_000
TRIM = " \t\r\n\u3000\u200b\u200c\u200d\u2060\ufeff\u00a0"
_NULL_WORDS = ("null", "none", "nan", "n/a", "#n/a", "-", "--", "undefined", "\\n")
_SCIENTIFIC = r"^[+-]?[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+$"
_PERSONS = ("sender_id", "buyer_id", "agent_id")  # names that people chose: 1E02 may be one, 1.2E+17 never
_SCIENTIFIC_LONG = r"^[+-]?[0-9](?:\.[0-9]+)?[eE]\+?(?:0*[6-9]|[1-9][0-9]+)$"
_ROUNDED = r"^[0-9]{16,}\.0+$"
# Ids that need no second look: no blanks, marks, dots or full-width digits, and no beginning of a null word or of 1E+17.
_PLAIN = r"^(?:[A-MO-TV-Za-mo-tv-z_\p{Han}]|[NnUu][0-9_:-]|[0-9](?:[0-9A-DF-Za-df-z_:-]|$))[0-9A-Za-z_:\p{Han}-]*$"


def clean_ids(frame: pl.DataFrame, names: tuple[str, ...], needed: str | None = None) -> pl.DataFrame:
    """Make the columns `names` exact ids; add `name.fault` to those in which an id has lost or hidden something.

    Nearly all ids are plain and are left as they are; each distinct one of the others is looked at once.
    """
    filled = [name for name in names if frame[name].null_count() < frame.height]
    looks = [*((pl.col(name) == "").any().alias(f"{name}.empty") for name in filled), *(_odd(name).any() for name in filled)]
    seen = frame.select(looks).row(0, named=True) if filled and frame.height else {}
    blank = [name for name in filled if seen.get(f"{name}.empty")]
    frame = frame.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in blank)
    for name in filled:
        if seen.get(name):
            frame = _clean(frame, name)
    if needed is not None and frame[needed].null_count():
        empty = pl.when(pl.col(needed).is_null()).then(pl.lit(f"{needed} is empty; every row needs it"))
        own = [f"{needed}.fault"] if f"{needed}.fault" in frame.columns else []
        frame = frame.with_columns(pl.coalesce(*own, empty).alias(f"{needed}.fault"))
    return frame


def _odd(name: str) -> pl.Expr:
    """Whether an id is none of those that need no second look."""
    cell = pl.col(name)
    return ~((cell == "") | (cell.str.contains(_PLAIN) & (cell.str.len_bytes() <= MAX_ID)))


def _clean(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    cell = pl.col(name)
    scientific = _SCIENTIFIC_LONG if name in _PERSONS else _SCIENTIFIC
    odd = frame.select(cell.filter(_odd(name)).unique())
    table = odd.select(cell.alias("written"), _clean_id(name).alias("clean")).with_columns(
        _id_fault("clean", scientific).alias("fault")
    )
    changed = table.filter(pl.col("written").ne_missing(pl.col("clean")))
    faulty = table.filter(pl.col("fault").is_not_null())
    found = []
    if changed.height:
        found.append(cell.replace(changed["written"], changed["clean"]))
    if faulty.height:
        fault = cell.replace_strict(faulty["written"], faulty["fault"], default=None, return_dtype=pl.String)
        found.append(fault.alias(f"{name}.fault"))
    return frame.with_columns(found)


def _clean_id(name: str) -> pl.Expr:
    """Give an id as its exact text: guards of spreadsheets unwrapped, full-width digits made plain, null words null."""
    cell = pl.col(name).str.strip_chars(TRIM)
    cell = pl.when(cell.str.starts_with("=")).then(cell.str.replace(r'^=(?:"([^"]*)"|([0-9]+))$', "$1$2")).otherwise(cell)
    cell = cell.str.strip_prefix("'").str.strip_chars(TRIM)
    wide = [chr(0xFF10 + digit) for digit in range(10)]
    cell = cell.str.replace_many(wide, [str(digit) for digit in range(10)])
    cell = pl.when(cell.str.contains(r"^[0-9]{6,15}\.0$")).then(cell.str.strip_suffix(".0")).otherwise(cell)
    return pl.when((cell == "") | cell.str.to_lowercase().is_in(_NULL_WORDS)).then(None).otherwise(cell)


def _id_fault(name: str, scientific: str) -> pl.Expr:
    cell = pl.col(name)
    return (
        pl.when(cell.str.starts_with(NOT_TEXT))
        .then(pl.lit("the id was stored as a number and may have lost digits; export ids as text"))
        .when(cell.str.contains(scientific) | cell.str.contains(_ROUNDED))
        .then(pl.lit("the id was turned into a rounded number; export ids as text"))
        .when(cell.str.contains("\x00", literal=True))
        .then(pl.lit("the id holds NUL characters or bytes that are not UTF-8"))
        .when(cell.str.len_chars() > MAX_ID)
        .then(pl.lit(f"the id is longer than {MAX_ID} characters"))
    )
