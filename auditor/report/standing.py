"""Where shop and agents stand by the platforms' own rates, and what became of each rule in each conversation."""

from __future__ import annotations

import polars as pl

from auditor.model import Rate
from auditor.money import doubt
from auditor.report import sheets
from auditor.report.view import View, labelled, reason_text, text_of
from auditor.score import MIN_SAMPLE
from auditor.shares import shares
from auditor.threefold import threefold

_SHOP = ("rate_id", "platform", "shop_id")
_LEVELS = {"shop": _SHOP, "agent": (*_SHOP, "agent_id"), "day": (*_SHOP, "agent_id", "day")}


def rates_table(view: View) -> pl.DataFrame:
    """Each rate by shop over the platform's window, by agent over the same, and by agent and day; shops first."""
    known, lang = view.words, view.result.lang
    rates = {rate.id: rate for pack in view.result.packs for rate in pack.rates}
    table = view.result.rates.filter(pl.col("rate_id").is_in(sorted(rates)))
    parts = []
    for level, keys in _LEVELS.items():
        part = shares(table if level == "day" else _in_window(table, rates, view), keys)
        parts.append(part.with_columns(pl.lit(known[f"level.{level}"]).alias("level"), pl.lit(level == "shop").alias("_shop")))
    whole = pl.concat(parts, how="diagonal_relaxed")
    missing = [
        pl.lit(None, dtype=kind).alias(name) for name, kind in (("agent_id", pl.String), ("day", pl.Date)) if name not in whole
    ]
    about = pl.DataFrame(
        [_about(rate, known["rates.by_day"], known["rates.days"], lang) for rate in rates.values()],
        schema={
            "rate_id": pl.String,
            "rate": pl.String,
            "target": pl.Float64,
            "window": pl.String,
            "doubt": pl.String,
            "source": pl.String,
        },
        orient="row",
    )
    named = labelled(view.result, whole.with_columns(missing), known).join(about, on="rate_id", how="left", maintain_order="left")
    small = pl.when(pl.col("denominator") < MIN_SAMPLE).then(pl.lit(known["note.small_sample"])).otherwise(pl.lit(""))
    nobody = pl.when("_shop").then(pl.lit("")).otherwise(pl.col("agent"))
    ordered = named.with_columns(sample=small, agent=nobody).sort(
        ~pl.col("_shop"), "rate_id", "shop_id", "level", "agent_id", "day", nulls_last=True, maintain_order=True
    )
    return ordered.select(name for name, *_ in sheets.RATES)


def _in_window(table: pl.DataFrame, rates: dict[str, Rate], view: View) -> pl.DataFrame:
    """The units that the platform still looks at on the audit's day."""
    today = view.result.as_of.date()
    spans = {rate.id: rate.window.days for rate in rates.values() if rate.window}
    days = pl.col("rate_id").replace_strict(spans, default=None, return_dtype=pl.Int64)
    age = (pl.lit(today) - pl.col("day")).dt.total_days()
    return table.filter(days.is_null() | (age <= days))


def _about(rate: Rate, by_day: str, span: str, lang: str) -> dict[str, object]:
    return {
        "rate_id": rate.id,
        "rate": text_of(rate.title, lang),
        "target": None if rate.target is None else float(rate.target),
        "window": by_day if rate.window is None else span.format(days=rate.window.days),
        "doubt": doubt(rate.figures),
        "source": f"{rate.clause.document} {rate.clause.section} – {rate.clause.source}",
    }


def by_rule_table(view: View) -> pl.DataFrame:
    """Rule by rule: how many conversations are clean, in breach, or not evaluated, and why."""
    known, lang = view.words, view.result.lang
    rows = [
        {
            "rule_title": text_of(view.rules[one.rule_id].title, lang),
            "judged": one.judged,
            "clean": one.clean,
            "violations": one.violations,
            "proven": one.proven,
            "suspected": one.suspected,
            "not_evaluated": sum(one.left.values()),
            "reasons": "; ".join(f"{reason_text(known, reason)}: {count}" for reason, count in one.left.items()),
            "rule_id": one.rule_id,
        }
        for one in threefold(view.result, view.scores.findings)
        if one.rule_id in view.rules
    ]
    schema = {name: pl.Int64 if kind == "int" else pl.String for name, _, _, kind in sheets.BY_RULE}
    return pl.DataFrame(rows, schema=schema).sort(["violations", "rule_id"], descending=[True, False])
