"""Rows of orders and of penalty notices as text → their canonical tables."""

from __future__ import annotations

import hashlib

import polars as pl

from auditor.ingest.cells import Frame, amounts, currencies, fault_of, judge, platforms, texts, times
from auditor.ingest.chat_sides import masked
from auditor.ingest.ids import clean_ids
from auditor.ingest.tables import RawRows
from auditor.model import ORDER_INSTANTS

_ORDER_IDS = ("order_id", "platform", "shop_id", "buyer_id", "product_id", "tracking_no")
_ORDER_TEXTS = ("currency", "carrier", "status")
# An hour that came twice: the shop's own deeds are taken at the earlier one, what its time runs from at the later one.
_LATER_IS_KINDER = ("created_at", "paid_at", "ship_by", "refund_requested_at")


def orders(frame: pl.DataFrame, raw: RawRows, settings: Frame) -> pl.DataFrame:
    """The canonical columns, with `fault` and `fault_column` where a row cannot be used."""
    frame = clean_ids(frame, _ORDER_IDS, "order_id").with_columns(texts(_ORDER_TEXTS))
    frame = currencies(amounts(platforms(frame, raw, settings)))
    frame = frame.with_columns(
        pl.when(~masked("buyer_id")).then("buyer_id")
    )  # stars stand for many people: no chat is tied by them
    faults: dict[str, pl.Expr] = {name: fault_of(frame, name) for name in _ORDER_IDS}
    formula = pl.when(pl.col("order_id").str.starts_with("=")).then(pl.lit("the id is a formula; export ids as text"))
    faults["order_id"] = pl.coalesce(faults["order_id"], formula)
    for name in ORDER_INSTANTS:
        frame = times(frame, name, raw, settings, future_ok=name == "ship_by")
        faults[name] = pl.col(f"{name}.fault")
        if name in _LATER_IS_KINDER:
            doubtful = pl.col(f"{name}.doubt").fill_null(False)
            frame = frame.with_columns(
                pl.when(doubtful).then(pl.col(name) + pl.duration(hours=1)).otherwise(pl.col(name)).alias(name)
            )
    faults["amount"] = pl.col("amount.fault")
    faults["currency"] = fault_of(frame, "currency")
    for early, late in (("created_at", "paid_at"), ("shipped_at", "delivered_at")):
        reason = f"{late} is before {early}; one of them is wrong"
        faults.setdefault(f"{late} ", pl.when(pl.col(late) < pl.col(early)).then(pl.lit(reason)))
    return judge(frame, faults).with_columns(pl.col("fault_column").str.strip_chars())


_NOTICE_IDS = ("notice_id", "platform", "shop_id", "order_id", "conversation_id", "agent_id")
_NOTICE_TEXTS = ("clause", "reason", "currency")


def notices(frame: pl.DataFrame, raw: RawRows, settings: Frame) -> pl.DataFrame:
    """The canonical columns, with `fault` and `fault_column` where a row cannot be used."""
    frame = clean_ids(frame, _NOTICE_IDS).with_columns(texts(_NOTICE_TEXTS))
    frame = currencies(amounts(platforms(frame, raw, settings)))
    frame = times(frame, "issued_at", raw, settings)
    frame = times(frame, "appeal_by", raw, settings, future_ok=True)
    lacking = pl.when(pl.col("platform").is_null()).then(pl.lit("platform is empty; the rules depend on it, or give --platform"))
    faults: dict[str, pl.Expr] = {name: fault_of(frame, name) for name in _NOTICE_IDS}
    faults["platform"] = pl.coalesce(faults["platform"], lacking)
    faults["currency"] = fault_of(frame, "currency")
    faults["issued_at"] = (
        pl.when(pl.col("issued_at.fault").is_null() & pl.col("issued_at").is_null())
        .then(pl.lit("issued_at is empty; the appeal's window runs from it"))
        .otherwise(pl.col("issued_at.fault"))
    )
    faults["appeal_by"] = pl.coalesce(
        "appeal_by.fault",
        pl.when(pl.col("appeal_by") < pl.col("issued_at")).then(pl.lit("appeal_by is before issued_at; one of them is wrong")),
    )
    frame = judge(frame, faults).with_columns(pl.col("issued_at.offset").alias("offset_s"))
    return _derive_ids(frame)


def _derive_ids(frame: pl.DataFrame) -> pl.DataFrame:
    """Give notices without an id one made from what they say."""
    made = []
    names = ("platform", "shop_id", "order_id", "conversation_id", "agent_id", "clause", "issued_at")
    for own, *record in frame.select("notice_id", *names).iter_rows():
        made.append(own or "n" + hashlib.sha256("\x1f".join(map(str, record)).encode()).hexdigest()[:15])
    return frame.with_columns(pl.Series("notice_id", made, dtype=pl.String))
