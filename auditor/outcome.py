"""What judging shows, as tables kept by conversation: of one part, and of all parts together."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from auditor.model import (
    ACTIVITY_COLUMNS,
    FINDING_COLUMNS,
    INSTANT,
    LEDGER_COLUMNS,
    MARK_COLUMNS,
    RATE_COLUMNS,
    ROUND_COLUMNS,
    Findings,
    Ledger,
    NotEvaluated,
)

_Schema = Mapping[str, pl.DataType | type[pl.DataType]]
_NOT_KEPT = ("conversations",)  # of ACTIVITY_COLUMNS: counted when all are together
# Each table has the column conversation_id but `doubles` and `conflicts`, which are of the rows read.
SCHEMAS: dict[str, _Schema] = {
    "findings": FINDING_COLUMNS,
    "ledger": LEDGER_COLUMNS,
    "rounds": ROUND_COLUMNS,
    "rates": RATE_COLUMNS,
    "activity": {
        **{name: kind for name, kind in ACTIVITY_COLUMNS.items() if name not in _NOT_KEPT},
        "conversation_id": pl.String,
    },
    "left": {
        "rule_id": pl.String,
        "reason": pl.String,
        "conversation_id": pl.String,
        "example": pl.String,
        "count": pl.UInt32,
    },
    "marks": MARK_COLUMNS,
    "conversations": {
        "conversation_id": pl.String,
        "platform": pl.String,
        "messages": pl.UInt32,
        "end": INSTANT,  # of the exports that hold it
        "deadlines": pl.List(INSTANT),  # of its promises
        "unsettled": pl.Boolean,  # a dated promise that was not kept, or not yet
    },
    "doubles": {"source": pl.UInt32, "rows": pl.UInt32},
    "conflicts": {"source": pl.UInt32, "row": pl.Int64, "reason": pl.String, "raw": pl.String},
}
KEPT = (
    "findings",
    "ledger",
    "rounds",
    "rates",
    "activity",
    "left",
    "marks",
    "conversations",
)  # what a later night replaces by conversation


GEN = "_gen"  # the night that judged, in each row of a kept table


@dataclass(frozen=True, slots=True)
class Outcome:
    """The tables of SCHEMAS (and `messages`: rows not known before), or the Parquet files that hold them."""

    tables: Mapping[str, pl.DataFrame]
    paths: Mapping[str, str] | None = None

    def scan(self, table: str) -> pl.LazyFrame:
        """A table, not read yet."""
        if self.paths is not None and table in self.paths:
            return pl.scan_parquet(self.paths[table])
        return self.tables[table].lazy() if table in self.tables else pl.LazyFrame(schema=SCHEMAS.get(table))

    def saved(self, stem: str, gen: int | None = None) -> Outcome:
        """The same, written to `<stem>-<table>.parquet`, with the night's number beside what is kept; empty tables are not."""
        paths = {name: f"{stem}-{name}.parquet" for name, frame in self.tables.items() if frame.height}
        for name, path in paths.items():
            frame = self.tables[name]
            if gen is not None and name in KEPT:
                frame = frame.with_columns(pl.lit(gen, dtype=pl.UInt32).alias(GEN))
            aside = Path(f"{path}.{socket.gethostname()}.{os.getpid()}")  # a lost worker may still be writing its own
            frame.write_parquet(aside, compression="zstd", compression_level=1)
            aside.replace(path)
        return Outcome({}, paths)


@dataclass(frozen=True, slots=True)
class Whole:
    """The outcomes of all parts as one, in an order that does not depend on how the work was split."""

    findings: Findings
    ledger: Ledger
    rounds: pl.DataFrame
    rates: pl.DataFrame
    activity: pl.DataFrame
    not_evaluated: tuple[NotEvaluated, ...]
    marks: pl.DataFrame
    conversations: pl.DataFrame


def together(tables: Mapping[str, pl.LazyFrame]) -> Whole:
    """One outcome of the tables that `joined` names."""
    made = pl.col("made") - pl.duration(seconds=pl.col("made_offset_s"))
    said = pl.col("message_ids").list.join("\x1f")
    keys = ["platform", "shop_id", "agent_id", "day"]
    days = (
        tables["activity"]
        .group_by(keys)
        .agg(pl.col("conversation_id").n_unique().cast(pl.UInt32).alias("conversations"), pl.col("messages").sum())
    )
    return Whole(
        Findings(findings_in_order(tables["findings"])),
        Ledger(_sorted(tables["ledger"], LEDGER_COLUMNS, made, "conversation_id", said, "kind", "text", "due")),
        _sorted(tables["rounds"], ROUND_COLUMNS, "opened_at", "conversation_id", "opened_message_id"),
        _rates(tables["rates"]),
        days.sort(keys, nulls_last=True).select(list(ACTIVITY_COLUMNS)).collect(),
        not_evaluated(tables["left"]),
        tables["marks"].select(list(MARK_COLUMNS)).collect(),
        tables["conversations"].collect(),
    )


def _rates(table: pl.LazyFrame) -> pl.DataFrame:
    """The rates by agent, day and verdict: conversations are not asked for any more."""
    keys = ["rate_id", "platform", "shop_id", "agent_id", "day", "verdict"]
    sums = table.group_by(keys).agg(pl.col("units", "seconds", "answers").sum())
    return sums.sort(keys, nulls_last=True).collect()


def findings_in_order(frame: pl.LazyFrame) -> pl.DataFrame:
    """By time, conversation and rule."""
    at = pl.col("local") - pl.duration(seconds=pl.col("offset_s"))
    return _sorted(frame, FINDING_COLUMNS, at, "conversation_id", "rule_id", "finding_id")


def joined(outcomes: Sequence[Outcome]) -> dict[str, pl.LazyFrame]:
    """Every kept table of the outcomes, one below the other."""
    return {table: concat([o.scan(table) for o in outcomes], table) for table in (*KEPT, "doubles", "conflicts")}


def concat(frames: Sequence[pl.LazyFrame], table: str) -> pl.LazyFrame:
    """The rows of some tables of one kind."""
    return pl.concat(frames) if frames else pl.LazyFrame(schema=SCHEMAS[table])


def _sorted(frame: pl.LazyFrame, columns: _Schema, *by: str | pl.Expr) -> pl.DataFrame:
    return frame.sort(*by, maintain_order=True).select(list(columns)).collect()


def not_evaluated(left: pl.LazyFrame) -> tuple[NotEvaluated, ...]:
    """One line for each rule and reason, with its first examples."""
    lines = (
        left.group_by("rule_id", "reason")
        .agg(pl.col("count").sum(), pl.col("example").unique().sort().head(5), pl.col("conversation_id").unique().sort())
        .sort("rule_id", "reason")
        .collect()
    )
    return tuple(
        NotEvaluated(rule_id, reason, count, tuple(examples), tuple(ids))
        for rule_id, reason, count, examples, ids in lines.iter_rows()
    )
