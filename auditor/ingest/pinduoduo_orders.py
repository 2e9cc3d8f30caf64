"""Pinduoduo's order export (CSV or XLSX), in its older and newer header, with or without a line of text above it."""

from __future__ import annotations

import polars as pl

from auditor.ingest.source import Source, fold, header_in, renamed, table
from auditor.ingest.tables import Kind, Match, RawRows, Refused

ID = "pinduoduo_orders"
TITLE = "Pinduoduo order export (CSV, XLSX)"
KINDS: tuple[Kind, ...] = ("orders",)

COLUMNS: dict[str, str] = {
    fold(name): target
    for name, target in {
        "订单号": "order_id",
        "订单状态": "status",
        "商品id": "product_id",
        "商家实收金额(元)": "received",
        "用户实付金额(元)": "amount",
        "订单成交时间": "concluded",
        "拼单成功时间": "grouped",
        "支付时间": "paid_at",
        "承诺发货时间": "ship_by",
        "发货时间": "shipped_at",
        "确认收货时间": "delivered_at",
        "快递单号": "tracking_no",
        "快递公司": "carrier",
        "售后状态": "after_sale",
        "商品": "title",
    }.items()
}
_MARKS = frozenset(
    fold(name)
    for name in (
        "商家实收金额(元)",
        "用户实付金额(元)",
        "拼单成功时间",
        "订单成交时间",
        "承诺发货时间",
        "商品id",
        "样式ID",
        "售后状态",
    )
)
_TOTALS = r"^\s*(?:总计|合计|小计|-+)?\s*$"
_FIRST = ("row", "order_id", "product_id", "status")


def recognise(source: Source) -> Match | None:
    """订单号 and two of the names that only this export has."""
    if source.shape != "table":
        return None
    header = header_in(source, _MARKS | {fold("订单号")}, 3)
    if header is None or fold("订单号") not in {fold(cell) for cell in source.rows[header]}:
        return None
    return Match("orders", "订单号 with names that only Pinduoduo's order export has", header)


def read(source: Source, match: Match) -> RawRows:
    """One row an order; lines of the same order are merged, totals are blank."""
    raw = renamed(table(source, match.header), COLUMNS)
    if "order_id" not in raw.understood:
        raise Refused("the needed column 订单号 is missing; export the orders again")
    frame = raw.frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in sorted(set(COLUMNS.values())) if name not in raw.frame.columns
    )
    order = pl.col("order_id").str.strip_chars(" \t\r\n='\"\u3000\ufeff")
    frame = frame.with_columns(order.alias("order_id"))
    totals = pl.col("order_id").fill_null("").str.contains(_TOTALS) & _no_times()
    sums = frame.filter(totals).height
    frame = _merged(frame.filter(~totals).with_columns(_paid(), _created(), pl.lit("CNY").alias("currency")))
    kept, lines = frame.drop("lines"), dict(frame.filter(pl.col("lines") > 1).select("row", "lines").iter_rows())
    understood = tuple(name for name in raw.understood if name not in ("received", "title"))
    return RawRows(
        kept, raw.faults, raw.blank + sums, raw.rows, platform="pinduoduo",
        understood=understood, ignored=raw.ignored, lines_per_row=lines, headers=raw.headers,
    )  # fmt: skip


def _no_times() -> pl.Expr:
    names = ("concluded", "grouped", "paid_at", "ship_by", "shipped_at", "delivered_at")
    return pl.all_horizontal(pl.col(name).fill_null("").str.contains(r"^[\s-]*$") for name in names)


def _present(name: str) -> pl.Expr:
    cell = pl.col(name).str.strip_chars()
    return pl.when(cell != "").then(cell)


def _paid() -> pl.Expr:
    """Where no payment time is exported, the order counts as paid when it was concluded."""
    return pl.coalesce(_present("paid_at"), _present("grouped"), _present("concluded")).alias("paid_at")


def _created() -> pl.Expr:
    return pl.coalesce(_present("concluded"), _present("paid_at"), _present("grouped")).alias("created_at")


def _merged(frame: pl.DataFrame) -> pl.DataFrame:
    """Lines of one order as one row: the first filled cell, the sum of the amounts, no product if there are several."""
    names = [name for name in frame.columns if name not in ("row", "order_id", "amount", "product_id")]
    product = pl.col("product_id")
    if frame["order_id"].n_unique() == frame.height:
        return frame.with_columns(pl.lit(1).alias("lines"))
    return frame.group_by("order_id", maintain_order=True).agg(
        *(_present(name).drop_nulls().first().alias(name) for name in names),
        pl.when(pl.len() == 1).then(pl.col("amount").first()).otherwise(_total()).alias("amount"),
        pl.when(product.n_unique() == 1).then(product.first()).alias("product_id"),
        pl.col("row").first(),
        pl.len().alias("lines"),
    )


def _total() -> pl.Expr:
    plain = pl.col("amount").str.replace_all(r"[¥￥,\s]", "").cast(pl.Decimal(18, 2), strict=False)
    return pl.when(plain.null_count() == 0).then(plain.sum().cast(pl.String))
