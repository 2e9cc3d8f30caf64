"""The whole audit, top to bottom, on one page."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson
import polars as pl

from auditor import appeal, nights, report, rulebook, state
from auditor.chats import Chats
from auditor.check import judge
from auditor.conversations import with_export_ends
from auditor.engines import engine, local
from auditor.errors import Fault, UsageError
from auditor.model import AuditResult
from auditor.night import assemble, read, zones_of
from auditor.normalise import contradicting, in_order, merged_notices, merged_orders, recounted
from auditor.outcome import Outcome, joined, together
from auditor.part import Part, audit_part, counted
from auditor.request import Progress, Request, Stopwatch
from auditor.spool import MESSAGES_IN_MEMORY, Rows, Spool

__all__ = ["Request", "audit", "bundles", "judge", "run"]


def run(request: Request, progress: Progress) -> AuditResult:
    """Audit and write everything into `request.out`, whole or not at all; with a state, only what is new. Raises AuditorError."""
    clock = Stopwatch()
    local.calm_collector()
    with ExitStack() as held:
        held.enter_context(state.locked(request.out))
        if request.state is None:
            work = held.enter_context(state.work_folder(work_of(request, request.out.parent / f".{request.out.name}.work")))
            folder = held.enter_context(state.building(request.out))
            return written(audit(request, progress, clock, work), folder, request, progress, clock)
        store = held.enter_context(state.Store.opened(request.state, request.full))
        work = held.enter_context(state.work_folder(work_of(request, request.state / "work")))
        result = nights.audit(request, store, work, progress, clock)
        state.put(request.state, state.DEADLINES, at_risk(result))  # before hours of bundling: whatever happens, these are known
        with state.building(request.out) as folder:
            written(result, folder, request, progress, clock)
    return result


def at_risk(result: AuditResult) -> list[dict[str, str | None]]:
    """The penalties that can still be appealed, the most urgent first; without `appeal_by` where no rule says until when."""
    found = []
    for notice in result.notices:
        by, _ = appeal.deadline(notice, result.packs)
        if by is None or by >= result.as_of:
            until = by.isoformat() if by else None
            about = {"platform": notice.platform, "shop_id": notice.shop_id, "order_id": notice.order_id}
            found.append({"notice_id": notice.notice_id, "appeal_by": until, **about})
    return sorted(found, key=lambda each: (each["appeal_by"] is None, _instant(each["appeal_by"]), each["notice_id"] or ""))


def _instant(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def written(result: AuditResult, folder: Path, request: Request, progress: Progress, clock: Stopwatch) -> AuditResult:
    """Fill the folder: first the penalties that can still be appealed, then what people and programs read."""
    _with_appeals(result, folder, progress, clock)
    report.write(result, folder, jobs=request.jobs, progress=progress)
    clock.lap("report")
    (folder / "run.json").write_bytes(run_json(result, clock.laps))
    return result


def _with_appeals(result: AuditResult, folder: Path, progress: Progress, clock: Stopwatch) -> None:
    (folder / "appeals").mkdir()
    appeal.write(result, folder / "appeals", progress=progress)
    clock.lap("appeal")


def bundles(request: Request, progress: Progress, only: Sequence[str] = ()) -> AuditResult:
    """Audit, and write into `request.out` the appeal bundles alone: of all notices, or of `only` those. Raises AuditorError."""
    clock = Stopwatch()
    local.calm_collector()
    with (
        state.locked(request.out),
        state.work_folder(work_of(request, request.out.parent / f".{request.out.name}.work")) as work,
        state.building(request.out) as folder,
    ):
        result = audit(request, progress, clock, work)
        known = sorted(notice.notice_id for notice in result.notices)
        mend = "there are " + ", ".join(known[:5]) + (" …" if len(known) > 5 else "") if known else "name files with --penalties"
        unknown = [Fault("--notice", f"{each!r} is in no file of notices", mend) for each in only if each not in known]
        if unknown:
            raise UsageError(unknown)
        result = replace(result, notices=tuple(n for n in result.notices if not only or n.notice_id in only))
        _with_appeals(result, folder, progress, clock)
        (folder / "run.json").write_bytes(run_json(result, clock.laps))
    return result


def audit(request: Request, progress: Progress, clock: Stopwatch | None = None, work: Path | None = None) -> AuditResult:
    """Read, judge and put together; writes nothing but, where there is much of it, what it needs on the way below `work`."""
    clock = clock or Stopwatch()
    packs = rulebook.select(rulebook.load(), request.rules)
    in_memory = 0 if request.engine == "dask" else MESSAGES_IN_MEMORY
    spool = Spool(work / "messages" if work else "", in_memory if work else sys.maxsize)
    loaded = read(request, progress, spool)
    clock.lap("ingest")
    known_orders = with_export_ends(loaded.orders, loaded.silent)
    orders, order_doubles, order_conflicts = merged_orders(known_orders)
    notices, notice_doubles, notice_conflicts = merged_notices(loaded.notices)
    clock.lap("normalise")
    common = Part(Rows(), known_orders, loaded.shops, packs, request.as_of, request.lang)
    outcomes: list[Outcome] = []
    with engine(request.engine, request.jobs, request.scheduler) as where:
        parts = [replace(common, rows=rows) for rows in spool.parts(where.jobs)]
        if work and spool.on_disk:
            parts = on_disk(parts, known_orders, work)
        for outcome in where.run(audit_part, parts):
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


def work_of(request: Request, default: Path) -> Path:
    """Where files on the way lie; a cluster's machines must all see it under one name."""
    return (request.work / f"auditor-{os.getpid()}" if request.work else default).absolute()


def on_disk(parts: Sequence[Part], orders: pl.DataFrame, work: Path) -> list[Part]:
    """The parts with their orders and outcomes in files: what travels between processes is small."""
    place = work / "orders.parquet"
    orders.write_parquet(place, compression="lz4")
    (work / "outcomes").mkdir()
    return [
        replace(part, orders=(str(place),), out=str(work / "outcomes" / f"{number:05d}")) for number, part in enumerate(parts)
    ]


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
    if result.reviews:
        record["reviews"] = {
            "path": result.reviews.path,
            "sha256": result.reviews.sha256,
            "verdicts": len(result.reviews.by_finding),
        }
    return orjson.dumps(record, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
