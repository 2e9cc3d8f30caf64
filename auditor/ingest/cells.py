"""Columns of cells as text → zones, instants, amounts and canonical words, each with what is wrong with it beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

import polars as pl

from auditor.ingest import instants
from auditor.ingest.currencies import CODES, WORDS
from auditor.ingest.ids import TRIM
from auditor.ingest.tables import NOT_TEXT, RawRows

_PLAIN_AMOUNT = r"^[0-9]{1,14}(?:\.[0-9]{1,2})?$"


@dataclass(frozen=True, slots=True)
class Frame:
    """The clock and the defaults that a file is read under."""

    as_of: datetime
    platform: str | None = None
    shop: str | None = None
    timezone: str | None = None
    shop_zones: Mapping[str, str] | None = None
    platform_zones: Mapping[str, str] | None = None


def fault_of(frame: pl.DataFrame, name: str) -> pl.Expr:
    """The fault that is noted beside a column; null where none was found in it."""
    return pl.col(f"{name}.fault") if f"{name}.fault" in frame.columns else pl.lit(None, dtype=pl.String)


def judge(frame: pl.DataFrame, faults: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Add `fault` and `fault_column`: the first fault of each row."""
    nothing = pl.lit(None, dtype=pl.String)
    bad = frame.select(pl.any_horizontal(fault.is_not_null() for fault in faults.values()).alias("bad")).to_series()
    if not bad.any():
        return frame.with_columns(nothing.alias("fault"), nothing.alias("fault_column"))
    where = [pl.when(fault.is_not_null()).then(pl.lit(name)) for name, fault in faults.items()]
    return frame.with_columns(pl.coalesce(faults.values()).alias("fault"), pl.coalesce(where).alias("fault_column"))


def words(
    frame: pl.DataFrame, name: str, known: Mapping[str, str], allowed: tuple[str, ...], default: str | None
) -> pl.DataFrame:
    """Replace a column by the canonical words; unknown ones become null. Empty ones become `default`."""
    canonical: dict[str, str | None] = {}
    for cell in frame[name].drop_nulls().unique().to_list():
        folded = cell.strip().casefold()
        canonical[cell] = default if not folded else folded if folded in allowed else known.get(folded)
    cells = pl.col(name)
    if any(cell != word for cell, word in canonical.items()):
        cells = cells.replace_strict(list(canonical), list(canonical.values()), default=None, return_dtype=pl.String)
    if default is not None and frame[name].null_count():
        cells = pl.when(pl.col(name).is_null()).then(pl.lit(default)).otherwise(cells)
    return frame.with_columns(cells.alias(name))


def texts(names: tuple[str, ...]) -> list[pl.Expr]:
    """Trim columns of words; empty ones are null."""
    trimmed = {name: pl.col(name).str.strip_chars(TRIM + NOT_TEXT) for name in names}
    return [pl.when(cell == "").then(None).otherwise(cell).alias(name) for name, cell in trimmed.items()]


def currencies(frame: pl.DataFrame) -> pl.DataFrame:
    """Make `currency` ISO 4217 codes; adds `currency.fault` where it is none."""
    found: dict[str, str | None] = {}
    for written in frame["currency"].drop_nulls().unique().to_list():
        code = WORDS.get(written.casefold(), written.upper())
        found[written] = code if code in CODES else None
    if not found:
        return frame
    cells = pl.col("currency").replace_strict(list(found), list(found.values()), default=None, return_dtype=pl.String)
    fault = pl.format("{} is no currency; write its ISO 4217 code, such as CNY", pl.col("currency").str.slice(0, 20))
    return frame.with_columns(
        pl.when(pl.col("currency").is_not_null() & cells.is_null()).then(fault).alias("currency.fault"), cells.alias("currency")
    )


def platforms(frame: pl.DataFrame, raw: RawRows, settings: Frame) -> pl.DataFrame:
    """Add platform, shop and `zone` (a zone's name) of each row: its own, else the format's, else the options'."""
    written = frame["platform"].unique().to_list()
    plain = all(name is None or name == name.lower() for name in written)
    own = pl.col("platform") if plain else pl.col("platform").str.to_lowercase()
    if None in written or not plain:
        defaults = (pl.lit(raw.platform, dtype=pl.String), pl.lit(settings.platform, dtype=pl.String))
        frame = frame.with_columns(pl.coalesce(own, *defaults).alias("platform"))
    if settings.shop is not None:
        frame = frame.with_columns(pl.col("shop_id").fill_null(pl.lit(settings.shop)))
    zones = dict(settings.shop_zones or {})
    if settings.timezone or raw.timezone:
        zone = pl.lit(settings.timezone or raw.timezone)
    elif not zones and plain and len(written) == 1:
        zone = pl.lit(instants.zone_name(written[0] or raw.platform or settings.platform, None, None))
    else:
        by_platform = pl.col("platform").replace_strict(
            {**instants.PLATFORM_ZONES, **(settings.platform_zones or {})}, default=instants.DEFAULT_ZONE, return_dtype=pl.String
        )
        by_shop = pl.col("shop_id").replace_strict(zones, default=None, return_dtype=pl.String) if zones else None
        zone = by_platform if by_shop is None else pl.coalesce(by_shop, by_platform)
    return frame.with_columns(zone.alias("zone"))


def times(frame: pl.DataFrame, name: str, raw: RawRows, settings: Frame, future_ok: bool = False) -> pl.DataFrame:
    """Replace a column of written times by instants; adds `name.offset`, `name.doubt` and `name.fault`."""
    read = instants.column(frame[name], frame["zone"], raw.utc_clock)
    latest = settings.as_of + instants.FUTURE
    earliest = settings.as_of - instants.PAST
    outside = (
        pl.when(pl.col("at") < earliest)
        .then(pl.lit("too old: more than 1,100 days before the audit's clock"))
        .when((pl.col("at") > latest) & ~pl.lit(future_ok))
        .then(pl.lit("in the future of the audit's clock; check the zone or --as-of"))
    )
    if read.select(outside.is_not_null().any()).item():
        read = read.with_columns(pl.coalesce("fault", outside).alias("fault"))
    return frame.with_columns(
        read["at"].alias(name),
        read["offset_s"].alias(f"{name}.offset"),
        read["doubt"].alias(f"{name}.doubt"),
        read["fault"].alias(f"{name}.fault"),
    )


def amount(text: str) -> Decimal | str:
    """Money as a decimal with at most two places, or a sentence why not."""
    shown = text.lstrip(NOT_TEXT)[:40]
    plain = shown.strip().strip("¥￥$€").removesuffix("元").removesuffix("zł").strip().replace(",", "" if "." in shown else ".")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return f"{shown!r} is not an amount; write 12.50"
    if not value.is_finite() or value < 0 or value > Decimal(10) ** 15 or value != value.quantize(Decimal("0.01")):
        return f"{shown!r} is not an amount; write a number from 0 with at most two places"
    return value.quantize(Decimal("0.01"))


def amounts(frame: pl.DataFrame) -> pl.DataFrame:
    """Replace `amount` by decimals; adds `amount.fault`. Plain ones are cast at once, each distinct other one is read."""
    cell = pl.col("amount")
    plain = cell.str.contains(_PLAIN_AMOUNT)
    table: list[tuple[str, Decimal | None, str | None]] = []
    for written in frame.select(cell.filter(~plain).unique()).to_series().to_list():
        found = amount(written) if written.strip().casefold() not in instants.EMPTY else None
        table.append((written, found if isinstance(found, Decimal) else None, found if isinstance(found, str) else None))
    schema: instants.Schema = {"amount": pl.String, "amount.value": pl.Decimal(18, 2), "amount.fault": pl.String}
    known = pl.DataFrame(table, schema=schema, orient="row")
    joined = frame.join(known, on="amount", how="left", maintain_order="left")
    cast = pl.when(plain).then(cell).cast(pl.Decimal(18, 2))
    return joined.with_columns(pl.coalesce(cast, "amount.value").alias("amount"))
