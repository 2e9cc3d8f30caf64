"""Several lines for one order → one order; sums at the end of a table → blank rows."""

from __future__ import annotations

from typing import Literal

import polars as pl

from auditor.model import ORDER_INSTANTS

Amounts = Literal["sum", "first"]
_TOTALS = r"(?i)^\s*(?:总计|合计|小计|汇总|total|grand total|totals|sum|suma|razem|-+)?[\s:：]*$"
_GUARDS = " \t\r\n='\"\u3000\ufeff"
_REGULAR = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}$"
# Of several lines' times the one is kept that is kinder to the shop: it acted at the first, its time ran from the last.
_LATEST = ("created_at", "paid_at", "ship_by", "refund_requested_at")


def without_totals(frame: pl.DataFrame) -> tuple[pl.DataFrame, int]:
    """The orders, and how many rows are sums: rows without an order's id and without any time."""
    if "order_id" not in frame.columns:
        return frame, 0
    times = [name for name in ORDER_INSTANTS if name in frame.columns]
    empty = [pl.col(name).fill_null("").str.contains(r"^[\s-]*$") for name in times]
    totals = pl.all_horizontal(pl.col("order_id").fill_null("").str.contains(_TOTALS), *empty)
    kept = frame.filter(~totals)
    return kept, frame.height - kept.height


def merged(frame: pl.DataFrame, amounts: Amounts) -> tuple[pl.DataFrame, dict[int, int]]:
    """One row an order, and for orders of several lines how many: the first filled cells, no product if there are several.

    `amounts` says whether an order's amount is the sum of its lines' or stands in each of them.
    """
    frame = frame.with_columns(pl.col("order_id").str.strip_chars(_GUARDS))
    named = pl.col("order_id").fill_null("") != ""
    if frame.filter(named)["order_id"].n_unique() == frame.filter(named).height:
        return frame, {}
    single = frame.filter(~named)
    several = frame.filter(named).group_by("order_id", maintain_order=True).agg(
        *(_one(name, amounts) for name in frame.columns if name not in ("row", "order_id")),
        pl.col("row").first(),
        pl.len().alias("lines"),
    )  # fmt: skip
    lines = dict(several.filter(pl.col("lines") > 1).select("row", "lines").iter_rows())
    whole = pl.concat([several.select(frame.columns), single]).sort("row", maintain_order=True)
    return whole, lines


def _one(name: str, amounts: Amounts) -> pl.Expr:
    if name == "product_id":
        return pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()).alias(name)
    if name == "amount" and amounts == "sum":
        return pl.when(pl.len() == 1).then(pl.col(name).first()).otherwise(_total(name)).alias(name)
    cell = pl.col(name).str.strip_chars()
    filled = cell.filter(cell != "").drop_nulls()
    if name in ORDER_INSTANTS:
        regular = (filled.str.contains(_REGULAR)).all() & (filled.len() > 1)
        extreme = filled.max() if name in _LATEST else filled.min()
        return pl.when(regular).then(extreme).otherwise(filled.first()).alias(name)
    return filled.first().alias(name)


def _total(name: str) -> pl.Expr:
    plain = pl.col(name).str.replace_all(r"[¥￥$,\s]", "").cast(pl.Decimal(18, 2), strict=False)
    return pl.when(plain.null_count() == 0).then(plain.sum().cast(pl.String))
