"""Columns as a file has them → the fields of a mapping: first filled, joined, reworded, freed of markup, times spelt out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from auditor.ingest.globs import pick
from auditor.ingest.mapping import TIMES, From, MappingFile, Rows
from auditor.ingest.markup import plain
from auditor.ingest.message_rows import MAX_TEXT
from auditor.ingest.tables import NOT_TEXT

Column = Callable[[str], pl.Series | None]
_DAY = ("%H", "%I", "%T", "%X", "%R", "%s", "%c", "%k", "%l")
# An order's day without an hour is taken as kindly as it can be: the shop acted at its beginning, its time runs from its end.
_FROM_THE_END = ("created_at", "paid_at", "ship_by", "refund_requested_at", "appeal_by")


def fields(mapping: MappingFile, rows: Rows, column: Column, height: int) -> pl.DataFrame:
    """A frame of the mapping's fields as text; null where nothing is filled."""
    made: list[pl.Series] = []
    for name, source in rows.fields.items():
        series = _field(source, rows.values.get(name, {}), column)
        if series is not None:
            made.append(_finished(mapping, rows, name, series))
    frame = pl.DataFrame({series.name: series for series in made}) if made else pl.DataFrame({"": pl.Series([None] * height)})
    for name, value in rows.constants.items():
        own = pl.col(name) if name in frame.columns else pl.lit(None, dtype=pl.String)
        frame = frame.with_columns(pl.coalesce(own, pl.lit(value)).alias(name))
    return frame.drop("", strict=False)


def kept(rows: Rows, column: Column, height: int) -> pl.Series:
    """Which rows are messages or orders of the exchange: false for those that a mapping leaves out."""
    keep = pl.repeat(True, height, eager=True)
    for name, patterns in rows.leave_out.items():
        cells = column(name)
        if cells is not None:
            table: dict[str, str | None] = {pattern.strip().casefold(): "out" for pattern in patterns}
            out = _reworded(cells.fill_null(""), table).replace_strict({"out": True}, default=False, return_dtype=pl.Boolean)
            keep &= ~out
    return keep


def _field(source: From, table: Mapping[str, str | None], column: Column) -> pl.Series | None:
    found = [series for name in source.columns if (series := column(name)) is not None]
    if not found:
        return None
    if source.joined:
        return _joined(found)
    blank = [_filled(series) for series in found]
    if not table:
        return _first(blank)
    return _first([*(_reworded(series, table) for series in blank), *(_unknown(series, table) for series in blank)])


def _unknown(series: pl.Series, table: Mapping[str, str | None]) -> pl.Series:
    """The words that the table does not know: they stay, so that the quarantine can show them."""
    folded = _folded(series)
    if any("*" in pattern for pattern in table):
        words = folded.drop_nulls().unique()
        known = folded.is_in([word for word in words.to_list() if pick(table, word)[0]])
    else:
        known = folded.is_in(list(table))
    return series.set(known.fill_null(False), None) if known.any() else series


def _folded(series: pl.Series) -> pl.Series:
    return series.str.strip_prefix(NOT_TEXT).str.strip_chars().str.to_lowercase()


def _reworded(series: pl.Series, table: Mapping[str, str | None]) -> pl.Series:
    """The table's words for those it knows; null for all others."""
    folded = _folded(series)
    found: Mapping[str, str | None] = table
    if any("*" in pattern for pattern in table):
        found = {word: pick(table, word)[1] for word in folded.drop_nulls().unique().to_list()}
    if not found:
        return folded.set(folded.is_not_null(), None)
    return folded.replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.String)


def _filled(series: pl.Series) -> pl.Series:
    empty = series.str.strip_chars() == ""
    return series.set(empty.fill_null(False), None) if empty.any() else series


def _first(found: Sequence[pl.Series]) -> pl.Series:
    first, *others = found
    for other in others:
        if not first.null_count():
            break
        first = first.zip_with(first.is_not_null(), other)
    return first


def _joined(found: Sequence[pl.Series]) -> pl.Series:
    frame = pl.DataFrame({str(index): series.str.strip_chars() for index, series in enumerate(found)})
    text = frame.select(pl.concat_str(pl.all(), separator=" ", ignore_nulls=True).str.strip_chars().alias("joined")).to_series()
    return _filled(text)


def _finished(mapping: MappingFile, rows: Rows, name: str, series: pl.Series) -> pl.Series:
    if name in rows.html:
        texts = series.filter(series.str.contains("[<&]") & (series.str.len_chars() <= MAX_TEXT)).unique()
        marked = texts.drop_nulls().to_list()
        series = series.replace(marked, [plain(text) for text in marked]) if marked else series
    if mapping.times and name in TIMES[mapping.kind]:
        series = _spelt_out(series, mapping.times, name in _FROM_THE_END, mapping.kind != "transcript")
    return series.alias(name)


def _spelt_out(series: pl.Series, formats: Sequence[str], at_end: bool, days: bool) -> pl.Series:
    """Times in a mapping's own spellings as 2026-11-10 09:30:00; what fits none of them stays as it is."""
    text = series.str.strip_chars(" \t\r\n'\"=\u3000").str.strip_prefix(NOT_TEXT)
    found: list[pl.Series] = []
    for spelling in formats:
        if any(sign in spelling for sign in _DAY):
            zone = "+00:00" if "%z" in spelling else ""
            times = text.str.to_datetime(spelling, strict=False, time_unit="us")
            found.append(times.dt.strftime(f"%Y-%m-%d %H:%M:%S{zone}"))
        elif days:
            hour = "23:59:59" if at_end else "00:00:00"
            found.append(text.str.to_date(spelling, strict=False).dt.strftime(f"%Y-%m-%d {hour}"))
    return _first([*found, series]) if found else series
