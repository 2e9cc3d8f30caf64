"""The whole audit, top to bottom, on one page."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from auditor import __version__, appeal, ingest, report, rulebook, state
from auditor.chats import Chats
from auditor.check import judge
from auditor.conversations import with_export_ends
from auditor.engines import local
from auditor.errors import Fault, UsageError
from auditor.model import AuditResult, Lang, Notice, Pack
from auditor.normalise import contradicting, in_order, merged_notices, merged_orders, recounted
from auditor.outcome import Outcome, Whole, joined, together
from auditor.part import Part, audit_part, counted
from auditor.spool import MESSAGES_IN_MEMORY, Rows, Spool

__all__ = ["Request", "audit", "judge", "run"]

Progress = Callable[[str, int, int], None]  # (stage, done, of)


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
    with (
        state.locked(request.out),
        state.work_folder(request.out.parent / f".{request.out.name}.work") as work,
        state.building(request.out) as folder,
    ):
        result = audit(request, progress, clock, work)
        (folder / "appeals").mkdir()
        appeal.write(result, folder / "appeals", progress=progress)
        clock.lap("appeal")
        report.write(result, folder, jobs=request.jobs, progress=progress)
        clock.lap("report")
        (folder / "run.json").write_bytes(run_json(result, clock.laps))
    return result


def audit(request: Request, progress: Progress, clock: Stopwatch | None = None, work: Path | None = None) -> AuditResult:
    """Read, judge and put together; writes nothing but, where there is much of it, what it needs on the way below `work`."""
    clock = clock or Stopwatch()
    packs = rulebook.select(rulebook.load(), request.rules)
    spool = Spool(work / "messages" if work else "", MESSAGES_IN_MEMORY if work else sys.maxsize)
    loaded = read(request, progress, spool)
    clock.lap("ingest")
    known_orders = with_export_ends(loaded.orders, loaded.silent)
    orders, order_doubles, order_conflicts = merged_orders(known_orders)
    notices, notice_doubles, notice_conflicts = merged_notices(loaded.notices)
    clock.lap("normalise")
    common = Part(Rows(), known_orders, loaded.shops, packs, request.as_of, request.lang)
    parts = [replace(common, rows=rows) for rows in spool.parts(request.jobs)]
    if work and spool.on_disk:
        parts = on_disk(parts, known_orders, work)
    outcomes: list[Outcome] = []
    for outcome in local.run(audit_part, parts, request.jobs):
        outcomes.append(outcome)
        progress("judge", len(outcomes), len(parts))
    tables = joined(outcomes)
    whole = counted(together(tables), packs, request.as_of, request.lang)
    doubles = Counter(dict(tables["doubles"].group_by("source").agg(pl.col("rows").sum()).collect().iter_rows()))
    conflicts = [*tables["conflicts"].collect().iter_rows(), *order_conflicts, *notice_conflicts]
    loaded = replace(
        loaded,
        notices=notices,
        inputs=recounted(loaded.inputs, doubles + order_doubles + notice_doubles, Counter(source for source, *_ in conflicts)),
        quarantined=in_order([*loaded.quarantined, *(contradicting(loaded.inputs, *conflict) for conflict in conflicts)]),
    )
    clock.lap("judge")
    chats = Chats([spool.whole().scan()], common.orders, zones_of(packs))
    return assemble(request, loaded, packs, whole, chats, {"texts": spool.texts(), "orders": orders.height})


def read(request: Request, progress: Progress, spool: Spool, known: ingest.Known | None = None) -> ingest.Loaded:
    """All that the files hold; the messages go to the spool. Raises UsageError where there is nothing to read."""
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
        sink=lambda _, table: spool.add(table.with_columns(pl.col("sent_at").max().alias("seen_until"))),
        known=known,
    )
    spool.close()
    if not loaded.inputs:
        raise UsageError(
            Fault(", ".join(request.inputs), "holds no file to audit", "name the folder or files of tonight's exports")
        )
    return loaded


def on_disk(parts: Sequence[Part], orders: pl.DataFrame, work: Path) -> list[Part]:
    """The parts with their orders and outcomes in files: what travels between processes is small."""
    place = work / "orders.parquet"
    orders.write_parquet(place, compression="lz4")
    (work / "outcomes").mkdir()
    return [
        replace(part, orders=(str(place),), out=str(work / "outcomes" / f"{number:05d}")) for number, part in enumerate(parts)
    ]


def zones_of(packs: Sequence[Pack]) -> dict[str, str]:
    """Platform → the zone that its times are shown in."""
    return {platform: pack.timezone for pack in packs for platform in pack.platforms}


def assemble(
    request: Request, loaded: ingest.Loaded, packs: tuple[Pack, ...], whole: Whole, chats: Chats, counted: Mapping[str, int]
) -> AuditResult:
    """All that the reports are made from."""
    notices = tuple(_notice(row) for row in loaded.notices.sort("issued_at", "notice_id").iter_rows(named=True))
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
        conversations=chats,
        notices=notices,
        orders=chats.orders([notice.order_id for notice in notices if notice.order_id]),
        shops=loaded.shops,
        inputs=loaded.inputs,
        quarantined=loaded.quarantined,
        counts={**_counts(loaded, packs, whole), **counted},
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


def _counts(loaded: ingest.Loaded, packs: Sequence[Pack], whole: Whole) -> dict[str, int]:
    standing = whole.findings.frame.filter(pl.col("suppressed_by").is_null())
    files = loaded.inputs
    return {
        "files": len(files),
        "files_refused": sum(f.status == "refused" for f in files),
        "rows": sum(f.rows for f in files),
        "accepted": sum(f.accepted for f in files),
        "duplicate": sum(f.duplicate for f in files),
        "quarantined": sum(f.quarantined for f in files),
        "blank": sum(f.blank for f in files),
        "messages": int(whole.conversations["messages"].sum()),
        "conversations": whole.conversations.height,
        "agents": whole.activity["agent_id"].drop_nulls().n_unique(),
        "texts": 0,
        "orders": 0,
        "notices": loaded.notices.height,
        "rules": sum(len(p.rules) for p in packs),
        "promises": len(whole.ledger),
        "findings": standing.height,
        "findings_proven": standing.filter(pl.col("certainty") == "proven").height,
        "findings_suppressed": len(whole.findings) - standing.height,
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
