"""The platforms' rates as shares: numerator, denominator, what was left out, and an interval where the sample is small."""

from __future__ import annotations

import polars as pl

from auditor.score import Z

LEFT_OUT = ("pending", "unclear", "outside_hours", "left_out", "exempt")
KEYS = ("rate_id", "platform", "shop_id", "agent_id", "day")


def shares(rates: pl.DataFrame, keys: tuple[str, ...] = KEYS) -> pl.DataFrame:
    """One row a rate and key: numerator, denominator, share, low, high (Wilson, 95 %), mean_s, and units left out by reason.

    `rates`: model.AuditResult.rates. The share is null where nothing was counted.
    """
    units = pl.col("units").cast(pl.Int64)
    counted = pl.col("verdict").is_in(["passed", "failed"])
    table = rates.group_by(keys).agg(
        units.filter(pl.col("verdict") == "passed").sum().alias("numerator"),
        units.filter(counted).sum().alias("denominator"),
        *(units.filter(pl.col("verdict") == reason).sum().alias(reason) for reason in LEFT_OUT),
        pl.col("seconds").filter(counted).sum().alias("seconds"),
        pl.col("answers").cast(pl.Int64).filter(counted).sum().alias("answers"),
    )
    low, high = _interval(pl.col("numerator"), pl.col("denominator"))
    some = pl.col("denominator") > 0
    return (
        table.with_columns(
            pl.when(some).then(pl.col("numerator") / pl.col("denominator")).alias("share"),
            pl.when(some).then(low.round(4)).alias("low"),
            pl.when(some).then(high.round(4)).alias("high"),
            pl.when(pl.col("answers") > 0).then((pl.col("seconds") / pl.col("answers")).round(1)).alias("mean_s"),
        )
        .drop("seconds", "answers")
        .sort(keys, nulls_last=True)
    )


def _interval(hits: pl.Expr, total: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """The Wilson score interval of a share."""
    share = hits / total
    middle = share + Z * Z / (2 * total)
    half = Z * (share * (1 - share) / total + Z * Z / (4 * total * total)).sqrt()
    scale = 1 + Z * Z / total
    return ((middle - half) / scale).clip(0, 1), ((middle + half) / scale).clip(0, 1)


def beside(metrics: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    """`metrics` (score.KEYS) with each rate's columns: `rate_<id>_numerator`, `_denominator`, `_left_out`, `_low`, `_high`."""
    table = shares(rates)
    keys = ["platform", "shop_id", "agent_id", "day"]
    for rate_id in table["rate_id"].unique().sort().to_list():
        name = "rate_" + rate_id.replace("/", "_")
        own = table.filter(pl.col("rate_id") == rate_id).select(
            *keys,
            pl.col("numerator").alias(f"{name}_numerator"),
            pl.col("denominator").alias(f"{name}_denominator"),
            pl.sum_horizontal(LEFT_OUT).alias(f"{name}_left_out"),
            pl.col("low").alias(f"{name}_low"),
            pl.col("high").alias(f"{name}_high"),
        )
        metrics = metrics.join(own, on=keys, how="full", nulls_equal=True, coalesce=True)
    return metrics.sort(keys, nulls_last=True)
