"""The manager's workbook: what was read, what was found, who and what to look at first, and what could not be judged."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from auditor.quarantine import grouped
from auditor.report import sheets
from auditor.report.cells import Book
from auditor.report.overview import add_overview
from auditor.report.standing import by_rule_table, rates_table
from auditor.report.view import View, reason_text, rules_table, text_of


def write_manager(view: View, path: Path) -> None:
    """All sheets of `manager.xlsx`; small tables first, the evidence behind them."""
    known = view.words
    book = sheets.new_book(known["overview.title"], known)
    add_overview(book, view)
    sheets.add(book, known, "agents", _agents(view), sheets.AGENTS)
    sheets.add(book, known, "rules", rules_table(view), sheets.RULES)
    sheets.add(book, known, "findings", view.findings, sheets.FINDINGS)
    sheets.add(book, known, "promises", view.promises, sheets.PROMISES)
    sheets.add(book, known, "times", view.times, sheets.TIMES)
    sheets.add(book, known, "late", view.late, sheets.LATE)
    sheets.add(book, known, "rates", rates_table(view), sheets.RATES)
    sheets.add(book, known, "by_rule", by_rule_table(view), sheets.BY_RULE)
    sheets.add(book, known, "not_evaluated", _not_evaluated(view), sheets.NOT_EVALUATED)
    if view.not_counted.height:
        sheets.add(book, known, "not_counted", view.not_counted, sheets.NOT_COUNTED)
    _add_inputs(book, view)
    book.save(path)


def _agents(view: View) -> pl.DataFrame:
    known = view.words
    agents = view.scores.agents
    plain = ["agent_id", "conversations", "points_per_100", "low", "high", "faulty_conversations"]
    plain += ["proven", "suspected", "proven_critical", "proven_major", "proven_minor", "in_time_rate", "rounds_judged"]
    plain += ["first_response_median_s", "promises_made", "promises_kept", "promises_broken"]
    frame = pl.DataFrame({name: _plain(agents[name].tolist()) for name in plain}, strict=False)
    named = view.times.group_by("agent_id").agg(
        pl.col("shop").drop_nulls().unique().sort().str.join(", ").alias("shops"),
        pl.col("platform_name").drop_nulls().unique().sort().str.join(", ").alias("platforms"),
    )
    frame = frame.with_columns(pl.col("agent_id").cast(pl.String)).join(named, on="agent_id", how="left", maintain_order="left")
    return frame.with_columns(
        pl.Series("rank", _plain(agents["rank"].tolist()), dtype=pl.Int64, strict=False),
        pl.Series(
            "sample", [known["note.small_sample" if s else "note.ranked"] for s in agents["small_sample"]], dtype=pl.String
        ),
        pl.Series("trend", [known[f"trend.{t}"] for t in agents["trend"]], dtype=pl.String),
    )


def _plain(values: list[object]) -> list[object]:
    """Numbers that pandas calls missing as None."""
    return [None if value != value else value for value in values]


def _not_evaluated(view: View) -> pl.DataFrame:
    lang, known = view.result.lang, view.words
    rows = [
        {
            "rule_title": text_of(view.rules[n.rule_id].title, lang) if n.rule_id in view.rules else n.rule_id,
            "reason": reason_text(known, n.reason),
            "count": n.count,
            "examples": ", ".join(n.examples),
            "rule_id": n.rule_id,
        }
        for n in view.result.not_evaluated
    ]
    schema = {name: pl.Int64 if name == "count" else pl.String for name, *_ in sheets.NOT_EVALUATED}
    return pl.DataFrame(rows, schema=schema).sort(["count", "rule_id", "reason"], descending=[True, False, False])


def _add_inputs(book: Book, view: View) -> None:
    known, result = view.words, view.result
    quarantine = [
        {
            "file": group.file,
            "count": group.count,
            "examples": ", ".join(str(row) for row in group.rows if row) + (" …" if group.count > len(group.rows) else ""),
            "column": group.column,
            "reason": f"{group.reason}; {group.mend}" if group.mend else group.reason,
            "raw": group.example,
        }
        for group in grouped(result.quarantined)
    ]
    schema = {name: pl.Int64 if name == "count" else pl.String for name, *_ in sheets.QUARANTINE}
    sheets.add(book, known, "quarantine", pl.DataFrame(quarantine, schema=schema), sheets.QUARANTINE)
    inputs = [
        {
            **{name: getattr(file, name) for name in ("path", "format", "encoding", "reason", "sha256")},
            **{name: getattr(file, name) for name in ("rows", "accepted", "duplicate", "quarantined", "blank")},
            "kind": known[f"file_kind.{file.kind}"],
            "status": known[f"file_status.{file.status}"],
            "difference": file.rows - file.accepted - file.duplicate - file.quarantined - file.blank,
        }
        for file in result.inputs
    ]
    schema = {name: pl.Int64 if kind == "int" else pl.String for name, _, _, kind in sheets.INPUTS}
    sheets.add(book, known, "inputs", pl.DataFrame(inputs, schema=schema), sheets.INPUTS)
    packs = [
        {
            "pack": pack.id,
            "title": text_of(pack.title, result.lang),
            "version": pack.version,
            "platforms": ", ".join(pack.platforms),
            "rules": len(pack.rules),
            "hours": f"{_clock(pack.opens)}–{_clock(pack.closes)}",
            "timezone": pack.timezone,
            "calendar": pack.calendar,
            "sha256": pack.sha256,
        }
        for pack in result.packs
    ]
    schema = {name: pl.Int64 if kind == "int" else pl.String for name, _, _, kind in sheets.PACKS}
    sheets.add(book, known, "packs", pl.DataFrame(packs, schema=schema), sheets.PACKS)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
