"""Findings, rounds and promises as counts: metrics per agent and day, agents ranked without blaming small samples.

Rank follows proven findings alone. An agent's points per 100 conversations carry a Wilson interval, and agents are
ranked by its lower bound; whoever has fewer than `MIN_SAMPLE` conversations is listed after the ranked ones.
A conversation that goes on for several local days counts once on each of them, in numerator and denominator alike.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import polars as pl
from polars import selectors

from auditor.model import FAMILIES, SEVERITIES, AuditResult, Finding, LedgerEntry, Rule, findings_table, ledger_table

# Three majors weigh as much as one critical; an info never weighs. The ranking needs an order of magnitude, not a tariff.
SEVERITY_WEIGHT: Mapping[str, int] = {"critical": 12, "major": 4, "minor": 1, "info": 0}
MIN_SAMPLE = 30  # conversations; below it a rate says more about chance than about the agent
Z = 1.959963984540054  # two-sided 95 %

KEYS = ("platform", "shop_id", "agent_id", "day")
STATUSES = ("in_time", "late", "unanswered", "pending", "outside_hours", "unclear", "left_out")
OUTCOMES = ("kept", "broken", "pending", "unverifiable", "withdrawn")
CERTAINTIES = ("proven", "suspected")


@dataclass(frozen=True, slots=True)
class Scores:
    """What the reports count: `findings` and `ledger` one row each, `metrics` one row per KEYS, the rest small tables."""

    findings: pl.DataFrame
    ledger: pl.DataFrame
    metrics: pl.DataFrame
    agents: pd.DataFrame
    days: pd.DataFrame
    matrix: pd.DataFrame
    money: tuple[tuple[str, str, int], ...]  # (currency, certainty, cents), standing findings only
    money_unknown: int  # standing findings of rules whose cost is not known


def wilson(hits: float, total: float, z: float = Z) -> tuple[float, float]:
    """The Wilson score interval of a share; (0, 1) where nothing was counted."""
    if total <= 0:
        return 0.0, 1.0
    share = min(max(hits / total, 0.0), 1.0)
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    scale = 1 + z * z / total
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def rules_by_id(result: AuditResult) -> dict[str, Rule]:
    """Every rule of the result's packs under its id."""
    return {rule.id: rule for pack in result.packs for rule in pack.rules}


def score(result: AuditResult) -> Scores:
    """All counts of a result; the same result gives the same tables, in the same order."""
    findings = findings_frame(result.findings, rules_by_id(result))
    ledger = ledger_frame(result.ledger)
    metrics = _metrics(findings, ledger, result.rounds, result.activity, _currencies(result))
    standing = findings.filter(pl.col("standing"))
    money = (
        standing.filter(pl.col("cents").is_not_null())
        .group_by("currency", "certainty")
        .agg(pl.col("cents").sum())
        .sort("currency", "certainty")
    )
    return Scores(
        findings=findings,
        ledger=ledger,
        metrics=metrics,
        agents=_agents(metrics, result.rounds),
        days=_days(metrics),
        matrix=_matrix(standing),
        money=tuple((str(c), str(k), int(n)) for c, k, n in money.rows()),
        money_unknown=standing.filter(pl.col("cents").is_null()).height,
    )


# ---- one row each ---------------------------------------------------------------------------------------------------


def findings_frame(findings: Sequence[Finding], rules: Mapping[str, Rule]) -> pl.DataFrame:
    """The findings as given, one row each, and beside them what is counted.

    Added: `n` (index into `findings`), `local` (naive time on the message's own clock), `offset_s`, `day`, `standing`
    (neither suppressed nor of a draft rule), `draft`, `weight` (0 unless standing and proven), `cents` and `currency`
    (what the breach costs by its rule; null: unknown; 0 where the same order or conversation was counted already).
    """
    pers = {rule_id: _per(rule) for rule_id, rule in sorted(rules.items())}
    drafts = {rule_id for rule_id, rule in rules.items() if rule.status == "draft"}
    frame = findings_table(findings).with_columns(
        pl.col("rule_id").is_in(sorted(drafts)).alias("draft"),
        pl.col("rule_id").replace_strict(pers, default="", return_dtype=pl.String).alias("per"),
        pl.int_range(0, pl.len(), dtype=pl.UInt32).alias("n"),
    )
    frame = frame.with_columns(
        day=pl.col("local").dt.date(),
        standing=pl.col("suppressed_by").is_null() & ~pl.col("draft"),
    )
    unit = (
        pl.when(pl.col("per") == "order")
        .then(pl.coalesce("order_id", "conversation_id"))
        .when(pl.col("per") == "conversation")
        .then(pl.col("conversation_id"))
        .otherwise(pl.col("finding_id"))
    )
    weight = pl.col("severity").replace_strict(dict(SEVERITY_WEIGHT), default=0, return_dtype=pl.Int64)
    again = pl.int_range(pl.len()).over("rule_id", "standing", unit) > 0
    return frame.with_columns(
        weight=pl.when(pl.col("standing") & (pl.col("certainty") == "proven")).then(weight).otherwise(0),
        cents=pl.when(again & pl.col("cents").is_not_null()).then(0).otherwise(pl.col("cents")),
    ).drop("per")


def _per(rule: Rule) -> str:
    """What a breach is counted by: the finding, the order or the conversation; as its last penalty says."""
    held = [penalty.per for _, penalty in rule.clause.penalties if penalty is not None]
    return held[-1] if held else ""


def _currencies(result: AuditResult) -> tuple[str, ...]:
    named = (penalty for rule in rules_by_id(result).values() for _, penalty in rule.clause.penalties)
    return tuple(sorted({penalty.currency for penalty in named if penalty is not None and penalty.tiers}))


def ledger_frame(ledger: Sequence[LedgerEntry]) -> pl.DataFrame:
    """The promises ledger, one row each, in order; `made`, `due` and `event_local` are naive times on their own clocks."""
    return ledger_table(ledger).with_columns(day=pl.col("made").dt.date())


# ---- per platform, shop, agent and local day ----------------------------------------------------------------------------


def _metrics(
    findings: pl.DataFrame, ledger: pl.DataFrame, rounds: pl.DataFrame, activity: pl.DataFrame, currencies: tuple[str, ...]
) -> pl.DataFrame:
    """One row per KEYS with every count; the order of rows and columns does not depend on the order of inputs."""
    standing = findings.filter(pl.col("standing"))
    counted = ("conversations", "agent_messages", "rounds_judged", *(f"rounds_{s}" for s in STATUSES))
    timed = ("first_response_median_s", "first_response_mean_s", "first_response_p90_s")
    promised = ("promises_made", *(f"promises_{o}" for o in OUTCOMES))
    found = tuple(f"findings_{f}_{c}" for f in FAMILIES for c in CERTAINTIES)
    severe = tuple(f"proven_{s}" for s in SEVERITIES)
    cents = tuple(f"cents_{c}" for c in currencies)
    parts = [
        activity.group_by(KEYS).agg(conversations=pl.col("conversations").sum(), agent_messages=pl.col("messages").sum()),
        rounds.group_by(KEYS).agg(
            pl.col("status").is_in(["in_time", "late", "unanswered"]).sum().alias("rounds_judged"),
            *((pl.col("status") == s).sum().alias(f"rounds_{s}") for s in STATUSES),
        ),
        _first_responses(rounds, KEYS),
        ledger.group_by(KEYS).agg(
            pl.len().alias("promises_made"),
            *((pl.col("outcome") == o).sum().alias(f"promises_{o}") for o in OUTCOMES),
        ),
        standing.group_by(KEYS).agg(
            *(
                ((pl.col("family") == f) & (pl.col("certainty") == c)).sum().alias(f"findings_{f}_{c}")
                for f in FAMILIES
                for c in CERTAINTIES
            ),
            *(((pl.col("severity") == s) & (pl.col("certainty") == "proven")).sum().alias(f"proven_{s}") for s in SEVERITIES),
            pl.col("weight").sum().alias("points"),
            pl.col("conversation_id").filter(pl.col("weight") > 0).n_unique().alias("faulty_conversations"),
            *(pl.col("cents").filter(pl.col("currency") == c).sum().alias(f"cents_{c}") for c in currencies),
            pl.col("cents").is_null().sum().alias("money_unknown"),
        ),
    ]
    sums = (*counted, *promised, *found, *severe, "faulty_conversations", "points", *cents, "money_unknown")
    whole = pl.concat(
        [part.with_columns(selectors.integer().cast(pl.Int64)) for part in parts],
        how="diagonal_relaxed",
    )
    return (
        whole.group_by(KEYS)
        .agg(*(pl.col(name).sum().cast(pl.Int64) for name in sums), *(pl.col(name).max() for name in timed))
        .sort(KEYS, nulls_last=True)
        .select(*KEYS, *counted, *timed, *promised, *found, *severe, "faulty_conversations", "points", *cents, "money_unknown")
    )


def _first_responses(rounds: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Median, mean and 90th percentile of the counted seconds to a conversation's first answer, where one was due."""
    seconds = pl.col("counted_s").cast(pl.Float64)
    first = rounds.filter(pl.col("first") & pl.col("status").is_in(["in_time", "late"]) & pl.col("counted_s").is_not_null())
    return first.group_by(keys).agg(
        seconds.median().round(1).alias("first_response_median_s"),
        # over integers: a sum of floats would depend on the order of the threads
        (pl.col("counted_s").sum() / pl.len()).round(1).alias("first_response_mean_s"),
        seconds.quantile(0.9, "linear").round(1).alias("first_response_p90_s"),
    )


# ---- small tables -----------------------------------------------------------------------------------------------------


def _pandas(frame: pl.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(frame.to_dict(as_series=False), columns=frame.columns)


def _agents(metrics: pl.DataFrame, rounds: pl.DataFrame) -> pd.DataFrame:
    """One row an agent that is known by an id, in the order of the ranking; `rank` is missing for small samples."""
    known = metrics.filter(pl.col("agent_id").is_not_null())
    timed = [name for name in metrics.columns if name.startswith("first_response")]
    sums = [name for name in metrics.columns if name not in KEYS and name not in timed]
    firsts = _first_responses(rounds, ("agent_id",))
    agents = known.group_by("agent_id").agg(
        *(pl.col(name).sum() for name in sums),
    )
    agents = agents.join(firsts, on="agent_id", how="left").join(_trends(known), on="agent_id", how="left")
    table = _pandas(agents.sort("agent_id"))
    table["proven"] = table[[f"findings_{f}_proven" for f in FAMILIES]].sum(axis=1)
    table["suspected"] = table[[f"findings_{f}_suspected" for f in FAMILIES]].sum(axis=1)
    sizes = table[["conversations", "faulty_conversations"]].max(axis=1)
    bounds = [wilson(hits, total) for hits, total in zip(table["faulty_conversations"], sizes, strict=True)]
    each = [p / k if k else 0.0 for p, k in zip(table["points"], table["faulty_conversations"], strict=True)]
    table["points_per_100"] = [round(100 * p / n, 4) if n else 0.0 for p, n in zip(table["points"], sizes, strict=True)]
    table["low"] = [round(100 * low * w, 4) for (low, _), w in zip(bounds, each, strict=True)]
    # With no fault at all the upper bound is that of the lightest one.
    table["high"] = [round(100 * high * (w or 1.0), 4) for (_, high), w in zip(bounds, each, strict=True)]
    table["in_time_rate"] = [i / j if j else None for i, j in zip(table["rounds_in_time"], table["rounds_judged"], strict=True)]
    table["small_sample"] = sizes < MIN_SAMPLE
    table = table.sort_values(
        ["small_sample", "low", "points_per_100", "agent_id"], ascending=[True, False, False, True], kind="stable"
    ).reset_index(drop=True)
    table["rank"] = [None if small else n + 1 for n, small in enumerate(table["small_sample"])]
    return table


def _trends(known: pl.DataFrame) -> pl.DataFrame:
    """Per agent: `better` or `worse` where the intervals of the period's two halves stand apart, else `steady`; `unknown`."""
    days = known.get_column("day").unique().sort().to_list()
    if len(days) < 2:
        return known.select("agent_id").unique().with_columns(trend=pl.lit("unknown"))
    later = pl.col("day") >= days[len(days) // 2]
    rows = (
        known.group_by("agent_id")
        .agg(
            pl.col("faulty_conversations").filter(~later).sum().alias("k1"),
            pl.col("conversations").filter(~later).sum().alias("n1"),
            pl.col("faulty_conversations").filter(later).sum().alias("k2"),
            pl.col("conversations").filter(later).sum().alias("n2"),
        )
        .sort("agent_id")
        .rows()
    )
    return pl.DataFrame(
        {"agent_id": [row[0] for row in rows], "trend": [trend(*row[1:]) for row in rows]},
        schema={"agent_id": pl.String, "trend": pl.String},
    )


def trend(hits1: int, total1: int, hits2: int, total2: int) -> str:
    """Whether the share of faulty conversations changed from the first half to the second by more than chance explains."""
    if min(total1, total2) < MIN_SAMPLE:
        return "unknown"
    low1, high1 = wilson(hits1, max(total1, hits1))
    low2, high2 = wilson(hits2, max(total2, hits2))
    if high2 < low1:
        return "better"
    return "worse" if low2 > high1 else "steady"


def _days(metrics: pl.DataFrame) -> pd.DataFrame:
    """One row a local day: conversations, findings by certainty, points, rounds."""
    found = {c: [f"findings_{f}_{c}" for f in FAMILIES] for c in CERTAINTIES}
    days = (
        metrics.filter(pl.col("day").is_not_null())
        .group_by("day")
        .agg(
            pl.col("conversations").sum(),
            *(pl.sum_horizontal(pl.col(names).sum()).alias(c) for c, names in found.items()),
            pl.col("faulty_conversations", "points", "rounds_judged", "rounds_in_time", "rounds_late", "rounds_unanswered").sum(),
        )
        .sort("day")
    )
    table = _pandas(days)
    table["points_per_100"] = [100 * p / n if n else None for p, n in zip(table["points"], table["conversations"], strict=True)]
    table["in_time_rate"] = [i / j if j else None for i, j in zip(table["rounds_in_time"], table["rounds_judged"], strict=True)]
    return table


def _matrix(standing: pl.DataFrame) -> pd.DataFrame:
    """Counts of standing findings: rows are all families, columns (certainty, severity) in the order of the model."""
    table = _pandas(standing.select("family", "severity", "certainty"))
    pivot = pd.crosstab(table["family"], [table["certainty"], table["severity"]])
    columns = pd.MultiIndex.from_product([CERTAINTIES, SEVERITIES], names=["certainty", "severity"])
    return pivot.reindex(index=list(FAMILIES), columns=columns, fill_value=0).astype(int)
