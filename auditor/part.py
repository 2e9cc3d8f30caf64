"""One part of the work, messages of whole conversations → what they show: one function for one process, many, or a cluster.

Whatever comes out is kept by conversation, so that a later night can put a conversation's new outcome in its old one's place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import polars as pl

from auditor.check import Judged, judge_shard, merge, shards
from auditor.check import settle as settle_marks
from auditor.detectors import response_time
from auditor.jurisdiction import EVERY, homes, packs_of
from auditor.ledger import ledger
from auditor.model import (
    INSTANT,
    ROUND_COLUMNS,
    SEEN_ORDER_COLUMNS,
    Finding,
    Findings,
    Lang,
    NotEvaluated,
    Pack,
    Rule,
    Shop,
    findings_table,
    ledger_table,
    marks_of,
    marks_table,
)
from auditor.normalise import merged_orders, settle
from auditor.outcome import SCHEMAS, Outcome, Whole, findings_in_order
from auditor.params import typed_params, version_at
from auditor.rates import rate_table
from auditor.rounds import Terms, judged, rounds
from auditor.shard import Shard
from auditor.spool import Rows

_NO_LIMIT = timedelta(days=36_500)


@dataclass(frozen=True, slots=True)
class Part:
    """Messages of whole conversations as read, and all that judging them takes.

    `known`: rows of earlier nights; the outcome then holds, as `messages`, those of `rows` that are new. `orders`: as read, with
    seen_until, or Parquet files of them. `numbers`: `source` in `rows` → file number (empty: it is one), `ranks`: file number →
    place among all files by path (empty: it is one). `out`: where the outcome is written, `gen` (the night) in each of its rows.
    """

    rows: Rows
    orders: pl.DataFrame | tuple[str, ...]
    shops: Mapping[str, Shop]
    packs: tuple[Pack, ...]
    as_of: datetime
    lang: Lang
    numbers: tuple[int, ...] = ()
    ranks: tuple[int, ...] = ()
    known: Rows | None = None
    out: str | None = None
    gen: int | None = None


def audit_part(part: Part) -> Outcome:
    """Judge one part. Pure: the same part gives the same outcome, wherever it runs."""
    tables: dict[str, pl.DataFrame] = {}
    raw = renumbered(part.rows.read(), part.numbers)
    if part.known is not None:
        earlier = part.known.read()
        tables["messages"] = added(raw, earlier, part.ranks)
        raw = pl.concat([earlier, raw])
    settled = settle(renumbered(raw, part.ranks), {name: pack.language for name, pack in homes(part.packs).items()})
    orders = orders_of(settled.messages, part.orders, part.ranks)
    made = shards(settled.messages, orders, part.shops, part.packs, part.as_of)
    judgement = judge_shard(made, part.packs, part.lang)
    tables["findings"] = findings_table(judgement.findings)
    tables["ledger"] = ledger_table(tuple(entry for shard in made for entry in ledger(shard)))
    tables["left"] = _left(judgement.not_evaluated)
    tables["marks"] = marks_table(judgement.marks)
    tables["rounds"] = _concat([response_rounds(shard, part.packs) for shard in made], "rounds")
    tables["rates"] = _concat([rate_table(shard, part.packs) for shard in made], "rates")
    tables["activity"] = _concat([activity(shard) for shard in made], "activity")
    tables["doubles"] = numbers_of(
        pl.DataFrame(sorted(settled.doubles.items()), schema=SCHEMAS["doubles"], orient="row"), part.ranks
    )
    tables["conflicts"] = numbers_of(pl.DataFrame(settled.conflicts, schema=SCHEMAS["conflicts"], orient="row"), part.ranks)
    tables["conversations"] = _conversations(settled.messages, tables["ledger"])
    outcome = Outcome(tables)
    return outcome.saved(part.out, part.gen) if part.out is not None else outcome


def renumbered(frame: pl.DataFrame, numbers: Sequence[int]) -> pl.DataFrame:
    """The rows with `numbers[source]` for `source`; as they are where there are no numbers."""
    if not numbers:
        return frame
    return frame.with_columns(pl.Series("source", numbers, dtype=pl.UInt32).gather(frame["source"]).alias("source"))


def numbers_of(frame: pl.DataFrame, ranks: Sequence[int]) -> pl.DataFrame:
    """The rows with the files' own numbers for their places."""
    numbers = sorted(range(len(ranks)), key=ranks.__getitem__)
    return renumbered(frame, numbers)


def added(raw: pl.DataFrame, earlier: pl.DataFrame, ranks: Sequence[int]) -> pl.DataFrame:
    """The rows among `raw` that the earlier ones do not tell already, at the same place or one before, seen as long."""
    content = [name for name in raw.columns if name not in ("source", "row", "seen_until")]
    best = (
        renumbered(earlier, ranks)
        .group_by(content)
        .agg(pl.struct("source", "row").min().alias("first"), pl.col("seen_until").max().alias("until"))
    )
    new = renumbered(raw, ranks).with_row_index("_i").with_columns(pl.struct("source", "row").alias("place"))
    joined = new.join(best, on=content, how="left", nulls_equal=True)
    told = pl.col("first").is_not_null() & (pl.col("until") >= pl.col("seen_until")).fill_null(pl.col("seen_until").is_null())
    before = (pl.col("first").struct.field("source") < pl.col("source")) | (
        (pl.col("first").struct.field("source") == pl.col("source")) & (pl.col("first").struct.field("row") <= pl.col("row"))
    )
    keep = joined.filter(~(told & before).fill_null(False))["_i"].sort()
    return raw[keep]


def orders_of(messages: pl.DataFrame, orders: pl.DataFrame | Sequence[str], ranks: Sequence[int]) -> pl.DataFrame:
    """The orders that these messages may be about, merged: named by id, or of one of the buyers."""
    every = all_orders(orders)
    named = messages.lazy().select("order_id").drop_nulls().unique()
    buyers = messages.lazy().select("buyer_id").drop_nulls().unique()
    theirs = every.join(buyers, on="buyer_id", how="semi").select("order_id")
    wanted = pl.concat([named, theirs]).unique()
    return merged_orders(renumbered(every.join(wanted, on="order_id", how="semi").collect(), ranks))[0]


def all_orders(orders: pl.DataFrame | Sequence[str]) -> pl.LazyFrame:
    """Orders as read, with what is known of their exports, from memory or Parquet files."""
    columns = list(SEEN_ORDER_COLUMNS)
    if isinstance(orders, pl.DataFrame):
        return orders.lazy().select(columns)
    if not orders:
        return pl.LazyFrame(schema=SEEN_ORDER_COLUMNS)
    return pl.scan_parquet(list(orders)).select(columns)


def _concat(frames: Sequence[pl.DataFrame], table: str) -> pl.DataFrame:
    return pl.concat(frames) if frames else pl.DataFrame(schema=SCHEMAS[table])


def _left(left: Sequence[NotEvaluated]) -> pl.DataFrame:
    """What was not judged, one row a rule, reason and conversation; `example` is what a report shows of it."""
    rows: list[tuple[str, str, str, str]] = []
    for one in left:
        example = "" if set(one.examples) <= set(one.conversations) else one.examples[0]
        rows += [(one.rule_id, one.reason, cid, example or cid) for cid in one.conversations]
    frame = pl.DataFrame(rows, schema=["rule_id", "reason", "conversation_id", "example"], orient="row")
    frame = frame.cast(pl.String).group_by(frame.columns).agg(pl.len().alias("count"))
    return frame.sort("rule_id", "reason", "conversation_id").select(
        pl.col(name).cast(kind) for name, kind in SCHEMAS["left"].items()
    )


def _conversations(messages: pl.DataFrame, promises: pl.DataFrame) -> pl.DataFrame:
    """Each conversation with what its outcome's validity hangs on: the end of its exports, its deadlines, what is not settled."""
    due = (pl.col("due") - pl.duration(seconds=pl.col("due_offset_s"))).dt.replace_time_zone("UTC").cast(INSTANT)
    dated = (
        promises.filter(pl.col("due").is_not_null())
        .group_by("conversation_id")
        .agg(due.sort().alias("deadlines"), (pl.col("outcome") != "kept").any().alias("unsettled"))
    )
    every = messages.group_by("conversation_id").agg(
        pl.col("platform").first(), pl.len().alias("messages"), pl.col("seen_until").max().alias("end")
    )
    joined = every.join(dated, on="conversation_id", how="left").with_columns(
        pl.col("deadlines").fill_null([]), pl.col("unsettled").fill_null(False)
    )
    return joined.sort("conversation_id").select(pl.col(name).cast(kind) for name, kind in SCHEMAS["conversations"].items())


# ---- rounds and activity ---------------------------------------------------------------------------------------------


def response_rounds(shard: Shard, packs: Sequence[Pack]) -> pl.DataFrame:
    """model.ROUND_COLUMNS: every round under the platform's own limit, on its day, for first and for later answers."""
    local = pl.col("opened_at").dt.replace_time_zone(None) + pl.duration(seconds=pl.col("offset_s"))
    table = rounds(shard).with_columns(local.dt.date().alias("day"))
    parts = []
    for since, until in _periods(shard, packs):
        within = table.filter((pl.col("day") >= since) & (pl.col("day") < until))
        for kind, chosen in (("first", pl.col("first")), ("later", ~pl.col("first"))):
            part = judged(within.filter(chosen), terms(shard, packs, kind, since), shard)
            part = part.join(_own_clock(within.filter(chosen), shard, packs, kind, since), on="seq", how="left")
            parts.append(part.select(sorted(part.columns)))
    both = (
        pl.concat(parts, how="diagonal_relaxed")
        .sort("seq")
        .with_columns(
            pl.when(pl.col("limit_s") < int(_NO_LIMIT.total_seconds())).then(pl.col("limit_s")).alias("limit_s"),
        )
    )
    return both.select(pl.col(name).cast(dtype) for name, dtype in ROUND_COLUMNS.items())


def _own_clock(table: pl.DataFrame, shard: Shard, packs: Sequence[Pack], kind: str, day: date) -> pl.DataFrame:
    """The same rounds by the shop's own clock: that of the packs for every platform."""
    general = [rule for pack in packs if EVERY in pack.platforms for rule in pack.rules]
    own = next((found for rule in general if (found := _terms(rule, kind, day)) is not None), Terms(_NO_LIMIT))
    names = ("counted_s", "limit_s", "status")
    part = judged(table, own, shard).select("seq", *(pl.col(name).alias(f"own_{name}") for name in names))
    return part if own.limit < _NO_LIMIT else part.clear()


def _periods(shard: Shard, packs: Sequence[Pack]) -> list[tuple[date, date]]:
    """Spans of days (first, day after the last) in which no rule on answering times changes."""
    platform = shard.messages["platform"][0]
    changes = {
        since
        for pack in packs_of(packs, platform)
        for rule in pack.rules
        if rule.detector == response_time.NAME
        for since, _ in rule.params
    }
    days = sorted({date.min, *changes})
    return list(zip(days, [*days[1:], date.max], strict=True))


def terms(shard: Shard, packs: Sequence[Pack], kind: str, day: date) -> Terms:
    """How the platform counts waiting on that day: by its own pack's rule, else the general one, else no limit."""
    platform = shard.messages["platform"][0]
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
    if params.channels and "chat" not in params.channels:
        return None
    every_round = params.kind == "any" and (kind == "first" or params.unit not in ("session", "first_message"))
    return params.terms if params.kind == kind or every_round else None


def activity(shard: Shard) -> pl.DataFrame:
    """What each agent did in each conversation on each local day."""
    local = pl.col("sent_at").dt.replace_time_zone(None) + pl.duration(seconds=pl.col("offset_s"))
    lines = shard.messages.filter(pl.col("sender_role") == "agent").with_columns(
        local.dt.date().alias("day"), pl.col("sender_id").alias("agent_id")
    )
    keys = ["platform", "shop_id", "agent_id", "day", "conversation_id"]
    table = lines.group_by(keys).agg(pl.len().alias("messages")).sort(keys, nulls_last=True)
    return table.select(pl.col(name).cast(dtype) for name, dtype in SCHEMAS["activity"].items())


# ---- what is counted over all conversations ----------------------------------------------------------------------------


def counted(whole: Whole, packs: Sequence[Pack], as_of: datetime, lang: Lang) -> Whole:
    """The outcome of all parts with what rules on a whole agent, buyer or shop find, now that all parts are together."""
    if not whole.marks.height:
        return whole
    none = Judged((), (), tuple(marks_of(whole.marks)))
    ids = settle_marks(none, packs, as_of, lang).findings
    concerned = pl.col("conversation_id").is_in(sorted({f.conversation_id for f in ids}))
    frame = whole.findings.frame
    done = settle_marks(replace_findings(none, Findings(frame.filter(concerned))), packs, as_of, lang)
    findings = pl.concat([frame.filter(~concerned), findings_table(done.findings).select(frame.columns)])
    lines = [*whole.not_evaluated, *done.not_evaluated]
    return replace(whole, findings=Findings(findings_in_order(findings.lazy())), not_evaluated=tuple(merge(lines)))


def replace_findings(judged: Judged, findings: Sequence[Finding]) -> Judged:
    """The marks beside the findings of the conversations that they concern."""
    return judged._replace(findings=tuple(findings))
