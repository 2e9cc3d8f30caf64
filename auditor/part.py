"""One part of the work, messages of whole conversations → what they show: one function for one process, many, or a cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from auditor.check import Judged, judge_shard, merge, settle, shards
from auditor.detectors import response_time
from auditor.jurisdiction import packs_of
from auditor.ledger import ledger
from auditor.model import ACTIVITY_COLUMNS, ROUND_COLUMNS, Finding, Lang, LedgerEntry, Mark, NotEvaluated, Pack, Rule, Shop
from auditor.params import typed_params, version_at
from auditor.rounds import Terms, judged, rounds
from auditor.shard import Shard

_NO_LIMIT = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Part:
    """Messages of whole conversations (model.MESSAGE_COLUMNS) and all that judging them takes."""

    messages: pl.DataFrame
    orders: pl.DataFrame
    shops: Mapping[str, Shop]
    packs: tuple[Pack, ...]
    as_of: datetime
    lang: Lang
    seen_until: Mapping[int, datetime]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a part shows; `rounds` and `activity` as in model.py."""

    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    ledger: tuple[LedgerEntry, ...]
    rounds: pl.DataFrame
    activity: pl.DataFrame
    marks: tuple[Mark, ...] = ()  # to be settled once all parts are together


def audit_part(part: Part) -> Outcome:
    """Judge one part. Pure: the same part gives the same outcome, wherever it runs."""
    made = shards(part.messages, part.orders, part.shops, part.packs, part.as_of, part.seen_until)
    judgement = judge_shard(made, part.packs, part.lang)
    entries = tuple(entry for shard in made for entry in ledger(shard))
    return Outcome(
        judgement.findings,
        judgement.not_evaluated,
        entries,
        _concat([response_rounds(shard, part.packs) for shard in made], ROUND_COLUMNS),
        _concat([activity(shard) for shard in made], ACTIVITY_COLUMNS),
        judgement.marks,
    )


def _concat(frames: Sequence[pl.DataFrame], columns: Mapping[str, pl.DataType | type[pl.DataType]]) -> pl.DataFrame:
    return pl.concat(frames) if frames else pl.DataFrame(schema=dict(columns))


def response_rounds(shard: Shard, packs: Sequence[Pack]) -> pl.DataFrame:
    """model.ROUND_COLUMNS: every round under the platform's own limit for first and for later answers."""
    table = rounds(shard)
    first = judged(table.filter(pl.col("first")), terms(shard, packs, "first"), shard)
    later = judged(table.filter(~pl.col("first")), terms(shard, packs, "later"), shard)
    both = (
        pl.concat([first.select(sorted(first.columns)), later.select(sorted(first.columns))], how="vertical_relaxed")
        if later.height
        else first
    )
    local = pl.col("opened_at").dt.replace_time_zone(None) + pl.duration(seconds=pl.col("offset_s"))
    both = both.sort("seq").with_columns(
        local.dt.date().alias("day"),
        pl.when(pl.col("limit_s") < int(_NO_LIMIT.total_seconds())).then(pl.col("limit_s")).alias("limit_s"),
    )
    return both.select(pl.col(name).cast(dtype) for name, dtype in ROUND_COLUMNS.items())


def terms(shard: Shard, packs: Sequence[Pack], kind: str) -> Terms:
    """How the platform counts waiting on the shard's last day: by its own pack's rule, else the general one, else no limit."""
    platform = shard.messages["platform"][0]
    day = shard.messages["sent_at"].max().date()  # type: ignore[union-attr]
    candidates = sorted(packs_of(packs, platform), key=lambda pack: (platform not in pack.platforms, pack.id))
    for pack in candidates:
        for rule in pack.rules:
            found = _terms(rule, kind, day)
            if found is not None:
                return found
    return Terms(_NO_LIMIT)


def _terms(rule: Rule, kind: str, day: date) -> Terms | None:
    if rule.detector != response_time.NAME or rule.status != "active":
        return None
    values = version_at(rule, day)
    if values is None:
        return None
    params = typed_params(response_time.Params, values, rule.path)
    return params.terms if params.kind == kind else None


def activity(shard: Shard) -> pl.DataFrame:
    """model.ACTIVITY_COLUMNS: what each agent did on each local day."""
    local = pl.col("sent_at").dt.replace_time_zone(None) + pl.duration(seconds=pl.col("offset_s"))
    lines = shard.messages.filter(pl.col("sender_role") == "agent").with_columns(
        local.dt.date().alias("day"), pl.col("sender_id").alias("agent_id")
    )
    table = lines.group_by("platform", "shop_id", "agent_id", "day").agg(
        pl.col("conversation_id").n_unique().alias("conversations"), pl.len().alias("messages")
    )
    table = table.sort("platform", "shop_id", "agent_id", "day", nulls_last=True)
    return table.select(pl.col(name).cast(dtype) for name, dtype in ACTIVITY_COLUMNS.items())


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcomes of all parts as one, in an order that does not depend on how the work was split."""
    findings = sorted((f for o in outcomes for f in o.findings), key=_place)
    entries = sorted(
        (e for o in outcomes for e in o.ledger), key=lambda e: (e.made_at, e.conversation_id, e.message_ids, e.kind, e.text)
    )
    table = _concat([o.rounds for o in outcomes], ROUND_COLUMNS).sort("opened_at", "conversation_id", "opened_message_id")
    days = _concat([o.activity for o in outcomes], ACTIVITY_COLUMNS)
    keys = ["platform", "shop_id", "agent_id", "day"]
    days = days.group_by(keys).agg(pl.col("conversations", "messages").sum()).sort(keys, nulls_last=True)
    left = merge(n for o in outcomes for n in o.not_evaluated)
    marks = sorted((m for o in outcomes for m in o.marks), key=lambda m: (m.rule_id, m.since, m.hit.at, m.hit.conversation_id))
    return Outcome(tuple(findings), tuple(left), tuple(entries), table, days, tuple(marks))


def settled(whole: Outcome, packs: Sequence[Pack], as_of: datetime, lang: Lang) -> Outcome:
    """The outcome of all parts with what was counted over all of them."""
    done = settle(Judged(whole.findings, whole.not_evaluated, whole.marks), packs, as_of, lang)
    return replace(whole, findings=tuple(sorted(done.findings, key=_place)), not_evaluated=done.not_evaluated, marks=())


def _place(f: Finding) -> tuple[datetime, str, str, str]:
    return f.occurred_at, f.conversation_id, f.rule_id, f.finding_id
