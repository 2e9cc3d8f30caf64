"""The unit that a platform judges: the consumer of a day, the session, the mean of its rounds, the first message, each one."""

from __future__ import annotations

from typing import Literal, get_args

import polars as pl

Unit = Literal["round", "message", "first_message", "consumer_day", "session", "session_mean"]
UNITS: tuple[Unit, ...] = get_args(Unit)
_FAILED = ("late", "unanswered")
_LEFT = ("pending", "unclear", "outside_hours", "left_out")


def numbered(judged: pl.DataFrame, unit: Unit) -> pl.DataFrame:
    """The rounds that the unit is made of, each with `unit` (a number within its conversation).

    A consumer is the buyer of a conversation; sessions are judged by their first round, or by the mean of all.
    """
    day = ((pl.col("opened_at").dt.epoch("s") + pl.col("offset_s")) // 86_400).cast(pl.Int64)
    number = {
        "message": pl.col("stretch").cast(pl.Int64),
        "consumer_day": day,
        "session": pl.col("session").cast(pl.Int64),
        "session_mean": pl.col("session").cast(pl.Int64),
    }.get(unit, pl.col("seq").cast(pl.Int64))
    table = judged.with_columns(number.alias("unit"))
    if unit == "first_message":
        return table.filter("first")
    if unit == "session":
        return table.filter(pl.col("seq") == pl.col("seq").min().over("conversation_id", "session"))
    return table


def failures(judged: pl.DataFrame, unit: Unit, any_gap: bool = False) -> pl.DataFrame:
    """The rounds for which a unit fails, with `unit`: those too late; where the mean of a session is too long, all counted."""
    table = numbered(judged, unit)
    if unit != "session_mean":
        return table.filter(pl.col("status").is_in(_FAILED))
    of_session = ["conversation_id", "unit"]
    counted = table.filter(pl.col("status").is_in(["in_time", *_FAILED]))
    failed = _fails(counted, any_gap).over(of_session)
    return counted.with_columns(_mean().over(of_session).alias("mean_s")).filter(failed)


def _mean() -> pl.Expr:
    """Mean of the counted seconds of the answered rounds, rounded to whole seconds downwards."""
    answered = pl.col("answered_at").is_not_null()
    return pl.col("counted_s").filter(answered).sum() // answered.sum()


def _fails(counted: pl.DataFrame, any_gap: bool) -> pl.Expr:
    """Whether a session fails: somebody never answered, the mean is over the limit, or (`any_gap`) any round was."""
    answered = pl.col("answered_at").is_not_null()
    total = pl.col("counted_s").filter(answered).sum()
    slow = (total > pl.col("limit_s").max() * answered.sum()).fill_null(False)
    late = pl.col("status").is_in(_FAILED if any_gap else ["unanswered"]).any()
    return late | slow


def unit_verdicts(judged: pl.DataFrame, unit: Unit, any_gap: bool = False) -> pl.DataFrame:
    """One row a unit: platform, shop_id, conversation_id, unit, agent_id, day, verdict, seconds, answers.

    verdict: passed, failed, or why it is not counted (pending, unclear, outside_hours, left_out). agent_id: whose round failed
    first, else who answered first. seconds and answers: counted waiting of its answered rounds, for means.
    """
    table = numbered(judged, unit)
    key = ["conversation_id", "unit"]
    bad = pl.col("status").is_in(_FAILED)
    good = pl.col("status") == "in_time"
    local = pl.col("opened_at").dt.replace_time_zone(None) + pl.duration(seconds=pl.col("offset_s"))
    if unit == "session_mean":
        counted = table.filter(good | bad)
        failed_units = counted.group_by(key).agg(_fails(counted, any_gap).alias("failed"))
        table = table.join(failed_units, on=key, how="left", maintain_order="left")
        failed = pl.col("failed").first().fill_null(False)
    else:
        failed = bad.any()
    left = pl.coalesce(*(pl.when((pl.col("status") == reason).any()).then(pl.lit(reason)) for reason in _LEFT))
    timed = (good | (pl.col("status") == "late")) & pl.col("answered_at").is_not_null()
    return (
        table.sort("seq")
        .with_columns(local.dt.date().alias("day"))
        .group_by(key, maintain_order=True)
        .agg(
            pl.first("platform", "shop_id", "day", "opened_at", "offset_s"),
            pl.coalesce(
                pl.col("agent_id").filter(bad).first(),
                pl.when(~bad.any()).then(pl.col("agent_id").filter(good).first()),
            ).alias("agent_id"),
            pl.when(failed).then(pl.lit("failed")).when(good.any()).then(pl.lit("passed")).otherwise(left).alias("verdict"),
            pl.col("counted_s").filter(timed).sum().alias("seconds"),
            timed.sum().alias("answers"),
        )
    )
