"""The files for programs: findings as JSON lines and Parquet, metrics as CSV, quarantined rows as JSON lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta, timezone
from operator import attrgetter
from pathlib import Path

import orjson
import polars as pl

from auditor.model import INSTANT, Finding, Findings, Quarantined
from auditor.quarantine import value_of, what_and_mend

FIELDS = (
    "finding_id",
    "rule_id",
    "pack",
    "pack_version",
    "clause",
    "family",
    "severity",
    "certainty",
    "platform",
    "shop_id",
    "agent_id",
    "conversation_id",
    "order_id",
    "message_ids",
    "occurred_at",
    "measured",
    "threshold",
    "explanation",
    "quote",
    "suppressed_by",
    "money_at_risk",
    "currency",
    "money_arithmetic",
)
_FROM = {"money_at_risk": "cents", "money_arithmetic": "arithmetic"}  # where a field has another name than the finding's
# What a spreadsheet might take for a formula, as a first character, full-width forms too.
_FORMULA = r"^[=+\-@\t\r\n\x00＝＋－＠]"


def write_findings(findings: Iterable[Finding], path: Path) -> None:
    """One finding a line, as given; times in ISO 8601 with the offset of the message's own clock."""
    with path.open("wb") as out:
        values = attrgetter(*(_FROM.get(name, name) for name in FIELDS))
        if isinstance(findings, Findings):
            out.writelines(_lines(findings))
            return
        for finding in findings:
            row = dict(zip(FIELDS, values(finding), strict=True))
            row["occurred_at"] = finding.occurred_at.isoformat()
            row["money_at_risk"] = None if finding.cents is None else f"{finding.cents / 100:.2f}"
            out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))


def _lines(findings: Findings) -> Iterator[bytes]:
    """The same from a table, without an object for each."""
    zones = {offset: timezone(timedelta(seconds=offset)) for offset in findings.frame["offset_s"].unique().to_list()}
    fields = [_FROM.get(name, name) if name != "occurred_at" else "local" for name in FIELDS]
    place = FIELDS.index("occurred_at")
    for *values, offset in findings.frame.select(*fields, "offset_s").iter_rows():
        values[place] = values[place].replace(tzinfo=zones[offset]).isoformat()
        yield orjson.dumps(dict(zip(FIELDS, values, strict=True)), option=orjson.OPT_APPEND_NEWLINE)


def write_parquet(frame: pl.DataFrame, path: Path) -> None:
    """The same columns; `occurred_at` is an instant in UTC, and `occurred_offset_s` (last) the message's own offset."""
    instant = (pl.col("local") - pl.duration(seconds=pl.col("offset_s"))).dt.replace_time_zone("UTC").cast(INSTANT)
    own = {"occurred_at": instant, "money_at_risk": pl.col("cents") / 100, "money_arithmetic": pl.col("arithmetic")}
    columns = [own.get(name, pl.col(name)).alias(name) for name in FIELDS]
    frame.select(*columns, occurred_offset_s=pl.col("offset_s")).write_parquet(path, compression="zstd")


def write_metrics(metrics: pl.DataFrame, path: Path) -> None:
    """One row per platform, shop, agent and local day; `money_at_risk_CNY` … one column a currency that the rules name."""
    texts = [name for name, kind in metrics.schema.items() if kind == pl.String]
    money = [name for name in metrics.columns if name.startswith("cents_")]
    safe = pl.col(texts).str.replace(_FORMULA, "'$0")
    frame = metrics.with_columns(safe, *((pl.col(name) / 100).alias(name) for name in money))
    frame.rename({name: f"money_at_risk_{name.removeprefix('cents_')}" for name in money}).write_csv(
        path, quote_style="non_numeric", null_value=""
    )


def write_quarantine(quarantined: Iterable[Quarantined], path: Path) -> None:
    """One unusable row a line: file, row (0: the whole file), column, reason, mend, the cell's value and the row as it stood."""
    with path.open("wb") as out:
        for q in quarantined:
            _, mend = what_and_mend(q.reason)
            row = {"file": q.file, "row": q.row, "column": q.column, "reason": q.reason, "mend": mend}
            row |= {"value": value_of(q) if q.row else "", "raw": q.raw}
            out.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))
