"""Rates as the platforms compute them: each unit of a conversation passed, failed, or left out and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from auditor.detectors.response_time import Params, waits
from auditor.jurisdiction import packs_of, stem
from auditor.model import RATE_COLUMNS, Pack, Rate
from auditor.params import typed_params
from auditor.rounds import unit_verdicts
from auditor.shard import Shard


def rate_table(shard: Shard, packs: Sequence[Pack]) -> pl.DataFrame:
    """model.RATE_COLUMNS: what each rate of the shard's platform makes of each conversation, agent and day."""
    platform = shard.messages["platform"][0]
    parts = [part for pack in packs_of(packs, platform) for rate in pack.rates for part in _of_rate(shard, pack, rate)]
    if not parts:
        return pl.DataFrame(schema=dict(RATE_COLUMNS))
    keys = ["rate_id", "platform", "shop_id", "conversation_id", "agent_id", "day", "verdict"]
    whole = pl.concat(parts).group_by(keys).agg(pl.len().alias("units"), pl.col("seconds", "answers").sum())
    return whole.sort(keys, nulls_last=True).select(pl.col(name).cast(kind) for name, kind in RATE_COLUMNS.items())


def _of_rate(shard: Shard, pack: Pack, rate: Rate) -> Iterator[pl.DataFrame]:
    """The units of each version of the rate; those of an amnesty are left out as exempt."""
    for since, until, values in _versions(rate):
        params = typed_params(Params, values, f"{pack.path}/pack.yaml")
        units = unit_verdicts(waits(shard, params), params.unit, params.any_gap)
        units = units.filter((pl.col("day") >= since) & (pl.col("day") < until))
        verdict = pl.when(_exempt(pack, rate)).then(pl.lit("exempt")).otherwise(pl.col("verdict"))
        yield units.select(
            pl.lit(rate.id).alias("rate_id"),
            *("platform", "shop_id", "conversation_id", "agent_id", "day", "seconds", "answers"),
            verdict.alias("verdict"),
        )


def _versions(rate: Rate) -> Iterator[tuple[date, date, Mapping[str, object]]]:
    days = [since for since, _ in rate.params]
    for (since, values), until in zip(rate.params, [*days[1:], date.max], strict=True):
        if values is not None:
            yield since, until, values


def _exempt(pack: Pack, rate: Rate) -> pl.Expr:
    """Whether a unit began while the platform did not assess, by the platform's own clock."""
    local = pl.col("opened_at").dt.convert_time_zone(pack.timezone).dt.replace_time_zone(None)
    spans = [each for each in pack.exemptions if stem(rate.id) in each.rules]
    return pl.any_horizontal(pl.lit(False), *(local.is_between(each.starts, each.ends) for each in spans))
