"""The whole audit, top to bottom, on one page."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from auditor import __version__, appeal, ingest, report, rulebook, state
from auditor.check import judge
from auditor.conversations import Conversations, with_export_ends
from auditor.engines import local
from auditor.errors import Fault, UsageError
from auditor.model import AuditResult, Lang, Notice, Pack
from auditor.normalise import normalise
from auditor.part import Outcome, Part, audit_part, settled, together
from auditor.shard import transcript_ends

__all__ = ["Request", "audit", "judge", "run"]

Progress = Callable[[str, int, int], None]  # (stage, done, of)
MESSAGES_A_PART = 250_000
WORTH_A_PROCESS = 10_000  # messages; below that starting a process costs more than it saves


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for; `as_of` is aware and is the audit's only clock."""

    inputs: tuple[str, ...]
    as_of: datetime
    out: Path
    orders: tuple[str, ...] = ()
    penalties: tuple[str, ...] = ()
    facts: str | None = None
    rules: tuple[str, ...] = ()
    platform: str | None = None
    shop: str | None = None
    timezone: str | None = None
    format: str | None = None
    encoding: str | None = None
    settle: float = 0.0
    mappings: tuple[str, ...] = ()
    jobs: int = 1
    lang: Lang = "zh"


def run(request: Request, progress: Progress) -> AuditResult:
    """Audit and write everything into `request.out`, whole or not at all. Raises AuditorError."""
    clock = Stopwatch()
    local.calm_collector()
    with state.locked(request.out):
        result = audit(request, progress, clock)
        with state.building(request.out) as folder:
            report.write(result, folder, jobs=request.jobs, progress=progress)
            clock.lap("report")
            (folder / "appeals").mkdir()
            appeal.write(result, folder / "appeals", progress=progress)
            clock.lap("appeal")
            (folder / "run.json").write_bytes(run_json(result, clock.laps))
    return result


def audit(request: Request, progress: Progress, clock: Stopwatch | None = None) -> AuditResult:
    """Read, judge and put together; writes nothing."""
    clock = clock or Stopwatch()
    packs = rulebook.select(rulebook.load(), request.rules)
    options = ingest.Options(
        as_of=request.as_of,
        platform=request.platform,
        shop=request.shop,
        timezone=request.timezone,
        format=request.format,
        encoding=request.encoding,
        settle=request.settle,
        mappings=request.mappings,
    )
    loaded = ingest.load(
        request.inputs,
        request.orders,
        request.penalties,
        request.facts,
        options=options,
        progress=lambda _, done, of: progress("ingest", done, of),
    )
    if not loaded.inputs:
        raise UsageError(
            Fault(", ".join(request.inputs), "holds no file to audit", "name the folder or files of tonight's exports")
        )
    clock.lap("ingest")
    loaded = normalise(loaded)
    orders = with_export_ends(loaded.orders, loaded.silent)
    clock.lap("normalise")
    common = Part(loaded.messages, orders, loaded.shops, packs, request.as_of, request.lang, transcript_ends(loaded.messages))
    parts = split(common, request.jobs)
    outcomes: list[Outcome] = []
    for outcome in local.run(audit_part, parts, request.jobs):
        outcomes.append(outcome)
        progress("judge", len(outcomes), len(parts))
    whole = settled(together(outcomes), packs, request.as_of, request.lang)
    clock.lap("judge")
    return assemble(request, replace(loaded, orders=orders), packs, whole)


def split(whole: Part, jobs: int) -> list[Part]:
    """Whole conversations, spread by the hash of their id; the split changes no finding."""
    count = -(-whole.messages.height // MESSAGES_A_PART)
    if jobs > 1 and whole.messages.height >= WORTH_A_PROCESS * jobs:
        count = -(-count // jobs) * jobs
    if count <= 1:
        return [whole] if whole.messages.height else []
    key = pl.col("conversation_id").hash(seed=7) % count
    frames = whole.messages.with_columns(key.alias("_part")).partition_by("_part", as_dict=True, include_key=False)
    return [replace(whole, messages=frames[i], orders=orders_of(frames[i], whole.orders)) for i in sorted(frames)]


def orders_of(messages: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """The orders that these messages may be about: named by id, or of one of the buyers."""
    named = messages.select("order_id").drop_nulls().unique()
    buyers = messages.select("buyer_id").drop_nulls().unique()
    mine = pl.concat([orders.join(named, on="order_id", how="semi"), orders.join(buyers, on="buyer_id", how="semi")])
    return mine.unique("order_id", keep="first", maintain_order=True)


def assemble(request: Request, loaded: ingest.Loaded, packs: tuple[Pack, ...], whole: Outcome) -> AuditResult:
    """All that the reports are made from."""
    notices = tuple(_notice(row) for row in loaded.notices.sort("issued_at", "notice_id").iter_rows(named=True))
    zones = {platform: pack.timezone for pack in packs for platform in pack.platforms}
    about = loaded.messages.filter(pl.col("order_id").is_in([n.order_id for n in notices if n.order_id]))["conversation_id"]
    named = {n.conversation_id for n in notices if n.conversation_id}
    wanted = sorted({f.conversation_id for f in whole.findings} | named | set(about.to_list()))
    ids = pl.DataFrame({"conversation_id": wanted}, schema={"conversation_id": pl.String})
    messages = loaded.messages.join(ids, on="conversation_id", how="semi")
    noticed = pl.col("order_id").is_in([n.order_id for n in notices if n.order_id])
    orders = pl.concat([orders_of(messages, loaded.orders), loaded.orders.filter(noticed)]).unique(
        "order_id", maintain_order=True
    )
    conversations = Conversations(messages, orders, zones)
    return AuditResult(
        as_of=request.as_of,
        lang=request.lang,
        version=__version__,
        packs=packs,
        findings=whole.findings,
        not_evaluated=whole.not_evaluated,
        ledger=whole.ledger,
        rounds=whole.rounds,
        activity=whole.activity,
        conversations=conversations,
        notices=notices,
        orders=conversations.orders,
        shops=loaded.shops,
        inputs=loaded.inputs,
        quarantined=loaded.quarantined,
        counts=_counts(loaded, packs, whole),
    )


def run_json(result: AuditResult, laps: Mapping[str, float]) -> bytes:
    """The run's own record: what was read, with what, how long each stage took."""
    record = {
        "version": result.version,
        "as_of": result.as_of.isoformat(),
        "packs": [{"id": p.id, "version": p.version, "sha256": p.sha256, "rules": len(p.rules)} for p in result.packs],
        "timings_s": {stage: round(seconds, 3) for stage, seconds in laps.items()},
        "counts": dict(result.counts),
        "inputs": [{name: getattr(file, name) for name in file.__dataclass_fields__} for file in result.inputs],
    }
    return orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _notice(row: Mapping[str, Any]) -> Notice:
    clock = timezone(timedelta(seconds=row["offset_s"] or 0))
    values = {name: row[name] for name in Notice.__dataclass_fields__}
    for name in ("issued_at", "appeal_by"):
        values[name] = values[name].astimezone(clock) if values[name] else None
    return Notice(**values)


def _counts(loaded: ingest.Loaded, packs: Sequence[Pack], whole: Outcome) -> dict[str, int]:
    standing = [f for f in whole.findings if f.suppressed_by is None]
    files = loaded.inputs
    return {
        "files": len(files),
        "files_refused": sum(f.status == "refused" for f in files),
        "rows": sum(f.rows for f in files),
        "accepted": sum(f.accepted for f in files),
        "duplicate": sum(f.duplicate for f in files),
        "quarantined": sum(f.quarantined for f in files),
        "blank": sum(f.blank for f in files),
        "messages": loaded.messages.height,
        "conversations": loaded.messages["conversation_id"].n_unique(),
        "agents": loaded.messages.filter(pl.col("sender_role") == "agent")["sender_id"].drop_nulls().n_unique(),
        "texts": loaded.messages["text"].n_unique(),
        "orders": loaded.orders.height,
        "notices": loaded.notices.height,
        "rules": sum(len(p.rules) for p in packs),
        "promises": len(whole.ledger),
        "findings": len(standing),
        "findings_proven": sum(f.certainty == "proven" for f in standing),
        "findings_suppressed": len(whole.findings) - len(standing),
        "not_evaluated": sum(n.count for n in whole.not_evaluated),
    }


class Stopwatch:
    """Seconds per stage, by the monotonic clock."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.monotonic()

    def lap(self, stage: str) -> None:
        """End a stage."""
        now = time.monotonic()
        self.laps[stage] = self.laps.get(stage, 0.0) + now - self._last
        self._last = now
