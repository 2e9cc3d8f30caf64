"""Rows as text → the canonical tables: ids, times, roles and amounts are made sure of, and what fails goes to quarantine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from auditor.ingest.cells import Frame
from auditor.ingest.message_rows import messages
from auditor.ingest.order_rows import notices, orders
from auditor.ingest.tables import Match, RawRows, RowFault, cut
from auditor.model import MESSAGE_COLUMNS, NOTICE_COLUMNS, ORDER_COLUMNS

_Maker = Callable[[pl.DataFrame, RawRows, Frame], pl.DataFrame]
_MAKERS: Mapping[str, _Maker] = {"transcript": messages, "orders": orders, "penalties": notices}
_COLUMNS = {"transcript": MESSAGE_COLUMNS, "orders": ORDER_COLUMNS, "penalties": NOTICE_COLUMNS}


@dataclass(frozen=True, slots=True)
class Shaped:
    """A canonical table (without `source`), the rows that failed, and rows that turned out blank."""

    table: pl.DataFrame
    faults: tuple[RowFault, ...]
    blank: int


def shape(raw: RawRows, match: Match, frame: Frame) -> Shaped:
    """Rows of a format as the canonical table of their kind."""
    columns = _COLUMNS[match.kind]
    wanted = {name: kind for name, kind in columns.items() if name != "source"}
    full = _with_all(raw.frame, columns)
    filled = _filled(full, [name for name in columns if name not in ("source", "row", "offset_s", "time_doubt")])
    made = _MAKERS[match.kind](filled, raw, frame)
    bad = made.filter(pl.col("fault").is_not_null())
    faults = _faults(filled, bad) if bad.height else ()
    good = made.filter(pl.col("fault").is_null()) if bad.height else made
    table = good.select(pl.col(name).cast(kind) for name, kind in wanted.items())
    return Shaped(table, faults, full.height - filled.height)


def _with_all(frame: pl.DataFrame, columns: Mapping[str, object]) -> pl.DataFrame:
    missing = [name for name in columns if name not in frame.columns and name not in ("source", "offset_s", "time_doubt")]
    return frame.with_columns(pl.lit(None, dtype=pl.String).alias(name) for name in missing)


def _filled(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """The rows that hold something; the first column alone tells it of nearly all."""
    first = frame.select(pl.col(names[0]).str.contains(r"\S").fill_null(False)).to_series()
    if first.all():
        return frame
    return frame.filter(pl.any_horizontal(pl.col(name).str.contains(r"\S") for name in names))


def _faults(filled: pl.DataFrame, bad: pl.DataFrame) -> tuple[RowFault, ...]:
    rows = bad.select("row", "fault", "fault_column").join(filled, on="row", how="left", maintain_order="left")
    found = []
    for record in rows.iter_rows(named=True):
        raw = {name: cell for name, cell in record.items() if cell is not None and name not in ("row", "fault", "fault_column")}
        found.append(
            RowFault(record["row"], record["fault"], cut(json.dumps(raw, ensure_ascii=False)), record["fault_column"] or "")
        )
    return tuple(found)
